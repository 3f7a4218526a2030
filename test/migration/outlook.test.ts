import t, { type Test } from 'tap'
import { CodedError, systemTimers } from '../../src/base/index.ts'
import { type OutlookOptions, openOutlook } from '../../src/migration/outlook.ts'
import { parseName } from '../../src/wire/index.ts'
import { legacyZone, provisioning, ref, someone } from '../support/provisioning.ts'
import { buildTree } from '../support/signed-tree.ts'
import { type TreeStub, treeStub } from '../support/tree-stub.ts'

const contoso = ref('contoso.com')
const apexText = '@ 600 SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.53\n'
const signing = { denial: 'nsec' } as const
const legacyHost = `contoso-com.${legacyZone}`

/** What DNS says of contoso.com. */
function seen(mx: string): TreeStub {
  return treeStub(
    buildTree([
      { apex: '.', text: apexText, signing },
      { apex: 'contoso.com.', text: `${apexText}${mx}`, signing },
      { apex: legacyZone, text: `${apexText}contoso-com A 192.0.2.7` },
    ]),
  )
}

/** An outlook over a store, and a stub that tests exchange. */
async function looking(t: Test, options: Partial<OutlookOptions> = {}) {
  const opened = await provisioning(t)
  const { provision, store, clock } = opened
  await opened.verified('contoso.com')
  const world = { stub: seen(`@ 3600 MX 0 ${legacyHost}`), opened: 0, closed: 0 }
  const outlook = openOutlook({
    ...{ provision, store, clock, timers: systemTimers },
    settings: { legacyZone: parseName(legacyZone) },
    openStub() {
      world.opened++
      const { stub } = world
      return {
        resolve: (name, type) => stub.resolve(name, type),
        async close() {
          world.closed++
        },
      }
    },
    ...options,
  })
  return { ...opened, outlook, world }
}

t.test('status: nothing is looked up of a domain that is not proved to be theirs', async (t) => {
  const { outlook, world, provision } = await looking(t)
  const of = async (name: string, tenant?: string) => {
    const { errors, dns } = await outlook.status(ref(name, tenant), {})
    return [errors[0]?.code, dns.support]
  }
  t.same(await of('fabrikam.com'), ['EG001', 'Skipped'])
  t.same(await of('contoso.com', 'other'), ['EG001', 'Skipped'], 'it is another tenant’s')
  await provision.addDomain(ref('fabrikam.com'), {}, someone)
  t.same(await of('fabrikam.com'), ['EG002', 'Skipped'])
  t.equal(world.opened, 0)
  t.match(await outlook.status(contoso, {}), { mx: { errors: [{ code: 'EX013' }] } })
  t.same([world.opened, world.closed], [1, 1])
  await outlook.status(contoso, { dns: true, mx: true, sts: true })
  t.equal(world.opened, 1, 'what is skipped is not looked up')
})

t.test('migration: what was seen is kept in the store, and waits follow from it', async (t) => {
  const { outlook, world, store, clock, provision } = await looking(t)
  await provision.enableDnssec(contoso, {}, someone)
  const first = await outlook.migration(contoso, {}, someone)
  t.equal(first.next?.id, 'lower-mx-ttl')
  const document = () => store.document('seen', 'acme/contoso.com')
  t.equal((await document())?.version, 1)
  clock.advance(60)
  await outlook.migration(contoso, {}, someone)
  t.equal((await document())?.version, 1, 'a look that sees the same writes nothing')
  world.stub = seen(`@ 30 MX 0 ${legacyHost}`)
  const lowered = await outlook.migration(contoso, {}, someone)
  t.match(lowered.next, { id: 'lower-mx-ttl', state: 'wait', until: clock.now() + 3600 })
  t.equal((await document())?.version, 2)
  clock.advance(3600)
  const later = await outlook.migration(contoso, {}, someone)
  t.not(later.next?.id, 'lower-mx-ttl')
})

t.test('migration: of two looks at a time none takes the memory of the other', async (t) => {
  const { outlook, store } = await looking(t)
  const looks = await Promise.all(
    Array.from({ length: 6 }, () => outlook.migration(contoso, {}, someone)),
  )
  t.equal(looks.length, 6)
  t.equal((await store.document('seen', 'acme/contoso.com'))?.version, 1)
})

t.test('migration: a memory that cannot be written costs no report', async (t) => {
  const failing = {
    document: () => Promise.resolve(undefined),
    commitDocuments: () => Promise.reject(new CodedError('store-full', 'It is full')),
  }
  const { outlook } = await looking(t, { store: failing })
  t.match(await outlook.migration(contoso, {}, someone), { direction: 'enable' })
})

t.test('migration: hosts are met where somebody asks for it', async (t) => {
  const met: string[] = []
  const { outlook } = await looking(t, {
    async meet({ addresses }) {
      met.push(...addresses)
      return { isGood: true, text: 'it took mail' }
    },
  })
  await outlook.migration(contoso, {}, someone)
  t.same(met, [])
  const { memory } = await outlook.migration(contoso, { meet: true }, someone)
  t.same(met, ['192.0.2.7'])
  t.same(memory.metHosts, [legacyHost.slice(0, -1)])
})

t.test('looks are bounded: the next one is refused, and the stub of each is closed', async (t) => {
  const { outlook, world } = await looking(t)
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const { stub } = world
  world.stub = {
    ...stub,
    async resolve(name, type) {
      await gate
      return stub.resolve(name, type)
    },
  }
  const looks = Array.from({ length: 16 }, () => outlook.status(contoso, {}))
  while (world.opened < 16) await new Promise(setImmediate)
  await t.rejects(outlook.status(contoso, {}), { code: 'look-busy' })
  release()
  t.equal((await Promise.all(looks)).length, 16)
  t.equal(world.closed, 16)
  t.match(await outlook.status(contoso, {}), { feature: 'Disabled' })
})

t.test('reload: the zone of hosts of before is the one of the new settings', async (t) => {
  const { outlook, world } = await looking(t)
  await outlook.migration(contoso, {}, someone)
  t.ok(world.stub.asked.includes(`${legacyHost} A`))
  outlook.reload({ legacyZone: undefined })
  world.stub = seen('@ 3600 MX 0 mail.contoso.com.\nmail A 192.0.2.1')
  await outlook.migration(contoso, {}, someone)
  t.notOk(world.stub.asked.includes(`${legacyHost} A`))
})

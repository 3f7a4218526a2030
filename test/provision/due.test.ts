import t from 'tap'
import { parseName } from '../../src/wire/index.ts'
import {
  holdSeconds,
  legacySeconds,
  legacyZone,
  partitionZone,
  provisioning,
  ref,
  someone,
  told,
} from '../support/provisioning.ts'

const contoso = ref('contoso.com')

t.test('runDue: at most so many, the longest due first, whoever they belong to', async (t) => {
  const { provision, verified, legacy, clock } = await provisioning(t)
  for (const [at, tenant] of ['acme', 'rival', 'acme', 'rival'].entries()) {
    await verified(`d${at}.test`, tenant)
    await provision.enableDnssec(ref(`d${at}.test`, tenant), {}, someone)
    clock.advance(10)
  }
  clock.advance(legacySeconds)
  const there = () => [0, 1, 2, 3].filter((at) => legacy(`d${at}-test`).length > 0)
  t.equal(await provision.runDue(1), 1)
  t.same(there(), [1, 2, 3])
  t.equal(await provision.runDue(2), 2)
  t.same(there(), [3])
  t.equal(await provision.runDue(10), 1)
  t.same(there(), [])
  t.equal(await provision.runDue(10), 0)
})

t.test('runDue: two at one time do each thing once', async (t) => {
  const { provision, verified, clock, store } = await provisioning(t)
  for (let at = 0; at < 8; at++) {
    await verified(`d${at}.test`)
    await provision.enableDnssec(ref(`d${at}.test`), {}, someone)
  }
  clock.advance(legacySeconds)
  const before = await store.sequence()
  const counts = await Promise.all([1, 2, 3].map(() => provision.runDue(100)))
  t.equal(
    counts.reduce((sum, count) => sum + count, 0),
    8,
  )
  t.equal((await store.sequence()) - before, 8)
})

t.test(
  'runDue: what cannot be done is put off, ever longer, and keeps nobody waiting',
  async (t) => {
    const { provision, verified, clock, submit, faults, look } = await provisioning(t)
    await verified('contoso.com')
    await verified('other.test')
    await provision.enableDnssec(ref('other.test'), {}, someone)
    await provision.disableDnssec(ref('other.test'), someone)
    clock.advance(holdSeconds - legacySeconds)
    await provision.enableDnssec(contoso, {}, someone)
    clock.advance(legacySeconds)
    await submit({ apex: parseName(legacyZone), wish: { kind: 'delete' } })
    t.equal(await provision.runDue(1), 0)
    t.match(faults, [{ code: 'zone-absent' }])
    t.equal(await provision.runDue(1), 1, 'the other one')
    t.equal(look('other-test.o-v1.mx.test.', 'A'), 'secure rcode 3')
    t.equal(await provision.runDue(1), 0)
    t.equal(faults.length, 1)
    const tried: number[] = []
    for (let minute = 1; minute <= 16; minute++) {
      clock.advance(60)
      await provision.runDue(1)
      if (faults.length > tried.length + 1) tried.push(minute)
    }
    t.same(tried, [1, 2, 4, 8, 16])
    const { items } = await provision.history(contoso, { limit: 1 })
    t.match(items, [{ note: /^Put off: Cannot change mail\.legacy\.test\.: no such zone/ }])
    t.equal(told(await provision.disableDnssec(contoso, someone)), 'zone-absent', 'not without it')
  },
)

t.test('bug: a domain whose partition was deleted could never be given up', async (t) => {
  const { provision, verified, clock, submit, faults, look } = await provisioning(t)
  await verified('contoso.com')
  await provision.enableDnssec(contoso, {}, someone)
  await provision.disableDnssec(contoso, someone)
  await submit({ apex: parseName(partitionZone), wish: { kind: 'delete' } })
  clock.advance(holdSeconds)
  t.equal(await provision.runDue(10), 1)
  t.same(faults, [])
  t.match(await provision.domain(contoso), { host: undefined, dnssec: { kind: 'off' } })
  const { items } = await provision.history(contoso, { limit: 1 })
  t.match(items, [{ note: 'Gone with its zone: contoso-com.o-v1.mx.test' }])
  await provision.createPartition({ name: 'a-v1', frontends: ['192.0.2.9'] }, someone)
  t.equal(told(await provision.enableDnssec(contoso, { partition: 'a-v1' }, someone)), 'done')
  t.equal(look('contoso-com.a-v1.mx.test.', 'A'), 'secure 192.0.2.9')
})

t.test('runDue: a document that is none is told of, and the others are done', async (t) => {
  const { provision, verified, clock, store, faults } = await provisioning(t)
  await verified('contoso.com')
  await provision.enableDnssec(contoso, {}, someone)
  const document = {
    ...{ collection: 'domain', key: 'acme/broken.test', tenant: 'acme', version: 1 },
    ...{ dueAt: clock.now(), value: { domain: 'broken.test' } },
  }
  const write = { expectedVersion: 0, document, claims: [], note: '' }
  const audit = { at: clock.now(), actor: someone, action: 'test', apex: undefined, detail: '' }
  await store.commitDocuments([{ writes: [write], at: clock.now(), actor: someone, audit }])
  clock.advance(legacySeconds)
  t.equal(await provision.runDue(10), 1)
  t.match(faults, [{ code: 'store-corrupt' }])
})

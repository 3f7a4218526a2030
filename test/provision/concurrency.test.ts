import t, { type Test } from 'tap'
import { fixedClock } from '../../src/base/index.ts'
import { Turns } from '../../src/provision/turns.ts'
import { frontends, provisioning, ref, someone } from '../support/provisioning.ts'
import { testTime } from '../support/served-zone.ts'
import { caughtUp, changes, concurrencyTests, type TwoNodes } from './concurrency-run.ts'

async function twoNodes(t: Test): Promise<TwoNodes> {
  const clock = fixedClock(testTime)
  const first = await provisioning(t, { clock, node: 'a' })
  const { store, directory } = first
  const second = await provisioning(t, {
    ...{ clock, node: 'b', store, directory, withoutPartition: true },
    alterKeys: () => first.keys,
  })
  await caughtUp(first, second)
  return [first, second]
}

concurrencyTests(t, twoNodes)

t.test('hundreds of domains at one time', async (t) => {
  const { provision, verified, look } = await provisioning(t)
  const domains = Array.from({ length: 200 }, (_, at) => `d${at}.test`)
  await Promise.all(domains.map((domain) => verified(domain)))
  await provision.createPartition({ name: 'a-v1', frontends }, someone)
  const results = await Promise.all(
    domains.map((domain) => provision.enableDnssec(ref(domain), {}, someone)),
  )
  t.equal(changes(results), domains.length)
  const hosts = (await provision.partitions()).map((partition) => partition.hosts)
  t.equal(
    hosts.reduce((sum, count) => sum + count, 0),
    domains.length,
  )
  t.match(look('d7-test.a-v1.mx.test.', 'A') + look('d7-test.o-v1.mx.test.', 'A'), /secure 192/)
  const all: string[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await provision.domains({
      ...{ tenant: 'acme', limit: 70 },
      ...(cursor === undefined ? {} : { cursor }),
    })
    all.push(...page.items.map(({ token }) => token ?? ''))
    cursor = page.next
    if (cursor === undefined) break
  }
  t.equal(new Set(all).size, domains.length)
})

t.test('Turns: one after another, others meanwhile, and no endless line', async (t) => {
  const turns = new Turns()
  const order: string[] = []
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = turns.take('a', async () => {
    await held
    order.push('first')
  })
  const failing = turns.take('a', async () => {
    order.push('second')
    throw new Error('of the second')
  })
  const waiting = Array.from({ length: 62 }, () => turns.take('a', async () => 'done'))
  t.equal(await turns.take('a', async () => 'never'), undefined)
  t.equal(await turns.take('b', async () => 'b'), 'b')
  release()
  await first
  await t.rejects(failing, { message: 'of the second' })
  t.same(new Set(await Promise.all(waiting)), new Set(['done']))
  t.same(order, ['first', 'second'])
  t.equal(await turns.take('a', async () => 'again'), 'again')
})

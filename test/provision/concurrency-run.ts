import type { Test } from 'tap'
import type { Provisioned } from '../../src/provision/index.ts'
import { holdSeconds, type Provisioning, ref, someone, told } from '../support/provisioning.ts'

const contoso = ref('contoso.com')
const host = 'contoso-com.o-v1.mx.test.'
const word = { skipProof: true }

/** Two nodes that follow one store, and share their clock and keys. */
export type TwoNodes = readonly [Provisioning, Provisioning]

/** Waits until nodes serve all that is durable. */
export async function caughtUp(...nodes: readonly Provisioning[]): Promise<void> {
  for (const { records, store } of nodes) {
    const { live, waitingFor } = await records.whenLive(await store.sequence(), 5000)
    if (!live) throw new Error(`still waiting for ${waitingFor}`)
  }
}

/** How many changed something; fails for those that were refused otherwise than by these codes. */
export function changes(results: readonly Provisioned<unknown>[], ...refusals: readonly string[]) {
  const words = results.map(told)
  const bad = words.filter((word) => !['done', 'same', ...refusals].includes(word))
  if (bad.length > 0) throw new Error(bad.join(', '))
  return words.filter((word) => word === 'done').length
}

/** What has to hold when many want something of two nodes at one time. */
export function concurrencyTests(t: Test, openNodes: (t: Test) => Promise<TwoNodes>): void {
  t.test('many callers on two nodes do each thing once', async (t) => {
    const [first, second] = await openNodes(t)
    const nodes = Array.from({ length: 24 }, (_, at) => (at % 2 ? first : second).provision)
    const all = async (
      work: (provision: Provisioning['provision']) => Promise<Provisioned<unknown>>,
    ) => changes(await Promise.all(nodes.map(work)))
    t.equal(await all((provision) => provision.addDomain(contoso, {}, someone)), 1)
    t.equal(await all((provision) => provision.verifyDomain(contoso, word, someone)), 1)
    t.equal(await all((provision) => provision.enableDnssec(contoso, {}, someone)), 1)
    await caughtUp(first, second)
    t.equal(first.look(host, 'A'), 'secure 192.0.2.1 192.0.2.2')
    t.equal(second.look(host, 'A'), 'secure 192.0.2.1 192.0.2.2')
    await first.publishTlsa()
    t.equal(await all((provision) => provision.enableDane(contoso, someone)), 1)
    t.equal(await all((provision) => provision.disableDane(contoso, someone)), 1)
    t.equal(await all((provision) => provision.disableDnssec(contoso, someone)), 1)
    first.clock.advance(holdSeconds)
    const counts = await Promise.all(nodes.map((provision) => provision.runDue(10)))
    t.equal(
      counts.reduce((sum, count) => sum + count, 0),
      1,
    )
    t.equal(await all((provision) => provision.removeDomain(contoso, someone)), 1)
    const { items } = await first.provision.history(contoso, { limit: 20 })
    t.equal(items.length, 8, 'a version for each')
    t.same([...first.faults, ...second.faults], [])
  })

  t.test('callers who want opposite things: each gets a whole one', async (t) => {
    const [first, second] = await openNodes(t)
    await first.verified('contoso.com')
    const wishes = Array.from({ length: 40 }, (_, at) => {
      const { provision } = at % 4 < 2 ? first : second
      return at % 2
        ? provision.enableDnssec(contoso, {}, someone)
        : provision.disableDnssec(contoso, someone)
    })
    changes(await Promise.all(wishes))
    const domain = await second.provision.domain(contoso)
    t.equal(domain?.token, 'contoso-com')
    await caughtUp(first, second)
    const isThere = domain?.host !== undefined
    for (const node of [first, second]) {
      t.equal(node.look(host, 'A').startsWith('secure 192'), isThere)
      t.same(node.legacy('contoso-com'), ['192.0.2.7'])
    }
    first.clock.advance(holdSeconds)
    await first.provision.runDue(1)
    const after = await first.provision.domain(contoso)
    t.equal(first.look(host, 'A').startsWith('secure 192'), after?.dnssec.kind === 'on')
  })

  t.test('of tenants who verify one name at one time, one has it', async (t) => {
    const [first, second] = await openNodes(t)
    const rivals = Array.from({ length: 12 }, (_, at) => ref('contoso.com', `tenant${at}`))
    for (const rival of rivals) await first.provision.addDomain(rival, {}, someone)
    const results = await Promise.all(
      rivals.map((rival, at) =>
        (at % 2 ? first : second).provision.verifyDomain(rival, word, someone),
      ),
    )
    t.equal(changes(results, 'domain-taken'), 1)
    const domains = await Promise.all(rivals.map((rival) => first.provision.domain(rival)))
    t.equal(domains.filter((domain) => domain?.verifiedAt !== undefined).length, 1)
  })

  t.test('of domains that want one token, one has it', async (t) => {
    const [first, second] = await openNodes(t)
    const domains = Array.from({ length: 8 }, (_, at) => ref(`d${at}.test`))
    for (const domain of domains) await first.provision.addDomain(domain, { token: 'x' }, someone)
    const results = await Promise.all(
      domains.map((domain, at) =>
        (at % 2 ? first : second).provision.verifyDomain(domain, word, someone),
      ),
    )
    t.equal(changes(results, 'token-taken'), 1)
  })
}

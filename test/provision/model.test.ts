import fc from 'fast-check'
import t from 'tap'
import type { Domain, Provisioned } from '../../src/provision/index.ts'
import {
  holdSeconds,
  legacySeconds,
  type Provisioning,
  partitionZone,
  provisioning,
  ref,
  someone,
} from '../support/provisioning.ts'

const tenants = ['acme', 'rival'] as const
const names = ['contoso.com', 'ab-cd.example'] as const
const deeds = [
  ...['add', 'verify', 'verify', 'remove', 'enable', 'rename', 'rename'],
  ...['disable', 'disable', 'daneOn', 'daneOff', 'daneOff', 'close', 'open'],
] as const

const steps = fc.array(
  fc.record({
    // Most is about one domain, so that it comes far.
    tenant: fc.constantFrom('acme', ...tenants),
    name: fc.constantFrom('contoso.com', ...names),
    deed: fc.constantFrom(...deeds),
    // A clock may be set back.
    seconds: fc.constantFrom(0, 60, holdSeconds, legacySeconds, -600),
    isSwept: fc.boolean(),
  }),
  { minLength: 10, maxLength: 40 },
)
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

function act({ provision }: Provisioning, { tenant, name, deed }: Step) {
  const at = ref(name, tenant)
  const acts: Readonly<Record<Step['deed'], () => Promise<unknown>>> = {
    add: () => provision.addDomain(at, {}, someone),
    verify: () => provision.verifyDomain(at, { skipProof: true }, someone),
    remove: () => provision.removeDomain(at, someone),
    enable: () => provision.enableDnssec(at, {}, someone),
    rename: () => provision.enableDnssec(at, { token: `${tenant}-${name.slice(0, 2)}` }, someone),
    disable: () => provision.disableDnssec(at, someone),
    daneOn: () => provision.enableDane(at, someone),
    daneOff: () => provision.disableDane(at, someone),
    close: () => provision.changePartition('o-v1', { isOpen: false }, someone),
    open: () => provision.changePartition('o-v1', { isOpen: true }, someone),
  }
  return acts[deed]()
}

/** What is wrong with a domain that a tenant has; undefined where nothing is. */
function wrongWith({ look, legacy }: Provisioning, domain: Domain): string | undefined {
  const { token, host, dnssec, dane, verifiedAt } = domain
  if ((token === undefined) !== (verifiedAt === undefined)) return 'a token is of the verified'
  if (token === undefined) return undefined
  if ((host === undefined) !== (dnssec.kind === 'off')) return 'a host is there until it is off'
  const signed = `${token}.${partitionZone}`
  const there = look(signed, 'A').includes('192.0.2.1')
  if (there !== (host !== undefined)) return `${signed} ${there}`
  const protectedNow = look(`_25._tcp.${signed}`, 'TLSA').includes('3 1 1')
  if (protectedNow !== (dane.kind === 'on')) return `TLSA of ${signed} ${protectedNow}`
  const before = domain.formerTokens.concat(token).some((label) => legacy(label).length > 0)
  if (before && domain.legacy.kind === 'off') return 'a host of before was forgotten'
  if (!before && domain.legacy.kind === 'on') return 'the host of before is not there'
  return there || before ? undefined : 'mail has nowhere to go'
}

async function wrong(world: Provisioning): Promise<string | undefined> {
  for (const name of names) {
    const found = await Promise.all(
      tenants.map((tenant) => world.provision.domain(ref(name, tenant))),
    )
    const domains = found.filter((domain) => domain !== undefined)
    if (domains.filter(({ verifiedAt }) => verifiedAt !== undefined).length > 1)
      return 'two have it'
    for (const domain of domains) {
      const why = wrongWith(world, domain)
      if (why !== undefined) return `${domain.tenant} ${name}: ${why}`
    }
  }
  return undefined
}

t.test('whatever is done in whatever order, hosts are as documents say', async (t) => {
  const property = fc.asyncProperty(steps, async (story) => {
    const world = await provisioning(t)
    await world.publishTlsa()
    await world.verified('contoso.com')
    for (const [at, step] of story.entries()) {
      const { kind } = (await act(world, step)) as Provisioned<unknown>
      const why = await wrong(world)
      if (why !== undefined) throw new Error(`${why} after ${at}: ${step.deed}, ${kind}`)
      world.clock.advance(step.seconds)
      if (!step.isSwept) continue
      // As the server does every minute, but not always in time.
      await world.provision.runDue(10)
      const left = await wrong(world)
      if (left !== undefined) throw new Error(`${left} after what was due at ${at}`)
    }
    if (world.faults.length > 0) throw world.faults[0]
  })
  await fc.assert(property, { seed: 20261125, numRuns: 16 })
})

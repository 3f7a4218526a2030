import type { Domain, DomainRef, Provisioned } from '../../src/provision/index.ts'
import { legacySeconds, ref, someone } from '../support/provisioning.ts'
import type { CrashNode } from './crash-node.ts'

/** The domains that a child works on, all at one time. */
export const domains: readonly DomainRef[] = ['a.test', 'b-c.test', 'd.test'].map((name) =>
  ref(name),
)

/** Everything that can be done. */
export const useCases = [
  ...(['add', 'verify', 'enableDnssec', 'enableDane', 'disableDane'] as const),
  ...([
    'disableDnssec',
    'restoreLegacy',
    'remove',
    'due',
    'createPartition',
    'changePartition',
  ] as const),
]
export type UseCase = (typeof useCases)[number]

/** What a child says before and after each use case, and at what time it does it. */
export interface Said {
  readonly what: 'begin' | 'end'
  readonly useCase: UseCase
  /** Index of the domain. */
  readonly domain: number
  readonly time: number
  /** Of the domain's document afterwards, where one was written. */
  readonly version?: number
}

/** What comes next for a domain as it is; sooner or later everything. */
export function nextFor(domain: Domain | undefined, chance: number): UseCase {
  if (chance < 0.05) return 'createPartition'
  if (chance < 0.1) return 'changePartition'
  if (!domain) return 'add'
  if (domain.verifiedAt === undefined) return 'verify'
  if (domain.dane.kind === 'on') return chance < 0.3 ? 'due' : 'disableDane'
  switch (domain.dnssec.kind) {
    case 'off':
      return chance < 0.4 ? 'remove' : 'enableDnssec'
    case 'ending':
      return chance < 0.7 ? 'due' : 'enableDnssec'
    case 'on':
      if (chance < 0.5) return 'enableDane'
      return chance < 0.7 && domain.legacy.kind !== 'on' ? 'restoreLegacy' : 'disableDnssec'
  }
}

/** Does it; the version of the domain's document afterwards, where there is one. */
export async function doUseCase(
  node: CrashNode,
  useCase: UseCase,
  domain: DomainRef,
): Promise<number | undefined> {
  const { provision, clock } = node
  switch (useCase) {
    case 'add':
      return demandDone(await provision.addDomain(domain, {}, someone)).version
    case 'verify':
      return demandDone(await provision.verifyDomain(domain, { skipProof: true }, someone)).version
    case 'enableDnssec':
      return demandDone(await provision.enableDnssec(domain, {}, someone)).domain.version
    case 'enableDane':
      return demandDone(await provision.enableDane(domain, someone)).version
    case 'disableDane':
      return demandDone(await provision.disableDane(domain, someone)).version
    case 'disableDnssec':
      return demandDone(await provision.disableDnssec(domain, someone)).domain.version
    case 'restoreLegacy':
      return demandDone(await provision.restoreLegacy(domain, someone)).version
    case 'remove':
      return demandDone(await provision.removeDomain(domain, someone)).version
    case 'due':
      clock.advance(legacySeconds)
      await provision.runDue(100)
      return undefined
    case 'createPartition': {
      const name = `p${(await provision.partitions()).length}`
      demandDone(await provision.createPartition({ name, frontends: ['192.0.2.1'] }, someone))
      return undefined
    }
    case 'changePartition': {
      const frontends = [`192.0.2.${1 + (clock.now() % 7)}`]
      demandDone(await provision.changePartition('o-v1', { frontends }, someone))
      return undefined
    }
  }
}

function demandDone<T>(result: Provisioned<T>): T {
  if (result.kind === 'done') return result.value
  throw result.error
}

import { type Clock, CodedError, type Timers } from '../base/index.ts'
import type { Domain, DomainRef, Provision } from '../provision/index.ts'
import type { Actor, Store } from '../store/index.ts'
import type { Stub } from '../stub/index.ts'
import { formatHost, lowerName, type Name } from '../wire/index.ts'
import { expectDomain } from './expected.ts'
import { keepMemory, recallMemory } from './memory-document.ts'
import { type ObserveWorld, observeDomain } from './observe.ts'
import type { MigrationSettings } from './scene.ts'
import { dnssecStatus } from './status.ts'
import { migrationReport } from './steps.ts'
import type {
  Direction,
  DnssecStatus,
  ExpectedDomain,
  MigrationReport,
  ObservedDomain,
  StatusSkips,
} from './types.ts'

/** Domains that are looked at at a time: each look may ask a hundred questions. */
const looksMax = 16
/** How long one look may take; what is not seen by then is told as not to be seen. */
const lookMs = 30_000

/** What an operator sets of looks. */
export interface OutlookSettings {
  /** Zone of the hosts of before; undefined for none. */
  readonly legacyZone: Name | undefined
  /** Where policies of MTA-STS are served; 443 but in a lab. */
  readonly stsPort?: number
  /** PEM of certificate authorities for MTA-STS instead of the system's. */
  readonly ca?: string
  readonly migration?: Partial<MigrationSettings>
}

/** What looks live by. */
export interface OutlookOptions {
  readonly provision: Pick<Provision, 'domain' | 'expectedMx' | 'partitions'>
  readonly store: Pick<Store, 'document' | 'commitDocuments'>
  /** One for each look, so that nothing is seen as it was a while ago. @throws {CodedError} */
  readonly openStub: () => Stub
  readonly clock: Clock
  readonly timers: Timers
  readonly settings: OutlookSettings
  /** Tries a host by SMTP, for those who ask for it; without it nobody is met. */
  readonly meet?: ObserveWorld['meet']
}

/** How to look at the way of a domain. */
export interface MigrationQuestion {
  /** Where it shall go; where it seems to be going if nobody says. */
  readonly direction?: Direction
  /** Whether its hosts are to be met by SMTP. */
  readonly meet?: boolean
}

/** Looks at domains from outside. What is said of one goes by what is provisioned for it. */
export interface Outlook {
  /** Get-DnssecStatusForVerifiedDomain. @throws {CodedError} `look-busy`, and what stores throw */
  status(ref: DomainRef, skips: Partial<StatusSkips>): Promise<DnssecStatus>
  /**
   * Where a domain is on its way. What was seen is kept beside the domain, in the store, so that
   * every node knows for whom there is to wait.
   *
   * @throws {CodedError} as `status`
   */
  migration(ref: DomainRef, question: MigrationQuestion, actor: Actor): Promise<MigrationReport>
  /** Goes by other settings from now on. */
  reload(settings: OutlookSettings): void
}

/** Makes what looks at domains. */
export function openOutlook(options: OutlookOptions): Outlook {
  const looker = new Looker(options)
  return {
    async status(ref, skips) {
      const { expected, observed } = await looker.look(lowered(ref), { kind: 'status', skips })
      return dnssecStatus(expected, observed)
    },
    migration: (ref, question, actor) => lookAtWay(lowered(ref), question, actor, looker),
    reload(settings) {
      looker.settings = settings
    },
  }
}

function lowered({ tenant, domain }: DomainRef): DomainRef {
  return { tenant, domain: lowerName(domain) }
}

/** Reports rest on one memory: whoever was overtaken works out upon that of the other. */
async function lookAtWay(
  ref: DomainRef,
  { direction, meet = false }: MigrationQuestion,
  actor: Actor,
  looker: Looker,
): Promise<MigrationReport> {
  const { store, settings } = looker
  const { expected, observed } = await looker.look(ref, { kind: 'way', meet })
  const reportUpon = (memory: MigrationReport['memory']) =>
    migrationReport(expected, observed, memory, settings.migration, direction)
  if (!expected.domain) return reportUpon((await recallMemory(store, ref)).memory)
  return keepMemory(store, ref, { at: observed.at, actor }, reportUpon)
}

/** What is to be looked at. */
type Look =
  | { readonly kind: 'status'; readonly skips: Partial<StatusSkips> }
  /** Its hosts as well, whether MX records lead to them yet or not. */
  | { readonly kind: 'way'; readonly meet: boolean }

const allSkips = { dns: true, mx: true, sts: true }

class Looker {
  readonly #options: OutlookOptions
  settings: OutlookSettings
  #underWay = 0

  constructor(options: OutlookOptions) {
    this.#options = options
    this.settings = options.settings
  }

  get store(): OutlookOptions['store'] {
    return this.#options.store
  }

  async look(
    ref: DomainRef,
    look: Look,
  ): Promise<{ readonly expected: ExpectedDomain; readonly observed: ObservedDomain }> {
    const { provision, clock } = this.#options
    const domain = await provision.domain(ref)
    const expected = expectDomain(ref.domain, domain, {
      expected: domain && provision.expectedMx(domain),
      partitionZone: await this.#partitionZone(domain),
      legacyZone: this.settings.legacyZone,
    })
    // Nobody has names looked up that they have not proved to be theirs.
    const isTheirs = domain?.verifiedAt !== undefined
    if (!isTheirs || seesNothing(look)) return { expected, observed: unseen(clock) }
    return { expected, observed: await this.#observe(ref.domain, expected, look) }
  }

  async #partitionZone(domain: Domain | undefined): Promise<Name | undefined> {
    if (domain?.partition === undefined) return undefined
    const partitions = await this.#options.provision.partitions()
    return partitions.find(({ name }) => name === domain.partition)?.zone
  }

  async #observe(
    domain: Name,
    { signedHost, legacyHost }: ExpectedDomain,
    look: Look,
  ): Promise<ObservedDomain> {
    if (this.#underWay >= looksMax) {
      const text = `Cannot look at ${formatHost(domain)}: ${looksMax} domains are being looked at`
      throw new CodedError('look-busy', text)
    }
    const { openStub, clock, timers, meet } = this.#options
    const { stsPort, ca } = this.settings
    const isWay = look.kind === 'way'
    const hosts = isWay ? [signedHost, legacyHost].filter((host) => host !== undefined) : []
    const skips = isWay ? {} : look.skips
    const mayMeet = isWay && look.meet && meet ? { meet } : {}
    const end = new AbortController()
    const stub = openStub()
    const timer = timers.set(lookMs, () => end.abort())
    this.#underWay++
    try {
      return await observeDomain(
        {
          ...{ domain, skips, hosts },
          ...(stsPort === undefined ? {} : { stsPort }),
          ...(ca === undefined ? {} : { ca }),
        },
        { stub, clock, timers, signal: end.signal, ...mayMeet },
      )
    } finally {
      this.#underWay--
      timers.clear(timer)
      await stub.close()
    }
  }
}

function seesNothing(look: Look): boolean {
  if (look.kind === 'way') return false
  const { dns, mx, sts } = look.skips
  return dns === true && mx === true && sts === true
}

function unseen(clock: Clock): ObservedDomain {
  const nothing = { mx: { kind: 'skipped' }, sts: { kind: 'skipped' } } as const
  const seen = { hosts: [], others: [], meetings: [] }
  return { at: clock.now(), skips: allSkips, ...nothing, ...seen }
}

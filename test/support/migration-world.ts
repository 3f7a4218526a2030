import type { UnixSeconds } from '../../src/base/index.ts'
import type { Host } from '../../src/destination/index.ts'
import type {
  Direction,
  ExpectedDomain,
  Meeting,
  MigrationMemory,
  MigrationReport,
  MigrationStep,
  ObservedDomain,
} from '../../src/migration/index.ts'
import { migrationReport, noMemory } from '../../src/migration/index.ts'
import type { Ttl } from '../../src/rr/index.ts'
import { equalNames, formatHost, formatName } from '../../src/wire/index.ts'
import {
  after,
  contoso,
  domainIs,
  down,
  found,
  legacyHost,
  legacyUp,
  otherHost,
  otherUp,
  policyIs,
  signedHost,
  signedUp,
} from './migration.ts'

/** Where a story begins. */
export interface Beginning {
  /** Such as `0 legacy`. */
  readonly mx: readonly string[]
  readonly ttl: number
  readonly isSigned: boolean
  readonly policy?: { readonly mode: 'enforce' | 'testing'; readonly mx: readonly string[] }
  readonly maxAge?: number
  readonly isEnabled: boolean
  readonly hasDane: boolean
  readonly hasLegacy: boolean
  readonly preference?: number
}

/** Something that was published, and until when; undefined: still. */
interface Version<T> {
  readonly value: T
  readonly lifetime: number
  until: number | undefined
}

/** What others may still have: the present and whatever has not outlived itself. */
class Published<T> {
  readonly #versions: Version<T>[] = []

  put(value: T, lifetime: number, now: number): void {
    const last = this.#versions.at(-1)
    if (last) last.until = now
    this.#versions.push({ value, lifetime, until: undefined })
  }

  kept(now: number): T[] {
    return this.#versions
      .filter(({ until, lifetime }) => until === undefined || until + lifetime > now)
      .map(({ value }) => value)
  }
}

type Records = ReturnType<typeof found>['records']
type Policy = { readonly mode: 'enforce' | 'testing'; readonly mx: readonly string[] }

/** Shorter than any provider would have it: waiting is the way's own business here. */
const hold = 1
const hostSeconds = 300
const tlsaSeconds = 600
const legacySeconds = 172_800

/**
 * A domain, its provisioning and everybody's caches, on a clock of their own. `follow` does what a
 * step says, by its very records; `lost` says of which sender mail would be lost now.
 */
export class MigrationWorld {
  now: UnixSeconds = after(0)
  memory: MigrationMemory = noMemory
  readonly done: string[] = []
  #records: Records
  #isSigned: boolean
  #policy: Policy | undefined
  #id = 1
  readonly #maxAge: number
  readonly #preference: number
  #domain: NonNullable<ExpectedDomain['domain']>
  #wasEnabled: boolean
  readonly #caches = new Published<Records>()
  readonly #policies = new Published<Policy | undefined>()

  constructor(beginning: Beginning) {
    const { mx, ttl, isEnabled, hasDane, hasLegacy } = beginning
    this.#records = found(mx, { ttl }).records
    this.#isSigned = beginning.isSigned
    this.#policy = beginning.policy
    this.#maxAge = beginning.maxAge ?? 86_400
    this.#preference = beginning.preference ?? 0
    const long = { kind: 'on', since: after(-1_000_000) } as const
    const off = { kind: 'off' } as const
    this.#domain = domainIs({
      dnssec: isEnabled ? long : off,
      dane: isEnabled && hasDane ? long : off,
      legacy: hasLegacy ? long : off,
    })
    this.#wasEnabled = isEnabled
    this.#caches.put(this.#records, ttl, this.now)
    this.#policies.put(this.#policy, this.#maxAge, this.now)
  }

  /** Looks and asks where the domain stands. */
  look(direction: Direction, forgets = false): MigrationReport {
    const memory = forgets ? noMemory : this.memory
    const expected = this.#expected()
    const settings = { hostSeconds: 900, tlsaSeconds: 1800 }
    const report = migrationReport(expected, this.#observe(), memory, settings, direction)
    this.memory = report.memory
    return report
  }

  advance(seconds: number): void {
    this.now = (this.now + seconds) as UnixSeconds
  }

  /** Who loses mail now: a sender with old records, an old policy, or both; undefined: nobody. */
  lost(): string | undefined {
    for (const records of this.#caches.kept(this.now)) {
      for (const policy of this.#policies.kept(this.now)) {
        const isServed = records.some(({ host }) => this.#takes(host, policy))
        const texts = records.map(({ preference, host }) => `${preference} ${formatHost(host)}`)
        if (!isServed) return `${texts.join(', ')}, ${policy?.mode} ${policy?.mx.join(', ')}`
      }
    }
    return undefined
  }

  /** Does what a step says. */
  follow({ id, state, text, until }: MigrationStep): void {
    this.done.push(state === 'wait' ? `${id}: wait` : id)
    if (state === 'wait') {
      this.advance((until ?? this.now + 60) - this.now)
      return
    }
    if (/new id/.test(text)) this.#changePolicy(text)
    const records = [...text.matchAll(/@ (\d+) IN MX (\d+) (\S+?)(?=["; ]|$)/g)].map(
      ([, ttl, preference, host = '']) => ({
        ...{ ttl: Number(ttl), preference: Number(preference), host },
      }),
    )
    if (records.length > 0) this.#changeRecords(text, records)
    else this.#act(id)
  }

  #takes(host: Host['name'], policy: Policy | undefined): boolean {
    const name = formatHost(host)
    const isNamed = policy?.mode !== 'enforce' || policy.mx.includes(name)
    return isNamed && this.#hosts().some((one) => equalNames(one.name, host) && isUp(one))
  }

  /** What answers by now. */
  #hosts(): Host[] {
    const { dnssec, dane, legacy } = this.#domain
    const signed = isThere(dnssec, this.now, hostSeconds)
    const tlsa = isThere(dane, this.now, tlsaSeconds)
    const withoutTlsa = { ...signedUp, level: 'none', tlsa: undefined } as const
    return [
      signed ? (tlsa ? signedUp : withoutTlsa) : down(signedUp),
      isThere(legacy, this.now, hostSeconds) ? legacyUp : down(legacyUp),
      otherUp,
    ]
  }

  #expected(): ExpectedDomain {
    const isOn = this.#domain.dnssec.kind === 'on'
    const expected = { host: signedHost, preference: this.#preference, ttl: 60 as Ttl }
    return {
      name: contoso,
      domain: this.#domain,
      expected: isOn ? expected : undefined,
      signedHost: this.#wasEnabled ? signedHost : undefined,
      legacyHost,
    }
  }

  #observe(): ObservedDomain {
    const security = this.#isSigned ? 'secure' : 'insecure'
    const isMx = ({ name }: Host) => this.#records.some(({ host }) => equalNames(host, name))
    const policy = this.#policy
    const meetings: Meeting[] = []
    return {
      at: this.now,
      skips: { dns: false, mx: false, sts: false },
      mx: { kind: 'found', security, records: this.#records },
      hosts: this.#hosts().filter(isMx),
      others: this.#hosts().filter((host) => !isMx(host) && !equalNames(host.name, otherHost)),
      meetings,
      sts: policy
        ? policyIs(policy.mode, policy.mx, { id: `${this.#id}`, maxAge: this.#maxAge })
        : { kind: 'none', text: 'there is none' },
    }
  }

  #changeRecords(
    text: string,
    changes: readonly { ttl: number; preference: number; host: string }[],
  ): void {
    const [change] = changes
    const isNamed = ({ host }: Records[number]) =>
      changes.some((one) => one.host === formatName(host))
    const named = changes.flatMap(({ preference, host }) =>
      found([`${preference} ${host}`], { ttl: change?.ttl ?? 0 }).records.slice(),
    )
    const rest = this.#records.filter((record) => !isNamed(record))
    // RFC 2181 §5.2: records of a set have one TTL.
    const isDeletion = /^Delete/.test(text)
    const ttl = (isDeletion ? this.#records[0]?.ttl : change?.ttl) as Ttl
    const records = isDeletion ? rest : [...rest, ...named]
    // What no record leads to any more is gone at once, whatever caches have.
    if (isDeletion && named.some(({ host }) => equalNames(host, legacyHost))) {
      this.#domain = { ...this.#domain, legacy: { kind: 'off' } }
    }
    this.#records = records
      .map((record) => ({ ...record, ttl }))
      .sort((a, b) => a.preference - b.preference)
    this.#caches.put(this.#records, ttl, this.now)
  }

  #changePolicy(text: string): void {
    const mode = /"mode: (enforce|testing)"/.exec(text)?.[1]
    const mx = [...text.matchAll(/"mx: ([^"]*)"/g)].map(([, host = '']) => host)
    const old = this.#policy ?? { mode: 'testing', mx: [] }
    this.#policy = {
      mode: mode === undefined ? old.mode : (mode as Policy['mode']),
      mx: mx.length === 0 ? old.mx : mx,
    }
    this.#id++
    this.#policies.put(this.#policy, this.#maxAge, this.now)
  }

  #act(id: string): void {
    const on = { kind: 'on', since: this.now } as const
    const ending = (seconds: number) =>
      ({ kind: 'ending', since: this.now, until: after(this.now - after(0) + seconds) }) as const
    const { legacy } = this.#domain
    const back = legacy.kind === 'on' ? legacy : on
    const acts: Readonly<Record<string, () => void>> = {
      'sign-zone': () => {
        this.#isSigned = true
      },
      'enable-dnssec': () => {
        this.#domain = { ...this.#domain, dnssec: on, legacy: ending(legacySeconds) }
        this.#wasEnabled = true
      },
      test: () => this.#met(signedHost),
      'test-legacy': () => {
        for (const { host } of this.#records) if (this.#takes(host, undefined)) this.#met(host)
      },
      'enable-dane': () => {
        this.#domain = { ...this.#domain, dane: on }
      },
      'disable-dane': () => {
        this.#domain = { ...this.#domain, dane: { kind: 'off' }, legacy: back }
      },
      // The host of before is brought back by whoever provisions it.
      'add-legacy-mx': () => {
        this.#domain = { ...this.#domain, legacy: back }
      },
      'disable-dnssec': () => {
        this.#domain = { ...this.#domain, dnssec: ending(hold), legacy: back }
      },
    }
    acts[id]?.()
  }

  #met(host: Host['name']): void {
    const metHosts = [formatHost(host), ...this.memory.metHosts]
    this.memory = { ...this.memory, metHosts }
  }
}

function isUp({ addresses }: Host): boolean {
  return addresses.length > 0
}

function isThere(
  state: NonNullable<ExpectedDomain['domain']>['legacy'],
  now: number,
  seconds: number,
): boolean {
  if (state.kind === 'on') return now >= state.since + seconds
  return state.kind === 'ending' && now < state.until
}

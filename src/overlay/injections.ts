import {
  type Clock,
  CodedError,
  type TimerHandle,
  type Timers,
  type UnixSeconds,
} from '../base/index.ts'
import { type Fault, movedTo, type Place } from '../lab/index.ts'
import type { ServedZone } from '../query/index.ts'
import type { Respond } from '../server/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import { checkFit } from './fit.ts'
import { tampered } from './tampered.ts'

/** Faults at work at a time, of all zones. */
export const injectionsMax = 64
/** The longest time that one can be at work before it ends by itself, in seconds: timers end. */
export const injectionSecondsMax = 14 * 86_400

/** What is to be wrong from now on. */
export interface InjectionWish {
  readonly apex: Name
  readonly fault: Fault
  /** Where, instead of where the catalogue has it. */
  readonly at: Place | undefined
  /** 1 to `injectionSecondsMax`; undefined for until it is healed, or the server stops. */
  readonly seconds: number | undefined
}

/** A fault at work. */
export interface Injection extends InjectionWish {
  readonly since: UnixSeconds
  readonly until: UnixSeconds | undefined
}

/** What injections need. */
export interface InjectionsOptions {
  /** Zones that may be broken. */
  readonly allowed: readonly Name[]
  readonly zones: ZoneTable<ServedZone>
  readonly clock: Clock
  readonly timers: Timers
  /** Told of every injection that begins or ends, and of the latter why. */
  readonly onChange: (injection: Injection, became: 'injected' | 'healed' | 'over') => void
}

interface Entry {
  readonly injection: Injection
  readonly timer: TimerHandle | undefined
}

/** Which injections are the same: one replaces another. */
function idOf(apex: NameKey, { id }: Pick<Fault, 'id'>, at: Place | undefined): string {
  return `${apex} ${id} ${at ? `${at.owner} ${at.type}` : ''}`
}

/** Faults at work on zones that are served. They are nowhere kept: a restart heals. */
export class Injections {
  readonly #options: InjectionsOptions
  readonly #allowed: ReadonlySet<NameKey>
  readonly #entries = new Map<string, Entry>()
  /** What is at work by zone: what `respond` looks at. */
  readonly #byZone = new Map<NameKey, readonly Fault[]>()

  constructor(options: InjectionsOptions) {
    this.#options = options
    this.#allowed = new Set(options.allowed.map(nameKey))
  }

  /** What is at work, in the order in which it began. */
  list(): readonly Injection[] {
    return [...this.#entries.values()].map(({ injection }) => injection)
  }

  /**
   * Has a fault at work from the next query on. One that is at work there already begins anew.
   *
   * @throws {CodedError} `lab-zone-closed`, `zone-absent`, `lab-fault-unfit`, `lab-faults-full`
   */
  inject(wish: InjectionWish): Injection {
    const { apex, at, seconds } = wish
    const key = this.#opened(apex)
    const served = this.#options.zones.get(key)
    if (!served) throw absent(apex)
    const fault = at ? movedTo(wish.fault, at) : wish.fault
    checkFit(fault, served)
    const id = idOf(key, fault, at)
    const before = this.#entries.get(id)
    if (!before && this.#entries.size >= injectionsMax) throw full()
    if (before) this.#forget(id, before)
    const since = this.#options.clock.now()
    const until = seconds === undefined ? undefined : ((since + seconds) as UnixSeconds)
    const injection: Injection = { ...wish, fault, since, until }
    const { timers } = this.#options
    const over = () => this.#end(id, 'over')
    const timer = seconds === undefined ? undefined : timers.set(seconds * 1000, over)
    this.#entries.set(id, { injection, timer })
    this.#sum()
    this.#options.onChange(injection, 'injected')
    return injection
  }

  /**
   * Ends what is at work: all, or what is of a zone, or of a fault of it. Returns what has ended.
   *
   * @throws {CodedError} `lab-zone-closed`
   */
  heal(apex?: Name, faultId?: string): readonly Injection[] {
    const key = apex === undefined ? undefined : this.#opened(apex)
    const ended = [...this.#entries].filter(
      ([, { injection }]) =>
        (key === undefined || nameKey(injection.apex) === key) &&
        (faultId === undefined || injection.fault.id === faultId),
    )
    for (const [id] of ended) this.#end(id, 'healed')
    return ended.map(([, { injection }]) => injection)
  }

  /** Puts what is at work between an honest server and its clients. One Map is looked at. */
  over(honest: Respond): Respond {
    return (query, out, via) => {
      if (this.#byZone.size === 0) return honest(query, out, via)
      const { zones, clock } = this.#options
      return tampered(query, out, via, { honest, zones, now: clock.now(), faults: this.#byZone })
    }
  }

  #opened(apex: Name): NameKey {
    const key = nameKey(apex)
    if (this.#allowed.has(key)) return key
    const why = 'lab.inject of the configuration does not list it'
    throw new CodedError('lab-zone-closed', `Cannot break ${formatName(apex)}: ${why}`)
  }

  #end(id: string, became: 'healed' | 'over'): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#forget(id, entry)
    this.#sum()
    this.#options.onChange(entry.injection, became)
  }

  #forget(id: string, { timer }: Entry): void {
    if (timer) this.#options.timers.clear(timer)
    this.#entries.delete(id)
  }

  #sum(): void {
    this.#byZone.clear()
    for (const { apex, fault } of this.list()) {
      const key = nameKey(apex)
      this.#byZone.set(key, [...(this.#byZone.get(key) ?? []), fault])
    }
  }
}

function absent(apex: Name): CodedError {
  return new CodedError('zone-absent', `Cannot break ${formatName(apex)}: it is not served`)
}

function full(): CodedError {
  const message = `Cannot inject more: ${injectionsMax} faults are at work; heal some`
  return new CodedError('lab-faults-full', message)
}

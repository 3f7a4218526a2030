import {
  type Clock,
  CodedError,
  type TimerHandle,
  type Timers,
  type UnixSeconds,
} from '../base/index.ts'
import type { Fault, Place } from '../lab/index.ts'
import { equalNames, formatName, type Name } from '../wire/index.ts'

/** Faults that may be at work at a time, beside those that were there from the start. */
const injectionsMax = 64
/** The longest time that a fault can be at work before it ends by itself, in seconds. */
export const injectionSecondsMax = 14 * 86_400

/** What is to be wrong. */
export interface InjectionWish {
  readonly apex: Name
  readonly fault: Fault
  /** Where, instead of where the catalogue has it. */
  readonly at: Place | undefined
  /** 1 to `injectionSecondsMax`; undefined for until it is healed. */
  readonly seconds: number | undefined
}

/** A fault at work. */
export interface Injection {
  readonly apex: Name
  readonly fault: Fault
  readonly at: Place | undefined
  readonly since: UnixSeconds
  readonly until: UnixSeconds | undefined
}

/** What became of an injection: `over` is the end of its time. */
export type Became = 'injected' | 'healed' | 'over'

/** What a ledger needs. */
export interface LedgerOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Looks at a wish before it is entered. @throws {CodedError} why it cannot be */
  readonly admit: (wish: InjectionWish) => void
  /** Who may heal a zone. @throws {CodedError} */
  readonly open: (apex: Name) => void
  /** Told of all that begins or ends, when the ledger has it. */
  readonly onChange: (injection: Injection, became: Became) => void
}

interface Entry {
  readonly injection: Injection
  readonly timer: TimerHandle | undefined
}

function isSame(a: Injection, { apex, fault, at }: InjectionWish): boolean {
  const isThere = a.at?.owner === at?.owner && a.at?.type === at?.type
  return isThere && a.fault.id === fault.id && equalNames(a.apex, apex)
}

/** Which faults are at work, since when and until when. It is kept nowhere: a restart heals. */
export class Ledger {
  readonly #options: LedgerOptions
  readonly #initial: number
  #entries: readonly Entry[]

  /** `initial` are at work from the start, and nobody is told of them. */
  constructor(options: LedgerOptions, initial: readonly Injection[] = []) {
    this.#options = options
    this.#initial = initial.length
    this.#entries = initial.map((injection) => ({ injection, timer: undefined }))
  }

  /** What is at work, in the order in which it began. */
  list(): readonly Injection[] {
    return this.#entries.map(({ injection }) => injection)
  }

  /** What is at work in a zone. */
  of(apex: Name): readonly Injection[] {
    return this.list().filter((injection) => equalNames(injection.apex, apex))
  }

  /**
   * Has a fault at work from now on. One that is at work there already begins anew.
   *
   * @throws {CodedError} `lab-faults-full`, or why the wish is not admitted
   */
  inject(wish: InjectionWish): Injection {
    const { clock, timers, admit, onChange } = this.#options
    admit(wish)
    const before = this.#entries.find(({ injection }) => isSame(injection, wish))
    if (!before && this.#entries.length >= this.#initial + injectionsMax) throw full()
    if (before) this.#forget(before)
    const { apex, fault, at, seconds } = wish
    const since = clock.now()
    const until = seconds === undefined ? undefined : ((since + seconds) as UnixSeconds)
    const injection: Injection = { apex, fault, at, since, until }
    const over = () => this.#end(entry, 'over')
    const timer = seconds === undefined ? undefined : timers.set(seconds * 1000, over)
    const entry: Entry = { injection, timer }
    this.#entries = [...this.#entries, entry]
    onChange(injection, 'injected')
    return injection
  }

  /**
   * Ends what is at work: all, or what is of a zone, or of a fault in it. Returns what has ended.
   *
   * @throws {CodedError} why the zone may not be healed
   */
  heal(apex?: Name, faultId?: string): readonly Injection[] {
    if (apex) this.#options.open(apex)
    const ended = this.#entries.filter(
      ({ injection }) =>
        (!apex || equalNames(injection.apex, apex)) &&
        (faultId === undefined || injection.fault.id === faultId),
    )
    for (const entry of ended) this.#end(entry, 'healed')
    return ended.map(({ injection }) => injection)
  }

  /** Lets go of all timers. What is at work stays. */
  close(): void {
    for (const { timer } of this.#entries) if (timer) this.#options.timers.clear(timer)
  }

  #end(entry: Entry, became: Became): void {
    this.#forget(entry)
    this.#options.onChange(entry.injection, became)
  }

  #forget(entry: Entry): void {
    if (entry.timer) this.#options.timers.clear(entry.timer)
    this.#entries = this.#entries.filter((other) => other !== entry)
  }
}

function full(): CodedError {
  const message = `Cannot inject more: ${injectionsMax} faults are at work; heal some`
  return new CodedError('lab-faults-full', message)
}

/** The error for a zone that is not there to be broken. */
export function absentZone(apex: Name): CodedError {
  return new CodedError('zone-absent', `Cannot break ${formatName(apex)}: it is not served`)
}

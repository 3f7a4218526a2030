import { type Clock, CodedError, type UnixSeconds } from '../base/index.ts'
import { listsInstances, type PublishedZone } from '../publish/index.ts'
import type { RRType } from '../rr/index.ts'
import type { Commit, CommitOutcome, Store, StoredRRset } from '../store/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { commitOf, documentsAlone } from './commit.ts'
import { checkTouched, ownersOf } from './facts.ts'
import type { LiveEntry, LiveZones } from './live.ts'
import type { Base, Plan, View } from './plan.ts'
import { probesOf } from './probes.ts'
import {
  absent,
  notDone,
  type Refusal,
  refuse,
  refuseDocuments,
  refuseFor,
  unavailable,
} from './refusal.ts'
import type { ProbeResult, SelfChecker } from './self-check.ts'
import { rrsetKey } from './stored.ts'
import { forward, Trial } from './trial.ts'
import type { Draft, DraftResult, SelfCheck } from './types.ts'

/** A draft that changes RRsets, and how it is worked out. */
export interface Member {
  readonly draft: Draft
  /** RRsets that working it out needs from the store. */
  readonly reads: readonly { readonly owner: Name; readonly type: RRType }[]
  /** How it is worked out; `view` has what `reads` named, as earlier members leave it. */
  readonly plan: (base: Base, view: View, now: UnixSeconds) => Plan | Refusal
}

/** What came of a member: an answer, or another go once this node has caught up. */
export type Settled = DraftResult | 'again'

/** What a group works with. */
export interface GroupParts {
  readonly store: Store
  readonly live: LiveZones
  readonly checker: SelfChecker
  readonly clock: Clock
  /** Told of every change set that this node made durable and live. */
  readonly onCommitted: (sequence: number) => void
}

/** What a member came to before anything was written. */
interface Worked {
  readonly plan: Plan
  readonly findings: readonly Finding[]
  checks: readonly SelfCheck[]
}

/** One zone of a group. */
interface ZoneWork {
  readonly entry: LiveEntry
  readonly published: PublishedZone
  readonly trial: Trial
  /** RRsets as the members so far leave them. */
  readonly overlay: Map<string, StoredRRset | undefined>
  readonly members: number[]
  base: Base
}

/**
 * Drafts that share one look and one flush; a dry run is in a group of its own. Each is worked out
 * upon those before it, on the live zone itself, and taken back, in one synchronous turn, so that
 * no query sees any of it; then all
 * are made durable, and only then applied for good.
 */
export class Group {
  readonly #parts: GroupParts
  readonly #members: readonly Member[]
  readonly #read = new Map<string, StoredRRset | undefined>()
  #zones = new Map<NameKey, ZoneWork>()
  #worked: (Worked | Refusal)[] = []

  constructor(parts: GroupParts, members: readonly Member[]) {
    this.#parts = parts
    this.#members = members
  }

  /** Works everything out; rejects as the store does. The plans wait in `plans`. */
  async workOut(): Promise<void> {
    await this.#readAll()
    this.#lookAt(false)
  }

  /** The plan of a member that came to one. */
  planOf(index: number): Plan | undefined {
    const worked = this.#worked[index]
    return worked && 'plan' in worked ? worked.plan : undefined
  }

  /** Makes durable and live what `workOut` worked out. Rejects as the store does. */
  async commit(): Promise<Settled[]> {
    const commits: Commit[] = []
    const committed: number[] = []
    for (const [index, { draft }] of this.#members.entries()) {
      const worked = this.#worked[index]
      if (!worked || 'kind' in worked || draft.dryRun || worked.plan.steps.length === 0) continue
      const { zone, changeSet } = worked.plan
      commits.push(commitOf(draft, zone.version - 1, { ...worked, zone, changeSet }))
      committed.push(index)
    }
    const outcomes = commits.length > 0 ? await this.#parts.store.commit(commits) : []
    const byMember = new Map(committed.map((index, at) => [index, outcomes[at]]))
    this.#goLive(byMember)
    const settled = this.#members.map((_, index) => this.#settle(index, byMember))
    await this.#commitRest(settled, byMember)
    return settled
  }

  /** Writes the documents of those who change nothing else, once all before them is durable. */
  async #commitRest(settled: Settled[], byMember: ReadonlyMap<number, unknown>): Promise<void> {
    const rest = this.#members.flatMap(({ draft }, index) => {
      const result = settled[index] as Settled
      const isDone = result !== 'again' && result.kind === 'done' && !result.dryRun
      return isDone && !byMember.has(index) && draft.documents?.length ? [{ draft, index }] : []
    })
    if (rest.length === 0) return
    const { store, clock } = this.#parts
    const commits = rest.map(({ draft }) => documentsAlone(draft, clock.now()))
    try {
      for (const [at, outcome] of (await store.commitDocuments(commits)).entries()) {
        if (outcome.kind !== 'done') settled[rest[at]?.index ?? -1] = refuseDocuments(outcome)
      }
    } catch (error) {
      // The others' changes are durable and live: they are not to hear of it.
      if (!(error instanceof CodedError)) throw error
      for (const { index } of rest) settled[index] = unavailable(error)
    }
  }

  async #readAll(): Promise<void> {
    const keys = this.#members.flatMap(({ draft, reads }) =>
      reads.map((read) => ({ apex: draft.apex, ...read })),
    )
    const found = keys.length > 0 ? await this.#parts.store.read(keys) : []
    for (const [at, { apex, owner, type }] of keys.entries()) {
      this.#read.set(viewKey(nameKey(apex), rrsetKey(nameKey(owner), type)), found[at])
    }
  }

  /** The synchronous turn. `singly` asks the validator after each member instead of once. */
  #lookAt(singly: boolean): void {
    this.#zones = new Map()
    this.#worked = []
    let culprits = false
    try {
      for (const [index, member] of this.#members.entries()) {
        this.#worked.push(this.#workOne(index, member, singly))
      }
      if (!singly) culprits = ![...this.#zones.values()].every((work) => this.#isSound(work))
    } finally {
      for (const { trial } of this.#zones.values()) trial.takeBack()
    }
    // Somebody spoils it for all: find out who.
    if (culprits) this.#lookAt(true)
  }

  #workOne(index: number, { draft, plan }: Member, singly: boolean): Worked | Refusal {
    const work = this.#zoneOf(draft.apex)
    if ('kind' in work) return work
    const { base, overlay, trial } = work
    const { version } = base.zone
    if (draft.ifVersion !== undefined && draft.ifVersion !== version) {
      const text = `Cannot change ${formatName(draft.apex)}: it has version ${version} now`
      return refuse('version', 'zone-version', `${text}, not ${draft.ifVersion}`)
    }
    const view = (key: string) =>
      overlay.has(key) ? overlay.get(key) : this.#read.get(viewKey(base.apexKey, key))
    const planned = plan(base, view, this.#parts.clock.now())
    if (planned.kind === 'refused') return planned
    trial.apply(planned)
    const touched = checkTouched(trial.zone, ownersOf(planned.steps), base.signed)
    const listed = listsInstances(trial.zone, work.published.policy)
    const refusal =
      (listed && refuseFor([listed])) ??
      (touched.hasErrors ? refuseFor(touched.findings, touched.edit) : undefined)
    const results = !refusal && singly ? this.#ask(work, [planned]) : []
    const failed = refusal ?? refuseUnsound(results)
    if (failed) {
      trial.takeBackLast()
      return failed
    }
    const checks = results.map(({ check }) => check)
    for (const { key, change } of planned.steps) overlay.set(key, change.after)
    work.base = { ...base, zone: planned.zone }
    work.members.push(index)
    return { plan: planned, findings: touched.findings, checks }
  }

  #zoneOf(apex: Name): ZoneWork | Refusal {
    const { live } = this.#parts
    const key = nameKey(apex)
    const known = this.#zones.get(key)
    if (known) return known
    const entry = live.get(key)
    if (live.isFromFile(key)) return fromFile(apex)
    if (!entry) return absent(apex)
    const published = live.served(key)
    if (!published) return refuseUnserved(entry)
    const trial = new Trial(published.zone)
    const work = { entry, published, trial, overlay: new Map(), members: [], base: entry }
    this.#zones.set(key, work)
    return work
  }

  /** Asks the validator about all members of a zone at once. */
  #isSound(work: ZoneWork): boolean {
    const worked = work.members.map((index) => this.#worked[index] as Worked)
    const plans = worked.map(({ plan }) => plan).filter(({ steps }) => steps.length > 0)
    if (plans.length === 0) return true
    const results = this.#ask(work, plans)
    const checks = results.map(({ check }) => check)
    for (const one of worked) one.checks = checks
    return results.every(({ isGood }) => isGood)
  }

  #ask({ published, trial }: ZoneWork, plans: readonly Plan[]): ProbeResult[] {
    const { checker } = this.#parts
    const probes = probesOf(trial.zone, plans, checker.trusts(published))
    return checker.check(published, probes)
  }

  /** Applies for good, zone by zone, what became durable. */
  #goLive(outcomes: ReadonlyMap<number, CommitOutcome | undefined>): void {
    const { live, onCommitted } = this.#parts
    for (const [key, { entry, members }] of this.#zones) {
      const done = members.filter((index) => outcomes.get(index)?.kind === 'done')
      const last = this.planOf(done[done.length - 1] ?? -1)
      if (!last) continue
      const steps = done.flatMap((index) => this.planOf(index)?.steps ?? [])
      live.served(key)?.zone.apply(forward(steps))
      live.note(entry, last.zone)
    }
    for (const outcome of outcomes.values()) {
      if (outcome?.kind === 'done') onCommitted(outcome.sequence)
    }
  }

  #settle(index: number, outcomes: ReadonlyMap<number, CommitOutcome | undefined>): Settled {
    const worked = this.#worked[index] as Worked | Refusal
    const outcome = outcomes.get(index)
    if (outcome && outcome.kind !== 'done') return notDone(outcome)
    // What rests on a member that came to nothing has to be looked at anew, refusals included.
    if (!outcome && this.#isBehindConflict(index, outcomes)) return 'again'
    if ('kind' in worked) return worked
    const { plan, findings, checks } = worked
    const { draft, zone } = plan
    const changeSet = { ...plan.changeSet, sequence: outcome?.sequence ?? 0 }
    return { kind: 'done', changeSet, zone, checks, findings, dryRun: draft.dryRun }
  }

  #isBehindConflict(
    index: number,
    outcomes: ReadonlyMap<number, CommitOutcome | undefined>,
  ): boolean {
    const { members } = this.#zones.get(nameKey((this.#members[index] as Member).draft.apex)) ?? {}
    const failed = (other: number) => (outcomes.get(other)?.kind ?? 'done') !== 'done'
    return members?.some((other) => other < index && failed(other)) ?? false
  }
}

function viewKey(apex: NameKey, key: string): string {
  return `${key} ${apex}`
}

/** Refuses to change what cannot be looked at, since it is not served. */
function refuseUnserved({ zone, trouble }: LiveEntry): Refusal {
  if (trouble.length > 0) return refuseFor(trouble.map((it) => ({ ...it, severity: 'error' })))
  const text = `Cannot change ${formatName(zone.apex)}: it is not served yet; try again`
  return refuse('conflict', 'zone-busy', text)
}

/** Refuses to touch the zone of a file. */
export function fromFile(apex: Name): Refusal {
  const text = `Cannot change ${formatName(apex)}: it comes from a file`
  return refuse('conflict', 'zone-from-file', text)
}

/** Refuses what the validator would not have believed. */
export function refuseUnsound(results: readonly ProbeResult[]): Refusal | undefined {
  const bad = results.filter(({ isGood }) => !isGood)
  if (bad.length === 0) return undefined
  const findings = bad.map(({ check }): Finding => {
    return { severity: 'error', code: 'self-check-failed', message: check.text }
  })
  return refuseFor(findings)
}

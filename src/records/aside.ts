import { CodedError } from '../base/index.ts'
import type { Pace, PublishedZone } from '../publish/index.ts'
import { listsInstances, runPaced, zoneFindings } from '../publish/index.ts'
import { RR } from '../rr/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import type {
  ChangeSet,
  Commit,
  CommitOutcome,
  Store,
  StoredRRset,
  StoredZone,
} from '../store/index.ts'
import { type NameKey, nameKey } from '../wire/index.ts'
import { findRRset } from '../zone/index.ts'
import type { Finding, ZoneRecord } from '../zonefile/index.ts'
import { buildStored, type Material, signingFor } from './build.ts'
import { commitOf } from './commit.ts'
import { asCounted, checkTouchedSteps, ownersOf } from './facts.ts'
import { refuseUnsound } from './group.ts'
import type { KeySource, KeyStep, StagedKeys } from './keys.ts'
import type { LiveZones } from './live.ts'
import type { Step } from './plan.ts'
import { probesOfWhole } from './probes.ts'
import { notDone, type Refusal, refuseFor } from './refusal.ts'
import type { SelfChecker } from './self-check.ts'
import { rrsetKey } from './stored.ts'
import type { Draft, DraftResult, SelfCheck, WorkedOut } from './types.ts'

/** What building aside works with. */
export interface AsideParts {
  readonly store: Store
  readonly keys: KeySource
  readonly live: LiveZones
  readonly checker: SelfChecker
  readonly cache: SignatureCache
  readonly makePace: () => Pace
  readonly onCommitted: (sequence: number) => void
}

/** A zone that is to take the place of what is served, if anything is. */
export interface Successor {
  readonly zone: StoredZone
  readonly material: Material
  readonly changeSet: Omit<ChangeSet, 'sequence'>
  /** Looked at beyond what every successor is: all of it, or where it was touched. */
  readonly look: 'whole' | readonly Step[] | undefined
  /** What becomes of its keys, in one with the change set. */
  readonly keySteps?: readonly KeyStep[]
  /** Goes live also where a file's zone of the same name is served. */
  readonly takesOver?: boolean
}

/** A successor that was built and found good. */
interface Sound {
  readonly published: PublishedZone
  readonly checks: readonly SelfCheck[]
  readonly findings: readonly Finding[]
}

/**
 * Builds a zone anew beside the one that is served, checks it, makes it durable and puts it in its
 * place: what takes long or changes how a zone is signed goes this way, in slices.
 */
export async function succeed(
  parts: AsideParts,
  draft: Draft,
  successor: Successor,
  told: readonly Finding[],
): Promise<DraftResult | 'again'> {
  const sound = await build(parts, successor)
  if (sound === 'again' || 'kind' in sound) return sound
  const { zone, changeSet } = successor
  const { checks } = sound
  const findings = [...told, ...sound.findings]
  const worked = { changeSet, zone, checks, findings }
  if (draft.dryRun) return done(worked, 0, true)
  const { keySteps = [] } = successor
  const staged = keySteps.length > 0 ? await parts.keys.stage(zone.apex, keySteps) : undefined
  const expected = changeSet.kind === 'create' ? 0 : zone.version - 1
  const commit = commitOf(draft, expected, worked, staged?.writes)
  const outcome = await commitOne(parts, commit, staged)
  if (outcome?.kind !== 'done') return notDone(outcome)
  parts.live.serve(zone, sound.published, successor.takesOver)
  parts.onCommitted(outcome.sequence)
  await tidyUp(staged)
  return done(worked, outcome.sequence, false)
}

/** Commits, keys and all; tells those outside the store what came of it. */
async function commitOne(
  { store }: AsideParts,
  commit: Commit,
  staged: StagedKeys | undefined,
): Promise<CommitOutcome | undefined> {
  const [outcome] = await store.commit([commit]).catch(async (error: unknown) => {
    await staged?.settle('unknown')
    throw error
  })
  if (outcome?.kind !== 'done') await staged?.settle('failed')
  return outcome
}

/** What is durable and live came to pass: what cannot be tidied up now is when keys are listed. */
async function tidyUp(staged: StagedKeys | undefined): Promise<void> {
  try {
    await staged?.settle('done')
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
}

/** A draft that came to pass. */
export function done(worked: WorkedOut, sequence: number, dryRun: boolean): DraftResult {
  const changeSet = { ...worked.changeSet, sequence }
  return { kind: 'done', ...worked, changeSet, dryRun }
}

async function build(parts: AsideParts, successor: Successor): Promise<Sound | Refusal | 'again'> {
  const { cache, checker, live, makePace } = parts
  const { material, look } = successor
  const pace = makePace()
  const before = live.served(nameKey(material.apex))
  const signing = signingFor(material, cache, before?.signing)
  if (signing && 'severity' in signing) return refuseFor([signing])
  const findings: Finding[] = []
  if (look === 'whole') {
    const whole = await runPaced(wholeFindings(material), pace)
    findings.push(...whole)
    if (whole.some(({ severity }) => severity === 'error')) return refuseFor(whole)
  }
  const published = await buildStored(material, signing, pace, before?.zone, live.ready)
  const { zone } = published
  const listed = listsInstances(zone, material.policy)
  if (listed) return refuseFor([listed])
  if (look && look !== 'whole') {
    const steps = checkTouchedSteps(zone, ownersOf(look), signing !== undefined)
    const touched = await runPaced(steps, pace)
    if (touched.hasErrors) return refuseFor(touched.findings, touched.edit)
    findings.push(...touched.findings)
  }
  // Another node deleted it before its RRsets were read.
  if (!findRRset(zone.apexNode, RR.SOA)) return 'again'
  const steps = look === 'whole' ? [] : look
  const results = checker.check(published, probesOfWhole(zone, signing !== undefined, steps))
  return (
    refuseUnsound(results) ?? { published, findings, checks: results.map(({ check }) => check) }
  )
}

/** What the rules of zone files say of all that a zone is made of. */
function* wholeFindings({ apex, rrsets }: Material): Generator<void, Finding[]> {
  const records: ZoneRecord[] = []
  if (Symbol.asyncIterator in rrsets) return []
  for (const { owner, type, ttl, records: stored } of rrsets) {
    yield
    for (const [index, { rdata, disabled }] of stored.entries()) {
      const place = { file: 'draft', line: index + 1, column: 1 }
      if (!disabled) records.push({ owner, type, ttl, rdata, place })
    }
  }
  const findings = yield* zoneFindings(apex, records)
  return findings.map(({ place: _, ...finding }) => asCounted(finding))
}

/** All RRsets of a zone as the store has them, with steps that are yet to be made. */
export async function* withSteps(
  rrsets: AsyncIterable<StoredRRset>,
  steps: readonly Step[],
): AsyncIterable<StoredRRset> {
  const changed = new Map(steps.map(({ key, change }) => [key, change.after]))
  for await (const rrset of rrsets) {
    if (!changed.has(rrsetKey(nameKey(rrset.owner), rrset.type))) yield rrset
  }
  for (const after of changed.values()) if (after) yield after
}

/** Reads all RRsets of a zone, by `rrsetKey`. */
export async function readAll(
  rrsets: AsyncIterable<StoredRRset>,
  pace: Pace,
): Promise<Map<string, StoredRRset & { readonly ownerKey: NameKey }>> {
  const all = new Map<string, StoredRRset & { readonly ownerKey: NameKey }>()
  for await (const rrset of rrsets) {
    const ownerKey = nameKey(rrset.owner)
    all.set(rrsetKey(ownerKey, rrset.type), { ...rrset, ownerKey })
    const rest = pace.step()
    if (rest !== undefined) await rest
  }
  return all
}

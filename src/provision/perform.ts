import { CodedError } from '../base/index.ts'
import type { Draft, DraftResult } from '../records/index.ts'
import type { Actor, DocumentWrite } from '../store/index.ts'
import { type Deed, type Refused, refuse, refuseFor } from './refusals.ts'
import type { Provisioned } from './types.ts'
import type { World } from './world.ts'

/** How often a use case is worked out anew because others were faster. */
const attemptsMax = 32
/** Characters of one line of the audit log. */
const detailMax = 1000

/** What a use case comes to, upon what is there now. */
export type Decision<T> =
  /** All is as wished. */
  | { readonly kind: 'settled'; readonly value: T }
  | {
      readonly kind: 'change'
      /** What is then. */
      readonly value: T
      readonly documents: readonly DocumentWrite[]
      /** The one zone that changes with them. */
      readonly zone: Pick<Draft, 'apex' | 'wish'> | undefined
      readonly note: string
    }
  | Refused

type Change = Extract<Decision<unknown>, { kind: 'change' }>

/** Who does what to what. */
export interface Task {
  readonly deed: Deed
  /** As people call it. */
  readonly subject: string
  /** The document that it is about: tasks about one wait for each other. */
  readonly turn: string
  readonly actor: Actor
}

/**
 * Does a use case: decides upon what is there, and writes what was decided in one commit. Where
 * somebody else was faster it decides anew.
 */
export async function perform<T>(
  world: World,
  task: Task,
  decide: () => Promise<Decision<T>>,
): Promise<Provisioned<T>> {
  const { deed, subject, turn } = task
  try {
    const result = await world.turns.take(turn, () => attempt(world, task, decide))
    return result ?? refuse(deed, subject, 'domain-busy', 'too many wait for it already')
  } catch (error) {
    if (error instanceof CodedError) return refuseFor(deed, subject, error)
    throw error
  }
}

async function attempt<T>(
  world: World,
  task: Task,
  decide: () => Promise<Decision<T>>,
): Promise<Provisioned<T>> {
  const { deed, subject } = task
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const decision = await decide()
    if (decision.kind === 'refused') return decision
    const { value } = decision
    if (decision.kind === 'settled') return { kind: 'done', value, changed: false, sequence: 0 }
    const outcome = await write(world, task, decision)
    if (outcome === 'again') continue
    if (outcome instanceof CodedError) return refuseFor(deed, subject, outcome)
    return { kind: 'done', value, changed: true, sequence: outcome }
  }
  return refuse(deed, subject, 'domain-busy', `others were faster ${attemptsMax} times`)
}

/** The sequence of the change set, 0 where no zone changed; or why nothing did. */
type Written = number | 'again' | CodedError

function write(world: World, task: Task, change: Change): Promise<Written> {
  const { zone } = change
  return zone ? writeZone(world, task, change, zone) : writeDocuments(world, task, change)
}

async function writeZone(
  { records }: World,
  { actor }: Task,
  { documents, note }: Change,
  zone: NonNullable<Change['zone']>,
): Promise<Written> {
  // Settings decide the TTLs of hosts and templates, and may lower them.
  const how = { force: false, dryRun: false, ttlMayFall: true }
  return meaningOf(await records.submit({ ...zone, ...how, actor, note, documents }))
}

function meaningOf(result: DraftResult): Written {
  if (result.kind === 'done') return result.changeSet.sequence
  if (result.kind === 'replayed') return 0
  const { code } = result.error
  return code === 'document-conflict' || code === 'claim-taken' ? 'again' : result.error
}

async function writeDocuments(
  { store, clock }: World,
  { actor, deed, subject }: Task,
  { documents, note }: Change,
): Promise<Written> {
  const at = clock.now()
  const detail = `${subject}: ${note}`.slice(0, detailMax)
  const audit = { at, actor, action: deed.action, apex: undefined, detail }
  const [outcome] = await store.commitDocuments([{ writes: documents, at, actor, audit }])
  return outcome?.kind === 'done' ? 0 : 'again'
}

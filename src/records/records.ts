import { CodedError, type TimerHandle, type UnixSeconds } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import { type PublishedZone, sameKeys } from '../publish/index.ts'
import type { RRType } from '../rr/index.ts'
import type { StoredRRset } from '../store/index.ts'
import { formatName, isSubdomain, type Name, nameKey } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { bring } from './bring.ts'
import { Follower } from './follow.ts'
import type { Settled } from './group.ts'
import type { KeysOf } from './keys.ts'
import { LiveZones } from './live.ts'
import { type ProcessParts, processDrafts } from './process.ts'
import { type Pending, Queue, waitingMax } from './queue.ts'
import { type Refusal, refuse, refuseUnstorable, unavailable } from './refusal.ts'
import { SelfChecker } from './self-check.ts'
import { samePolicy } from './settings.ts'
import type {
  Draft,
  DraftResult,
  Idempotency,
  LiveKey,
  LiveZone,
  Records,
  RecordsHealth,
} from './types.ts'
import type { RecordsOptions } from './world.ts'

/** How often a draft is worked out anew because others were faster. */
const attemptsMax = 32
/** How often a node says what it serves, and looks for what it missed, in milliseconds. */
const heartbeatMs = 1000
/** Nodes that were not heard of for so long are waited for no more. */
const silenceSeconds = 10
/** How often a wait looks whether it is over, in milliseconds. */
const waitStepMs = 10

/** Brings the zones of a store to life, and takes changes to them. */
export async function openRecords(options: RecordsOptions): Promise<Records> {
  const records = new StoreRecords(options, await options.store.sequence())
  await records.load()
  return records
}

/** Whether a zone is served with the keys that are there now. */
function hasKeys(published: PublishedZone | undefined, keysOf: KeysOf): boolean {
  if (!published) return false
  if (!published.policy.dnssec) return true
  try {
    return sameKeys(published.keys, keysOf(published.zone.apex))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return false
  }
}

class StoreRecords implements Records {
  readonly #options: RecordsOptions
  readonly #live: LiveZones
  readonly #parts: ProcessParts
  readonly #follower: Follower
  readonly #queue = new Queue()
  /** Requests under way, by their idempotency keys. */
  readonly #underWay = new Map<string, Promise<unknown>>()
  /** Whatever changes zones does so in turns. */
  #turn: Promise<unknown> = Promise.resolve()
  #isDraining = false
  #isCatchingUp = false
  #isClosed = false
  /** Why the store could not be used the last time. */
  #trouble: CodedError | undefined
  #heartbeat: TimerHandle | undefined
  #endWatch: () => void = () => undefined

  constructor(options: RecordsOptions, sequence: number) {
    const { store, table, config, keys, cache, clock, makePace, parentDs } = options
    this.#options = options
    this.#live = new LiveZones(table, config)
    const common = { store, live: this.#live, keys, cache, clock, makePace }
    this.#follower = new Follower(common, sequence)
    const onCommitted = (committed: number) => this.#follower.noteOwn(committed)
    const checker = new SelfChecker(clock)
    this.#parts = { ...common, parentDs, checker, onCommitted }
  }

  /** Reads all zones, then follows. */
  async load(): Promise<void> {
    const { store, keys } = this.#options
    const keysOf = await keys.all()
    for await (const zone of store.zones()) await bring(this.#parts, zone, keysOf)
    await this.#follower.catchUp()
    this.#endWatch = store.watch(() => this.#catchUpSoon())
    await this.#beat()
  }

  *list(): Iterable<LiveZone> {
    for (const entry of this.#live.entries()) yield this.#live.view(entry)
  }

  get(apex: Name): LiveZone | undefined {
    const entry = this.#live.get(nameKey(apex))
    return entry && this.#live.view(entry)
  }

  isFromFile(apex: Name): boolean {
    return this.#live.isFromFile(nameKey(apex))
  }

  rrsets(apex: Name): AsyncIterable<StoredRRset> {
    return this.#options.store.rrsets(apex)
  }

  async rrset(apex: Name, owner: Name, type: RRType): Promise<StoredRRset | undefined> {
    if (!isSubdomain(owner, apex)) return undefined
    const [rrset] = await this.#options.store.read([{ apex, owner, type }])
    return rrset
  }

  keys(apex: Name): Promise<readonly LiveKey[]> {
    return this.#options.keys.list(apex)
  }

  submit(draft: Draft): Promise<DraftResult> {
    const guarded = this.#options.guard?.(draft, (tried) => this.#enqueue(tried))
    return guarded === undefined ? this.#submit(draft) : this.#submitIf(guarded, draft)
  }

  async #submitIf(guarded: Promise<DraftResult | undefined>, draft: Draft): Promise<DraftResult> {
    try {
      return (await guarded) ?? (await this.#submit(draft))
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #submit(draft: Draft): Promise<DraftResult> {
    const { idempotency } = draft
    if (!idempotency || draft.dryRun) return this.#enqueue(draft)
    const { key } = idempotency
    while (this.#underWay.has(key)) await this.#underWay.get(key)
    const result = this.#once(draft, idempotency)
    this.#underWay.set(
      key,
      result.then(
        () => this.#underWay.delete(key),
        () => this.#underWay.delete(key),
      ),
    )
    return result
  }

  /** Answers what was answered before as it was then. */
  async #once(draft: Draft, { key, request }: Idempotency): Promise<DraftResult> {
    try {
      const answer = await this.#options.store.answer(key, this.#options.clock.now())
      if (!answer) return await this.#enqueue(draft)
      if (answer.request === request) return { kind: 'replayed', answer }
      const text = `Cannot use idempotency key ${JSON.stringify(key)}: another request had it`
      return refuse('conflict', 'idempotency-mismatch', text)
    } catch (error) {
      return this.#failed(error)
    }
  }

  #enqueue(draft: Draft): Promise<DraftResult> {
    if (this.#isClosed || this.#queue.length >= waitingMax) {
      const why = this.#isClosed ? 'the server stops' : `${waitingMax} wait already`
      const error = new CodedError('records-busy', `Cannot take change: ${why}`)
      return Promise.resolve(unavailable(error))
    }
    const unstorable = refuseUnstorable(draft, this.#options.clock.now())
    if (unstorable) return Promise.resolve(unstorable)
    const result = new Promise<DraftResult>((resolve, reject) => {
      this.#queue.push({ draft, resolve, reject, attempts: 0 })
    })
    if (!this.#isDraining) void this.#drain()
    return result
  }

  async #drain(): Promise<void> {
    this.#isDraining = true
    // Whoever submits in the same turn goes together.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      await this.#inTurn(() => this.#process(this.#queue.take()))
    }
    this.#isDraining = false
  }

  /** Runs what changes zones after all that was begun before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(work)
    this.#turn = run.catch(() => undefined)
    return run
  }

  async #process(group: readonly Pending[]): Promise<void> {
    try {
      const drafts = group.map(({ draft }) => draft)
      const settled = await processDrafts(this.#parts, drafts)
      const again: Pending[] = []
      for (const [at, pending] of group.entries()) {
        const result = this.#resultOf(settled[at] as Settled, pending)
        if (result === 'again') again.push(pending)
        else pending.resolve(result)
      }
      this.#trouble = undefined
      if (again.length === 0) return
      await this.#follower.catchUp()
      this.#queue.putBack(again)
    } catch (error) {
      const isOurs = !(error instanceof CodedError)
      // What one draft cannot be worked out for is no fault of those beside it.
      if (isOurs && group.length > 1) for (const one of group) await this.#process([one])
      else this.#giveUp(group, error)
    }
  }

  #resultOf(settled: Settled, pending: Pending): Settled {
    if (settled !== 'again') return settled
    pending.attempts++
    if (pending.attempts < attemptsMax) return 'again'
    const zone = formatName(pending.draft.apex)
    const text = `Cannot change ${zone}: others were faster ${attemptsMax} times`
    return refuse('conflict', 'zone-busy', text)
  }

  #giveUp(group: readonly Pending[], error: unknown): void {
    for (const { resolve, reject } of group) {
      if (error instanceof CodedError) resolve(this.#failed(error))
      else reject(error)
    }
    if (!(error instanceof CodedError)) this.#options.onFault(error)
  }

  /** The store cannot be used now: whether a commit came through is seen when it can be again. */
  #failed(error: unknown): Refusal {
    if (!(error instanceof CodedError)) throw error
    this.#trouble = error
    return unavailable(error)
  }

  #catchUpSoon(): void {
    if (this.#isCatchingUp || this.#isClosed) return
    this.#isCatchingUp = true
    void this.#inTurn(() => this.#catchUp())
  }

  async #catchUp(): Promise<void> {
    this.#isCatchingUp = false
    if (this.#isClosed) return
    try {
      const foreign = await this.#follower.catchUp()
      if (foreign) await this.#tellNode()
      this.#trouble = undefined
    } catch (error) {
      if (error instanceof CodedError) this.#trouble = error
      else this.#options.onFault(error)
    }
  }

  #tellNode(): Promise<void> {
    const { store, node, clock } = this.#options
    return store.putNode(node, this.#follower.sequence, clock.now())
  }

  /** Says what is served, looks for what was missed, and comes again. */
  async #beat(): Promise<void> {
    try {
      await this.#tellNode()
    } catch (error) {
      if (error instanceof CodedError) this.#trouble = error
      else this.#options.onFault(error)
    }
    this.#catchUpSoon()
    if (this.#isClosed) return
    this.#heartbeat = this.#options.timers.set(heartbeatMs, () => void this.#beat())
  }

  async whenLive(sequence: number, ms: number) {
    const { timers } = this.#options
    for (let waited = 0; ; waited += waitStepMs) {
      const waitingFor = await this.#behind(sequence)
      const live = waitingFor.length === 0
      if (live || waited >= ms) return { live, waitingFor }
      await new Promise<void>((resolve) => void timers.set(waitStepMs, resolve))
    }
  }

  /** Nodes that do not serve a change set yet. */
  async #behind(sequence: number): Promise<string[]> {
    const { store, node, clock } = this.#options
    const behind = this.#follower.sequence < sequence ? [node] : []
    const since = (clock.now() - silenceSeconds) as UnixSeconds
    for (const other of await store.nodes(since)) {
      if (other.node !== node && other.sequence < sequence) behind.push(other.node)
    }
    return behind
  }

  reload(config: Config): Promise<readonly Finding[]> {
    return this.#inTurn(async () => {
      this.#live.config = config
      const keysOf = await this.#options.keys.all()
      for (const { zone, policy, apexKey } of [...this.#live.entries()]) {
        const now = this.#live.entryOf(zone)
        const published = this.#live.served(apexKey)
        const isSame = samePolicy(policy, now.policy) && hasKeys(published, keysOf)
        if (!isSame) await bring(this.#parts, zone, keysOf)
      }
      return [...this.#live.entries()].flatMap(({ trouble }) => trouble)
    })
  }

  health(): RecordsHealth {
    const { sequence } = this.#follower
    const waiting = this.#queue.length
    const { state, text } = this.#options.store.health()
    const why = this.#trouble?.message ?? (state === 'ok' ? undefined : text)
    if (why === undefined) return { state: 'ok', text: 'follows the store', sequence, waiting }
    return { state: 'behind', text: why, sequence, waiting }
  }

  async close(): Promise<void> {
    const { store, node, timers } = this.#options
    this.#isClosed = true
    this.#endWatch()
    if (this.#heartbeat) timers.clear(this.#heartbeat)
    while (this.#isDraining) await this.#inTurn(async () => undefined)
    await this.#turn
    try {
      // Heard of long ago: nobody is to wait for it.
      await store.putNode(node, this.#follower.sequence, 0 as UnixSeconds)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
    }
  }
}

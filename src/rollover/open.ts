import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { Actor } from '../store/index.ts'
import { lowerName, type Name, parseName } from '../wire/index.ts'
import { type PemText, readKeyMaterial } from './certificates.ts'
import { change, demandRollover, isStrayed, liveSet, zoneOf } from './change.ts'
import { rolloverCollection, rolloverFromDocument, rolloverKey } from './document.ts'
import { FileWatch } from './files.ts'
import { forget, putOff } from './forget.ts'
import { planRollover } from './plan.ts'
import type { ImportManner, RolloverFacts, Rollovers } from './rollovers.ts'
import { type Retirement, withDeployed, withKeys, withRetired, withSightings } from './steps.ts'
import { tracked } from './track.ts'
import type { Rollover, Tracked } from './types.ts'
import { lookAtServers } from './watch.ts'
import { type RolloverOptions, system, type TrackWish } from './world.ts'

/** Owners read at a time. */
const pageItems = 100
/** Owners of which metrics and health know. */
const ownersMax = 10_000
/** How often servers are looked at while all is as it should be, in seconds. */
const lookSeconds = 300
/** Owners seen to in one round of what is due. */
const dueMax = 100

/** Takes up the TLSA owners of a store. Nothing is done by itself but by `lookAfter`. */
export function openRollovers(options: RolloverOptions): Rollovers {
  return new StoreRollovers(options)
}

/** An owner as it was read last, and whether its set was another than it says. */
interface Fact {
  readonly rollover: Rollover
  readonly isStray: boolean
}

class StoreRollovers implements Rollovers {
  readonly #world: RolloverOptions
  readonly #files: FileWatch
  readonly #facts = new Map<string, Fact>()
  readonly #lookedAt = new Map<string, UnixSeconds>()
  /** What was said of each owner the last time. */
  readonly #said = new Map<string, ReadonlySet<string>>()

  constructor(world: RolloverOptions) {
    this.#world = world
    this.#files = new FileWatch(world, this)
  }

  async track(owner: Name, wish: TrackWish, actor: Actor): Promise<Tracked> {
    const zone = zoneOf(this.#world, owner)
    const task = { owner: lowerName(owner), actor, note: 'Settings', force: false }
    return this.#noted(
      await change(this.#world, task, (present) => tracked(present, owner, zone, wish)),
    )
  }

  async importKeys(
    owner: Name,
    pems: readonly PemText[],
    { deployed = false, force = false }: ImportManner,
    actor: Actor,
  ): Promise<Tracked> {
    const { settings } = await demandRollover(this.#world, owner)
    const materials = pems.map((pem) => ({ ...readKeyMaterial(pem, settings), source: pem.source }))
    if (!force) await this.watch(owner, actor)
    const note = `Imported: ${materials.map(({ id }) => id.slice(0, 16)).join(', ')}`
    const task = { owner, actor, note, force, mends: true }
    const imported = await change(this.#world, task, ({ rollover }, now) => {
      const after = rollover && withKeys(rollover, materials, deployed, now)
      return after === rollover ? undefined : after
    })
    // What a server already had is known to be there from now on.
    return this.#noted(deployed ? imported : await this.watch(owner, actor, imported))
  }

  async declareDeployed(owner: Name, id: string, actor: Actor): Promise<Tracked> {
    await demandRollover(this.#world, owner)
    const task = { owner, actor, note: `Deployed: ${id.slice(0, 16)}`, force: false }
    return this.#noted(
      await change(this.#world, task, ({ rollover }, now) => {
        return rollover && withDeployed(rollover, id, now)
      }),
    )
  }

  async retire(owner: Name, id: string, how: Retirement, actor: Actor): Promise<Tracked> {
    await this.watch(owner, actor)
    const task = { owner, actor, note: `Goes: ${id.slice(0, 16)}`, force: how.force ?? false }
    return this.#noted(
      await change(this.#world, task, ({ rollover }, now) => {
        return rollover && withRetired(rollover, id, how, now)
      }),
    )
  }

  async watch(owner: Name, actor: Actor, since?: Tracked): Promise<Tracked> {
    const rollover = since?.rollover ?? (await demandRollover(this.#world, owner))
    const seen = await lookAtServers(this.#world, rollover)
    this.#lookedAt.set(rolloverKey(owner), this.#world.clock.now())
    const task = { owner, actor, note: 'Servers were looked at', force: false, isNote: true }
    const watched = await change(this.#world, task, ({ rollover: present }, now) => {
      const after = present && withSightings(present, seen, now)
      return after === present ? undefined : after
    })
    const changed = watched.changed || (since?.changed ?? false)
    const sequence = Math.max(watched.sequence, since?.sequence ?? 0)
    return this.#noted({ ...watched, changed, sequence })
  }

  async status(owner: Name): Promise<Tracked> {
    return this.#tell(await demandRollover(this.#world, owner))
  }

  async list(query: Parameters<Rollovers['list']>[0]): ReturnType<Rollovers['list']> {
    const { items, next } = await this.#world.store.documents({
      ...query,
      collection: rolloverCollection,
    })
    const rollovers = items.flatMap((document) => rolloverFromDocument(document) ?? [])
    return { items: await Promise.all(rollovers.map((rollover) => this.#tell(rollover))), next }
  }

  async remove(owner: Name, actor: Actor): Promise<void> {
    await forget(this.#world, { owner, actor, note: 'Follows no certificates' })
    this.#facts.delete(rolloverKey(owner))
  }

  async runDue(limit: number): Promise<number> {
    const { store, clock } = this.#world
    const due = await store.dueDocuments(rolloverCollection, clock.now(), limit)
    for (const { key } of due) await this.#guarded(key, () => this.#settle(parseName(key)))
    return due.length
  }

  /** Withdraws what is to go now, after a look whether it is really gone. */
  async #settle(owner: Name): Promise<void> {
    if (await putOff(this.#world, owner)) return
    await this.watch(owner, system)
    const task = { owner, actor: system, note: 'Seen to', force: false, yields: true }
    this.#noted(await change(this.#world, task, ({ rollover }) => rollover))
  }

  async lookAfter(): Promise<void> {
    await this.#files.look()
    await this.runDue(dueMax)
    await this.#readFacts()
    const now = this.#world.clock.now()
    for (const [key, { rollover }] of this.#facts) {
      const last = this.#lookedAt.get(key)
      // A clock that was set back makes the last look one of the future.
      const isFresh = last !== undefined && now >= last && now - last < lookSeconds
      if (rollover.settings.servers.length === 0 || isFresh) continue
      await this.#guarded(key, () => this.watch(parseName(key), system))
    }
    for (const { owner, plan } of this.facts()) this.#say(owner, plan)
  }

  facts(): readonly RolloverFacts[] {
    const now = this.#world.clock.now()
    return [...this.#facts].map(([owner, { rollover, isStray }]) => {
      return { owner, rollover, plan: planRollover(rollover, now, isStray) }
    })
  }

  faults(): ReadonlyMap<string, string> {
    return this.#files.faults
  }

  async #readFacts(): Promise<void> {
    const found = new Map<string, Fact>()
    for (let cursor: string | undefined; found.size < ownersMax; ) {
      const { items, next } = await this.list({
        limit: pageItems,
        ...(cursor !== undefined && { cursor }),
      })
      for (const { rollover, plan } of items) {
        found.set(rolloverKey(rollover.owner), { rollover, isStray: plan.isStray })
      }
      if (next === undefined) break
      cursor = next
    }
    for (const key of this.#facts.keys()) {
      if (!found.has(key))
        for (const map of [this.#facts, this.#lookedAt, this.#said]) map.delete(key)
    }
    for (const [key, fact] of found) this.#facts.set(key, fact)
  }

  #say(owner: string, { notes }: RolloverFacts['plan']): void {
    const before = this.#said.get(owner)
    for (const note of notes) if (!before?.has(note.text)) this.#world.onNote(owner, note)
    this.#said.set(owner, new Set(notes.map(({ text }) => text)))
  }

  async #tell(rollover: Rollover): Promise<Tracked> {
    const isStray = isStrayed(rollover, await liveSet(this.#world, rollover))
    const plan = planRollover(rollover, this.#world.clock.now(), isStray)
    return { rollover, plan, changed: false, sequence: 0 }
  }

  #noted(result: Tracked): Tracked {
    const key = rolloverKey(result.rollover.owner)
    if (this.#facts.size < ownersMax || this.#facts.has(key)) {
      this.#facts.set(key, { rollover: result.rollover, isStray: result.plan.isStray })
    }
    return result
  }

  async #guarded(owner: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof CodedError && error.code === 'tlsa-untracked') return
      this.#world.onFault(error, owner)
    }
  }
}

import type { Clock } from '../base/index.ts'
import type { KeyTiming, ZoneKey } from '../keystore/index.ts'
import { formatName } from '../wire/index.ts'
import type { Prepared } from './aside.ts'
import type { KeySource } from './keys.ts'
import type { LiveEntry } from './live.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { KeyEdit, LiveKey } from './types.ts'

/** What becomes of the keys, and how it is written down. */
export interface KeyChange {
  readonly keys: readonly ZoneKey[]
  readonly write: (version: number) => Promise<Prepared>
  readonly finish?: () => Promise<void>
}

/** Works out a wish about one key of a zone. */
export function planKeyEdit(
  { keys: source, clock }: { readonly keys: KeySource; readonly clock: Clock },
  edit: KeyEdit,
  present: readonly LiveKey[],
  { zone, policy }: LiveEntry,
): KeyChange | Refusal {
  const all = present.map(({ key }) => key)
  const now = clock.now()
  if (edit.kind === 'add' || edit.kind === 'generate') {
    const added = edit.kind === 'add' ? edit.key : generated(edit)
    return {
      keys: [...all, added],
      write: (version) => addAll(source, [added], version),
    }
  }
  const live = present.find(({ id }) => id === edit.id)
  if (!live) {
    const text = `Cannot find key ${edit.id} of ${formatName(zone.apex)}: there is none`
    return refuse('absent', 'key-absent', text)
  }
  const others = all.filter((key) => key !== live.key)
  if (edit.kind === 'remove') {
    // Until the change is durable the key must not be lost: at first it is only marked.
    const timing = { ...live.key.timing, delete: now }
    const write = () => retime(source, live, timing)
    return { keys: others, write, finish: () => source.remove(live) }
  }
  const timing = timingOf(live.key.timing, edit)
  const changed = { ...live.key, timing }
  const write = () => retime(source, live, timing)
  return { keys: all.map((key) => (key === live.key ? changed : key)), write }

  function generated(wish: Extract<KeyEdit, { kind: 'generate' }>): ZoneKey {
    const algorithm = wish.algorithm ?? policy.algorithm
    const choice = { algorithm, role: wish.role, now, timing: timingOf({ created: now }, wish) }
    return source.generate(zone.apex, choice, all)
  }

  /** PowerDNS' two flags as times; a key that signs is always published. */
  function timingOf(
    before: KeyTiming,
    { active, published }: { readonly active: boolean; readonly published: boolean },
  ): KeyTiming {
    const { delete: _, inactive, ...kept } = before
    const publish = kept.publish !== undefined && kept.publish < now ? kept.publish : now
    const wasActive = kept.activate !== undefined && kept.activate <= now
    if (active) return { ...kept, publish, activate: wasActive ? (kept.activate ?? now) : now }
    const { activate, ...unused } = kept
    const retired = wasActive ? { activate: activate ?? now, inactive: inactive ?? now } : {}
    if (published) return { ...unused, ...retired, publish }
    return { ...unused, ...retired, publish, delete: now }
  }
}

/**
 * Takes keys in for a commit that may still fail. Where it is not known whether it did they stay: a
 * key too many does no harm, a signed zone without its key does.
 */
export async function addAll(
  source: KeySource,
  keys: readonly ZoneKey[],
  idMin: number,
): Promise<Prepared> {
  const added: LiveKey[] = []
  for (const key of keys) added.push(await source.add(key, idMin))
  return {
    async undo(isKnown) {
      if (isKnown) for (const key of added) await source.remove(key)
    },
  }
}

/** Gives a key another timing for a commit that may still fail; then it has that of before. */
async function retime(source: KeySource, before: LiveKey, timing: KeyTiming): Promise<Prepared> {
  await source.set({ ...before, key: { ...before.key, timing } })
  return { undo: () => source.set(before) }
}

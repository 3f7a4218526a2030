import type { Clock } from '../base/index.ts'
import type { KeyTiming, ZoneKey } from '../keystore/index.ts'
import { formatName } from '../wire/index.ts'
import type { KeySource, KeyStep } from './keys.ts'
import type { LiveEntry } from './live.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { KeyEdit, LiveKey } from './types.ts'

/** What becomes of the keys, and the step that leads there. */
export interface KeyChange {
  readonly keys: readonly ZoneKey[]
  readonly step: KeyStep
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
    return { keys: [...all, added], step: { before: undefined, after: added } }
  }
  const live = present.find(({ id }) => id === edit.id)
  if (!live) {
    const text = `Cannot find key ${edit.id} of ${formatName(zone.apex)}: there is none`
    return refuse('absent', 'key-absent', text)
  }
  if (edit.kind === 'remove') {
    const others = all.filter((key) => key !== live.key)
    return { keys: others, step: { before: live, after: undefined } }
  }
  const after = { ...live.key, timing: timingOf(live.key.timing, edit) }
  const keys = all.map((key) => (key === live.key ? after : key))
  return { keys, step: { before: live, after } }

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

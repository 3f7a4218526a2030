import { RR } from '../rr/index.ts'
import type { Stub } from '../stub/index.ts'
import { formatName } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { Draft } from './types.ts'
import type { ParentDs } from './world.ts'

/** Asks a validating stub for DS records; what does not validate is not known. */
export function parentDsFrom(stub: Pick<Stub, 'resolve'>): ParentDs {
  return async (zone) => {
    const { security, data } = await stub.resolve(zone, RR.DS)
    if (security !== 'secure' && security !== 'insecure') return 'unknown'
    return data ? 'present' : 'absent'
  }
}

/**
 * Keeps a zone from losing its last signature while its parent still says that it is signed: every
 * validator would then call it bogus (RFC 6781 §4.1.4).
 */
export class DsGuard {
  readonly #parentDs: ParentDs | undefined
  readonly #asked = new WeakMap<Draft, ReturnType<ParentDs>>()

  constructor(parentDs: ParentDs | undefined) {
    this.#parentDs = parentDs
  }

  /**
   * Asks for the sake of a draft that may need it, before its turn: a parent that does not answer
   * is then waited for by those who ask for it alone. Never rejects; undefined where there is
   * nothing to wait for.
   */
  ask(draft: Draft): Promise<unknown> | undefined {
    return mayUnsign(draft) ? this.#stateFor(draft)?.catch(() => undefined) : undefined
  }

  /** Refuses a draft that leaves its zone unsigned, or returns what is to be told of it. */
  async check(draft: Draft): Promise<Refusal | readonly Finding[]> {
    const state = await this.#stateFor(draft)
    if (state === undefined || state === 'absent') return []
    const name = formatName(draft.apex)
    if (state === 'present') {
      const text = `Cannot leave ${name} unsigned: its parent still has DS records for it`
      return refuse('conflict', 'ds-at-parent', text)
    }
    const message = `Cannot tell whether the parent of ${name} has DS records: go and see`
    return [{ severity: 'warning', code: 'ds-at-parent', message }]
  }

  #stateFor(draft: Draft): ReturnType<ParentDs> | undefined {
    if (draft.force) return undefined
    const known = this.#asked.get(draft)
    if (known) return known
    const asked = this.#parentDs?.(draft.apex)
    if (asked) this.#asked.set(draft, asked)
    return asked
  }
}

/** Whether a draft may leave a signed zone unsigned. */
function mayUnsign({ wish }: Draft): boolean {
  if (wish.kind === 'settings' || wish.kind === 'replaceAll') return wish.settings?.dnssec === false
  if (wish.kind === 'keys') {
    return wish.edit.kind === 'remove' || (wish.edit.kind === 'set' && !wish.edit.active)
  }
  return wish.kind === 'delete'
}

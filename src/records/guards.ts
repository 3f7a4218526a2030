import { RR } from '../rr/index.ts'
import type { Stub } from '../stub/index.ts'
import { formatName, type Name } from '../wire/index.ts'
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
 * validator would then call it bogus (RFC 6781 §4.1.4). Returns what is to be told otherwise.
 */
export async function guardDs(
  zone: Name,
  draft: Draft,
  parentDs: ParentDs | undefined,
): Promise<Refusal | readonly Finding[]> {
  if (draft.force || !parentDs) return []
  const name = formatName(zone)
  const state = await parentDs(zone)
  if (state === 'present') {
    const text = `Cannot leave ${name} unsigned: its parent still has DS records for it`
    return refuse('conflict', 'ds-at-parent', text)
  }
  if (state === 'absent') return []
  const message = `Cannot tell whether the parent of ${name} has DS records: go and see`
  return [{ severity: 'warning', code: 'ds-at-parent', message }]
}

import { encode } from './codec.ts'
import { keyForm } from './forms.ts'
import type { KeyWrite } from './types.ts'

/** A write of a key whose octets are ready. */
export interface PreparedKey {
  readonly id: number
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
  readonly isSealed: boolean
}

/**
 * Encodes writes of keys.
 *
 * @throws {CodedError} `store-entry-too-large`
 */
export function prepareKeys(writes: readonly KeyWrite[] = []): readonly PreparedKey[] {
  return writes.map(({ id, before, after }) => ({
    id,
    before: before && encode(keyForm, before),
    after: after && encode(keyForm, after),
    isSealed: after?.sealed !== undefined,
  }))
}

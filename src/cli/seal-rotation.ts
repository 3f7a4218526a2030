import { CodedError } from '../base/index.ts'
import { type SealingKey, seal, sealingKeyId, unseal } from '../crypto/index.ts'
import type { Store, StoredKey } from '../store/index.ts'
import { formatName } from '../wire/index.ts'

/** How many private keys were sealed anew, and how many had the right seal. */
export interface Resealed {
  readonly sealed: number
  readonly kept: number
}

/** How often a key is tried that others change at the same time. */
const attemptsMax = 100

/**
 * Seals under the first of `sealing` whatever is sealed under another one. What changes meanwhile
 * is kept as it was changed, and what is removed stays removed.
 *
 * @throws {CodedError} `unseal-failed`, `store-unavailable`, or what else the store throws
 */
export async function sealAnew(
  store: Store,
  sealing: readonly [SealingKey, ...SealingKey[]],
): Promise<Resealed> {
  let sealed = 0
  let kept = 0
  for await (const listed of store.sealedKeys()) {
    let key: StoredKey | undefined = listed
    for (let attempts = 1; key?.sealed && sealingKeyId(key.sealed) !== sealing[0].id; attempts++) {
      if (await store.replaceKey(key, resealed(key, key.sealed, sealing))) break
      if (attempts === attemptsMax) throw neverStill(listed)
      key = (await store.keys(listed.apex)).find(({ id }) => id === listed.id)
    }
    if (!key?.sealed) continue
    if (sealingKeyId(key.sealed) === sealing[0].id) kept++
    else sealed++
  }
  return { sealed, kept }
}

function neverStill({ apex, id }: StoredKey): CodedError {
  const text = `Cannot seal key ${id} of ${formatName(apex)}: it was changed ${attemptsMax} times`
  return new CodedError('store-unavailable', text)
}

function resealed(
  key: StoredKey,
  sealed: Uint8Array,
  sealing: readonly [SealingKey, ...SealingKey[]],
): StoredKey {
  const owner = { zone: key.apex, id: key.id }
  const secret = unseal(sealing, sealed, owner)
  const anew = seal(sealing[0], secret, owner)
  secret.fill(0)
  return { ...key, sealed: anew }
}

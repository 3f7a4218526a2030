import { timingSafeEqual } from 'node:crypto'

/**
 * Whether two secrets, or hashes of secrets, are the same; takes as long wherever they differ. Only
 * their lengths, which are no secret, may be learnt from the time.
 */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

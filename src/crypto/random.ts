import { randomBytes } from 'node:crypto'

/** So many octets from the system's generator: what nobody can foresee. */
export function randomOctets(count: number): Uint8Array {
  return randomBytes(count)
}

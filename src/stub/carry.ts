import type { Upstream } from './stub.ts'
import type { Carried, Heard } from './transport.ts'

/** Takes a query to a server that is in this process; undefined: the server says nothing. */
export type Carry = (server: Upstream, query: Uint8Array) => Promise<Uint8Array | undefined>

/** Asks without a socket. What does not fit is ignored, and nothing else will come. */
export async function askByCarry<T>(carried: Carried<T>, carry: Carry): Promise<Heard<T>> {
  const octets = await carry(carried.server, carried.octets)
  if (carried.signal.aborted) return { kind: 'abandoned' }
  const value = octets && carried.hear(octets)
  if (octets === undefined || value === undefined) return { kind: 'silent', text: 'no answer' }
  return { kind: 'heard', value, octets: octets.length }
}

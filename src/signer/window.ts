import type { UnixSeconds } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { RRType } from '../rr/index.ts'
import { lowerName, type Name } from '../wire/index.ts'

/** How long signatures hold, all in seconds. Needs skew, jitter ≥ 0 and refresh < validity. */
export interface SigningPolicy {
  /** From the start of a window to the expiration. */
  readonly validitySeconds: number
  /** No signature is given out with less left than this; more than the greatest TTL. */
  readonly refreshSeconds: number
  /** The windows of a zone's RRsets start spread over this. */
  readonly jitterSeconds: number
  /** Inception lies this far before the start of the window, for clocks that are behind. */
  readonly skewSeconds: number
}

const day = 86400

/** Two weeks, renewed five days before the end, spread over half a day, an hour of skew. */
export const standardPolicy: SigningPolicy = {
  validitySeconds: 14 * day,
  refreshSeconds: 5 * day,
  jitterSeconds: day / 2,
  skewSeconds: 3600,
}

/** The times of a signature. */
export interface Window {
  /** RRSIG fields: seconds modulo 2^32 (RFC 4034 §3.1.5). */
  readonly inception: number
  readonly expiration: number
  /** Unix time at which the next window takes over. */
  readonly renewAt: number
}

/** Where in the period a zone's windows begin: a hash of its name, so zones do not coincide. */
export function zoneOffset(apex: Name, policy: SigningPolicy): number {
  const digest = Buffer.from(sha256(lowerName(apex)))
  return digest.readUIntBE(0, 6) % (policy.validitySeconds - policy.refreshSeconds)
}

/** Where within the zone's jitter an RRset's windows begin (FNV-1a over owner and type). */
function rrsetOffset(owner: Name, type: RRType, policy: SigningPolicy): number {
  if (policy.jitterSeconds === 0) return 0
  let hash = 0x811c9dc5 ^ type
  for (let at = 0; at < owner.length; at++) {
    const octet = owner[at] as number
    const lower = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet
    hash = Math.imul(hash ^ lower, 0x01000193)
  }
  return (hash >>> 0) % policy.jitterSeconds
}

/**
 * The window in force at `now`. A function of its arguments alone. At any time inception is past
 * and at least `refreshSeconds` are left.
 */
export function windowAt(
  now: UnixSeconds,
  offset: number,
  owner: Name,
  type: RRType,
  policy: SigningPolicy,
): Window {
  const period = policy.validitySeconds - policy.refreshSeconds
  const shift = offset + rrsetOffset(owner, type, policy)
  const start = Math.floor((now + shift) / period) * period - shift
  return {
    inception: (start - policy.skewSeconds) >>> 0,
    expiration: (start + policy.validitySeconds) >>> 0,
    renewAt: start + period,
  }
}

import type { UnixSeconds } from '../base/index.ts'
import type { ZonePolicy } from '../config/index.ts'
import {
  type KeyDirectory,
  type KeyRole,
  keyDuties,
  keyState,
  type ZoneKey,
} from '../keystore/index.ts'
import type { ZoneKeys } from '../signer/index.ts'
import { type Name, toHex } from '../wire/index.ts'

/** Beyond the TTL of DNSKEY: time for a new key to reach every place that serves the zone. */
const propagationSeconds = 3600

/** The keys that a policy asks for and that are not among `keys`, as the roles to be made. */
export function missingRoles(
  keys: readonly ZoneKey[],
  policy: ZonePolicy,
  now: UnixSeconds,
): KeyRole[] {
  if (!policy.dnssec) return []
  const usable = keys.filter((key) => {
    const state = keyState(key.timing, now)
    const lives = state !== 'removed' && state !== 'retired'
    return lives && key.private.algorithm === policy.algorithm
  })
  const has = (flags: 256 | 257) => usable.some((key) => key.flags === flags)
  if (policy.keys === 'csk') return has(257) ? [] : ['csk']
  const missing: KeyRole[] = []
  if (!has(257)) missing.push('ksk')
  if (!has(256)) missing.push('zsk')
  return missing
}

/**
 * Makes the keys that a policy asks for and that are missing. In a zone that has no key of the
 * algorithm they are active at once; where others sign already, a new ZSK is published first and
 * becomes active when every cache has seen it (RFC 7583 §3.2.1).
 *
 * @throws {CodedError} as `KeyDirectory.generate` does
 */
export function ensureKeys(
  directory: KeyDirectory,
  zone: Name,
  keys: readonly ZoneKey[],
  policy: ZonePolicy,
  now: UnixSeconds,
): ZoneKey[] {
  const { algorithm, dnskeyTtl } = policy
  const signed = keyDuties(keys, now).zoneSigners.some((key) => key.private.algorithm === algorithm)
  return missingRoles(keys, policy, now).map((role) => {
    if (!(signed && role === 'zsk')) return directory.generate(zone, { algorithm, role, now })
    const activate = (now + dnskeyTtl + propagationSeconds) as UnixSeconds
    const timing = { created: now, publish: now, activate }
    return directory.generate(zone, { algorithm, role, now, timing })
  })
}

/** Whether two lists have the same keys with the same timing. */
export function sameKeys(a: readonly ZoneKey[], b: readonly ZoneKey[]): boolean {
  const identity = (keys: readonly ZoneKey[]) =>
    keys
      .map((key) => `${toHex(key.dnskey)} ${JSON.stringify(key.timing)}`)
      .sort()
      .join('\n')
  return identity(a) === identity(b)
}

/**
 * The duties of the keys of a zone at `now` as its signer wants them; undefined when the zone has
 * nothing to be signed with.
 */
export function signingKeys(keys: readonly ZoneKey[], now: UnixSeconds): ZoneKeys | undefined {
  const { published, keySigners, zoneSigners } = keyDuties(keys, now)
  if (keySigners.length === 0 || zoneSigners.length === 0) return undefined
  return {
    keySigning: keySigners,
    zoneSigning: zoneSigners,
    published: published.map((key) => key.dnskey),
    secureEntryPoints: keySigners.filter((key) => key.flags === 257).map((key) => key.dnskey),
  }
}

/** Two equal texts mean equal duties: the signer and the apex need not change. */
export function dutiesFingerprint({ published, ...signing }: ZoneKeys): string {
  const tags = (keys: ZoneKeys['keySigning']) =>
    keys.map((key) => `${key.private.algorithm}/${key.keyTag}`).join(' ')
  const dnskeys = published.map((dnskey) => Buffer.from(dnskey).toString('base64')).join(' ')
  return `${tags(signing.keySigning)}; ${tags(signing.zoneSigning)}; ${dnskeys}`
}

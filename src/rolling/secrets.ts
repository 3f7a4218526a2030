import type { UnixSeconds } from '../base/index.ts'
import {
  type Certificate,
  digest,
  issueCertificate,
  type PrivateKey,
  privateKeyFromSecret,
  readCertificate,
  sha256,
} from '../crypto/index.ts'
import { type KeyTiming, makeZoneKey, roleFlags, tagsOf, type ZoneKey } from '../keystore/index.ts'
import { formatHost, formatName, type Name } from '../wire/index.ts'
import type { KeySetup } from './scenario.ts'

// Everything that looks random comes from the seed and from what it is for, so that the same file
// gives the same octets everywhere.

/** Algorithm whose secret is longer than SHA-256 is. */
const ecdsaP384 = 14
const certificateAlgorithm = 13
/** A certificate is valid for so long before and after the scenario begins: dates are not its point. */
const certificateSeconds = 20 * 366 * 86_400

function octetsFor(seed: string, ...purpose: readonly (string | number)[]): Uint8Array {
  return Buffer.from(JSON.stringify([seed, ...purpose]), 'utf8')
}

function privateKey(algorithm: number, from: Uint8Array): PrivateKey {
  const secret = digest(algorithm === ecdsaP384 ? 'sha384' : 'sha256', from)
  return privateKeyFromSecret(algorithm, secret, { deterministic: true })
}

/** A key of a zone; no tag of it is one of `others` (RFC 4034 App. B). */
export function seededKey(
  seed: string,
  zone: Name,
  { name, role, algorithm }: KeySetup,
  others: readonly ZoneKey[],
  timing: KeyTiming,
): ZoneKey {
  const taken = new Set(others.flatMap(tagsOf))
  for (let tries = 0; ; tries++) {
    const from = octetsFor(seed, 'key', formatName(zone), name, tries)
    const key = makeZoneKey(zone, privateKey(algorithm, from), roleFlags(role), timing)
    if (!tagsOf(key).some((tag) => taken.has(tag))) return key
  }
}

/** A certificate that its host has signed itself, as DANE-EE allows (RFC 7672 §3.1.1). */
export function seededCertificate(
  seed: string,
  host: Name,
  name: string,
  start: UnixSeconds,
): Certificate {
  const from = octetsFor(seed, 'certificate', formatName(host), name)
  const key = privateKey(certificateAlgorithm, from)
  const serial = sha256(from).slice(0, 16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const commonName = `${name} of ${formatHost(host)}`
  const der = issueCertificate({
    ...{ serial, commonName, key, issuer: { commonName, key }, isCa: false },
    dnsNames: [formatHost(host)],
    notBefore: (start - certificateSeconds) as UnixSeconds,
    notAfter: (start + certificateSeconds) as UnixSeconds,
  })
  const certificate = readCertificate(der)
  if (!certificate) throw new Error('a certificate that was just written cannot be read')
  return certificate
}

/** Octets without end, the same for the same seed and purpose. */
export function seededRandom(seed: string, purpose: string): (octets: number) => Uint8Array {
  let count = 0
  let pool = new Uint8Array(0)
  return (octets) => {
    while (pool.length < octets) {
      pool = Uint8Array.from([...pool, ...sha256(octetsFor(seed, 'random', purpose, count++))])
    }
    const drawn = pool.slice(0, octets)
    pool = pool.slice(octets)
    return drawn
  }
}

import type { UnixSeconds } from '../base/index.ts'
import {
  type Certificate,
  issueCertificate,
  type PrivateKey,
  privateKeyFromSecret,
  readCertificate,
} from '../crypto/index.ts'
import { type KeyTiming, makeZoneKey, roleFlags, tagsOf, type ZoneKey } from '../keystore/index.ts'
import { formatHost, formatName, type Name } from '../wire/index.ts'
import { seededOctets } from '../world/index.ts'
import type { KeySetup } from './scenario.ts'

// Everything that looks random comes from the seed and from what it is for, so that the same file
// gives the same octets everywhere.

/** Octets of the secrets of algorithms: those of ECDSAP384SHA384 have more than the others. */
const secretOctets = (algorithm: number) => (algorithm === 14 ? 48 : 32)
const serialOctets = 16
const certificateAlgorithm = 13
/**
 * A certificate is valid for so long before and after the scenario begins: dates are not its point.
 */
const certificateSeconds = 20 * 366 * 86_400

function textFor(seed: string, ...purpose: readonly (string | number)[]): string {
  return JSON.stringify([seed, ...purpose])
}

function privateKey(algorithm: number, text: string): PrivateKey {
  const secret = seededOctets(text, secretOctets(algorithm))
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
    const text = textFor(seed, 'key', formatName(zone), name, tries)
    const key = makeZoneKey(zone, privateKey(algorithm, text), roleFlags(role), timing)
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
  const text = textFor(seed, 'certificate', formatName(host), name)
  const key = privateKey(certificateAlgorithm, text)
  const serial = seededOctets(`serial ${text}`, serialOctets)
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
  return (octets) => seededOctets(textFor(seed, 'random', purpose, count++), octets)
}

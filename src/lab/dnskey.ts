import { corrupted, withOctets } from './octets.ts'
import type { KeyEdit } from './types.ts'

/** Where the fields of DNSKEY are (RFC 4034 §2.1). */
const dnskeyField = { flags: 0, protocol: 2, algorithm: 3, publicKey: 4 }

/** RFC 5011 §3: the REVOKE bit. */
const revoked = 0x80

/** Octets at the start of a key that stay: the length and exponent of RSA, the size of a number. */
const keptOctets = 8

/**
 * More keys of the same tag: it is a sum of words of 16 bits (RFC 4034 Appendix B), so two of them
 * may change places. Moduli of RSA stay good enough to be worked with.
 */
function colliding(dnskey: Uint8Array, count: number): Uint8Array[] {
  const first = dnskeyField.publicKey + keptOctets
  const words = Math.floor((dnskey.length - first) / 2) - 2
  return Array.from({ length: count }, (_, n) => {
    const at = first + 2 * (n % words)
    const [a = 0, b = 0, c = 0, d = 0] = dnskey.subarray(at)
    return withOctets(dnskey, at, [c, d, a, b])
  })
}

/** RDATA of the DNSKEYs that come in the place of one. */
export function editKey(dnskey: Uint8Array, edit: KeyEdit): Uint8Array[] {
  switch (edit.kind) {
    case 'remove':
      return []
    case 'corrupt':
      return [corrupted(dnskey, dnskeyField.publicKey, edit.octets)]
    case 'flags':
      return [withOctets(dnskey, dnskeyField.flags, [edit.flags >> 8, edit.flags & 0xff])]
    case 'algorithm':
      return [withOctets(dnskey, dnskeyField.algorithm, [edit.algorithm])]
    case 'protocol':
      return [withOctets(dnskey, dnskeyField.protocol, [edit.protocol])]
    case 'revoke':
      return [withOctets(dnskey, dnskeyField.flags + 1, [(dnskey[1] ?? 0) | revoked])]
    case 'collide':
      return [dnskey, ...colliding(dnskey, edit.count)]
  }
}

/** Whether it is still the key that signs, if with other fields: its signatures are of its tag. */
export function isSameKey({ kind }: KeyEdit): boolean {
  return kind === 'flags' || kind === 'protocol' || kind === 'revoke' || kind === 'collide'
}

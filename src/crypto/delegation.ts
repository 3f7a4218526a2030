import { type Brand, CodedError } from '../base/index.ts'
import { lowerName, type Name } from '../wire/index.ts'
import { digest } from './digests.ts'

/** The 16-bit tag of a DNSKEY (RFC 4034 Appendix B): a hint, not a name; tags do collide. */
export type KeyTag = Brand<number, 'KeyTag'>

/** RSA/MD5, whose key tag is taken from the key itself (RFC 4034 Appendix B.1). */
const rsaMd5 = 1

const digestNames: ReadonlyMap<number, 'sha1' | 'sha256' | 'sha384'> = new Map([
  [1, 'sha1'],
  [2, 'sha256'],
  [4, 'sha384'],
])

/** The tag of a DNSKEY, from its whole RDATA (RFC 4034 Appendix B). O(length). */
export function keyTag(dnskeyRdata: Uint8Array): KeyTag {
  const end = dnskeyRdata.length
  if (dnskeyRdata[3] === rsaMd5) {
    return (((dnskeyRdata[end - 3] ?? 0) << 8) | (dnskeyRdata[end - 2] ?? 0)) as KeyTag
  }
  let sum = 0
  for (let at = 0; at < end; at++) {
    const octet = dnskeyRdata[at] ?? 0
    sum += at & 1 ? octet : octet << 8
  }
  // The sum stays below 2^31: RDATA has at most 65535 octets.
  return ((sum + (sum >> 16)) & 0xffff) as KeyTag
}

/**
 * The RDATA of the DS for a DNSKEY: tag, algorithm, digest type and the digest of the owner in
 * canonical form followed by the DNSKEY RDATA (RFC 4034 §5.1.4). Fresh octets.
 *
 * `digestType`: 1 SHA-1 (only to recognise what others publish), 2 SHA-256 (RFC 4509), 4 SHA-384
 * (RFC 6605).
 *
 * @throws {CodedError} `digest-unknown`
 */
export function dsRdata(owner: Name, dnskeyRdata: Uint8Array, digestType: number): Uint8Array {
  const name = digestNames.get(digestType)
  if (!name) {
    throw new CodedError(
      'digest-unknown',
      `Cannot build DS: digest type ${digestType} is not 1, 2 or 4`,
    )
  }
  const lowered = lowerName(owner)
  const hashed = new Uint8Array(lowered.length + dnskeyRdata.length)
  hashed.set(lowered)
  hashed.set(dnskeyRdata, lowered.length)
  const octets = digest(name, hashed)
  const tag = keyTag(dnskeyRdata)
  const rdata = new Uint8Array(4 + octets.length)
  rdata.set([tag >> 8, tag & 0xff, dnskeyRdata[3] ?? 0, digestType])
  rdata.set(octets, 4)
  return rdata
}

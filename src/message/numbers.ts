/** Octets of a message's header (RFC 1035 §4.1.1). */
export const headerLength = 12

/** Bits of the second 16-bit word of the header (RFC 1035 §4.1.1, RFC 4035 §3.1.6 and §3.2). */
export const Flag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x0020,
  CD: 0x0010,
} as const

/** Operation codes (RFC 6895 §2.2). */
export const Opcode = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const

/** Response codes (RFC 6895 §2.3); those above 15 need EDNS. BADCOOKIE is of RFC 7873 §8. */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const

const rcodeNames = new Map<number, string>(
  Object.entries(Rcode).map(([mnemonic, code]) => [code, mnemonic]),
)

/** The mnemonic of a response code, or `RCODEnn`. */
export function formatRcode(rcode: number): string {
  return rcodeNames.get(rcode) ?? `RCODE${rcode}`
}

/** Classes (RFC 6895 §3.2). */
export const Class = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const

/** EDNS flag DO: DNSSEC answer OK (RFC 3225). */
export const ednsFlagDo = 0x8000
/** EDNS flag CO: compact answers OK, so NXDOMAIN may be restored (RFC 9824 §5.1). */
export const ednsFlagCompact = 0x4000

/** EDNS option codes. */
export const EdnsOption = {
  /** RFC 5001 */
  NSID: 3,
  /** RFC 7873 */
  COOKIE: 10,
  /** RFC 7828 */
  KEEPALIVE: 11,
  /** RFC 7830 */
  PADDING: 12,
  /** RFC 8914 */
  EDE: 15,
} as const

/** Extended DNS errors (RFC 8914 §4 and the IANA registry) that danelaw gives or understands. */
export const Ede = {
  OTHER: 0,
  UNSUPPORTED_DNSKEY_ALGORITHM: 1,
  UNSUPPORTED_DS_DIGEST: 2,
  DNSSEC_INDETERMINATE: 5,
  DNSSEC_BOGUS: 6,
  SIGNATURE_EXPIRED: 7,
  SIGNATURE_NOT_YET_VALID: 8,
  DNSKEY_MISSING: 9,
  RRSIGS_MISSING: 10,
  NO_ZONE_KEY_BIT: 11,
  NSEC_MISSING: 12,
  NOT_READY: 14,
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NO_REACHABLE_AUTHORITY: 22,
  NETWORK_ERROR: 23,
  INVALID_DATA: 24,
  SIGNATURE_EXPIRED_BEFORE_VALID: 25,
  UNSUPPORTED_NSEC3_ITERATIONS: 27,
  /** RFC 9824 §3.5: a query for the type NXNAME */
  INVALID_QUERY_TYPE: 30,
} as const

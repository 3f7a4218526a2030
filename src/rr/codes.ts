import { type Brand, CodedError } from '../base/index.ts'

/** An RR type code, 0 to 65535. */
export type RRType = Brand<number, 'RRType'>

const codes = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  'NSAP-PTR': 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  DLV: 32769,
  LIKE: 65380,
} as const

/** A mnemonic that danelaw reads and prints. */
export type Mnemonic = keyof typeof codes

/**
 * Every type that has a mnemonic here, by mnemonic: those of the row table, the QTYPEs and
 * meta-types, and a few old ones whose RDATA stays opaque. In order of type code.
 */
export const RR = codes as { readonly [M in Mnemonic]: RRType }

const byMnemonic = new Map<string, RRType>(Object.entries(RR))
const byCode = new Map<number, string>(Object.entries(RR).map(([name, type]) => [type, name]))

/** The mnemonic, or `TYPEnnn` (RFC 3597 §5). */
export function formatType(type: RRType): string {
  return byCode.get(type) ?? `TYPE${type}`
}

/**
 * The type of a mnemonic or `TYPEnnn`, in any case.
 *
 * @throws {CodedError} `type-unknown`
 */
export function parseType(text: string): RRType {
  const known = byMnemonic.get(text.toUpperCase())
  if (known !== undefined) return known
  const numeric = /^TYPE([0-9]{1,5})$/i.exec(text)
  const code = numeric ? Number(numeric[1]) : -1
  if (code >= 0 && code <= 65535) return code as RRType
  throw new CodedError('type-unknown', `Cannot read type: ${JSON.stringify(text)} is not one`)
}

/**
 * Whether the type never stands in a zone: OPT, and the meta-types and QTYPEs from 128 to 255
 * (RFC 6895 §3.1).
 */
export function isMetaType(type: RRType): boolean {
  return type === 0 || type === RR.OPT || (type >= 128 && type <= 255)
}

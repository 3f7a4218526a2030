import type { Brand } from '../base/index.ts'

/** An RR type code, 0 to 65535. */
export type RRType = Brand<number, 'RRType'>

const code = (value: number) => value as RRType

/** The types that code names directly; all others go through `parseType`. */
export const RR = {
  A: code(1),
  NS: code(2),
  CNAME: code(5),
  SOA: code(6),
  PTR: code(12),
  HINFO: code(13),
  MX: code(15),
  TXT: code(16),
  AAAA: code(28),
  SRV: code(33),
  DNAME: code(39),
  OPT: code(41),
  DS: code(43),
  RRSIG: code(46),
  NSEC: code(47),
  DNSKEY: code(48),
  NSEC3: code(50),
  NSEC3PARAM: code(51),
  TLSA: code(52),
  CDS: code(59),
  CDNSKEY: code(60),
  CAA: code(257),
  NXNAME: code(128),
  TKEY: code(249),
  TSIG: code(250),
  IXFR: code(251),
  AXFR: code(252),
  MAILB: code(253),
  MAILA: code(254),
  ANY: code(255),
} as const

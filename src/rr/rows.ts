import type { RRType } from './codes.ts'
import type { Field, FieldCodec } from './field.ts'
import {
  base64Rest,
  bitmap,
  characterString,
  characterStrings,
  classicName,
  duration,
  hashedOwner,
  hexRest,
  ipv4,
  ipv6,
  loweredName,
  plainName,
  rrType,
  salt,
  timestamp,
  u8,
  u16,
  u32,
} from './fields.ts'
import type { TypeRow } from './types.ts'

// biome-ignore lint/suspicious/noExplicitAny: rows mix value types; each codec keeps its own
type Fields = Readonly<Record<string, FieldCodec<any>>>

function row(
  type: number,
  mnemonic: string,
  reference: string,
  purpose: string,
  fields: Fields,
): TypeRow {
  const list: Field[] = Object.entries(fields).map(([name, codec]) => ({ name, codec }))
  return {
    type: type as RRType,
    mnemonic,
    purpose,
    reference,
    fields: list,
    hasCanonicalNames: list.some(({ codec }) => codec === classicName || codec === loweredName),
  }
}

const dsFields: Fields = { keyTag: u16, algorithm: u8, digestType: u8, digest: hexRest }
const dnskeyFields: Fields = { flags: u16, protocol: u8, algorithm: u8, publicKey: base64Rest }
const tlsaFields: Fields = { usage: u8, selector: u8, matching: u8, data: hexRest }

/** The table. One row per type, in order of type code. */
export const rows: readonly TypeRow[] = [
  row(1, 'A', 'RFC 1035 §3.4.1', 'IPv4 address', { address: ipv4 }),
  row(2, 'NS', 'RFC 1035 §3.3.11', 'name server', { target: classicName }),
  row(5, 'CNAME', 'RFC 1035 §3.3.1', 'alias', { target: classicName }),
  row(6, 'SOA', 'RFC 1035 §3.3.13', 'start of authority', {
    mname: classicName,
    rname: classicName,
    serial: u32,
    refresh: duration,
    retry: duration,
    expire: duration,
    minimum: duration,
  }),
  row(12, 'PTR', 'RFC 1035 §3.3.12', 'pointer', { target: classicName }),
  row(13, 'HINFO', 'RFC 1035 §3.3.2', 'host information', {
    cpu: characterString,
    os: characterString,
  }),
  row(15, 'MX', 'RFC 1035 §3.3.9', 'mail exchange', { preference: u16, exchange: classicName }),
  row(16, 'TXT', 'RFC 1035 §3.3.14', 'text', { strings: characterStrings }),
  row(28, 'AAAA', 'RFC 3596 §2.2', 'IPv6 address', { address: ipv6 }),
  row(33, 'SRV', 'RFC 2782', 'service location', {
    priority: u16,
    weight: u16,
    port: u16,
    target: loweredName,
  }),
  row(39, 'DNAME', 'RFC 6672 §2.1', 'alias of a subtree', { target: loweredName }),
  row(43, 'DS', 'RFC 4034 §5.1', 'delegation signer', dsFields),
  row(46, 'RRSIG', 'RFC 4034 §3.1', 'signature', {
    typeCovered: rrType,
    algorithm: u8,
    labels: u8,
    originalTtl: u32,
    expiration: timestamp,
    inception: timestamp,
    keyTag: u16,
    signer: loweredName,
    signature: base64Rest,
  }),
  row(47, 'NSEC', 'RFC 4034 §4.1', 'denial of existence', { next: plainName, types: bitmap }),
  row(48, 'DNSKEY', 'RFC 4034 §2.1', 'zone key', dnskeyFields),
  row(50, 'NSEC3', 'RFC 5155 §3.1', 'hashed denial of existence', {
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt,
    nextHashedOwner: hashedOwner,
    types: bitmap,
  }),
  row(51, 'NSEC3PARAM', 'RFC 5155 §4.1', 'parameters of NSEC3', {
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt,
  }),
  row(52, 'TLSA', 'RFC 6698 §2.1', 'TLS certificate association', tlsaFields),
  row(59, 'CDS', 'RFC 7344 §3.1', 'DS that the child wants', dsFields),
  row(60, 'CDNSKEY', 'RFC 7344 §3.2', 'DNSKEY that the child wants a DS for', dnskeyFields),
]

import { type Mnemonic, RR } from './codes.ts'
import type { Field, FieldCodec, TypeRow } from './field.ts'
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

// biome-ignore lint/suspicious/noExplicitAny: rows mix value types; each codec keeps its own
type Fields = Readonly<Record<string, FieldCodec<any>>>

function row(mnemonic: Mnemonic, reference: string, purpose: string, fields: Fields): TypeRow {
  const list: Field[] = Object.entries(fields).map(([name, codec]) => ({ name, codec }))
  return {
    type: RR[mnemonic],
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
  row('A', 'RFC 1035 §3.4.1', 'IPv4 address', { address: ipv4 }),
  row('NS', 'RFC 1035 §3.3.11', 'name server', { target: classicName }),
  row('CNAME', 'RFC 1035 §3.3.1', 'alias', { target: classicName }),
  row('SOA', 'RFC 1035 §3.3.13', 'start of authority', {
    mname: classicName,
    rname: classicName,
    serial: u32,
    refresh: duration,
    retry: duration,
    expire: duration,
    minimum: duration,
  }),
  row('PTR', 'RFC 1035 §3.3.12', 'pointer', { target: classicName }),
  row('HINFO', 'RFC 1035 §3.3.2', 'host information', {
    cpu: characterString,
    os: characterString,
  }),
  row('MX', 'RFC 1035 §3.3.9', 'mail exchange', { preference: u16, exchange: classicName }),
  row('TXT', 'RFC 1035 §3.3.14', 'text', { strings: characterStrings }),
  row('AAAA', 'RFC 3596 §2.2', 'IPv6 address', { address: ipv6 }),
  row('SRV', 'RFC 2782', 'service location', {
    priority: u16,
    weight: u16,
    port: u16,
    target: loweredName,
  }),
  row('DNAME', 'RFC 6672 §2.1', 'alias of a subtree', { target: loweredName }),
  row('DS', 'RFC 4034 §5.1', 'delegation signer', dsFields),
  row('RRSIG', 'RFC 4034 §3.1', 'signature', {
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
  row('NSEC', 'RFC 4034 §4.1', 'denial of existence', { next: plainName, types: bitmap }),
  row('DNSKEY', 'RFC 4034 §2.1', 'zone key', dnskeyFields),
  row('NSEC3', 'RFC 5155 §3.1', 'hashed denial of existence', {
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt,
    nextHashedOwner: hashedOwner,
    types: bitmap,
  }),
  row('NSEC3PARAM', 'RFC 5155 §4.1', 'parameters of NSEC3', {
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt,
  }),
  row('TLSA', 'RFC 6698 §2.1', 'TLS certificate association', tlsaFields),
  row('CDS', 'RFC 7344 §3.1', 'DS that the child wants', dsFields),
  row('CDNSKEY', 'RFC 7344 §3.2', 'DNSKEY that the child wants a DS for', dnskeyFields),
]

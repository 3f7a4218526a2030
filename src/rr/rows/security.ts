import { malformed } from '../field.ts'
import { hostIdentityKey, ipseckeyGateway } from '../fields/gateway.ts'
import { loweredName, plainName, plainNames } from '../fields/names.ts'
import { algorithm, certificateType, digestType, u8, u16, u32 } from '../fields/numbers.ts'
import {
  base64ToEnd,
  base64ToEndOrNone,
  hashedOwner,
  hexToEnd,
  hexToEndOrNone,
  salt,
} from '../fields/octets.ts'
import { tag, textToEndOrNone } from '../fields/strings.ts'
import { timestamp } from '../fields/times.ts'
import { bitmap, nxtBitmap, rrType } from '../fields/types.ts'
import { row, type TypeRow } from '../row.ts'

/** Holds a digest against the length that its type gives; of unknown types any length will do. */
function checkDigest(
  type: number,
  digest: Uint8Array,
  lengths: Readonly<Record<number, number>>,
): void {
  const expected = lengths[type]
  if (expected !== undefined && digest.length !== expected) {
    malformed(`Cannot read digest: ${digest.length} octets, type ${type} has ${expected}`)
  }
}

// RFC 4034 §5.1.3, RFC 4509 §2.2, RFC 6605 §2. Type 0 is that of the CDS that asks for deletion
// (RFC 8078 §4).
const dsDigestOctets = { 1: 20, 2: 32, 3: 32, 4: 48 }
const dsFields = { keyTag: u16, algorithm, digestType, digest: hexToEnd }
const checkDs = (ds: { readonly digestType: number; readonly digest: Uint8Array }) =>
  checkDigest(ds.digestType, ds.digest, dsDigestOctets)

const dnskeyFields = { flags: u16, protocol: u8, algorithm, publicKey: base64ToEnd }
const keyFields = { ...dnskeyFields, publicKey: base64ToEndOrNone }
const rrsigFields = {
  typeCovered: rrType,
  algorithm,
  labels: u8,
  originalTtl: u32,
  expiration: timestamp,
  inception: timestamp,
  keyTag: u16,
  signer: loweredName,
  signature: base64ToEnd,
}
const nsec3Parameters = { hashAlgorithm: u8, flags: u8, iterations: u16, salt }
// Digests of a wrong length are left to those who match certificates: RFC 6698 §4.1 makes such a
// record unusable, not malformed, and a lab must be able to serve one.
// Without data a record is unusable, not malformed (RFC 6698 §2.1): its RRset still demands TLS.
const tlsaFields = { usage: u8, selector: u8, matchingType: u8, data: hexToEndOrNone }

const sha1Octets = 20

/** DNSSEC, keys, certificates and what depends on them. */
export const securityRows: readonly TypeRow[] = [
  row('SIG', 'RFC 2535 §4.1, RFC 2931', 'signature (obsolete but for SIG(0))', rrsigFields),
  row('KEY', 'RFC 2535 §3.1, RFC 3445', 'key (obsolete but for SIG(0))', keyFields),
  row('NXT', 'RFC 2535 §5.2', 'denial of existence (obsolete)', {
    next: loweredName,
    types: nxtBitmap,
  }),
  row('CERT', 'RFC 4398 §2', 'certificate', {
    certificateType,
    keyTag: u16,
    algorithm,
    certificate: base64ToEnd,
  }),
  row('DS', 'RFC 4034 §5.1', 'delegation signer', dsFields, checkDs),
  row(
    'SSHFP',
    'RFC 4255 §3.1, RFC 6594',
    'SSH key fingerprint',
    { algorithm: u8, fingerprintType: u8, fingerprint: hexToEnd },
    ({ fingerprintType, fingerprint }) =>
      checkDigest(fingerprintType, fingerprint, { 1: sha1Octets, 2: 32 }),
  ),
  row('IPSECKEY', 'RFC 4025 §2', 'IPsec key', {
    precedence: u8,
    gateway: ipseckeyGateway,
    publicKey: base64ToEndOrNone,
  }),
  row('RRSIG', 'RFC 4034 §3.1', 'signature', rrsigFields),
  row('NSEC', 'RFC 4034 §4.1', 'denial of existence', { next: plainName, types: bitmap }),
  row('DNSKEY', 'RFC 4034 §2.1', 'zone key', dnskeyFields),
  row('DHCID', 'RFC 4701 §3.1', 'DHCP client', { identifier: base64ToEnd }),
  row(
    'NSEC3',
    'RFC 5155 §3.2',
    'hashed denial of existence',
    { ...nsec3Parameters, nextHashedOwner: hashedOwner, types: bitmap },
    ({ hashAlgorithm, nextHashedOwner }) =>
      checkDigest(hashAlgorithm, nextHashedOwner, { 1: sha1Octets }),
  ),
  row('NSEC3PARAM', 'RFC 5155 §4.2', 'parameters of NSEC3', nsec3Parameters),
  row('TLSA', 'RFC 6698 §2.1', 'TLS certificate association', tlsaFields),
  row('SMIMEA', 'RFC 8162 §2', 'S/MIME certificate association', tlsaFields),
  row('HIP', 'RFC 8005 §5', 'host identity', {
    identity: hostIdentityKey,
    rendezvousServers: plainNames,
  }),
  row('CDS', 'RFC 7344 §3.1', 'DS that the child wants', dsFields, checkDs),
  row('CDNSKEY', 'RFC 7344 §3.2', 'DNSKEY that the child wants a DS for', dnskeyFields),
  row('OPENPGPKEY', 'RFC 7929 §2.1', 'OpenPGP key', { publicKey: base64ToEnd }),
  row('CSYNC', 'RFC 7477 §2.1', 'child to parent synchronisation', {
    serial: u32,
    flags: u16,
    types: bitmap,
  }),
  row(
    'ZONEMD',
    'RFC 8976 §2.2',
    'digest of the zone',
    { serial: u32, scheme: u8, hashAlgorithm: u8, digest: hexToEnd },
    ({ hashAlgorithm, digest }) => {
      if (digest.length < 12) malformed(`Cannot read digest: ${digest.length} octets, 12 is least`)
      checkDigest(hashAlgorithm, digest, { 1: 48, 2: 64 })
    },
  ),
  row('CAA', 'RFC 8659 §4.1', 'certification authority authorisation', {
    flags: u8,
    tag,
    value: textToEndOrNone,
  }),
  row('DLV', 'RFC 4431 §2', 'DS outside the delegation (obsolete)', dsFields, checkDs),
]

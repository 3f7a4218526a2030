import { RR } from '../../rr/index.ts'
import type { Fault } from '../types.ts'
import { at, bogus, ds, insecure, key, rowsOf, secure, signature } from './row.ts'
import { deniedBadly } from './testbed-denial.ts'
import { outOfReach } from './testbed-reach.ts'
import { signedBadly } from './testbed-signatures.ts'

const row = rowsOf('testbed')
const unsigned = { signed: false, ds: false }
const isolated = { variant: 'isolated' } as const

/** RFC 4035 §5.2: a DS RRset that authenticates no key of the zone. */
const noKeyForDs = ['RFC 4035 §5.2', 'RFC 8914 §4.10']
/** RFC 4035 §5.2: nothing that is supported leaves nothing to authenticate with. */
const algorithmUnknown = ['RFC 4035 §5.2', 'RFC 8914 §4.2']
/** RFC 4035 §5.3.1: a signature that no key of the RRset can have made. */
const noKeyForSignature = ['RFC 4035 §5.3.1', 'RFC 8914 §4.10']
/** RFC 4035 §5.3.3: what was signed is not what is there. */
const notAsSigned = ['RFC 4035 §5.3.3', 'RFC 8914 §4.7']
/** RFC 4034 §2.1.1: without the flag it is no key of a zone. */
const noZoneKey = ['RFC 4034 §2.1.1', 'RFC 4035 §5.3.1', 'RFC 8914 §4.12']

const wrongDigest = 'I am not a real DNSKEY digest'

/** Nothing wrong, and what is wrong with the DS RRset. */
const delegated: readonly Fault[] = [
  row('valid', 'Nothing is wrong', [], secure(['RFC 4035 §5.3.3'])),
  row('unsigned', 'No keys, and no DS', [], insecure([], ['RFC 4035 §5.2']), { setting: unsigned }),
  row(
    'no-ds',
    'Signed, and the parent proves that there is no DS',
    [],
    insecure([], ['RFC 4035 §5.2', 'RFC 4035 §4.3'], { edeToo: [10] }),
    { setting: { ds: false } },
  ),
  row('ds-bad-tag', 'Key tag 0', [ds({ kind: 'keyTag', keyTag: 0 })], bogus([9], noKeyForDs)),
  row(
    'ds-bad-key-algo',
    'DS of another algorithm that validators know',
    [ds({ kind: 'algorithm', algorithm: 14 })],
    bogus([9], noKeyForDs),
  ),
  row(
    'ds-unassigned-key-algo',
    'DS of algorithm 100, which is not assigned',
    [ds({ kind: 'algorithm', algorithm: 100 })],
    insecure([1], algorithmUnknown),
  ),
  row(
    'ds-reserved-key-algo',
    'DS of algorithm 200, which is reserved',
    [ds({ kind: 'algorithm', algorithm: 200 })],
    insecure([1], algorithmUnknown),
  ),
  row(
    'ds-unassigned-digest-algo',
    'DS of digest type 100, which is not assigned',
    [ds({ kind: 'digestType', digestType: 100 })],
    insecure([2], ['RFC 6840 §5.2', 'RFC 8914 §4.3']),
  ),
  row(
    'ds-bogus-digest-value',
    'DS with the digest of something else',
    [ds({ kind: 'digest', of: wrongDigest })],
    bogus([9, 6], noKeyForDs),
  ),
]

/** Keys that are missing or damaged. */
const keyed: readonly Fault[] = [
  row(
    'no-zsk',
    'ZSK taken out of what was signed',
    [key('zsk', { kind: 'remove' })],
    bogus([6], notAsSigned),
  ),
  row(
    'no-zsk-isolated',
    'No ZSK, and DNSKEY signed without it',
    [key('zsk', { kind: 'remove' })],
    bogus([9], noKeyForSignature),
    isolated,
  ),
  row(
    'bad-zsk',
    'ZSK damaged after signing',
    [key('zsk', { kind: 'corrupt', octets: 4 })],
    bogus([6], notAsSigned),
  ),
  row(
    'bad-zsk-isolated',
    'Another ZSK than the one that signs',
    [key('zsk', { kind: 'corrupt', octets: 4 })],
    bogus([9], noKeyForSignature),
    isolated,
  ),
  row('no-ksk', 'KSK taken out', [key('ksk', { kind: 'remove' })], bogus([9], noKeyForDs)),
  row(
    'bad-ksk',
    'KSK damaged after signing, and so of another key tag',
    [key('ksk', { kind: 'corrupt', octets: 4 })],
    bogus([9], noKeyForDs),
  ),
  row(
    'no-rrsig-ksk',
    'DNSKEY signed by the ZSK alone, which no DS vouches for',
    [signature(at(RR.DNSKEY), { kind: 'drop' }, 'ksk')],
    bogus([10], ['RFC 4035 §5.2', 'RFC 8914 §4.11']),
  ),
  row(
    'bad-rrsig-ksk',
    'The signature of the KSK on DNSKEY is damaged',
    [signature(at(RR.DNSKEY), { kind: 'corrupt', octets: 4 }, 'ksk')],
    bogus([6], ['RFC 4035 §5.2', 'RFC 8914 §4.7']),
  ),
  row(
    'no-rrsig-dnskey',
    'No signature on DNSKEY',
    [signature(at(RR.DNSKEY), { kind: 'drop' })],
    bogus([10], ['RFC 4035 §5.2', 'RFC 8914 §4.11']),
  ),
  row(
    'bad-rrsig-dnskey',
    'Every signature on DNSKEY is damaged',
    [signature(at(RR.DNSKEY), { kind: 'corrupt', octets: 4 })],
    bogus([6], ['RFC 4035 §5.2', 'RFC 8914 §4.7']),
  ),
]

/** Keys of the wrong flags or algorithm. */
const flagged: readonly Fault[] = [
  row(
    'no-dnskey-256',
    'Flags of the ZSK set to 0 after signing',
    [key('zsk', { kind: 'flags', flags: 0 })],
    bogus([6], notAsSigned),
  ),
  row(
    'no-dnskey-256-isolated',
    'ZSK without the Zone Key flag',
    [key('zsk', { kind: 'flags', flags: 0 })],
    bogus([11], noZoneKey),
    isolated,
  ),
  row(
    'no-dnskey-257',
    'Flags of the KSK set to 0 after signing, so that its key tag differs from that of the DS',
    [key('ksk', { kind: 'flags', flags: 0 })],
    bogus([9], noKeyForDs),
  ),
  row(
    'no-dnskey-257-isolated',
    'KSK without the Zone Key flag, and DS of exactly this key',
    [key('ksk', { kind: 'flags', flags: 0 })],
    bogus([11], ['RFC 4034 §5.2', ...noZoneKey]),
    isolated,
  ),
  row(
    'no-dnskey-256-257',
    'Flags of both keys set to 0 after signing',
    [key('both', { kind: 'flags', flags: 0 })],
    bogus([11, 9], noZoneKey),
  ),
  ...(
    [
      ['bad-zsk-algo', 14, 'one that validators know', [9]],
      ['unassigned-zsk-algo', 100, 'one that is not assigned', [9, 1]],
      ['reserved-zsk-algo', 200, 'one that is reserved', [9, 1]],
    ] as const
  ).flatMap(([id, algorithm, told, ede]) => [
    row(
      id,
      `Algorithm of the ZSK set to ${algorithm} after signing: ${told}`,
      [key('zsk', { kind: 'algorithm', algorithm })],
      bogus([6], notAsSigned),
    ),
    row(
      `${id}-isolated`,
      `ZSK of algorithm ${algorithm}, ${told}, and data signed by 13`,
      [key('zsk', { kind: 'algorithm', algorithm })],
      bogus(ede, noKeyForSignature),
      isolated,
    ),
  ]),
  row(
    'ed448',
    'Signed with Ed448',
    [],
    secure(['RFC 8080 §4'], {
      edeToo: [1],
      or: {
        status: 'insecure',
        because: 'RFC 8624 §3.1 recommends Ed448 and demands it of nobody',
      },
    }),
    { setting: { algorithm: 16 } },
  ),
  row('rsamd5', 'Signed with RSA/MD5', [], insecure([1], ['RFC 8624 §3.1', ...algorithmUnknown]), {
    setting: { algorithm: 1 },
  }),
  row('dsa', 'Signed with DSA', [], insecure([1], ['RFC 8624 §3.1', ...algorithmUnknown]), {
    setting: { algorithm: 3 },
  }),
]

/**
 * The 63 names of extended-dns-errors.com as they were measured in 2023, and an isolated twin
 * where a raw edit does more than it says. Ours are signed with algorithm 13 where theirs were with
 * 8, so the known but wrong algorithm is 14 where theirs was 7 (which RFC 9905 §2 has validators
 * treat as unknown), and without additional iterations, a fault of their own by RFC 9276 §3.2.
 */
export const testbed: readonly Fault[] = [
  ...delegated,
  ...signedBadly,
  ...deniedBadly,
  ...keyed,
  ...flagged,
  ...outOfReach,
]

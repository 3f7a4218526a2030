import { Rcode } from '../../message/index.ts'
import { RR } from '../../rr/index.ts'
import type { Expectation, Fault } from '../types.ts'
import {
  asking,
  at,
  behave,
  bogus,
  denial,
  everywhere,
  insecure,
  key,
  rowsOf,
  secure,
  signature,
  soundZone,
  unreachable,
} from './row.ts'

const row = rowsOf('testbed-later')
const nothing = { ask: asking('nothing') }
const noProof = denial({ kind: 'drop', part: 'all' })

/** What the testbed has under new names; its zones have no salt now, and no more iterations. */
const renamed: readonly Fault[] = [
  row(
    'no-nsec3',
    'NXDOMAIN with SOA alone',
    [noProof],
    bogus([12], ['RFC 5155 §8.4', 'RFC 8914 §4.13']),
    nothing,
  ),
  row(
    'no-nsec3-rrsig',
    'No signatures on NSEC3',
    [signature(everywhere(RR.NSEC3), { kind: 'drop' })],
    bogus([10, 12], ['RFC 4035 §5.4', 'RFC 8914 §4.11']),
    nothing,
  ),
  row(
    'no-nsec3param',
    'No NSEC3PARAM, so that a secondary finds no chain and proves nothing',
    [{ kind: 'remove', at: at(RR.NSEC3PARAM) }, noProof],
    bogus([12], ['RFC 5155 §4', 'RFC 5155 §8.4', 'RFC 8914 §4.13']),
    nothing,
  ),
  row(
    'no-dnskey-rrsig',
    'No signature on DNSKEY',
    [signature(at(RR.DNSKEY), { kind: 'drop' })],
    bogus([10], ['RFC 4035 §5.2', 'RFC 8914 §4.11']),
  ),
  row(
    'bad-dnskey-rrsig',
    'Every signature on DNSKEY is damaged',
    [signature(at(RR.DNSKEY), { kind: 'corrupt', octets: 4 })],
    bogus([6], ['RFC 4035 §5.2', 'RFC 8914 §4.7']),
  ),
  row(
    'no-rrsig-all',
    'No signatures at all',
    [signature(everywhere(), { kind: 'drop' })],
    bogus([10], ['RFC 4035 §5.3', 'RFC 8914 §4.11']),
  ),
  row(
    'no-rrsig-a',
    'No signature on A',
    [signature(at(RR.A), { kind: 'drop' })],
    bogus([10], ['RFC 4035 §5.3', 'RFC 8914 §4.11']),
  ),
]

/** RFC 9276 §3.2: none is always fine; beyond a limit of its own a validator may stop. */
function iterationsExpected(iterations: number): Expectation {
  const rcode = 'NXDOMAIN'
  if (iterations === 0) return secure(['RFC 5155 §8.4'], { rcode })
  if (iterations <= 50) {
    const or = { status: 'insecure', because: 'RFC 9276 §3.2 sets no lower limit' } as const
    return secure(['RFC 5155 §8.4', 'RFC 9276 §3.2'], { rcode, or, edeToo: [27] })
  }
  const status = iterations <= 150 ? 'secure' : 'bogus'
  const because =
    status === 'secure'
      ? 'RFC 9276 §3.2 leaves the limit to the validator, and some have 150'
      : 'RFC 9276 §3.2 also lets a validator answer SERVFAIL'
  return insecure([27], ['RFC 9276 §3.2'], { rcode, or: { status, because } })
}

const iterated = [0, 1, 50, 100, 150, 500, 1000, 1500, 2000, 2500].map((iterations) =>
  row(
    `nsec3-iter-${iterations}`,
    `NSEC3 with ${iterations} additional iterations`,
    [],
    iterationsExpected(iterations),
    { ...nothing, setting: { nsec3: { ...soundZone.nsec3, iterations } } },
  ),
)

/** RFC 9905 §2 has validators treat SHA-1 as unknown; RFC 8624 §3.1 said so of DSA long before. */
const outdated = (
  [
    ['dsa-nsec3-sha1', 6, 'DSA/SHA-1', 'RFC 8624 §3.1'],
    ['rsasha1', 5, 'RSA/SHA-1', 'RFC 9905 §2'],
    ['rsasha1-nsec3-sha1', 7, 'RSA/SHA-1', 'RFC 9905 §2'],
  ] as const
).map(([id, algorithm, told, why]) =>
  row(
    id,
    `Signed with ${told}, algorithm ${algorithm}`,
    [],
    insecure([1], [why, 'RFC 4035 §5.2'], {
      ...(algorithm !== 6 && {
        or: { status: 'secure', because: 'RFC 8624 §3.1, before RFC 9905, had validators know it' },
      }),
    }),
    // RFC 5155 §2: algorithm 5 is not to be used with NSEC3.
    { setting: { algorithm, denial: algorithm === 5 ? 'nsec' : 'nsec3' } },
  ),
)

const current = (
  [
    ['rsasha256', 8, 'RSA/SHA-256', 'RFC 5702 §3.1'],
    ['rsasha512', 10, 'RSA/SHA-512', 'RFC 5702 §3.2'],
    ['ecdsap256sha256', 13, 'ECDSA P-256', 'RFC 6605 §4'],
    ['ecdsap384sha384', 14, 'ECDSA P-384', 'RFC 6605 §4'],
    ['ed25519', 15, 'Ed25519', 'RFC 8080 §4'],
  ] as const
).map(([id, algorithm, told, why]) =>
  row(id, `Signed with ${told}`, [], secure([why]), { setting: { algorithm } }),
)

const keyed: readonly Fault[] = [
  row(
    'no-dnskey',
    'DS, and no DNSKEY RRset',
    [{ kind: 'remove', at: at(RR.DNSKEY) }],
    bogus([9], ['RFC 4035 §5.2', 'RFC 8914 §4.10']),
  ),
  ...(
    [
      ['bad-ksk-algo', 14, 'one that validators know'],
      ['unassigned-ksk-algo', 100, 'one that is not assigned'],
      ['reserved-ksk-algo', 200, 'one that is reserved'],
    ] as const
  ).map(([id, algorithm, told]) =>
    row(
      id,
      `Algorithm of the KSK set to ${algorithm} after signing: ${told}`,
      [key('ksk', { kind: 'algorithm', algorithm })],
      bogus([9], ['RFC 4035 §5.2', 'RFC 8914 §4.10']),
    ),
  ),
  row(
    'not-auth',
    'The server does not know the zone that is delegated to it',
    [behave({ kind: 'lame' })],
    unreachable([22], ['RFC 2308 §7.1', 'RFC 8914 §4.23'], { edeToo: [9, 20, 23] }),
  ),
]

const codes = [...Array(31).keys(), 10000, 50000]

/** RFC 8914 §3: what a server adds changes nothing; it may be passed on. */
const explained = codes.map((code) =>
  row(
    `ede-${code}`,
    `The server adds the extended error ${code} to an answer without fault`,
    [behave({ kind: 'ede', code })],
    secure(['RFC 8914 §3'], { edeToo: [code] }),
  ),
)

const unsigned = { setting: { signed: false, ds: false } }
const passedOn = {
  status: 'insecure',
  rcode: 'YXDOMAIN',
  because: 'RFC 6672 §2.2 gives YXDOMAIN a meaning to those who ask',
} as const

/** The server answers with an rcode, and nothing else. Unsigned, so that nothing else is missed. */
const coded = (
  [
    'NOERROR',
    'FORMERR',
    'SERVFAIL',
    'NXDOMAIN',
    'NOTIMP',
    'REFUSED',
    'YXDOMAIN',
    'YXRRSET',
    'NXRRSET',
    'NOTAUTH',
    'NOTZONE',
  ] as const
).map((rcode) =>
  row(
    `rcode-${rcode.toLowerCase()}`,
    `Every query is answered ${rcode}, and nothing else`,
    [behave({ kind: 'rcode', rcode: Rcode[rcode], sections: 'empty' })],
    rcode === 'NOERROR' || rcode === 'NXDOMAIN'
      ? insecure([], ['RFC 2308 §2'], { rcode })
      : unreachable([22, 23], ['RFC 2308 §7.1', 'RFC 8914 §4.23'], {
          ...(rcode === 'YXDOMAIN' && { or: passedOn }),
        }),
    unsigned,
  ),
)

/** What the testbed has come to have beside the 63. */
export const testbedLater: readonly Fault[] = [
  ...renamed,
  ...iterated,
  ...outdated,
  ...current,
  ...keyed,
  ...explained,
  ...coded,
]

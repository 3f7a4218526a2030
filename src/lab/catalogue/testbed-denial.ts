import { RR } from '../../rr/index.ts'
import type { Fault } from '../types.ts'
import {
  asking,
  at,
  bogus,
  denial,
  everywhere,
  insecure,
  rowsOf,
  signature,
  soundZone,
} from './row.ts'

const row = rowsOf('testbed')
const nothing = { ask: asking('nothing') }

/** RFC 5155 §8.4: the three proofs of a name error. */
const unproved = ['RFC 5155 §8.4', 'RFC 8914 §4.13']
const noProof = denial({ kind: 'drop', part: 'all' })

/** What is wrong with NSEC3, asked about a name that does not exist. */
export const deniedBadly: readonly Fault[] = [
  row('nsec3-missing', 'NXDOMAIN with SOA alone', [noProof], bogus([12], unproved), nothing),
  row(
    'bad-nsec3-hash',
    'Owners of NSEC3 are other hashes than those signed',
    [denial({ kind: 'nsec3Owner', octets: 2 })],
    bogus([12, 6], unproved),
    nothing,
  ),
  row(
    'bad-nsec3-next',
    'Next hashed owners changed after signing',
    [denial({ kind: 'nsec3Next', octets: 2 })],
    bogus([6, 12], ['RFC 5155 §8.2', 'RFC 4035 §5.3.3']),
    nothing,
  ),
  row(
    'bad-nsec3-rrsig',
    'Signatures on NSEC3 are damaged',
    [signature(everywhere(RR.NSEC3), { kind: 'corrupt', octets: 4 })],
    bogus([6], ['RFC 4035 §5.4', 'RFC 4035 §5.3.3']),
    nothing,
  ),
  row(
    'nsec3-rrsig-missing',
    'No signatures on NSEC3',
    [signature(everywhere(RR.NSEC3), { kind: 'drop' })],
    bogus([10, 12], ['RFC 4035 §5.4', 'RFC 8914 §4.11']),
    nothing,
  ),
  row(
    'nsec3param-missing',
    'No NSEC3PARAM, so that a secondary finds no chain and proves nothing',
    [{ kind: 'remove', at: at(RR.NSEC3PARAM) }, noProof],
    bogus([12], ['RFC 5155 §4', ...unproved]),
    nothing,
  ),
  row(
    'bad-nsec3param-salt',
    'NSEC3PARAM of another salt than the chain, so that a secondary proves nothing',
    [{ kind: 'rdata', at: at(RR.NSEC3PARAM), offset: 5, octets: 2 }, noProof],
    bogus([12], ['RFC 5155 §4', ...unproved]),
    { ...nothing, setting: { nsec3: { ...soundZone.nsec3, salt: '6d61696c' } } },
  ),
  row(
    'no-nsec3param-nsec3',
    'Neither NSEC3PARAM nor NSEC3',
    [{ kind: 'remove', at: at(RR.NSEC3PARAM) }, noProof],
    bogus([12], unproved),
    nothing,
  ),
  row(
    'nsec3-iter-200',
    'NSEC3 with 200 additional iterations',
    [],
    insecure([27], ['RFC 9276 §3.2'], {
      rcode: 'NXDOMAIN',
      or: { status: 'bogus', because: 'RFC 9276 §3.2 also lets a validator answer SERVFAIL' },
    }),
    { ...nothing, setting: { nsec3: { ...soundZone.nsec3, iterations: 200 } } },
  ),
]

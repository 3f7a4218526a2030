import { Rcode } from '../../message/index.ts'
import { RR } from '../../rr/index.ts'
import type { Behaviour, Fault } from '../types.ts'
import {
  asking,
  at,
  behave,
  bogus,
  denial,
  insecure,
  rowsOf,
  secure,
  unreachable,
  year,
} from './row.ts'

const row = rowsOf('server')
const nothing = asking('nothing')
const tlsa = asking('_25._tcp.ns1', RR.TLSA)

const dead = ['RFC 2308 §7.2', 'RFC 8914 §4.23']
const failing = ['RFC 2308 §7.1', 'RFC 8914 §4.23']

const rcode = (mnemonic: keyof typeof Rcode): Behaviour => ({
  kind: 'rcode',
  rcode: Rcode[mnemonic],
  sections: 'empty',
})

/** There is such an RRset: were there none, a denial of `_tcp` above it would hide the fault. */
const hidden = { records: [`_25._tcp.ns1 TLSA 3 1 1 ${'00'.repeat(32)}`] }

/** One type, or one name, that the server cannot deal with; the rest of the zone is in order. */
const partial: readonly Fault[] = [
  ...(['FORMERR', 'SERVFAIL', 'NOTIMP', 'REFUSED', 'NOTAUTH'] as const).map((mnemonic) =>
    row(
      `type-${mnemonic.toLowerCase()}`,
      `Queries for TLSA are answered ${mnemonic}`,
      [behave(rcode(mnemonic), { types: [RR.TLSA] })],
      unreachable([22, 23], failing, { edeToo: [9, 10] }),
      { setting: hidden, ask: tlsa },
    ),
  ),
  row(
    'type-timeout',
    'Queries for TLSA are not answered',
    [behave({ kind: 'drop' }, { types: [RR.TLSA] })],
    unreachable([22, 23], dead),
    { setting: hidden, ask: tlsa },
  ),
  row(
    'name-servfail',
    'Queries for one name are answered SERVFAIL',
    [behave(rcode('SERVFAIL'), { owners: ['h'] })],
    unreachable([22, 23], failing),
    { setting: { records: ['h A 192.0.2.7'] }, ask: asking('h') },
  ),
  row(
    'rdata-changed',
    'An address changed after it was signed',
    [{ kind: 'rdata', at: at(RR.A), offset: 3, octets: 1 }],
    bogus([6], ['RFC 4035 §5.3.3', 'RFC 8914 §4.7']),
  ),
]

/** Answers that do not fit the question, or that no server of the zone would give. */
const unfit: readonly Fault[] = [
  row(
    'wrong-id',
    'Answers with another message id',
    [behave({ kind: 'wrongId' })],
    unreachable([22, 23], ['RFC 5452 §9.1', ...dead]),
  ),
  row(
    'wrong-question',
    'Answers to another question',
    [behave({ kind: 'wrongQuestion' })],
    unreachable([22, 23], ['RFC 5452 §9.1', ...dead]),
  ),
  row(
    'case-lost',
    'The question comes back in lower case',
    [behave({ kind: 'caseLost' })],
    secure(['RFC 4343 §4.1'], {
      or: { status: 'unreachable', because: 'who mixes case on purpose takes it for a forgery' },
    }),
  ),
  row(
    'not-aa',
    'Answers without the bit AA',
    [behave({ kind: 'notAuthoritative' })],
    secure(['RFC 4035 §5.3.3', 'RFC 2181 §5.4.1'], {
      or: { status: 'unreachable', because: 'a server without AA is lame to some resolvers' },
    }),
  ),
  row(
    'upward-referral',
    'The server refers to the root',
    [behave({ kind: 'upward' })],
    unreachable([22, 23], ['RFC 1034 §5.3.3', 'RFC 8914 §4.23'], {
      edeToo: [9],
      or: { status: 'bogus', because: 'who takes a referral for an answer finds no key in it' },
    }),
  ),
]

/** What happens to messages between servers and resolvers. */
const carried: readonly Fault[] = [
  row(
    'silent',
    'Nothing is answered',
    [behave({ kind: 'drop' })],
    unreachable([22, 23], dead, { edeToo: [9] }),
  ),
  row(
    'slow',
    'Answers after a third of a second',
    [behave({ kind: 'delay', ms: 300 })],
    secure(['RFC 1035 §4.2.1']),
  ),
  row(
    'udp-refused',
    'Nobody listens on UDP',
    [behave({ kind: 'refuseUdp' })],
    unreachable([22, 23], dead, {
      edeToo: [9],
      or: { status: 'secure', because: 'RFC 7766 §5 lets a resolver try TCP by itself' },
    }),
  ),
  row(
    'udp-servfail',
    'Over UDP the answer is SERVFAIL, over TCP the truth',
    [behave(rcode('SERVFAIL'), { via: 'udp' })],
    unreachable([22, 23], failing, {
      edeToo: [9],
      or: { status: 'secure', because: 'RFC 7766 §5 lets a resolver try TCP by itself' },
    }),
  ),
  row(
    'edns-badvers',
    'EDNS of version 0 is answered BADVERS',
    [behave({ kind: 'badVersion' })],
    unreachable([22, 23], ['RFC 6891 §6.1.3', 'RFC 8914 §4.23'], {
      edeToo: [9, 10],
      or: { status: 'bogus', because: 'who asks again without EDNS gets no signatures' },
    }),
  ),
  ...(
    [
      ['silent', { kind: 'drop' }, 'is silent'],
      ['lame', { kind: 'lame' }, 'does not know the zone'],
      ['servfail', rcode('SERVFAIL'), 'answers SERVFAIL'],
    ] as const
  ).map(([id, as, told]) =>
    row(
      `one-server-${id}`,
      `One of two servers ${told}`,
      [behave(as, { server: 1 })],
      secure(['RFC 1034 §5.3.3'], { edeToo: [22, 23] }),
      { setting: { servers: 2 } },
    ),
  ),
]

const untimely = ['RFC 4035 §5.3.1', 'RFC 4034 §3.1.5']

/** Servers that sign by clocks of their own. */
const clocked: readonly Fault[] = [
  row(
    'clock-behind',
    'Signed by a clock that is a year behind',
    [{ kind: 'clock', set: { by: -year }, rate: 1 }],
    bogus([7], [...untimely, 'RFC 8914 §4.8']),
  ),
  row(
    'clock-ahead',
    'Signed by a clock that is a year ahead',
    [{ kind: 'clock', set: { by: year }, rate: 1 }],
    bogus([8], [...untimely, 'RFC 8914 §4.9']),
  ),
  row(
    'clock-stopped',
    'Signed by a clock that stands still, which nobody sees for days',
    [{ kind: 'clock', set: { by: 0 }, rate: 0 }],
    secure(untimely),
  ),
]

/** Zones that are odd, and served as they are. */
const odd: readonly Fault[] = [
  row(
    'cname-loop',
    'Two aliases of each other',
    [],
    unreachable([], ['RFC 1034 §3.6.2', 'RFC 1034 §5.2.2'], {
      edeToo: [0, 22],
      or: { status: 'secure', because: 'RFC 1034 §3.6.2: the aliases alone are an answer to some' },
    }),
    { setting: { records: ['a CNAME b', 'b CNAME a'] }, ask: asking('a') },
  ),
  row(
    'dname-loop',
    'Two DNAMEs of each other',
    [],
    unreachable([], ['RFC 6672 §2.2', 'RFC 1034 §5.2.2'], {
      edeToo: [0, 22],
      or: { status: 'secure', because: 'the aliases alone are an answer to some' },
    }),
    { setting: { records: ['d DNAME e', 'e DNAME d'] }, ask: asking('x.d') },
  ),
  row('ttl-zero', 'A TTL of 0', [], secure(['RFC 2181 §8'], { ttlMax: 0 }), {
    setting: { records: ['z 0 A 192.0.2.7'] },
    ask: asking('z'),
  }),
  row('ttl-huge', 'The highest TTL there is', [], secure(['RFC 2181 §8', 'RFC 8767 §4']), {
    setting: { records: ['z 2147483647 A 192.0.2.7'] },
    ask: asking('z'),
  }),
  ...(['nsec', 'nsec3', 'minimal'] as const).map((way) =>
    row(
      `denial-${way}`,
      `A name that does not exist, denied the ${way} way`,
      [],
      secure([way === 'nsec3' ? 'RFC 5155 §8.4' : 'RFC 4035 §5.4'], { rcode: 'NXDOMAIN' }),
      { setting: { denial: way }, ask: nothing },
    ),
  ),
  row(
    'denial-unsigned-zone',
    'A name that does not exist in a zone without keys',
    [],
    insecure([], ['RFC 4035 §5.2'], { rcode: 'NXDOMAIN' }),
    { setting: { signed: false, ds: false }, ask: nothing },
  ),
  row(
    'denial-missing',
    'NODATA without proof, for TLSA',
    [denial({ kind: 'drop', part: 'all' })],
    bogus([12], ['RFC 4035 §5.4', 'RFC 5155 §8.5', 'RFC 8914 §4.13']),
    { setting: { records: ['_25._tcp.ns1 TXT "not a TLSA record"'] }, ask: tlsa },
  ),
]

/** What servers can be told to do that no row of the other groups does. */
export const server: readonly Fault[] = [...partial, ...unfit, ...carried, ...clocked, ...odd]

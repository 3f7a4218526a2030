import { Rcode } from '../../message/index.ts'
import { RR } from '../../rr/index.ts'
import type { Fault } from '../types.ts'
import { asking, behave, bogus, denial, ds, insecure, rowsOf, secure, soundZone } from './row.ts'

const row = rowsOf('validator')
const isolated = { variant: 'isolated' } as const
const nsec = { denial: 'nsec' } as const
const optOut = { nsec3: { ...soundZone.nsec3, optOut: true } }
const nothing = asking('nothing')

/** Enough names that the three proofs of a name error are three records. */
const crowd = {
  records: Array.from({ length: 24 }, (_, host) => `h${host} A 192.0.2.${host + 1}`),
}

/** NSEC that proves less than it is sent for. */
const overNsec: readonly Fault[] = [
  row(
    'wildcard-noproof',
    'An expanded answer without proof that there is nothing closer',
    [denial({ kind: 'drop', part: 'all' })],
    bogus([12], ['RFC 4035 §5.3.4', 'RFC 5155 §8.8', 'RFC 8914 §4.13']),
    { setting: { records: ['*.w A 192.0.2.7'] }, ask: asking('x.w') },
  ),
  row(
    'nsec-next-case',
    'The next domain name of NSEC in mixed case, signed as it is',
    [denial({ kind: 'nsecNextCase' })],
    secure(['RFC 6840 §5.1'], { rcode: 'NXDOMAIN' }),
    { ...isolated, setting: { ...nsec, ...crowd }, ask: nothing },
  ),
  row(
    'nxdomain-no-wc',
    'NSEC for the name, and none for the wildcard',
    [denial({ kind: 'drop', part: 'wildcard' })],
    bogus([12], ['RFC 4035 §5.4', 'RFC 8914 §4.13']),
    { setting: { ...nsec, ...crowd }, ask: nothing },
  ),
  row(
    'nodata-hasdata',
    'NODATA with an NSEC that lists the type',
    [denial({ kind: 'addType', type: RR.TXT })],
    bogus([6, 12], ['RFC 4035 §5.4']),
    { ...isolated, setting: nsec, ask: asking('@', RR.TXT) },
  ),
  row(
    'nodata-hascname',
    'NODATA with an NSEC that lists CNAME, which would answer for every type',
    [denial({ kind: 'addType', type: RR.CNAME })],
    bogus([6, 12], ['RFC 6840 §4.3', 'RFC 4035 §5.4']),
    { ...isolated, setting: nsec, ask: asking('@', RR.TXT) },
  ),
  row(
    'nodata-parent-nsec',
    'NODATA with the NSEC of the parent at the zone cut',
    [denial({ kind: 'from', where: 'parent' })],
    bogus([6, 12], ['RFC 6840 §4.1']),
    { ...isolated, setting: nsec, ask: asking('@', RR.TXT) },
  ),
]

/** Proofs that there is no DS, and their absence. */
const ofDs: readonly Fault[] = [
  row(
    'ds-child-nsec',
    'The NSEC of the apex denies the DS',
    [denial({ kind: 'from', where: 'childApex' }, 'ds')],
    bogus([6, 12], ['RFC 4035 §5.2', 'RFC 6840 §4.4']),
    { ...isolated, setting: { ...nsec, ds: false } },
  ),
  row(
    'ds-denial-nons',
    'The proof that there is no DS lists no NS either, so it is of no delegation',
    [denial({ kind: 'removeType', type: RR.NS }, 'ds')],
    bogus([10, 12, 6], ['RFC 6840 §4.4']),
    { ...isolated, setting: { signed: false, ds: false } },
  ),
  row(
    'ds-stripped',
    'DS left out of referrals and answers, without proof',
    [ds({ kind: 'strip' })],
    bogus([12], ['RFC 4035 §5.2', 'RFC 8914 §4.13']),
  ),
]

/** NSEC3 of other parameters, and sets with one missing. */
const overNsec3: readonly Fault[] = [
  row(
    'nsec3-unknown-hash',
    'NSEC3 of hash algorithm 2',
    [denial({ kind: 'nsec3Hash', algorithm: 2 })],
    bogus([12], ['RFC 5155 §8.1', 'RFC 8914 §4.13']),
    { ...isolated, ask: nothing },
  ),
  row(
    'nsec3-flag-2',
    'NSEC3 with a flag that nobody knows',
    [denial({ kind: 'nsec3Flags', flags: 2 })],
    bogus([12], ['RFC 5155 §8.2', 'RFC 8914 §4.13']),
    { ...isolated, ask: nothing },
  ),
  row(
    'nsec3-mixed-salt',
    'NSEC3 of two salts in one answer',
    [denial({ kind: 'nsec3Salt', salt: '0102' })],
    bogus([12, 6], ['RFC 5155 §8.2']),
    { ...isolated, setting: crowd, ask: nothing },
  ),
  row(
    'nsec3-mixed-iter',
    'NSEC3 of two counts of iterations in one answer',
    [denial({ kind: 'nsec3Iterations', iterations: 1 })],
    bogus([12, 6], ['RFC 5155 §8.2']),
    // Hashed once more, `nothing` happens to fall where it did before, so that all is proved.
    { ...isolated, setting: crowd, ask: asking('absent') },
  ),
  ...(
    [
      ['nsec3-no-ce', 'closestEncloser', 'RFC 5155 §8.3'],
      ['nsec3-no-nc', 'nextCloser', 'RFC 5155 §8.3'],
      ['nsec3-no-wc', 'wildcard', 'RFC 5155 §8.4'],
    ] as const
  ).map(([id, part, why]) =>
    row(
      id,
      `NXDOMAIN without the NSEC3 for the ${part.replace(/[A-Z]/, (c) => ` ${c.toLowerCase()}`)}`,
      [denial({ kind: 'drop', part })],
      bogus([12], [why, 'RFC 8914 §4.13']),
      { setting: crowd, ask: nothing },
    ),
  ),
  row(
    'nsec3-hash-flood',
    'A name of many labels, to be hashed at each with many iterations',
    [],
    insecure([27], ['RFC 9276 §3.2', 'RFC 5155 §8.3'], {
      rcode: 'NXDOMAIN',
      bounded: true,
      or: { status: 'bogus', because: 'RFC 9276 §3.2 also lets a validator answer SERVFAIL' },
    }),
    {
      setting: { nsec3: { ...soundZone.nsec3, iterations: 2500 } },
      ask: asking(Array.from({ length: 60 }, () => 'x').join('.')),
    },
  ),
]

/** Opt-out: what it may leave out, and what it may not prove. */
const optedOut: readonly Fault[] = [
  ...[false, true].map((signed) =>
    row(
      signed ? 'optout-span-signed' : 'optout-span',
      `A ${signed ? 'signed' : 'unsigned'} delegation in a zone with opt-out`,
      [],
      signed ? secure(['RFC 5155 §6']) : insecure([], ['RFC 5155 §6', 'RFC 5155 §8.9']),
      {
        setting: { ...optOut, children: [{ label: 'sub', signed, ds: signed }] },
        ask: asking('sub'),
      },
    ),
  ),
  row(
    'optout-abuse',
    'An opt-out NSEC3 denies a name, which proves nothing of delegations there',
    [],
    insecure([], ['RFC 5155 §9.2', 'RFC 5155 §12.2'], { rcode: 'NXDOMAIN' }),
    { setting: optOut, ask: nothing },
  ),
]

const nxdomain = behave({ kind: 'rcode', rcode: Rcode.NXDOMAIN, sections: 'kept' })

/** The rcode is not signed; what is proved is the denial that RFC 4035 §5.4 speaks of. */
const provedAll = {
  or: {
    status: 'secure',
    rcode: 'NOERROR',
    because: 'RFC 4035 §5.4: NODATA is proved, whatever the rcode says, and may be told instead',
  },
} as const

/** Empty non-terminals exist. */
const nonTerminal: readonly Fault[] = [
  row(
    'split-ent',
    'NXDOMAIN for an empty non-terminal, with the NSEC that shows what is below it',
    [nxdomain],
    bogus([6, 12], ['RFC 4592 §2.2.2', 'RFC 8020 §2'], provedAll),
    { setting: { ...nsec, records: ['a.ent A 192.0.2.7'] }, ask: asking('ent') },
  ),
  row(
    'nodata-ent-nx',
    'NXDOMAIN for an empty non-terminal, with the NSEC3 that matches it',
    [nxdomain],
    bogus([6, 12], ['RFC 4592 §2.2.2', 'RFC 5155 §7.1', 'RFC 5155 §8.4'], provedAll),
    { setting: { records: ['a.ent A 192.0.2.7'] }, ask: asking('ent') },
  ),
  row(
    'wildcard-ent',
    'NODATA for an empty non-terminal that no wildcard stands in for',
    [],
    secure(['RFC 4592 §2.2.2', 'RFC 4592 §3.3.1']),
    { setting: { records: ['*.w A 192.0.2.7', 'x.ent.w A 192.0.2.8'] }, ask: asking('ent.w') },
  ),
]

/** Compact denial of existence. */
const compact: readonly Fault[] = [
  row(
    'compact-ok',
    'NODATA with NXNAME for a name that does not exist',
    [],
    secure(['RFC 9824 §3.1'], {
      or: {
        status: 'secure',
        rcode: 'NXDOMAIN',
        because: 'RFC 9824 §3.1: NXNAME says that the name does not exist',
      },
    }),
    { setting: { denial: 'compact' }, ask: nothing },
  ),
  row(
    'compact-co',
    'NXDOMAIN for it, as CO allows',
    [],
    secure(['RFC 9824 §5.1'], {
      rcode: 'NXDOMAIN',
      or: { status: 'bogus', because: 'who does not know RFC 9824 sees an NSEC at the very name' },
    }),
    { setting: { denial: 'compact' }, ask: { ...nothing, compactOk: true } },
  ),
  row(
    'compact-nxname-in-use',
    'NXNAME in the bitmap of a name that has other types',
    [denial({ kind: 'addType', type: RR.NXNAME })],
    bogus([6, 12], ['RFC 9824 §2', 'RFC 9824 §3.1'], {
      or: { status: 'secure', because: 'who does not know RFC 9824 sees a type like any other' },
    }),
    { ...isolated, setting: { denial: 'compact' }, ask: asking('@', RR.TXT) },
  ),
]

/** Denials that prove something else than they are sent for, and some that prove it oddly. */
export const deniedFalsely: readonly Fault[] = [
  ...overNsec,
  ...ofDs,
  ...overNsec3,
  ...optedOut,
  ...nonTerminal,
  ...compact,
]

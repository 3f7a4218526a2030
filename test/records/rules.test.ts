import t from 'tap'
import type { Draft, RRsetEdit } from '../../src/records/index.ts'
import { editsMax, recordsMax } from '../../src/records/rules.ts'
import { parseType } from '../../src/rr/index.ts'
import { apex, drop, nameOf, put, putFor, record, recording, told } from '../support/recording.ts'

interface Case {
  readonly title: string
  readonly edits: readonly RRsetEdit[]
  readonly told: string
  /** Index of the edit at fault. */
  readonly edit?: number
  readonly more?: Partial<Draft>
}

const ds = '12345 13 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
const outside: RRsetEdit = { ...put('x', 'A', '192.0.2.1'), owner: nameOf('x.b.test.') }

/** What the zone has when a case is tried. */
const before = [
  put('www', 'A', '192.0.2.80'),
  put('alias', 'CNAME', 'www'),
  put('sub', 'NS', 'ns.sub'),
  put('ns.sub', 'A', '192.0.2.7'),
  put('deep.er', 'A', '192.0.2.8'),
]

const cases: readonly Case[] = [
  { title: 'out of zone', edits: [outside], told: 'invalid zone-outside', edit: 0 },
  {
    title: 'CNAME beside other data',
    edits: [put('x', 'A', '192.0.2.1'), put('www', 'CNAME', 'x')],
    told: 'invalid cname-and-other',
    edit: 1,
  },
  {
    title: 'other data beside a CNAME',
    edits: [put('alias', 'TXT', '"x"')],
    told: 'invalid cname-and-other',
    edit: 0,
  },
  {
    title: 'a CNAME in the place of other data, in one draft',
    edits: [drop('www', 'A'), put('www', 'CNAME', 'ns')],
    told: 'done 2026010102',
  },
  { title: 'two CNAMEs', edits: [put('x', 'CNAME', 'a', 'b')], told: 'invalid cname-multiple' },
  { title: 'CNAME at the apex', edits: [put('@', 'CNAME', 'x')], told: 'invalid cname-and-other' },
  {
    title: 'DNAME above names',
    edits: [put('er', 'DNAME', 'x.test.')],
    told: 'invalid record-occluded',
    edit: 0,
  },
  {
    title: 'names below a DNAME',
    edits: [put('d', 'DNAME', 'x.test.'), put('a.d', 'A', '192.0.2.1')],
    told: 'invalid record-occluded',
  },
  { title: 'DNAME at a cut', edits: [put('sub', 'DNAME', 'x.')], told: 'invalid dname-at-cut' },
  {
    title: 'SOA below the apex',
    edits: [put('x', 'SOA', 'ns h 1 1 1 1 1')],
    told: 'invalid zone-soa',
  },
  {
    title: 'NS at a wildcard',
    edits: [put('*.x', 'NS', 'ns')],
    told: 'invalid wildcard-ns',
    edit: 0,
  },
  { title: 'no SOA', edits: [drop('@', 'SOA')], told: 'invalid zone-soa' },
  { title: 'no NS', edits: [drop('@', 'NS')], told: 'invalid zone-ns-missing' },
  {
    title: 'DNSKEY, signed',
    edits: [put('@', 'DNSKEY', '257 3 13 AAAA')],
    told: dnssec(),
    edit: 0,
  },
  { title: 'DNSKEY elsewhere', edits: [put('x', 'DNSKEY', '257 3 13 AAAA')], told: dnssec() },
  { title: 'CDS, signed', edits: [put('@', 'CDS', ds)], told: dnssec() },
  { title: 'NSEC3PARAM', edits: [put('@', 'NSEC3PARAM', '1 0 0 -')], told: dnssec() },
  { title: 'NSEC', edits: [put('www', 'NSEC', 'a.test. A')], told: dnssec() },
  { title: 'DS at the apex', edits: [put('@', 'DS', ds)], told: dnssec() },
  { title: 'DS without NS', edits: [put('x', 'DS', ds)], told: dnssec(), edit: 0 },
  {
    title: 'DS that loses its NS',
    edits: [put('sub', 'DS', ds), drop('sub', 'NS')],
    told: dnssec(),
  },
  { title: 'DS at a cut', edits: [put('sub', 'DS', ds)], told: 'done 2026010102' },
  {
    title: 'NS that is an alias',
    edits: [put('ns', 'CNAME', 'www'), drop('ns', 'A')],
    told: 'invalid target-alias',
  },
  {
    title: 'a record twice, spelled differently',
    edits: [put('x', 'MX', '1 a.test.', '1 A.TEST.')],
    told: 'invalid record-duplicate',
  },
  {
    title: 'an RRset replaced twice',
    edits: [put('x', 'A', '192.0.2.1'), put('X', 'A', '192.0.2.2')],
    told: 'invalid draft-invalid',
    edit: 1,
  },
  {
    title: 'a TTL out of range',
    edits: [putFor(2 ** 31, 'x', 'A', '192.0.2.1')],
    told: 'invalid ttl-invalid',
  },
  {
    title: 'a TTL that falls',
    edits: [putFor(300, 'www', 'A', '192.0.2.80')],
    told: 'conflict ttl-backwards',
    edit: 0,
  },
  {
    title: 'a TTL that falls, forced',
    edits: [putFor(300, 'www', 'A', '192.0.2.80')],
    told: 'done 2026010102',
    more: { force: true },
  },
  {
    title: 'a TTL that falls, where clients know no such guard',
    edits: [putFor(300, 'www', 'A', '192.0.2.80')],
    told: 'done 2026010102',
    more: { ttlMayFall: true },
  },
  {
    title: 'a serial that falls',
    edits: [put('@', 'SOA', 'ns h 5 7200 900 1209600 300')],
    told: 'conflict zone-serial-backwards',
    edit: 0,
  },
  {
    title: 'a serial that falls, forced',
    edits: [put('@', 'SOA', 'ns h 5 7200 900 1209600 300')],
    told: 'done 5',
    more: { force: true },
  },
  {
    title: 'a serial of the client that rises',
    edits: [put('@', 'SOA', 'ns h 2026010999 7200 900 1209600 300')],
    told: 'done 2026010999',
  },
  {
    title: 'another SOA with the same serial',
    edits: [put('@', 'SOA', 'ns other 2026010101 7200 900 1209600 300')],
    told: 'done 2026010102',
  },
  { title: 'nothing where nothing was', edits: [drop('no', 'A')], told: 'done 2026010101' },
  { title: 'no edits', edits: [], told: 'done 2026010101' },
  {
    title: 'an RRset of very many records',
    edits: [put('x', 'TXT', ...Array.from({ length: recordsMax + 1 }, (_, at) => `"${at}"`))],
    told: 'invalid draft-invalid',
  },
  {
    title: 'an RRset that fits no answer',
    edits: [
      put('x', 'TXT', ...Array.from({ length: 300 }, (_, at) => `"${at}${'x'.repeat(240)}"`)),
    ],
    told: 'invalid draft-invalid',
  },
  {
    title: 'very many edits',
    edits: Array.from({ length: editsMax + 1 }, () => drop('x', 'A')),
    told: 'invalid draft-invalid',
  },
  {
    title: 'a meta-type',
    edits: [{ ...put('x', 'A'), type: parseType('ANY'), records: [record('TXT', '"x"')] } as never],
    told: 'invalid type-meta',
  },
]

function dnssec(): string {
  return 'invalid dnssec-misplaced'
}

t.test('each rule, for one draft at a time', async (t) => {
  for (const { title, edits, told: expected, edit: at, more } of cases) {
    await t.test(title, async (t) => {
      const { edit, records, served, store } = await recording(t)
      t.equal(told(await edit(before)), 'done 2026010101')
      const { version } = served().zone
      const sequence = await store.sequence()
      const result = await edit(edits, more)
      t.equal(told(result), expected)
      if (result.kind !== 'refused') return
      if (at !== undefined) t.equal(result.edit, at, 'the edit at fault is named')
      t.equal(records.get(apex)?.zone.version, 2)
      t.ok(served().zone.version >= version)
      t.equal(await store.sequence(), sequence, 'nothing was written')
      t.equal(served().zone.serial, 2026010101)
      t.equal(served().zone.nodeCount, 8, 'nothing is left of it')
    })
  }
})

t.test('what another draft may still bring is told, and refuses nothing', async (t) => {
  const { edit } = await recording(t)
  const result = await edit([put('kid', 'NS', 'ns.kid'), put('@', 'MX', '1 mail')])
  t.match(result, { kind: 'done' })
  t.same(result.kind === 'done' && result.findings.map(({ code }) => code).sort(), [
    ...['glue-missing', 'target-unaddressed'],
  ])
  const unglued = await edit([drop('ns', 'A')])
  t.match(unglued, { kind: 'done' })
})

t.test(
  'bug: records added one by one made an RRset that does not fit into an answer',
  async (t) => {
    const { edit, records } = await recording(t)
    const big = (from: number, count: number) =>
      Array.from({ length: count }, (_, at): RRsetEdit => {
        const address = `10.0.${(from + at) >> 8}.${(from + at) & 255}`
        const given = { owner: nameOf('big'), type: parseType('A'), ttl: undefined }
        return { kind: 'extend', ...given, record: record('A', address) }
      })
    t.equal(told(await edit(big(0, recordsMax))), 'done 2026010101')
    t.equal(told(await edit(big(recordsMax, 1))), 'invalid draft-invalid')
    const kept = await records.rrset(apex, nameOf('big'), parseType('A'))
    t.equal(kept?.records.length, recordsMax)
  },
)

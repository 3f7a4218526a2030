import fc from 'fast-check'
import t from 'tap'
import type { DraftResult, RRsetEdit } from '../../src/records/index.ts'
import { makeRRset, parseType, RR, type RRset, type Ttl } from '../../src/rr/index.ts'
import { formatName, nameKey } from '../../src/wire/index.ts'
import { labelsOf } from '../support/labels.ts'
import { expectAnswer, line, modelZone } from '../support/model.ts'
import {
  apex,
  drop,
  nameOf,
  putFor,
  type Recording,
  record,
  recording,
} from '../support/recording.ts'
import { testTime } from '../support/served-zone.ts'
import { validate } from '../support/validate.ts'

t.setTimeout(300_000)

const seed = 20261125
const drafts = 3000
/** Drafts that are under way at once. */
const together = 12

const names = ['@', 'a', 'b.a', 'c.b.a', '*.a', 'x', '*.x', 'y.x', 'kid', 'ns.kid', 'd', 'e.d', 'A']
const rdatas: readonly (readonly [string, readonly string[]])[] = [
  ['A', ['192.0.2.1', '192.0.2.2', '192.0.2.3']],
  ['AAAA', ['2001:db8::1', '2001:DB8:0::2']],
  ['TXT', ['"one"', '"two" "parts"']],
  ['MX', ['10 mail', '10 MAIL.a.test.', '20 x']],
  ['CNAME', ['x', 'elsewhere.test.']],
  ['DNAME', ['x', 'elsewhere.test.']],
  ['NS', ['ns.kid', 'ns2.example.']],
  ['DS', [`1 13 2 ${'ab'.repeat(32)}`]],
]

const oneEdit: fc.Arbitrary<RRsetEdit> = fc
  .record({
    name: fc.constantFrom(...names),
    choice: fc.constantFrom(...rdatas),
    kind: fc.constantFrom('replace', 'replace', 'replace', 'delete', 'extend', 'prune'),
    count: fc.nat({ max: 2 }),
    ttl: fc.constantFrom(60, 3600),
  })
  .map(({ name, choice: [type, contents], kind, count, ttl }): RRsetEdit => {
    if (kind === 'delete') return drop(name, type)
    const spelled = contents.slice(0, count + 1)
    if (kind === 'replace') return putFor(ttl, name, type, ...(count === 2 ? [] : spelled))
    const given = { owner: nameOf(name), type: parseType(type) }
    const one = record(type, spelled.at(-1) ?? '')
    if (kind === 'prune') return { kind, ...given, record: one }
    return { kind: 'extend', ...given, ttl: ttl as Ttl, record: one }
  })
const oneDraft = fc.array(oneEdit, { minLength: 1, maxLength: 4 })

/** RRsets as plain text: RDATA in hexadecimal, in the client's order. */
type Plain = Map<string, { ttl: number; rdatas: string[] }>

/** What edits mean, said again in the plainest way. */
function applyPlainly(plain: Plain, edits: readonly RRsetEdit[]): void {
  for (const edit of edits) {
    if (edit.kind === 'comments') continue
    const id = `${nameKey(edit.owner)} ${edit.type}`
    const present = plain.get(id) ?? { ttl: 3600, rdatas: [] }
    const hex = (rdata: Uint8Array) => Buffer.from(rdata).toString('hex').toLowerCase()
    const same = (a: string, b: string) => lowered(a) === lowered(b)
    if (edit.kind === 'delete') plain.delete(id)
    else if (edit.kind === 'replace') {
      plain.set(id, { ttl: edit.ttl, rdatas: edit.records.map(({ rdata }) => hex(rdata)) })
    } else {
      const one = hex(edit.record.rdata)
      const at = present.rdatas.findIndex((rdata) => same(rdata, one))
      const kept = present.rdatas.filter((rdata) => !same(rdata, one))
      if (edit.kind === 'extend') kept.splice(at < 0 ? kept.length : at, 0, one)
      plain.set(id, {
        ttl: edit.kind === 'extend' ? (edit.ttl ?? present.ttl) : present.ttl,
        rdatas: kept,
      })
    }
    if (plain.get(id)?.rdatas.length === 0) plain.delete(id)
  }
}

/** Octets of upper case letters as lower case: enough for the names that are in RDATA here. */
function lowered(hex: string): string {
  return Buffer.from(Buffer.from(hex, 'hex').toString('latin1').toLowerCase(), 'latin1').toString(
    'hex',
  )
}

async function plainOf({ records }: Recording): Promise<Plain> {
  const plain: Plain = new Map()
  for await (const { owner, type, ttl, records: all } of records.rrsets(apex)) {
    const texts = all.map(({ rdata }) => Buffer.from(rdata).toString('hex'))
    if (type !== RR.SOA) plain.set(`${nameKey(owner)} ${type}`, { ttl, rdatas: texts })
  }
  return plain
}

function sorted(plain: Plain): [string, unknown][] {
  return [...plain].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Asks for every name and type, and compares with a naive model and an independent validator. */
function checkAnswers({ server, served }: Recording): void {
  const { zone } = served()
  const rrsets: RRset[] = [...zone.nodes()].flatMap((node) => node.rrsets)
  const model = modelZone(labelsOf(apex), rrsets)
  const dnskeys = rrsets.find(({ type }) => type === RR.DNSKEY)?.rdatas ?? []
  for (const name of [...names, 'no', 'no.a', 'no.x', 'no.kid', 'no.d']) {
    for (const type of ['A', 'TXT', 'DS']) {
      const owner = nameOf(name)
      const question = { name: labelsOf(owner), type: parseType(type) }
      const message = server.ask(formatName(owner), type, { dnssec: true, stream: true })
      const expected = expectAnswer([model], question.name, question.type, 11, true)
      const lines = message.answer
        .filter(({ type: answered }) => answered !== RR.RRSIG)
        .map((it) => line(labelsOf(it.owner), it.type, it.ttl, it.rdata))
      const [got, wanted] = [lines.sort().join(), [...(expected?.answer ?? [])].sort().join()]
      if (got !== wanted) throw new Error(`${name} ${type}: got ${got}, wanted ${wanted}`)
      validate(question, message, [{ apex: labelsOf(apex), dnskeys }], testTime)
    }
  }
}

for (const denial of ['nsec', 'nsec3', 'compact'] as const) {
  t.test(`random drafts (${denial}) against a plain model, seed ${seed}`, async (t) => {
    const node = await recording(t)
    await node.submit({ wish: { kind: 'settings', settings: { denial } } })
    const plain = await plainOf(node)
    const counts = new Map<DraftResult['kind'], number>()
    const wishes = fc.sample(oneDraft, { seed, numRuns: drafts / 3 })
    for (let at = 0; at < wishes.length; at += together) {
      const group = wishes.slice(at, at + together)
      const results = await Promise.all(
        group.map((edits) => node.edit(edits, { ttlMayFall: true })),
      )
      // What is sent at once comes in an order of its own, which the sequence tells.
      const done: [sequence: number, edits: readonly RRsetEdit[]][] = []
      for (const [index, result] of results.entries()) {
        counts.set(result.kind, (counts.get(result.kind) ?? 0) + 1)
        if (result.kind !== 'done' || result.changeSet.sequence === 0) continue
        done.push([result.changeSet.sequence, group[index] ?? []])
      }
      for (const [, edits] of done.sort(([a], [b]) => a - b)) applyPlainly(plain, edits)
      t.same(sorted(await plainOf(node)), sorted(plain), `what is stored after ${at}`)
      if ((at / together) % 4 === 0) checkAnswers(node)
    }
    const served = [...node.served().zone.nodes()].flatMap(({ rrsets }) => rrsets)
    for (const [id, { rdatas: texts }] of plain) {
      const [key, type] = id.split(' ')
      const found = served.find((it) => nameKey(it.owner) === key && it.type === Number(type))
      const made = makeRRset(
        apex,
        Number(type) as never,
        60 as Ttl,
        texts.map((it) => Buffer.from(it, 'hex')),
      )
      t.same(
        found?.rdatas.map((it) => Buffer.from(it)),
        made.rdatas,
      )
    }
    t.ok((counts.get('done') ?? 0) > drafts / 10, 'many came to pass')
    t.ok((counts.get('refused') ?? 0) > drafts / 30, 'some did not')
    t.same(node.faults, [])
  })
}

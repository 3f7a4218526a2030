import fc from 'fast-check'
import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import { ednsFlagDo, writeMessage } from '../../src/message/index.ts'
import type { ServedZone } from '../../src/query/index.ts'
import { parseType, RR, type RRset } from '../../src/rr/index.ts'
import { nameKey, parseName, toHex } from '../../src/wire/index.ts'
import {
  type Change,
  diffZones,
  lookup,
  makeReadyInstances,
  type Zone,
} from '../../src/zone/index.ts'
import { buildZone, parseRRsets, TestServer, type TestSigning } from '../support/served-zone.ts'

const apex = parseName('test.')
/** Its signatures are the same every time (RFC 8032 §5.1.6). */
const key = generatePrivateKey(15)
const soaText = 'test. 600 SOA ns.elsewhere. host.test. 1 2 3 4 300\ntest. NS ns.elsewhere.'
const filler = 'x'.repeat(62)

/** Labels that sort next to each other, and end where labels end. */
const hosts = ['a', 'b', 'ab', 'a\\000', 'a\\000\\000', 'c-d', `${filler}a`, `${filler}b`, '\\000']
const templates = ['_p', '_q.deep'] as const
/** What a template may hold, by the labels in front of it. */
const parts: readonly (readonly [labels: string, content: string])[] = [
  ['', 'A 192.0.2.1'],
  ['', 'A 192.0.2.2'],
  ['', 'AAAA 2001:db8::1'],
  ['', 'TXT "x"'],
  ['', 'CNAME b.test.'],
  ['_25._tcp.', `TLSA 3 1 1 ${'ab'.repeat(32)}`],
  ['_25._tcp.', `TLSA 3 1 1 ${'cd'.repeat(32)}`],
  ['\\255.', 'TXT "y"'],
  ['*x.a.', 'MX 1 a.test.'],
]
/** What else there may be in the zone. */
const others = [
  '*.test. A 192.0.2.9',
  '*.test. CNAME a.test.',
  'a\\255.test. A 192.0.2.3',
  '\\000\\000.test. TXT "z"',
  'o.test. CNAME _25._tcp.a.test.',
  'cut.test. NS ab.test.',
  'p.test. MX 10 a.test.',
  'x.y.test. A 192.0.2.4',
  '*.y.test. TXT "w"',
  'test. TXT "apex"',
  'test. DNAME elsewhere.',
] as const

type Item =
  | { readonly kind: 'host'; readonly host: string; readonly template: string | undefined }
  | {
      readonly kind: 'part'
      readonly template: string
      readonly part: (typeof parts)[number]
      readonly there: boolean
    }
  | { readonly kind: 'other'; readonly line: string; readonly there: boolean }
  | { readonly kind: 'ttl'; readonly template: string; readonly ttl: number }

const item: fc.Arbitrary<Item> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('host' as const),
      host: fc.constantFrom(...hosts),
      template: fc.option(fc.constantFrom(...templates), { nil: undefined, freq: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('part' as const),
      template: fc.constantFrom(...templates),
      part: fc.constantFrom(...parts),
      there: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ttl' as const),
      template: fc.constantFrom(...templates),
      ttl: fc.constantFrom(0, 60, 3600),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('other' as const),
      line: fc.constantFrom(...others),
      there: fc.boolean(),
    }),
  },
)

/** What a zone holds, and how the same is said with plain records alone. */
class Model {
  readonly #likes = new Map<string, string>()
  readonly #parts = new Map<string, Set<(typeof parts)[number]>>()
  readonly #others = new Set<string>()
  readonly #ttls = new Map<string, number>()

  take(wish: Item): void {
    if (wish.kind === 'host') {
      if (wish.template === undefined) this.#likes.delete(wish.host)
      else this.#likes.set(wish.host, wish.template)
    } else if (wish.kind === 'ttl') this.#ttls.set(wish.template, wish.ttl)
    else if (wish.kind === 'other') {
      if (wish.there) this.#others.add(wish.line)
      else this.#others.delete(wish.line)
    } else {
      const there = this.#parts.get(wish.template) ?? new Set()
      this.#parts.set(wish.template, there)
      if (wish.there) there.add(wish.part)
      else there.delete(wish.part)
    }
  }

  #under(template: string, owner: string): string[] {
    const there = [...(this.#parts.get(template) ?? [])]
    const alias = there.find(([labels, content]) => labels === '' && content.startsWith('CNAME'))
    // Nothing stands beside a CNAME.
    const sound = there.filter((part) => !alias || part[0] !== '' || part === alias)
    const ttl = this.#ttls.get(template) ?? 300
    return sound.map(([labels, content]) => `${labels}${owner}.test. ${ttl} ${content}`)
  }

  /** Templates that are nothing are no templates: the checks refuse their instances. */
  #likesOf(): [string, string][] {
    return [...this.#likes].filter(([, template]) => this.#under(template, template).length > 0)
  }

  #common(): string[] {
    return [soaText, ...this.#others, ...templates.flatMap((it) => this.#under(it, it))]
  }

  withLikes(): string {
    const likes = this.#likesOf().map(([host, template]) => `${host}.test. LIKE ${template}.test.`)
    return [...this.#common(), ...likes].join('\n')
  }

  plain(): string {
    const written = this.#likesOf().flatMap(([host, template]) => this.#under(template, host))
    return [...this.#common(), ...written].join('\n')
  }
}

function changesOf(before: string, after: string): Change[] {
  const id = ({ owner, type }: RRset) => `${type} ${nameKey(owner)}`
  const is = new Map(parseRRsets(after, apex).map((rrset) => [id(rrset), rrset]))
  const was = parseRRsets(before, apex).filter((rrset) => !is.has(id(rrset)))
  const gone = was.map(({ owner, type }) => ({ owner, type, rrset: undefined }))
  return [...gone, ...[...is.values()].map((rrset) => ({ ...rrset, rrset }))]
}

const prefixes = [
  ...['', '', '', '_25._tcp.', '_tcp.', '\\255.', 'a.', '*x.a.', 'x.', '*.', '_25\\000._tcp.'],
  ...['\\000.', 'y.x.', '_25._tco\\255.', '\\254\\255.', `${filler}c.`, '_25._TCP.', 'X.a.'],
]
const owners = [
  ...[...hosts, ...templates, 'n', 'a\\255', '\\000\\000', '`\\255', 'a\\000\\255', 'aa', '*'],
  ...[`${filler}c`, `${filler}\\001`, 'cut', 'o', 'y', 'x.y', '\\255', 'c', '`', 'a\\001'],
  ...['B', 'aB', 'C-d', '_P', filler.toUpperCase().concat('A')],
]
const types = ['A', 'AAAA', 'TXT', 'CNAME', 'TLSA', 'DS', 'NS', 'ANY', 'NSEC', 'RRSIG', 'LIKE']
const question = fc.record({
  name: fc
    .tuple(fc.constantFrom(...prefixes), fc.constantFrom(...owners))
    .map(([prefix, owner]) => `${prefix}${owner}.test.`),
  type: fc.constantFrom(...types),
  dnssec: fc.boolean(),
})
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never

function ask(served: ServedZone, { name, type, dnssec }: Question): string {
  const query = writeMessage({
    ...{ id: 1, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name: parseName(name), type: parseType(type), class: 1 }],
    edns: { udpOctets: 4096, version: 0, flags: dnssec ? ednsFlagDo : 0, options: [] },
  })
  return toHex(new TestServer([served]).exchange(query, true) ?? new Uint8Array(0))
}

const signings: readonly (readonly [string, TestSigning | undefined])[] = [
  ['unsigned', undefined],
  ['minimal', { denial: 'minimal', key }],
  ['compact', { denial: 'compact', key }],
]

for (const [title, signing] of signings) {
  t.test(`${title}: instances answer octet for octet as records written out`, (t) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.array(item, { maxLength: 8 }), fc.array(question, { maxLength: 12 })),
          {
            maxLength: 6,
          },
        ),
        (steps) => {
          const model = new Model()
          let text = model.withLikes()
          // Few are kept at a time, so that they come and go.
          const live = buildZone('test.', text, signing, { ready: makeReadyInstances(6) })
          for (const [items, questions] of steps) {
            for (const one of items) model.take(one)
            const next = model.withLikes()
            live.zone.apply(changesOf(text, next))
            text = next
            const plain = buildZone('test.', model.plain(), signing)
            for (const asked of questions) {
              const [is, meant] = [ask(live, asked), ask(plain, asked)]
              if (is === meant) continue
              throw new Error(`${JSON.stringify(asked)}\n${is}\n${meant}\n${text}`)
            }
          }
        },
      ),
      { seed: 20261125, numRuns: 200 },
    )
    t.end()
  })
}
/** A zone of its own whose hosts are like `_p`. */
function partition(hostNames: readonly string[], denial: TestSigning['denial'] = 'minimal') {
  const likes = hostNames.map((host) => `${host}.test. LIKE _p.test.`)
  const text = [soaText, '_p A 192.0.2.1', `_25._tcp._p TLSA 3 1 1 ${'ab'.repeat(32)}`, ...likes]
  return buildZone('test.', text.join('\n'), { denial, key })
}

const a = { name: 'a.test.', type: 'A', dnssec: true }

t.test('Instances: RDATA is that of the template, signatures are kept', (t) => {
  const { zone, signing } = partition(['a', 'b'])
  const model = zone.node(nameKey(parseName('_p.test.')))?.rrsets[0]
  const [made, other] = ['a.test.', 'b.test.'].map((name) => zone.node(nameKey(parseName(name))))
  t.equal(made?.rrsets[0]?.rdatas, model?.rdatas)
  t.not(made?.rrsets[0], other?.rrsets[0])
  const served = { zone, signing }
  ask(served, a)
  const slot = made?.rrsets[0]?.signatures
  t.ok(slot)
  const like = zone.ownRRset(nameKey(parseName('b.test.')), RR.LIKE)
  const b = parseName('b.test.')
  zone.apply([{ owner: b, type: RR.LIKE, rrset: undefined }])
  t.equal(zone.node(nameKey(b)), undefined)
  ask(served, a)
  t.equal(zone.node(nameKey(apexed('a')))?.rrsets[0]?.signatures, slot, 'other hosts come and go')
  zone.apply([{ owner: b, type: RR.LIKE, rrset: like }])
  t.equal(zone.node(nameKey(b)), other, 'as after a look at a draft')
  zone.apply(changesOf('', '_p.test. TXT "x"'))
  t.not(zone.node(nameKey(apexed('a')))?.rrsets[0]?.signatures, slot, 'the template changed')
  t.end()
})

function apexed(label: string) {
  return parseName(`${label}.test.`)
}

t.test('Instances: what hides the apex hides them too', (t) => {
  const served = partition(['a'])
  const before = ask(served, a)
  served.zone.apply(changesOf('', 'test. DNAME elsewhere.'))
  t.not(ask(served, a), before)
  served.zone.apply(changesOf('test. DNAME elsewhere.', ''))
  t.equal(ask(served, a), before)
  t.end()
})

t.test('Instances: how many are like what, and which', (t) => {
  const names = Array.from({ length: 10 }, (_, n) => `h${n}`)
  const { zone } = partition(names)
  const [template, none] = [nameKey(apexed('_p')), nameKey(apexed('_q'))]
  t.equal(zone.instances?.count, 10)
  t.equal(zone.instances?.countLike(template), 10)
  t.equal(zone.instances?.countLike(none), 0)
  t.same(zone.instances?.sampleLike(none), [])
  t.equal(zone.nodeCount, 4, 'apex, template, and two below')
  for (const name of names.slice(0, 9)) {
    const sample = zone.instances?.sampleLike(template) ?? []
    t.ok(sample.length > 0 && sample.every((key) => zone.instances?.has(key)))
    zone.apply([{ owner: apexed(name), type: RR.LIKE, rrset: undefined }])
  }
  t.same(zone.instances?.sampleLike(template), [nameKey(apexed('h9'))])
  t.equal(zone.instances?.templateOf(nameKey(parseName('x.y.h9.test.'))), template)
  t.equal(zone.instances?.templateOf(nameKey(apexed('h0'))), undefined)
  t.equal(zone.instances?.templateOf(zone.apexKey), undefined)
  zone.apply(changesOf('', 'h9.test. LIKE _q.test.'))
  t.equal(zone.instances?.countLike(template), 0)
  t.same([...(zone.instances?.templates() ?? [])], [none])
  t.end()
})

t.test('Instances: a name that would be too long is not there', (t) => {
  const long = `${'y'.repeat(60)}.`.repeat(4)
  const text = [soaText, '_p A 192.0.2.1', `${long}_p TXT x`, `${filler}z LIKE _p`, 'a LIKE _p']
  const { zone } = buildZone('test.', text.join('\n'))
  t.equal(zone.node(nameKey(parseName(`${long}a.test.`)))?.rrsets.length, 1)
  const short = nameKey(apexed(`${filler}z`))
  t.same(
    [...(zone.instances?.nodesOf(short) ?? [])].map(({ key, children }) => [key, children]),
    [[short, 0]],
  )
  t.end()
})

t.test('bug: what lies between a host and a name too long for it was there', (t) => {
  const y = 'y'.repeat(60)
  const text = [soaText, '_p A 192.0.2.1', `${`${y}.`.repeat(4)}_p TXT x`, `${filler}z LIKE _p`]
  const { zone } = buildZone('test.', text.join('\n'))
  const key = nameKey(parseName(`${y}.${filler}z.test.`))
  t.equal(lookup(zone, key, RR.A).kind, 'nxdomain')
  t.equal(lookup(zone, nameKey(parseName(`${y}._p.test.`)), RR.A).kind, 'nodata')
  t.end()
})

t.test('Instances: zones that share what is ready take nothing of each other', (t) => {
  const ready = makeReadyInstances()
  const [one, other] = ['192.0.2.1', '192.0.2.2'].map((address) => {
    const text = [soaText, `_p A ${address}`, 'a LIKE _p', 'b LIKE _p', 'c NS ns'].join('\n')
    return buildZone('test.', text, undefined, { ready }).zone
  }) as [Zone, Zone]
  const rdataOf = (zone: Zone, host: string) =>
    zone.node(nameKey(apexed(host)))?.rrsets[0]?.rdatas[0]?.[3]
  for (const host of ['a', 'a', 'b', 'a']) {
    t.equal(rdataOf(one, host), 1)
    t.equal(rdataOf(other, host), 2)
  }
  const kept = one.node(nameKey(apexed('a')))
  other.apply(changesOf('c.test. NS ns.test.', ''))
  t.equal(one.node(nameKey(apexed('a'))), kept, 'and drop nothing of each other')
  t.end()
})

t.test('diffZones: what it gives turns one zone with instances into the other', (t) => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), fc.array(item, { maxLength: 20 }), (x, y) => {
      const [from, to] = [x, y].map((items) => {
        const model = new Model()
        for (const one of items) model.take(one)
        return buildZone('test.', model.withLikes()).zone
      }) as [Zone, Zone]
      from.apply(diffZones(from, to))
      const rest = [...diffZones(from, to), ...diffZones(to, from)]
      if (rest.length > 0) throw new Error('they still differ')
    }),
    { seed: 20261125, numRuns: 200 },
  )
  t.end()
})

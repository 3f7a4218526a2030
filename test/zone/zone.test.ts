import fc from 'fast-check'
import t from 'tap'
import { makeRRset, RR, type RRset, type RRType, type Ttl } from '../../src/rr/index.ts'
import { formatName, nameKey, parseName, toHex } from '../../src/wire/index.ts'
import {
  type Change,
  diffZones,
  type Nsec3Parameters,
  Zone,
  type ZoneNode,
  type ZoneRRset,
} from '../../src/zone/index.ts'
import { parseRRsets } from '../support/served-zone.ts'

const apex = parseName('test.')
const soaText = 'test. 600 SOA ns.test. host.test. 1 2 3 4 300\ntest. NS ns.elsewhere.'

function changesOf(text: string): Change[] {
  return parseRRsets(text, apex).map((rrset) => ({ owner: rrset.owner, type: rrset.type, rrset }))
}

function build(text: string, nsec3?: Nsec3Parameters): Zone {
  const zone = new Zone(apex, nsec3 ? { nsec3 } : {})
  zone.apply(changesOf(`${soaText}\n${text}`))
  return zone
}

function told(node: ZoneNode | undefined): string {
  return node ? formatName(node.owner).toLowerCase() : '-'
}

/** Everything that a zone keeps, as text. */
function facts(zone: Zone): string[] {
  const nodes = [...zone.nodes()].map((node) => {
    const { rrsets, isCut, dname, cname, occluder, wildcard, children } = node
    const data = rrsets.map(({ type, ttl, rdatas }) => `${type}/${ttl}/${rdatas.map(toHex)}`)
    const chain = zone.inChain(node) ? toHex(zone.nsecAt(node).rdatas[0] as Uint8Array) : '-'
    const marks = [
      isCut,
      dname !== undefined,
      cname !== undefined,
      children,
      node.nsec3 !== undefined,
    ]
    return [told(node), data, marks, told(occluder), told(wildcard), chain.toLowerCase()].join(' ')
  })
  const chain = [...zone.chainNodes()].map(told)
  const nsec3 = [...(zone.nsec3?.entries() ?? [])].map((entry) => {
    const { owner, rdatas } = (zone.nsec3 as NonNullable<typeof zone.nsec3>).record(
      entry,
      zone.negativeTtl,
    )
    return `${formatName(owner)} ${toHex(rdatas[0] as Uint8Array)}`
  })
  return [...nodes, ...chain, ...nsec3]
}

const owners = ['', 'a.', 'b.', '*.', 'a.a.', 'b.a.', '*.a.', 'a.a.a.', 'c.b.a.', '\\000.b.']
const contents: readonly (readonly [number, string | undefined])[] = [
  [RR.A, 'A 192.0.2.1'],
  [RR.A, 'A 192.0.2.2'],
  [RR.A, undefined],
  [RR.TXT, 'TXT x'],
  [RR.TXT, undefined],
  [RR.NS, 'NS ns.elsewhere.'],
  [RR.NS, undefined],
  [RR.DS, `DS 1 13 2 ${'ab'.repeat(32)}`],
  [RR.DS, undefined],
  [RR.DNAME, 'DNAME elsewhere.'],
  [RR.DNAME, undefined],
  [RR.CNAME, 'CNAME elsewhere.'],
  [RR.CNAME, undefined],
]

const change = fc
  .tuple(fc.constantFrom(...owners), fc.constantFrom(...contents))
  .filter(([owner, [type]]) => owner !== '' || type !== RR.NS)
  .map(([owner, [type, text]]): Change => {
    const name = parseName(`${owner}test.`)
    const rrset = text ? (parseRRsets(`${owner}test. ${text}`, apex)[0] as RRset) : undefined
    return { owner: name, type: type as RRType, rrset }
  })
const changeSets = fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12 })

const kinds: readonly (readonly [string, Nsec3Parameters | undefined])[] = [
  ['without NSEC3', undefined],
  ['with NSEC3', { iterations: 0, salt: new Uint8Array(0), optOut: false }],
  ['with NSEC3 and opt-out', { iterations: 0, salt: new Uint8Array(0), optOut: true }],
]

for (const [title, nsec3] of kinds) {
  t.test(`Zone.apply ${title}: change sets leave the facts of a zone built afresh`, (t) => {
    fc.assert(
      fc.property(changeSets, (sets) => {
        const zone = build('', nsec3)
        const data = new Map<string, RRset>()
        for (const { owner, type, rrset } of changesOf(soaText)) {
          if (rrset) data.set(`${type} ${nameKey(owner)}`, rrset)
        }
        for (const set of sets) {
          zone.apply(set)
          facts(zone) // what is made when first needed must not outlive its truth
          for (const { owner, type, rrset } of set) {
            const id = `${type} ${nameKey(owner)}`
            if (rrset) data.set(id, rrset)
            else data.delete(id)
          }
        }
        const fresh = new Zone(apex, nsec3 ? { nsec3 } : {})
        fresh.apply([...data.values()].map((rrset) => ({ ...rrset, rrset })))
        if (facts(zone).join('\n') !== facts(fresh).join('\n')) {
          throw new Error(`${facts(zone).join('\n')}\n--- afresh:\n${facts(fresh).join('\n')}`)
        }
      }),
      { seed: 20261124, numRuns: 500 },
    )
    t.end()
  })
}

t.test('bug: a name that a cut gives back has no NSEC from before the cut', (t) => {
  const zone = build('b.a A 192.0.2.1')
  const node = zone.node(nameKey(parseName('b.a.test.'))) as ZoneNode
  zone.nsecAt(node)
  zone.apply(changesOf('a NS ns.elsewhere.'))
  zone.apply(changesOf('c A 192.0.2.1'))
  zone.apply([{ owner: parseName('a.test.'), type: RR.NS, rrset: undefined }])
  const next = toHex(parseName('c.test.'))
  t.equal(toHex(zone.nsecAt(node).rdatas[0] as Uint8Array).slice(0, next.length), next)
  t.end()
})

t.test('diffZones: what it gives turns one zone into the other', (t) => {
  fc.assert(
    fc.property(changeSets, changeSets, (left, right) => {
      const from = build('')
      for (const set of left) from.apply(set)
      const to = build('')
      for (const set of right) to.apply(set)
      from.apply(diffZones(from, to))
      if (facts(from).join('\n') !== facts(to).join('\n')) throw new Error('they still differ')
      if (diffZones(from, to).length > 0) throw new Error('a second diff is not empty')
    }),
    { seed: 20261124, numRuns: 200 },
  )
  t.end()
})

t.test('Zone.apply: RRsets that a change set does not name keep their signatures', (t) => {
  const zone = build('a A 192.0.2.1\nb A 192.0.2.2')
  const kept = zone.node(nameKey(parseName('a.test.')))?.rrsets[0]
  const slot = { rdatas: [], renewAt: 1, madeBy: {} }
  if (kept) kept.signatures = slot
  const other = build('a A 192.0.2.1\nb A 192.0.2.9\nc A 192.0.2.3')
  zone.apply(diffZones(zone, other))
  t.equal(zone.node(nameKey(parseName('a.test.')))?.rrsets[0]?.signatures, slot)
  t.equal(zone.node(nameKey(parseName('b.test.')))?.rrsets[0]?.signatures, undefined)
  t.end()
})

t.test('Zone.version: counts change sets, so that old conclusions can be told', (t) => {
  const zone = build('')
  const before = zone.version
  zone.apply([])
  t.equal(zone.version, before + 1)
  t.end()
})

t.test('Zone.negativeTtl: the lesser of SOA TTL and MINIMUM (RFC 9077 §3)', (t) => {
  t.equal(build('').negativeTtl, 300)
  const zone = new Zone(apex)
  zone.apply(changesOf('test. 60 SOA ns.test. host.test. 1 2 3 4 300'))
  t.equal(zone.negativeTtl, 60)
  zone.apply(changesOf('test. 900 SOA ns.test. host.test. 77 2 3 4 500'))
  t.equal(zone.negativeTtl, 500)
  t.equal(zone.serial, 77)
  t.end()
})

t.test('Zone.apply: refuses owners outside the zone; that is the caller’s mistake', (t) => {
  const outside = makeRRset(parseName('test.example.'), RR.A, 1 as Ttl, [Uint8Array.of(1, 2, 3, 4)])
  t.throws(() => build('').apply([{ ...outside, rrset: outside }]), /is in the zone/)
  t.end()
})

t.test('Zone.apply: what comes back after a change is taken back has its signatures', (t) => {
  const zone = build('a A 192.0.2.1\nb A 192.0.2.2')
  const owner = parseName('a.test.')
  const kept = zone.node(nameKey(owner))?.rrsets[0] as ZoneRRset
  const nsec = zone.nsecAt(zone.node(nameKey(owner)) as ZoneNode)
  zone.apply(changesOf('a A 192.0.2.3'))
  zone.apply([{ owner, type: RR.A, rrset: kept }])
  t.equal(zone.node(nameKey(owner))?.rrsets[0], kept, 'the very object')
  const node = zone.node(nameKey(owner)) as ZoneNode
  t.equal(zone.nsecAt(node), nsec, 'no type changed, so its NSEC is what it was')
  zone.apply([{ owner, type: RR.A, rrset: undefined }])
  t.equal(zone.node(nameKey(owner)), undefined)
  zone.apply([{ owner: parseName('A.TEST.'), type: RR.A, rrset: kept }])
  const respelled = zone.node(nameKey(owner))?.rrsets[0]
  t.not(respelled, kept, 'an owner that is spelled otherwise makes it another')
  t.equal(respelled?.owner, zone.node(nameKey(owner))?.owner)
  t.end()
})

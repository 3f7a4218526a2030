import fc from 'fast-check'
import t from 'tap'
import { RR, type RRset, type Ttl } from '../../src/rr/index.ts'
import {
  type Name,
  type NameKey,
  nameFromKey,
  nameKey,
  parseName,
  writeRun,
} from '../../src/wire/index.ts'
import { diffZones, Zone } from '../../src/zone/index.ts'
import { parseRRsets } from '../support/served-zone.ts'

const apex = parseName('test.')
const basics = parseRRsets(
  [
    'test. 600 SOA ns.elsewhere. host.test. 1 2 3 4 300',
    'test. 600 NS ns.elsewhere.',
    '_p.test. 600 A 192.0.2.1',
    '_q.test. 600 A 192.0.2.2',
  ].join('\n'),
  apex,
)
const templates = ['_p', '_q'].map((label) => parseName(`${label}.test.`))
const labels = ['a', 'aa', 'ab', 'b', 'b-c', 'c', 'd', 'dd', 'e', 'f'] as const

/** Which template each label is like; null for those that have a `LIKE` that is not served. */
const wish = fc.option(fc.constantFrom(undefined, 0, 1), { nil: null })
const built = fc.tuple(...labels.map(() => wish))
const edits = fc.array(fc.tuple(fc.constantFrom(...labels), fc.constantFrom(undefined, 0, 1)))

function like(template: number): Pick<RRset, 'ttl' | 'rdatas'> {
  return { ttl: 300 as Ttl, rdatas: [templates[template] as Name] }
}

function keyOf(label: string): NameKey {
  return `${nameKey(apex)}${label}\0` as NameKey
}

function newZone(): Zone {
  const zone = new Zone(apex)
  zone.apply(basics.map((rrset) => ({ owner: rrset.owner, type: rrset.type, rrset })))
  return zone
}

function put(zone: Zone, label: string, template: number | undefined): void {
  const owner = nameFromKey(keyOf(label))
  const rrset = template === undefined ? undefined : { owner, type: RR.LIKE, ...like(template) }
  zone.apply([{ owner, type: RR.LIKE, rrset }])
}

/** Takes labels in, so many on each page. */
function takeIn(zone: Zone, wishes: readonly (number | null | undefined)[], onPage: number): void {
  const there = labels
    .map((label, at) => ({ label, wish: wishes[at] }))
    .filter((one) => one.wish !== undefined)
  for (let at = 0; at < there.length; at += onPage) {
    const page = there.slice(at, at + onPage)
    const marked = page.map(({ label, wish }) => ({ label, mark: wish ?? 2 }))
    zone.takeIn({ labels: writeRun(marked), likes: [like(0), like(1), undefined] })
  }
}

t.test('Zone: taking in pages of instances is as putting each, whatever follows', (t) => {
  fc.assert(
    fc.property(built, fc.integer({ min: 1, max: 5 }), edits, (wishes, onPage, changes) => {
      const [one, other] = [newZone(), newZone()]
      takeIn(one, wishes, onPage)
      for (const [at, label] of labels.entries()) put(other, label, wishes[at] ?? undefined)
      for (let n = 0; n <= changes.length; n++) {
        t.strictSame(facts(one), facts(other))
        const [label, template] = changes[n] ?? [undefined, undefined]
        if (label === undefined) break
        put(one, label, template)
        put(other, label, template)
      }
      t.strictSame(diffZones(one, other), [])
    }),
  )
  t.end()
})

function facts(zone: Zone) {
  const { instances } = zone
  const samples = templates.map((name) => [...(instances?.sampleLike(nameKey(name)) ?? [])])
  for (const [at, sample] of samples.entries()) {
    const template = nameKey(templates[at] as Name)
    for (const key of sample) if (instances?.templateOf(key) !== template) t.fail('of another')
  }
  return {
    count: instances?.count ?? 0,
    keys: [...(instances?.keys() ?? [])].sort(),
    templates: [...(instances?.templates() ?? [])].sort(),
    counts: templates.map((name) => instances?.countLike(nameKey(name)) ?? 0),
    sampled: samples.map((sample) => sample.length > 0),
    each: labels.map((label) => {
      const key = keyOf(label)
      const [a] = zone.node(key)?.rrsets ?? []
      const rrset = zone.ownRRset(key, RR.LIKE)
      return [instances?.has(key) ?? false, rrset?.ttl, rrset?.rdatas, a?.rdatas]
    }),
  }
}

t.test('Zone: octets that are no run are a bug of whoever gives them', (t) => {
  const labels = Buffer.from('\x01b\0\x01a\0', 'latin1')
  t.throws(() => newZone().takeIn({ labels, likes: [like(0)] }), /in order/)
  t.end()
})

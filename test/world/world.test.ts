/** What a world is made of, and what its servers say. */
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { keyTag } from '../../src/crypto/index.ts'
import { type Fault, faultById, soundZone } from '../../src/lab/index.ts'
import { Flag, type Message, Rcode } from '../../src/message/index.ts'
import type { ServedZone } from '../../src/query/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import {
  type Asked,
  buildWorld,
  catalogueWorld,
  faultApex,
  faultZone,
  type World,
  type WorldSpec,
  worldAddresses,
  type ZoneSpec,
} from '../../src/world/index.ts'
import { askWorld, worldQuery } from '../support/ask-world.ts'
import { TestServer, testTime } from '../support/served-zone.ts'

const { root, above, faults } = worldAddresses
const [first] = faults
const fault = (id: string) => faultById(id) as Fault

const now = () => testTime as UnixSeconds

function worldOf(...ids: readonly string[]): World {
  return buildWorld(catalogueWorld({ seed: 'world', now, faults: ids.map(fault) }))
}

/** Asks a server of a world: that of the faults' zones, unless it is another. */
const ask = (world: World, question: string, server: string = first, via?: Asked['via']) =>
  askWorld(world, question, server, via)

const typesOf = (records: Message['answer']) => [...new Set(records.map(({ type }) => type))]
const texts = (records: Message['answer'], type: Message['answer'][number]['type']) =>
  records.filter((record) => record.type === type).map(({ rdata }) => formatRdata(type, rdata))

const joinText = (label: string, apex: string) => (apex === '.' ? `${label}.` : `${label}.${apex}`)

t.test('a validator is told where to begin: hints and an anchor', async (t) => {
  const world = worldOf('valid')
  t.same(
    world.hints.map(({ name, address }) => [formatName(name), address]),
    [['ns1.', root]],
  )
  const [ds] = world.anchor
  const keys = ask(world, '. DNSKEY', root).answer.filter(({ type }) => type === RR.DNSKEY)
  const tags = keys.map(({ rdata }) => keyTag(rdata))
  t.ok(tags.includes((((ds?.[0] ?? 0) << 8) | (ds?.[1] ?? 0)) as (typeof tags)[number]))
})

t.test('zones are known by name, each with the DS that its parent has', async (t) => {
  const world = worldOf('valid', 'no-ds', 'cname-insecure-mid')
  t.same(
    [...world.zones.keys()],
    [
      ...['.', 'test.', 'lab.test.', 'valid.lab.test.', 'no-ds.lab.test.'],
      ...['cname-insecure-mid.lab.test.', 'sub.cname-insecure-mid.lab.test.'],
    ],
  )
  const { ds } = world.zones.get('valid.lab.test.') ?? { ds: [] }
  t.same(
    texts(ask(world, 'valid.lab.test. DS', above).answer, RR.DS),
    ds.map((rdata) => formatRdata(RR.DS, rdata)),
  )
  t.same(world.zones.get('no-ds.lab.test.')?.ds, [])
})

t.test('each server answers for its own zones, the deepest of them', async (t) => {
  const world = worldOf('valid')
  const referral = ask(world, 'valid.lab.test. A', root)
  t.equal(referral.flags & Flag.AA, 0)
  t.same(typesOf(referral.authority), [RR.NS, RR.DS, RR.RRSIG])
  t.equal(ask(world, 'valid.lab.test. A').flags & Flag.AA, Flag.AA)
  t.equal(ask(world, 'valid.lab.test. A', root).rcode, Rcode.NOERROR)
  t.equal(ask(world, 'valid.lab.test. A', '127.53.0.99').rcode, Rcode.REFUSED)
  t.equal(ask(world, 'test. SOA').rcode, Rcode.REFUSED)
  // RFC 4035 §3.1.4.1: test. and lab.test. are served by one server.
  t.same(typesOf(ask(world, 'lab.test. DS', above).answer), [RR.DS, RR.RRSIG])
})

t.test('bug: a front that is no address is refused', async (t) => {
  for (const front of ['', 'localhost', '127.1', '127.0.0.1.5']) {
    const spec = catalogueWorld({ seed: 'w', now, faults: [], front })
    t.throws(() => buildWorld(spec), { code: 'world-invalid' }, front)
  }
})

t.test('one front address answers for all of them', async (t) => {
  const front = '127.0.0.1'
  const world = buildWorld(catalogueWorld({ seed: 'w', now, faults: [fault('valid')], front }))
  for (const question of ['. SOA', 'test. SOA', 'valid.lab.test. A', 'valid.lab.test. DS']) {
    t.equal(ask(world, question, front).flags & Flag.AA, Flag.AA, question)
  }
})

t.test(
  'lines of a setting stand instead of what every zone has, and in the children',
  async (t) => {
    const sound = faultZone(fault('valid'))
    const zone: ZoneSpec = {
      ...sound,
      faults: [],
      setting: {
        ...soundZone,
        records: ['@ A 192.0.2.1', '@ A 192.0.2.2', 'a.sub TXT "of the child"'],
        children: [{ label: 'sub', signed: true, ds: true }],
      },
    }
    const base = catalogueWorld({ seed: 'w', now, faults: [] })
    const world = buildWorld({ ...base, zones: [...base.zones, zone] })
    t.same(texts(ask(world, 'valid.lab.test. A').answer, RR.A), ['192.0.2.1', '192.0.2.2'])
    const child = ask(world, 'a.sub.valid.lab.test. TXT')
    t.same(texts(child.answer, RR.TXT), ['"of the child"'])
    t.match(texts(child.answer, RR.RRSIG)[0], / sub\.valid\.lab\.test\. /)
  },
)

t.test('a world that cannot be is refused', async (t) => {
  const base = catalogueWorld({ seed: 'w', now, faults: [] })
  const refused = (spec: Partial<WorldSpec>, message: RegExp) =>
    t.throws(() => buildWorld({ ...base, ...spec }), { code: 'world-invalid', message })
  refused({ zones: [] }, /there is no root zone/)
  refused({ zones: [...base.zones, ...base.zones] }, /zone \. is there twice/)
  const zone = faultZone(fault('valid'))
  const setting = { ...zone.setting, records: ['www A 192.0.2.999'] }
  refused({ zones: [...base.zones, { ...zone, setting }] }, /192\.0\.2\.999/)
  const outside = { ...zone.setting, records: ['www.example. A 192.0.2.1'] }
  refused({ zones: [...base.zones, { ...zone, setting: outside }] }, /not in valid\.lab\.test\./)
  t.throws(() => buildWorld(base).setFaults(parseName('no.test.'), []), { code: 'zone-absent' })
})

t.test('whatever comes in, nothing is thrown', async (t) => {
  const world = worldOf('valid', 'rrsig-no-all', 'wrong-id')
  const asked: Asked = { server: first, via: 'udp', from: '127.0.0.1' }
  const query = worldQuery('rrsig-no-all.lab.test. A')
  t.equal(world.answer(new Uint8Array(), asked).octets, undefined)
  for (let length = 0; length < query.length; length++) {
    t.ok(world.answer(query.subarray(0, length), asked), `${length} octets`)
  }
  for (let at = 0; at < query.length; at++) {
    for (const octet of [0, 0xff]) {
      const hostile = query.slice()
      hostile[at] = octet
      t.ok(world.answer(hostile, asked))
    }
  }
})

t.test('what is too long for UDP is told to be, with and without a fault', async (t) => {
  const many = Array.from({ length: 100 }, (_, host) => `many A 192.0.2.${host}`)
  const base = catalogueWorld({ seed: 'w', now, faults: [] })
  const zones = ['valid', 'rrsig-no-a'].map((id) => {
    const zone = faultZone(fault(id))
    return { ...zone, setting: { ...zone.setting, records: many } }
  })
  const world = buildWorld({ ...base, zones: [...base.zones, ...zones] })
  for (const id of ['valid', 'rrsig-no-a']) {
    const question = `many.${id}.lab.test. A`
    t.equal(ask(world, question).flags & Flag.TC, Flag.TC, id)
    const whole = ask(world, question, first, 'tcp')
    t.equal(whole.flags & Flag.TC, 0)
    t.equal(texts(whole.answer, RR.A).length, 100)
  }
})

t.test('setFaults: a zone falls ill and is well again, octet for octet', async (t) => {
  const world = worldOf('valid', 'unsigned')
  const apex = faultApex('valid')
  const questions = ['valid.lab.test. A', 'valid.lab.test. DNSKEY', 'no.valid.lab.test. A']
  const all = () => [
    ...questions.map((question) => ask(world, question)),
    ask(world, 'valid.lab.test. DS', above),
    ask(world, 'a.valid.lab.test. A', above),
  ]
  const well = all()
  for (const id of ['rrsig-no-all', 'ds-bad-tag', 'no-ksk', 'revoked-ksk', 'v4-doc', 'silent']) {
    world.setFaults(apex, [{ fault: fault(id) }])
    t.same(world.zones.get('valid.lab.test.')?.faults[0]?.fault.id, id)
    world.setFaults(apex, [])
    t.same(all(), well, id)
  }
})

t.test('setFaults: children are delegated as before', async (t) => {
  const world = worldOf('cname-insecure-mid')
  const apex = faultApex('cname-insecure-mid')
  const referral = () => ask(world, 'sub.cname-insecure-mid.lab.test. DS')
  const before = referral()
  world.setFaults(apex, [{ fault: fault('rrsig-no-a') }])
  t.same(referral(), before)
})

t.test('a zone that is in order says what any server would that has it', async (t) => {
  const world = worldOf('valid', 'unsigned', 'denial-nsec', 'denial-minimal')
  for (const [apex, zone] of world.zones) {
    const server = new TestServer([zone as unknown as ServedZone])
    for (const name of [apex, joinText('ns1', apex), joinText('nothing', apex)]) {
      for (const type of ['A', 'DNSKEY', 'NS', 'ANY', 'TXT']) {
        const query = worldQuery(`${name} ${type}`)
        const asked = { server: zone.servers[0] ?? '', via: 'udp', from: '127.0.0.1' } as const
        t.same(world.answer(query, asked).octets, server.exchange(query), `${name} ${type}`)
      }
    }
  }
})

t.test('a zone that is in order says the same in any company', async (t) => {
  const alone = worldOf('valid')
  const crowd = buildWorld(catalogueWorld({ seed: 'world', now }))
  for (const question of ['valid.lab.test. A', 'valid.lab.test. DNSKEY', 'x.valid.lab.test. A']) {
    t.same(ask(crowd, question), ask(alone, question), question)
  }
  const ofParent = 'valid.lab.test. DS'
  t.same(ask(crowd, ofParent, above), ask(alone, ofParent, above))
})

t.test('catalogueWorld: servers that misbehave have addresses of their own', (t) => {
  const { zones } = catalogueWorld({ seed: 'seed', now: () => testTime as UnixSeconds })
  const behaves = ({ faults: own }: ZoneSpec) =>
    own.some(({ fault }) => fault.acts.some(({ kind }) => kind === 'behave'))
  const served = zones.flatMap((zone) => zone.servers.map((address) => ({ zone, address })))
  const of = (isMisbehaving: boolean) =>
    served.flatMap(({ zone, address }) => (behaves(zone) === isMisbehaving ? [address] : []))
  const misbehaving = of(true)
  t.equal(new Set(misbehaving).size, misbehaving.length, 'each its own')
  t.ok(misbehaving.length > 50)
  t.strictSame([...new Set(of(false))].sort(), [root, above, ...faults])
  t.end()
})

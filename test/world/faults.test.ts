/** Faults where they are at work: in keys, DS, glue, clocks, proofs, and at other places. */
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { type Act, type Fault, faultById, type Place } from '../../src/lab/index.ts'
import { Flag, type Message, Rcode } from '../../src/message/index.ts'
import { formatRdata, RR, type RRType } from '../../src/rr/index.ts'
import { formatName } from '../../src/wire/index.ts'
import {
  buildWorld,
  catalogueWorld,
  faultApex,
  type World,
  worldAddresses,
} from '../../src/world/index.ts'
import { askWorld } from '../support/ask-world.ts'
import { testTime } from '../support/served-zone.ts'

const { above, faults } = worldAddresses
const [first, second] = faults
const fault = (id: string) => faultById(id) as Fault
const zone = 'valid.lab.test.'
const apex = faultApex('valid')

/** A clock that a test moves. */
function clockAt(start: number) {
  let time = start
  return {
    now: () => time as UnixSeconds,
    advance: (seconds: number) => {
      time += seconds
    },
  }
}

function worldOf(now = () => testTime as UnixSeconds): World {
  return buildWorld(catalogueWorld({ seed: 'faults', now, faults: [fault('valid')] }))
}

/** The world where the zone has one more fault. */
function faulty(id: string, at?: Place): World {
  const world = worldOf()
  world.setFaults(apex, [{ fault: fault(id), ...(at && { at }) }])
  return world
}

/** The world where something is done to the zone that no fault of the catalogue does alone. */
function acted(acts: readonly Act[], variant: Fault['variant'] = 'raw', world = worldOf()): World {
  world.setFaults(apex, [{ fault: { ...fault('valid'), acts, variant } }])
  return world
}

const ask = (world: World, question: string, server: string = first) =>
  askWorld(world, question, server)
const texts = (records: Message['answer'], type: RRType) =>
  records.filter((record) => record.type === type).map(({ rdata }) => formatRdata(type, rdata))
const fieldsOf = (records: Message['answer'], type: RRType) =>
  texts(records, type).map((text) => text.split(' '))

t.test('keys, raw: edited where they are said, and signed as they were', async (t) => {
  const question = `${zone} DNSKEY`
  const plain = ask(worldOf(), question)
  const edited = ask(faulty('no-dnskey-257'), question)
  t.same(
    fieldsOf(edited.answer, RR.DNSKEY).map(([flags]) => flags),
    ['256', '0'],
  )
  t.same(texts(edited.answer, RR.RRSIG), texts(plain.answer, RR.RRSIG))
  const ds = `${zone} DS`
  t.same(ask(faulty('no-dnskey-257'), ds, above), ask(worldOf(), ds, above))
})

t.test('keys, isolated: signed anew, and vouched for as they are', async (t) => {
  const plain = ask(worldOf(), `${zone} DNSKEY`)
  const world = faulty('no-dnskey-257-isolated')
  const edited = ask(world, `${zone} DNSKEY`)
  t.notSame(texts(edited.answer, RR.RRSIG), texts(plain.answer, RR.RRSIG))
  const [tag] = fieldsOf(ask(world, `${zone} DS`, above).answer, RR.DS)[0] ?? []
  t.ok(fieldsOf(edited.answer, RR.RRSIG).some((fields) => fields[6] === tag))
})

t.test('DS: what the parent has is signed by it, in answers and referrals', async (t) => {
  const world = faulty('ds-bad-tag')
  for (const question of [`${zone} DS`, `${zone} A`]) {
    const { answer, authority } = ask(world, question, above)
    const records = [...answer, ...authority]
    t.equal(fieldsOf(records, RR.DS)[0]?.[0], '0', question)
    t.equal(fieldsOf(records, RR.RRSIG).filter(([type]) => type === 'DS').length, 1)
  }
  t.same(
    texts(ask(acted([{ kind: 'ds', edit: { kind: 'none' } }]), `${zone} DS`, above).answer, RR.DS),
    [],
  )
})

t.test('DS, stripped: neither DS nor a proof that there is none', async (t) => {
  const world = faulty('ds-stripped')
  const referral = ask(world, `${zone} A`, above)
  t.same(
    referral.authority.map(({ type }) => type),
    [RR.NS],
  )
  t.same(ask(world, `${zone} DS`, above).answer, [])
  t.same(ask(world, `${zone} A`), ask(worldOf(), `${zone} A`), 'the zone itself has no part in it')
})

t.test('glue: the parent has one address, of either family, and nobody is there', async (t) => {
  for (const [id, type, address] of [
    ['v4-doc', RR.A, '198.51.100.0'],
    ['v6-doc', RR.AAAA, '2001:db8::1'],
  ] as const) {
    const world = faulty(id)
    const { authority, additional } = ask(world, `${zone} A`, above)
    t.same(texts(authority, RR.NS), [`ns1.${zone}`])
    t.same(
      additional.map((record) => [record.type, formatRdata(record.type, record.rdata)]),
      [[type, address]],
    )
    t.equal(ask(world, `${zone} A`).rcode, Rcode.REFUSED)
  }
})

t.test('clock: shifted, stopped and sped up, for the zone alone', async (t) => {
  /** Inception of the signature on an RRset. */
  const inceptionOf = (world: World, question: string, server?: string) =>
    Number(fieldsOf(ask(world, question, server).answer, RR.RRSIG)[0]?.[5])
  const clockOf = (set: { by: number } | { to: number }, rate: number) => {
    const clock = clockAt(testTime)
    return { clock, world: acted([{ kind: 'clock', set, rate }], 'raw', worldOf(clock.now)) }
  }
  const year = 365 * 86400
  const behind = clockOf({ by: -year }, 1).world
  t.match(String(inceptionOf(behind, `${zone} A`)), /^202[45]/)
  t.equal(inceptionOf(behind, `${zone} DS`, above), inceptionOf(worldOf(), `${zone} DS`, above))
  const stopped = clockOf({ by: 0 }, 0)
  const before = inceptionOf(stopped.world, `${zone} A`)
  stopped.clock.advance(60 * 86400)
  t.equal(inceptionOf(stopped.world, `${zone} A`), before)
  const fast = clockOf({ to: testTime }, 24)
  fast.clock.advance(86400 * 5)
  t.ok(inceptionOf(fast.world, `${zone} A`) > 20260401000000, 'a hundred and twenty days later')
})

t.test('one server of two: only there is anything wrong', async (t) => {
  const incoherent = fault('ns-incoherent')
  const world = buildWorld(
    catalogueWorld({ seed: 'f', now: () => testTime as UnixSeconds, faults: [incoherent] }),
  )
  const question = 'ns-incoherent.lab.test. A'
  const yearOf = (server: string) =>
    fieldsOf(ask(world, question, server).answer, RR.RRSIG)[0]?.[4]?.slice(0, 4)
  t.equal(yearOf(first), '2026')
  t.equal(yearOf(second), '2025')
})

t.test('proofs of other places: of the parent, and of the child', async (t) => {
  const ofParent = ask(faulty('nodata-parent-nsec'), `${zone} TXT`)
  const [nsec] = ofParent.authority.filter(({ type }) => type === RR.NSEC)
  t.equal(nsec && formatName(nsec.owner), zone)
  t.match(texts(ofParent.authority, RR.NSEC)[0], / NS DS RRSIG NSEC$/)
  t.ok(fieldsOf(ofParent.authority, RR.RRSIG).some((fields) => fields[7] === 'lab.test.'))
  const world = buildWorld(
    catalogueWorld({
      ...{ seed: 'f', now: () => testTime as UnixSeconds },
      faults: [fault('ds-child-nsec')],
    }),
  )
  const ofChild = ask(world, 'ds-child-nsec.lab.test. DS', above)
  t.match(texts(ofChild.authority, RR.NSEC)[0], / SOA /)
})

t.test('at: a fault is at work at another name or type, and nowhere else', async (t) => {
  const bare = (world: World, question: string) =>
    texts(ask(world, question).answer, RR.RRSIG).length === 0
  const signatures = faulty('rrsig-no-a', { owner: 'ns1', type: 'any' })
  t.ok(bare(signatures, `ns1.${zone} A`))
  t.notOk(bare(signatures, `${zone} A`))
  const behaviour = faulty('name-servfail', { owner: '@', type: RR.AAAA })
  t.equal(ask(behaviour, `${zone} AAAA`).rcode, Rcode.SERVFAIL)
  t.equal(ask(behaviour, `${zone} A`).rcode, Rcode.NOERROR)
  const everywhere = faulty('type-refused', { owner: '*', type: RR.MX })
  t.equal(ask(everywhere, `no.${zone} MX`).rcode, Rcode.REFUSED)
  t.equal(ask(everywhere, `no.${zone} TLSA`).rcode, Rcode.NXDOMAIN, 'the type is that of the place')
  const anyName = faulty('name-servfail', { owner: '*', type: RR.AAAA })
  t.equal(ask(anyName, `ns1.${zone} AAAA`).rcode, Rcode.SERVFAIL, 'the name is not')
  const proofs = faulty('nsec3-missing', { owner: 'gone', type: 'any' })
  const proved = (question: string) =>
    ask(proofs, question).authority.some(({ type }) => type === RR.NSEC3)
  t.notOk(proved(`gone.${zone} A`))
  t.ok(proved(`other.${zone} A`))
})

t.test('bug: a fault at a name that is none made the world throw when it was asked', async (t) => {
  const world = faulty('rrsig-no-a')
  const long = Array.from({ length: 4 }, () => 'y'.repeat(60)).join('.')
  for (const id of ['rrsig-no-a', 'name-servfail', 'nsec3-missing']) {
    for (const owner of ['a..b', 'x'.repeat(64), 'www.example.', 'é', long]) {
      const faults = [{ fault: fault(id), at: { owner, type: 'any' as const } }]
      t.throws(() => world.setFaults(apex, faults), { code: 'name-invalid' }, `${id} ${owner}`)
    }
  }
  t.same(texts(ask(world, `${zone} A`).answer, RR.RRSIG), [], 'what was at work still is')
})

t.test('several faults of one zone are all at work', async (t) => {
  const world = worldOf()
  world.setFaults(apex, [{ fault: fault('rrsig-no-a') }, { fault: fault('not-aa') }])
  const message = ask(world, `${zone} A`)
  t.same(texts(message.answer, RR.RRSIG), [])
  t.equal(message.flags & Flag.AA, 0)
})

t.test('an alias into another zone is left to the client, so that its faults count', async (t) => {
  const base = catalogueWorld({
    ...{ seed: 'f', now: () => testTime as UnixSeconds },
    faults: [fault('rrsig-no-a')],
  })
  const records = ['c CNAME rrsig-no-a.lab.test.']
  const { setting, ...rest } = { ...base.zones[3] } as (typeof base.zones)[number]
  const alias = { ...rest, apex, faults: [], setting: { ...setting, records } }
  const world = buildWorld({ ...base, zones: [...base.zones, alias] })
  t.same(
    ask(world, `c.${zone} A`).answer.map(({ type }) => type),
    [RR.CNAME, RR.RRSIG],
  )
})

import t, { type Test } from 'tap'
import { CodedError, fixedClock } from '../../src/base/index.ts'
import { dsRdata } from '../../src/crypto/index.ts'
import { catalogue, type Fault, faultById, type Status } from '../../src/lab/index.ts'
import { Flag, Rcode, readMessage } from '../../src/message/index.ts'
import { openOverlay } from '../../src/overlay/index.ts'
import type { ServedZone } from '../../src/query/index.ts'
import { formatRdata, RR, type RRType } from '../../src/rr/index.ts'
import type { Respond } from '../../src/server/index.ts'
import { createStub, type Network } from '../../src/stub/index.ts'
import { formatName, joinNames, parseName, rootName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { encodeQuery } from '../support/peers/client.ts'
import { buildZone, TestServer, testTime } from '../support/served-zone.ts'
import { stubParts } from '../support/stub-parts.ts'

const apex = parseName('example.test.')
const soa = `@ SOA ns hostmaster 1 7200 3600 1209600 300
@ NS ns
ns A 192.0.2.53`
const own = `${soa}
@ A 192.0.2.80
`

function dsLine(owner: string, { zone, signing }: ServedZone): string {
  const [dnskey = new Uint8Array()] = signing?.signer.keys.secureEntryPoints ?? []
  return `${owner} DS ${formatRdata(RR.DS, dsRdata(zone.apex, dnskey, 2))}`
}

/** Zones from the root down to `example.test.`, all of them served by one. */
function familyOf(setting: Fault['setting'], records: readonly string[]) {
  const { denial, nsec3, signed, ds } = setting
  const salt = Uint8Array.from(Buffer.from(nsec3.salt, 'hex'))
  const chain = denial === 'nsec3' ? { nsec3: { ...nsec3, salt } } : {}
  const signing = signed ? { denial, ...chain } : undefined
  const zone = buildZone('example.test.', own + records.join('\n'), signing)
  const above = (name: string, below: string, ds: string) => {
    const cut = [`${below} NS ns.${below}`, `ns.${below} A 192.0.2.53`, ds]
    return buildZone(name, [soa, ...cut].join('\n'), { denial: 'nsec' })
  }
  const test = above('test.', 'example', signed && ds ? dsLine('example', zone) : '')
  const root = above('.', 'test', dsLine('test', test))
  return { root, test, zone }
}

function served(zones: readonly ServedZone[], allowed = [apex]) {
  const server = new TestServer(zones)
  const honest: Respond = (query, out, via) => {
    const octets = server.exchange(query, via !== 'udp')
    if (octets) out.set(octets)
    return octets?.length ?? 0
  }
  const changes: string[] = []
  const timers = manualTimers()
  const overlay = openOverlay({
    ...{ allowed, zones: server.zones, clock: fixedClock(testTime), timers },
    onChange: ({ fault }, became) => void changes.push(`${became} ${fault.id}`),
  })
  return { honest, overlay, respond: overlay.over(honest), timers, changes }
}

const out = new Uint8Array(65_535)

function asked(respond: Respond, via: 'udp' | 'tcp', query: Uint8Array): Uint8Array | undefined {
  const length = respond(query, out, via)
  return length === 0 ? undefined : out.slice(0, length)
}

function networkTo(respond: Respond): Network {
  const by =
    (via: 'udp' | 'tcp'): Network['byUdp'] =>
    async ({ octets, hear }) => {
      const reply = asked(respond, via, octets)
      const value = reply && hear(reply)
      if (value === undefined) return { kind: 'silent', text: 'no answer' }
      return { kind: 'heard', value, octets: reply?.length ?? 0 }
    }
  return { byUdp: by('udp'), byStream: by('tcp'), close: () => undefined }
}

/** What danelaw's own stub makes of a question. */
async function judged(
  t: Test,
  respond: Respond,
  root: ServedZone,
  { owner, type }: Fault['ask'],
): Promise<Status> {
  const [dnskey = new Uint8Array()] = root.signing?.signer.keys.secureEntryPoints ?? []
  const stub = createStub({
    ...stubParts('overlay'),
    clock: fixedClock(testTime),
    mode: { kind: 'forward', servers: [{ address: '192.0.2.53', port: 53, via: 'udp' }] },
    anchors: [{ zone: rootName, ds: [dsRdata(rootName, dnskey, 2)], dnskeys: [] }],
    network: networkTo(respond),
  })
  t.teardown(() => stub.close())
  const name = owner === '@' ? apex : joinNames(parseName(`${owner}.`), apex)
  const { security } = await stub.resolve(name, type)
  return security === 'indeterminate' ? 'unreachable' : security
}

t.test('bug: faults of a zone were at work on another, where an alias leads to both', async (t) => {
  const signing = { denial: 'nsec' } as const
  const records = ['c CNAME www.sub.example.test.', 'www A 192.0.2.1']
  const zones = [
    buildZone('example.test.', own + records.join('\n'), signing),
    buildZone('sub.example.test.', `${own}www A 192.0.2.2`, signing),
    buildZone('other.test.', `${own}*.w CNAME www.example.test.`, signing),
  ]
  /** Types of signatures, and how many proofs there are, while a fault is at work. */
  const told = (id: string, question: string) => {
    const { overlay, respond } = served(zones)
    overlay.ledger.inject({ apex, fault: faultById(id) as Fault, at: undefined, seconds: 60 })
    const octets = asked(
      respond,
      'tcp',
      encodeQuery({ name: question, type: RR.A, dnssecOk: true }),
    )
    const { answer, authority } = readMessage(octets ?? new Uint8Array())
    const signed = answer.filter(({ type }) => type === RR.RRSIG)
    return {
      signed: signed.map(({ owner }) => formatName(owner)),
      first: answer[0] && formatName(answer[0].owner),
      proofs: authority.filter(({ type }) => type === RR.NSEC).length,
    }
  }
  const first = 'c.example.test.'
  t.same(told('rrsig-no-all', first), { signed: ['www.sub.example.test.'], first, proofs: 0 })
  const question = 'x.w.other.test.'
  t.same(told('rrsig-no-all', question), { signed: [question], first: question, proofs: 1 })
  t.equal(told('no-nsec3', question).proofs, 1)
})

t.test('every fault that fits a served zone does there what the catalogue expects', async (t) => {
  let injected = 0
  const unfit = new Map<string, string>()
  for (const fault of catalogue) {
    const { setting, ask, expect } = fault
    const { root, test, zone } = familyOf(setting, setting.records)
    const { overlay, respond } = served([root, test, zone])
    try {
      overlay.ledger.inject({ apex, fault, at: undefined, seconds: undefined })
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'lab-fault-unfit') throw error
      unfit.set(fault.id, error.message)
      continue
    }
    injected += 1
    const status = await judged(t, respond, root, ask)
    const right = [expect.status, expect.or?.status]
    t.ok(right.includes(status), `${fault.id}: ${status}, expected ${right}`)
  }
  t.comment(`${injected} injected, ${unfit.size} not`)
  t.ok(injected > 100)
  for (const [id, why] of unfit) t.match(why, /^Cannot inject \S+ into example\.test\.: /, id)
})

const dnssec = (name: string, type: RRType) => encodeQuery({ name, type, dnssecOk: true })
const setting = (faultById('valid') as Fault).setting
const faultOf = (id: string): Fault => faultById(id) as Fault
const wish = (id: string, more = {}) => ({
  ...{ apex, fault: faultOf(id), at: undefined, seconds: undefined },
  ...more,
})

t.test('what no fault is about goes out in the octets of the honest server', async (t) => {
  const { root, test, zone } = familyOf(setting, ['mail A 192.0.2.1'])
  const { honest, overlay, respond } = served([root, test, zone])
  const questions = [
    dnssec('ns.test.', RR.A),
    dnssec('nothing.test.', RR.A),
    dnssec('.', RR.SOA),
    dnssec('elsewhere.invalid.', RR.A),
    Uint8Array.of(1, 2, 3),
    new Uint8Array(12),
  ]
  const quiet = questions.map((query) => asked(honest, 'udp', query))
  t.same(
    questions.map((query) => asked(respond, 'udp', query)),
    quiet,
    'nothing is at work',
  )
  overlay.ledger.inject(wish('rrsig-no-all'))
  t.same(
    questions.map((query) => asked(respond, 'udp', query)),
    quiet,
    'other zones, and what is no query',
  )
})

t.test('a fault is at work for its time, and then it is over', async (t) => {
  const { root, test, zone } = familyOf(setting, [])
  const { overlay, respond, timers, changes } = served([root, test, zone])
  const rrsigs = () =>
    readMessage(asked(respond, 'tcp', dnssec('example.test.', RR.A)) ?? out).answer.filter(
      ({ type }) => type === RR.RRSIG,
    ).length
  t.equal(rrsigs(), 1)
  overlay.ledger.inject(wish('rrsig-no-a', { seconds: 600 }))
  t.equal(rrsigs(), 0)
  timers.advance(599_999)
  t.equal(rrsigs(), 0)
  overlay.ledger.inject(wish('rrsig-no-a', { seconds: 60 }))
  t.same(timers.waiting(), [60_000], 'begun anew, it has the new time alone')
  timers.advance(60_000)
  t.equal(rrsigs(), 1)
  t.same(overlay.ledger.list(), [])
  t.same(changes, ['injected rrsig-no-a', 'injected rrsig-no-a', 'over rrsig-no-a'])
})

t.test('heal: one fault of a zone, all of it, or everything', async (t) => {
  const { root, test, zone } = familyOf(setting, [])
  const { ledger } = served([root, test, zone]).overlay
  for (const id of ['rrsig-no-a', 'rrsig-exp-a', 'not-aa']) ledger.inject(wish(id))
  const ids = () => ledger.list().map(({ fault }) => fault.id)
  t.equal(ledger.heal(apex, 'not-aa').length, 1)
  t.same(ids(), ['rrsig-no-a', 'rrsig-exp-a'])
  t.equal(ledger.heal(apex, 'not-aa').length, 0)
  t.equal(ledger.heal().length, 2)
  t.same(ids(), [])
})

t.test('a fault at a name, or a name and type, is nowhere else', async (t) => {
  const { root, test, zone } = familyOf(setting, ['mail A 192.0.2.1', 'mail AAAA 2001:db8::1'])
  const { overlay, respond } = served([root, test, zone])
  const isSigned = (name: string, type: RRType) =>
    readMessage(asked(respond, 'tcp', dnssec(name, type)) ?? out).answer.some(
      (record) => record.type === RR.RRSIG,
    )
  overlay.ledger.inject(wish('rrsig-no-all', { at: { owner: 'mail', type: RR.AAAA } }))
  t.notOk(isSigned('mail.example.test.', RR.AAAA))
  t.ok(isSigned('mail.example.test.', RR.A))
  t.ok(isSigned('example.test.', RR.A))
  overlay.ledger.inject(wish('type-servfail', { at: { owner: 'mail', type: RR.A } }))
  const { rcode } = readMessage(asked(respond, 'udp', dnssec('mail.example.test.', RR.A)) ?? out)
  t.equal(rcode, Rcode.SERVFAIL)
})

t.test('a proof is missing where a name is asked about, and nowhere else', async (t) => {
  const { root, test, zone } = familyOf(setting, [])
  const { overlay, respond } = served([root, test, zone])
  overlay.ledger.inject(wish('nsec3-missing', { at: { owner: 'gone', type: 'any' } }))
  const isProved = (name: string) =>
    readMessage(asked(respond, 'tcp', dnssec(name, RR.A)) ?? out).authority.some(
      ({ type }) => type === RR.NSEC3,
    )
  t.notOk(isProved('gone.example.test.'))
  t.ok(isProved('other.example.test.'))
})

t.test('an answer that grew too long for UDP is truncated, and whole over TCP', async (t) => {
  const { root, test, zone } = familyOf(setting, [])
  const { overlay, respond } = served([root, test, zone])
  overlay.ledger.inject(wish('sig-flood-16'))
  const query = dnssec('example.test.', RR.A)
  const short = readMessage(asked(respond, 'udp', query) ?? out)
  const whole = readMessage(asked(respond, 'tcp', query) ?? out)
  t.ok(whole.answer.length > 4)
  t.equal((short.flags & Flag.TC) !== 0, short.answer.length === 0)
})

t.test('bug: only the first of the listed zones could be broken', async (t) => {
  const zones = [buildZone('a.test.', own, { denial: 'nsec' }), buildZone('b.test.', own)]
  const allowed = zones.map(({ zone }) => zone.apex)
  const { ledger } = served(zones, allowed).overlay
  for (const one of allowed) ledger.inject(wish('not-aa', { apex: one }))
  t.equal(ledger.list().length, 2)
})

t.test('what is refused, and why', async (t) => {
  const { root, test, zone } = familyOf({ ...setting, denial: 'nsec' }, [])
  const { ledger } = served([root, test, zone]).overlay
  const refusal = (of: object, id = 'rrsig-no-a') => {
    try {
      ledger.inject(wish(id, of))
    } catch (error) {
      return error instanceof CodedError ? `${error.code}: ${error.message}` : String(error)
    }
    return 'injected'
  }
  t.match(refusal({ apex: parseName('test.') }), /^lab-zone-closed: .*lab\.inject/)
  t.match(refusal({}, 'valid'), /^lab-fault-unfit: .*how its zone is made/)
  t.match(refusal({}, 'slow'), /^lab-fault-unfit: .*keeps all waiting/)
  t.match(refusal({}, 'v4-doc'), /^lab-fault-unfit: /)
  t.match(refusal({}, 'bad-nsec3-next'), /does not deny with NSEC3/)
  t.match(refusal({}, 'name-servfail'), /nothing at h\.example\.test\.; say where with --at/)
  t.match(refusal({}, 'ns-incoherent'), /only server/)
  for (let n = 0; n < 64; n++)
    ledger.inject(wish('rrsig-no-a', { at: { owner: 'ns', type: n + 100 } }))
  t.match(refusal({}), /^lab-faults-full: /)
  const alone = served([zone]).overlay.ledger
  t.throws(() => alone.inject(wish('ds-bogus-digest-value')), /parent says so/)
  const unsigned = served([buildZone('example.test.', own)]).overlay.ledger
  t.throws(() => unsigned.inject(wish('rrsig-no-a')), /not signed/)
  const empty = served([]).overlay.ledger
  t.throws(() => empty.inject(wish('rrsig-no-a')), { code: 'zone-absent' })
})

import fc from 'fast-check'
import t from 'tap'
import { Flag, readMessage } from '../../src/message/index.ts'
import { type Envelope, Response, Section } from '../../src/response/index.ts'
import { makeRRset, RR, type RRset, type Ttl } from '../../src/rr/index.ts'
import { equalNames, formatName, type Name, parseName } from '../../src/wire/index.ts'

const qname = parseName('www.example.test.')
const ttl = 3600 as Ttl

function envelope(octetsMax: number, edns = false): Envelope {
  return {
    id: 4711,
    flags: Flag.QR | Flag.AA,
    question: Buffer.concat([qname, Uint8Array.of(0, 1, 0, 1)]),
    octetsMax,
    edns,
    udpOctets: 1232,
    ednsFlags: 0x8000,
    nsid: edns ? Buffer.from('node') : undefined,
  }
}

function addresses(owner: string, count: number): RRset {
  const rdatas = Array.from({ length: count }, (_, n) => Uint8Array.of(10, 0, n >> 8, n & 255))
  return makeRRset(parseName(owner), RR.A, ttl, rdatas)
}

function nameServers(owner: string, count: number): RRset {
  const rdatas = Array.from({ length: count }, (_, n) => parseName(`ns${n}.Example.test.`))
  return makeRRset(parseName(owner), RR.NS, ttl, rdatas)
}

function add(response: Response, section: 0 | 1 | 2 | 3, rrset: RRset): void {
  response.add(section, rrset, rrset.owner, rrset.ttl)
}

const out = new Uint8Array(65535)

t.test(
  'Response.encode: never longer than allowed, never a partial RRset, OPT always fits',
  (t) => {
    const response = new Response()
    const owners = ['www.example.test.', 'a.test.', `${'x'.repeat(63)}.other.`, '.']
    const item = fc.tuple(
      fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
      fc.constantFrom(...owners),
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
    )
    const sizes = fc.integer({ min: 512, max: 1500 })
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), sizes, fc.boolean(), (items, size, edns) => {
        response.begin()
        const counts = [0, 0, 0, 0]
        for (const [section, owner, count, isNs] of items) {
          add(response, section, isNs ? nameServers(owner, count) : addresses(owner, count))
          counts[section] = (counts[section] ?? 0) + count
        }
        const length = response.encode(out, envelope(size, edns))
        if (length > size) throw new Error(`${length} octets where ${size} are allowed`)
        const message = readMessage(out.slice(0, length))
        if ((message.edns !== undefined) !== edns) throw new Error('OPT')
        if (edns && message.edns?.options[0]?.data.length !== 4) throw new Error('NSID')
        const got = [message.answer.length, message.authority.length, message.additional.length]
        if (message.flags & Flag.TC) {
          if (got.some((count) => count > 0)) throw new Error('TC with records')
          return
        }
        const [answer = 0, authority = 0, glue = 0, optional = 0] = counts
        if (got[0] !== answer || got[1] !== authority) throw new Error('records are missing')
        const extra = (got[2] ?? 0) - glue
        if (extra < 0 || extra > optional) throw new Error('glue is missing')
        const sums = new Set([0])
        for (const [section, , count] of items) {
          if (section === 3) for (const sum of [...sums]) sums.add(sum + count)
        }
        if (!sums.has(extra)) throw new Error('an optional RRset is there in part')
      }),
      { seed: 2181, numRuns: 1500 },
    )
    t.end()
  },
)

t.test(
  'Response.encode: an RRset that fits to the octet is sent, one octet less truncates',
  (t) => {
    const response = new Response()
    const build = (octetsMax: number) => {
      response.begin()
      add(response, Section.answer, addresses('www.example.test.', 40))
      return readMessage(out.slice(0, response.encode(out, envelope(octetsMax, true))))
    }
    const exact = 12 + qname.length + 4 + 40 * 16 + 11 + 8
    t.equal(build(exact).answer.length, 40)
    t.equal(build(exact - 1).answer.length, 0)
    t.ok(build(exact - 1).flags & Flag.TC)
    t.end()
  },
)

t.test('Response.encode: required glue that does not fit truncates (RFC 9471 §3.1)', (t) => {
  const response = new Response()
  for (const [section, truncates] of [
    [Section.glue, true],
    [Section.optional, false],
  ] as const) {
    response.begin()
    add(response, Section.authority, nameServers('example.test.', 2))
    add(response, section, addresses('ns0.example.test.', 60))
    add(response, section, addresses('ns1.example.test.', 1))
    const message = readMessage(out.slice(0, response.encode(out, envelope(512))))
    t.equal((message.flags & Flag.TC) !== 0, truncates)
    t.equal(message.authority.length, truncates ? 0 : 2)
    t.equal(message.additional.length, truncates ? 0 : 1, 'a smaller one after it still fits')
  }
  t.end()
})

t.test('Response.encode: names survive in messages over 16 KiB, up to 65535 octets', (t) => {
  const response = new Response()
  response.begin()
  const sets = Array.from({ length: 60 }, (_, n) => nameServers(`n${n}.many.example.test.`, 50))
  for (const rrset of sets) add(response, Section.answer, rrset)
  const length = response.encode(out, envelope(65535))
  t.ok(length > 0x4000, `${length} octets`)
  const { answer } = readMessage(out.slice(0, length))
  t.equal(answer.length, 3000)
  answer.forEach((record, at) => {
    const rrset = sets[Math.floor(at / 50)] as RRset
    const rdata = rrset.rdatas[at % 50] as Name
    if (!equalNames(record.owner, rrset.owner)) t.fail(`owner ${formatName(record.owner)}`)
    if (!equalNames(record.rdata as Name, rdata)) t.fail(`RDATA ${at}`)
  })
  t.end()
})

t.test('Response.begin: nothing of one answer shows in the next', (t) => {
  const response = new Response()
  response.begin()
  response.rcode = 5
  response.ede = 20
  response.class = 3
  add(response, Section.answer, addresses('www.example.test.', 3))
  response.encode(out, envelope(512, true))
  response.begin()
  const message = readMessage(out.slice(0, response.encode(out, envelope(512, true))))
  t.equal(message.rcode, 0)
  t.equal(message.answer.length, 0)
  t.strictSame(
    message.edns?.options.map(({ code }) => code),
    [3],
    'NSID only',
  )
  t.end()
})

t.test('Response.encode: rcodes above 15 take their upper bits to OPT', (t) => {
  const response = new Response()
  response.begin()
  response.rcode = 16
  response.ede = 21
  const message = readMessage(out.slice(0, response.encode(out, envelope(512, true))))
  t.equal(message.rcode, 16)
  t.strictSame(Buffer.from(message.edns?.options[1]?.data ?? []), Buffer.from([0, 21]))
  t.equal(message.edns?.flags, 0x8000)
  t.equal(message.edns?.udpOctets, 1232)
  t.end()
})

t.test('Response.hasAnswer: tells whether this very RRset is there', (t) => {
  const response = new Response()
  response.begin()
  const rrset = addresses('a.test.', 1)
  t.equal(response.hasAnswer(rrset), false)
  add(response, Section.answer, rrset)
  t.equal(response.hasAnswer(rrset), true)
  response.begin()
  t.equal(response.hasAnswer(rrset), false)
  t.end()
})

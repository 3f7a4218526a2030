/** RFC 6891: Extension Mechanisms for DNS (EDNS(0)). Sections as there. */
import t from 'tap'
import {
  type Edns,
  ednsFlagDo,
  Flag,
  type Message,
  Opcode,
  Rcode,
  readMessage,
  writeMessage,
} from '../../../src/message/index.ts'
import { RR, type RRType } from '../../../src/rr/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { buildZone, lines, TestServer } from '../../support/served-zone.ts'

/** Character-strings that make an RDATA of `octets` octets. */
function txt(octets: number): string {
  const strings: string[] = []
  for (let left = octets; left > 0; left -= 256) {
    strings.push(`"${'x'.repeat(Math.min(255, left - 1))}"`)
  }
  return strings.join(' ')
}

const questionOctets = 12 + parseName('t500.example.').length + 4
const recordOctets = 12
const optOctets = 11
/** RDATA octets that make an answer about `t…` with OPT as long as that. */
const rdataFor = (octets: number) => octets - questionOctets - recordOctets - optOctets

const server = new TestServer([
  buildZone(
    'example.',
    `@     SOA ns1 hostmaster 1 3600 600 86400 300
     @     NS  ns1
     ns1   A   192.0.2.1
     t512  TXT ${txt(rdataFor(512))}
     t513  TXT ${txt(rdataFor(513))}
     t999  TXT ${txt(rdataFor(999))}
     t1232 TXT ${txt(rdataFor(1232) - 1)}
     t1233 TXT ${txt(rdataFor(1233) - 1)}`,
  ),
])

const plain: Edns = { udpOctets: 1232, version: 0, flags: 0, options: [] }

function query(edns: Edns | undefined, name = 'ns1.example.', type: RRType = RR.A): Uint8Array {
  return writeMessage({
    id: 1,
    flags: 0,
    opcode: Opcode.QUERY,
    rcode: 0,
    questions: [{ name: parseName(name), type, class: 1 }],
    answer: [],
    authority: [],
    additional: [],
    edns,
  })
}

function send(octets: Uint8Array): Message {
  const reply = server.exchange(octets)
  if (!reply) throw new Error('no answer')
  return readMessage(reply)
}

/** A query with a record appended and counted in a section: 1 answer, 2 authority, 3 additional. */
function withRecord(base: Uint8Array, section: 1 | 2 | 3, record: string): Buffer {
  const octets = Buffer.concat([base, Buffer.from(record, 'hex')])
  const at = 4 + 2 * section
  octets.writeUInt16BE(octets.readUInt16BE(at) + 1, at)
  return octets
}

const opt = '00 0029 04d0 00000000 0000'.replaceAll(' ', '')
const address = '00 0001 0001 00000000 0004 c0000201'.replaceAll(' ', '')

t.test('§6.1.1, §7: an answer has OPT if and only if the query had', async (t) => {
  t.equal(send(query(undefined)).edns, undefined)
  t.same(send(query(plain)).edns, { udpOctets: 1232, version: 0, flags: 0, options: [] })
  t.ok(send(query(plain, 'ns1.elsewhere.')).edns, 'REFUSED')
  t.ok(send(query(plain, 'ns1.example.', RR.NXNAME)).edns, 'FORMERR')
  t.ok(send(query(plain, 'ns1.example.', RR.MAILA)).edns, 'NOTIMP')
  t.ok(send(query(plain, 'nope.example.')).edns, 'NXDOMAIN')
})

t.test('§6.1.1: OPT may stand anywhere in the additional section', async (t) => {
  const first = withRecord(query(plain), 3, address)
  const last = withRecord(withRecord(query(undefined), 3, address), 3, opt)
  for (const octets of [first, last]) {
    const reply = send(octets)
    t.equal(reply.rcode, Rcode.NOERROR)
    t.ok(reply.edns)
    t.equal(reply.answer.length, 1)
  }
})

t.test('§6.1.1: a second OPT is FORMERR', async (t) => {
  const reply = send(withRecord(query(plain), 3, opt))
  t.equal(reply.rcode, Rcode.FORMERR)
  t.same(reply.answer, [])
})

t.test('§6.1.1: OPT in another section is FORMERR', async (t) => {
  for (const section of [1, 2] as const) {
    t.equal(send(withRecord(query(undefined), section, opt)).rcode, Rcode.FORMERR)
  }
})

t.test('§6.1.2: OPT is owned by the root, else FORMERR', async (t) => {
  const owned = `0161${opt}`
  t.equal(send(withRecord(query(undefined), 3, owned)).rcode, Rcode.FORMERR)
})

t.test('§6.1.2: options that their lengths do not fill are FORMERR', async (t) => {
  const broken = ['0001 00', '0003 fde9 00', '0004 fde9 0001', '0006 fde9 0001 0000']
  for (const tail of broken) {
    const record = opt.slice(0, -4) + tail.replaceAll(' ', '')
    t.equal(send(withRecord(query(undefined), 3, record)).rcode, Rcode.FORMERR, tail)
  }
})

t.test('§6.1.2: options that are not known are ignored and not echoed', async (t) => {
  const options = [
    { code: 65001, data: Buffer.from('private') },
    { code: 4, data: new Uint8Array(0) },
    { code: 65001, data: new Uint8Array(0) },
  ]
  const reply = send(query({ ...plain, options }))
  t.same(lines(reply.answer), ['ns1.example. 3600 A 192.0.2.1'])
  t.same(reply.edns?.options, [])
})

t.test('§6.1.3: a version above 0 is BADVERS, with version 0 and no records', async (t) => {
  for (const version of [1, 2, 255]) {
    const reply = send(query({ ...plain, version }))
    t.equal(reply.rcode, Rcode.BADVERS)
    t.equal(reply.edns?.version, 0)
    t.equal(reply.flags, Flag.QR)
    t.equal(reply.questions.length, 1)
    t.same([reply.answer, reply.authority, reply.additional], [[], [], []])
  }
})

t.test('§6.1.4: flags that are not known are ignored and not echoed', async (t) => {
  t.equal(send(query({ ...plain, flags: 0x3fff })).edns?.flags, 0)
  t.equal(send(query({ ...plain, flags: 0xbfff })).edns?.flags, ednsFlagDo, 'DO is (RFC 3225 §3)')
})

t.test('§6.2.3: payload sizes below 512 count as 512', async (t) => {
  for (const udpOctets of [0, 1, 100, 511, 512]) {
    const whole = server.exchange(query({ ...plain, udpOctets }, 't512.example.', RR.TXT))
    t.equal(whole?.length, 512)
    t.equal(send(query({ ...plain, udpOctets }, 't512.example.', RR.TXT)).answer.length, 1)
    const cut = send(query({ ...plain, udpOctets }, 't513.example.', RR.TXT))
    t.equal(cut.flags & Flag.TC, Flag.TC)
    t.same(cut.answer, [])
    t.ok(cut.edns, '§7: OPT is in a truncated answer too')
  }
})

t.test('§6.2.3: without EDNS 512 octets are the limit', async (t) => {
  // OPT is not in the answer, so a record may be longer by as much; a longer one may not.
  t.equal(send(query(undefined, 't513.example.', RR.TXT)).flags & Flag.TC, 0)
  t.equal(send(query(undefined, 't999.example.', RR.TXT)).flags & Flag.TC, Flag.TC)
})

t.test('§6.2.3: an answer fills what is announced to the octet', async (t) => {
  const whole = query({ ...plain, udpOctets: 999 }, 't999.example.', RR.TXT)
  t.equal(server.exchange(whole)?.length, 999)
  const cut = send(query({ ...plain, udpOctets: 998 }, 't999.example.', RR.TXT))
  t.equal(cut.flags & Flag.TC, Flag.TC)
})

t.test('§6.2.4: what is announced above its own limit the server does not use', async (t) => {
  for (const udpOctets of [1232, 4096, 65535]) {
    const whole = server.exchange(query({ ...plain, udpOctets }, 't1232.example.', RR.TXT))
    t.equal(whole?.length, 1232)
    const cut = send(query({ ...plain, udpOctets }, 't1233.example.', RR.TXT))
    t.equal(cut.flags & Flag.TC, Flag.TC)
    t.equal(cut.edns?.udpOctets, 1232)
  }
})

t.test('§6.2.3: the payload size says nothing about TCP', async (t) => {
  for (const udpOctets of [0, 512, 1232]) {
    const stream = server.exchange(query({ ...plain, udpOctets }, 't1233.example.', RR.TXT), true)
    t.equal(stream?.length, 1233)
  }
})

t.test('§6.1: OPT is not for asking', async (t) => {
  t.equal(send(query(plain, 'ns1.example.', RR.OPT)).rcode, Rcode.FORMERR)
})

t.test('§6.1.3: rcodes below 16 leave the upper bits in OPT zero', async (t) => {
  const reply = Buffer.from(server.exchange(query(plain, 'nope.example.')) ?? [])
  const ttl = reply.length - optOctets + 5
  t.equal(reply.readUInt32BE(ttl), 0)
})

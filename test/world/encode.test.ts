/** Edited messages: the same letters come out, and no more octets than the client takes. */
import fc from 'fast-check'
import t from 'tap'
import { type Edns, Flag, type Message, readMessage } from '../../src/message/index.ts'
import { parseRdata, parseType, scanRdataText, type Ttl } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { answerOctetsMax, encodeMessage } from '../../src/world/encode.ts'

function record(owner: string, type: string, text: string) {
  const rdata = parseRdata(parseType(type), scanRdataText(text, parseName('.')))
  return { owner: parseName(owner), type: parseType(type), class: 1, ttl: 600 as Ttl, rdata }
}

const ednsOf = (udpOctets: number): Edns => ({
  ...{ udpOctets, version: 0, flags: 0x8000 },
  options: [{ code: 15, data: Uint8Array.of(0, 6) }],
})

const message: Message = {
  ...{ id: 4711, flags: Flag.QR | Flag.AA, opcode: 0, rcode: 23 },
  questions: [{ name: parseName('www.shop.test.'), type: parseType('MX'), class: 1 }],
  answer: [
    record('WWW.shop.test.', 'CNAME', 'mx.Shop.test.'),
    record('mx.Shop.test.', 'MX', '10 a.mx.Shop.test.'),
  ],
  authority: [
    record('shop.test.', 'SOA', 'ns.shop.test. root.shop.test. 1 2 3 4 5'),
    record('shop.test.', 'RRSIG', 'SOA 13 2 600 20260101000000 20250101000000 1 shop.test. AAAA'),
    record('.', 'NS', 'ns.shop.test.'),
  ],
  additional: [record('a.mx.Shop.test.', 'A', '192.0.2.1')],
  edns: ednsOf(1232),
}

t.test('what is encoded is decoded as it was, to the letter', async (t) => {
  const octets = encodeMessage(message, 65_535)
  t.strictSame(readMessage(octets), message)
  const names = [message.questions[0]?.name, ...message.answer.map(({ owner }) => owner)]
  t.strictSame(
    names.map((name) => name && formatName(name)),
    ['www.shop.test.', 'WWW.shop.test.', 'mx.Shop.test.'],
  )
  t.ok(octets.length < 260, 'names are compressed')
})

t.test('names beyond the reach of a pointer are written whole', async (t) => {
  const many = Array.from({ length: 300 }, (_, n) =>
    record(`h${n % 200}.shop.test.`, 'TXT', `"${'x'.repeat(80)}"`),
  )
  const long = { ...message, answer: many }
  t.strictSame(readMessage(encodeMessage(long, 65_535)), long)
})

t.test('what does not fit is left out, the least first', async (t) => {
  const whole = encodeMessage(message, 65_535).length
  t.strictSame(readMessage(encodeMessage(message, whole)), message)
  const withoutGlue = readMessage(encodeMessage(message, whole - 1))
  t.strictSame(withoutGlue, { ...message, additional: [] })
  const cut = readMessage(encodeMessage(message, 100))
  const none = { answer: [], authority: [], additional: [] }
  t.strictSame(cut, { ...message, ...none, flags: message.flags | Flag.TC })
})

t.test('glue of a referral is not left out (RFC 9471 §3.1)', async (t) => {
  const referral = { ...message, flags: Flag.QR }
  const cut = readMessage(encodeMessage(referral, encodeMessage(referral, 65_535).length - 1))
  t.equal(cut.flags, Flag.QR | Flag.TC)
  t.equal(cut.authority.length, 0)
})

t.test('past 65,535 octets there is TC, over TCP too', async (t) => {
  const flood = { ...message, answer: Array(3000).fill(record('.', 'TXT', '"0123456789abcdef"')) }
  t.ok(readMessage(encodeMessage(flood, 65_535)).flags & Flag.TC)
})

t.test('a datagram is as long as both sides allow', async (t) => {
  const limits = [undefined, 0, 511, 513, 1232, 4096].map((octets) =>
    answerOctetsMax(octets === undefined ? undefined : ednsOf(octets), 'udp'),
  )
  t.strictSame(limits, [512, 512, 512, 513, 1232, 1232])
  t.equal(answerOctetsMax(undefined, 'tcp'), 65_535)
})

t.test('no answer is longer than it may be', async () => {
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.integer({ min: 512, max: 1232 }),
      fc.boolean(),
      (count, octetsMax, isReferral) => {
        const answer = Array.from({ length: count }, (_, n) =>
          record(`${n}.shop.test.`, 'TXT', '"0123456789abcdef"'),
        )
        const flags = isReferral ? Flag.QR : message.flags
        const octets = encodeMessage({ ...message, answer, flags }, octetsMax)
        return octets.length <= octetsMax && readMessage(octets).id === message.id
      },
    ),
  )
})

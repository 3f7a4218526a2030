import fc from 'fast-check'
import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import {
  Class,
  ednsFlagDo,
  Flag,
  formatRcode,
  type Message,
  Rcode,
  type ResourceRecord,
  readMessage,
  writeMessage,
} from '../../src/message/index.ts'
import { type Mnemonic, parseRdata, RR, scanRdataText, type Ttl } from '../../src/rr/index.ts'
import { formatName, fromHex, parseName, toHex } from '../../src/wire/index.ts'
import { arbitraryOctets } from '../support/arbitrary.ts'
import { rdataSamples } from '../support/rr-samples.ts'

function record(type: Mnemonic, text: string): ResourceRecord {
  const rdata = parseRdata(RR[type], scanRdataText(text))
  return {
    owner: parseName('Mail.Example.'),
    type: RR[type],
    class: Class.IN,
    ttl: 300 as Ttl,
    rdata,
  }
}

const question = { name: parseName('Mail.Example.'), type: RR.MX, class: Class.IN }
const whole: Message = {
  id: 0xbeef,
  flags: Flag.QR | Flag.AA | Flag.AD,
  opcode: 5,
  rcode: Rcode.BADVERS,
  questions: [question],
  answer: rdataSamples.map(({ type, text }) => record(type, text)),
  authority: [record('NS', 'ns.example.')],
  additional: [record('A', '192.0.2.1')],
  edns: {
    udpOctets: 1232,
    version: 3,
    flags: ednsFlagDo,
    options: [
      { code: 3, data: new Uint8Array(0) },
      { code: 65001, data: Uint8Array.of(1, 2) },
    ],
  },
}

const header = '000000000001000000000000'

t.test('readMessage: gives back all that writeMessage was given', async (t) => {
  const read = readMessage(writeMessage(whole))
  t.same(read, whole)
  t.equal(formatName(read.questions[0]?.name ?? parseName('.')), 'Mail.Example.', 'case is kept')
})

t.test('readMessage: compressed names in RDATA come out whole', async (t) => {
  const compressed =
    '000084000001000100000000' + // header
    '076578616d706c650000' +
    '0f0001' + // example. MX IN
    'c00c000f00010000003c0009' +
    '000a046d61696cc00c' // 10 mail.example.
  const [answer] = readMessage(fromHex(compressed) ?? new Uint8Array(0)).answer
  t.equal(toHex(answer?.rdata ?? new Uint8Array(0)), '000a046d61696c076578616d706c6500')
  t.equal(formatName(answer?.owner ?? parseName('.')), 'example.')
})

t.test('readMessage: an OPT record owned by a pointer to the root reads the same', async (t) => {
  const octets =
    '000000000001000000000001' + '0000010001' + 'c00c' + '0029' + '04d0' + '01008000' + '0000'
  const read = readMessage(fromHex(octets) ?? new Uint8Array(0))
  t.same(read.edns, { udpOctets: 1232, version: 0, flags: ednsFlagDo, options: [] })
  t.equal(read.rcode, Rcode.BADVERS)
})

const opt = '00002904d0000000000000'
const refused: readonly (readonly [what: string, hex: string, why: RegExp])[] = [
  ['a header cut short', header.slice(2), /Cannot read 16-bit number/],
  ['a question that is not there', header, /runs past the end/],
  ['trailing octets', `${header}0000010001ff`, /1 octets follow it/],
  ['two OPT records', `000000000000000000000002${opt}${opt}`, /Cannot read OPT: it must be one/],
  ['OPT among the answers', `000000000000000100000000${opt}`, /in the additional section/],
  ['OPT not owned by the root', `000000000000000000000001016100${opt.slice(2)}`, /by the root/],
  ['an option cut short', '00000000000000000000000100002904d0000000000003000300', /octets wanted/],
  [
    'an option that overruns OPT',
    '00000000000000000000000100002904d00000000000040003000100',
    /octets/,
  ],
]

for (const [what, hex, why] of refused) {
  t.test(`readMessage: refuses ${what}`, async (t) => {
    const octets = fromHex(hex) ?? new Uint8Array(0)
    t.throws(() => readMessage(octets), { code: 'wire-malformed', message: why })
  })
}

t.test('readMessage: a TTL with the top bit set is zero (RFC 2181 §8)', async (t) => {
  const octets = fromHex('000000000000000100000000' + '0000010001' + '80000001' + '0004c0000201')
  t.equal(readMessage(octets ?? new Uint8Array(0)).answer[0]?.ttl, 0)
})

t.test('writeMessage: more than 65535 octets are too many', async (t) => {
  const answer = [record('TXT', 'x'), record('TXT', 'x')].map((one) => ({
    ...one,
    rdata: new Uint8Array(40000),
  }))
  t.throws(() => writeMessage({ ...whole, answer }), { code: 'wire-overflow' })
})

function readsOrRefuses(octets: Uint8Array): boolean {
  try {
    readMessage(octets)
    return true
  } catch (error) {
    return error instanceof CodedError && error.code === 'wire-malformed'
  }
}

t.test('readMessage: random octets are read or refused, by code', async () => {
  fc.assert(fc.property(arbitraryOctets(200), readsOrRefuses), { numRuns: 2000 })
  const filled = fc
    .tuple(fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }), arbitraryOctets(200))
    .map(([counts, rest]) => Uint8Array.of(0, 0, 0, 0, ...counts.flatMap((n) => [0, n]), ...rest))
  fc.assert(fc.property(filled, readsOrRefuses), { numRuns: 2000 })
})

t.test('readMessage: no single-octet corruption does worse than be refused', async (t) => {
  const octets = writeMessage(whole)
  const bad: number[] = []
  for (let at = 0; at < octets.length; at++) {
    for (const mask of [0x01, 0x80, 0xc0, 0xff]) {
      const corrupted = Uint8Array.from(octets)
      corrupted[at] = (corrupted[at] ?? 0) ^ mask
      if (!readsOrRefuses(corrupted)) bad.push(at)
    }
  }
  t.same(bad, [])
})

t.test('formatRcode: mnemonic, or number', async (t) => {
  t.equal(formatRcode(Rcode.NXDOMAIN), 'NXDOMAIN')
  t.equal(formatRcode(Rcode.BADVERS), 'BADVERS')
  t.equal(formatRcode(3841), 'RCODE3841')
})

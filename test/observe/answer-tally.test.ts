import t from 'tap'
import { Ede, EdnsOption, writeMessage } from '../../src/message/index.ts'
import { AnswerTally, type Outcome } from '../../src/observe/answer-tally.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'

const name = parseName('a.very.long.name.example.test.')
const record = { owner: name, type: RR.A, class: 1, ttl: 1 as Ttl, rdata: Buffer.of(192, 0, 2, 1) }

interface Shape {
  readonly rcode?: number
  readonly flags?: number
  readonly answers?: number
  readonly authorities?: number
  readonly ede?: boolean
}

const authoritative = 0x8400

function response({ rcode = 0, flags = authoritative, answers = 0, authorities = 0, ede }: Shape) {
  return writeMessage({
    id: 1,
    flags,
    opcode: 0,
    rcode,
    questions: [{ name, type: RR.A, class: 1 }],
    answer: Array.from({ length: answers }, () => record),
    authority: Array.from({ length: authorities }, () => record),
    additional: [],
    edns: {
      udpOctets: 1232,
      version: 0,
      flags: 0,
      options: ede ? [{ code: EdnsOption.EDE, data: Buffer.of(0, Ede.PROHIBITED) }] : [],
    },
  })
}

const table: readonly (readonly [what: string, shape: Shape, outcome: Outcome, rcode: number])[] = [
  ['an answer', { answers: 1, authorities: 1 }, 'answer', 0],
  ['an answer of 256 records', { answers: 256 }, 'answer', 0],
  ['no data', { authorities: 2 }, 'nodata', 0],
  ['no data in an unsigned zone without a SOA', {}, 'nodata', 0],
  ['no such name', { rcode: 3, authorities: 2 }, 'nxdomain', 3],
  ['an alias to nothing', { rcode: 3, answers: 1 }, 'nxdomain', 3],
  ['a delegation', { flags: 0x8000, authorities: 2 }, 'referral', 0],
  ['a truncated answer', { flags: 0x8600 }, 'truncated', 0],
  ['a refusal', { rcode: 5, flags: 0x8000, ede: true }, 'refused', 5],
  ['a format error', { rcode: 1, flags: 0x8000 }, 'error', 1],
  ['a failure', { rcode: 2, flags: 0x8000 }, 'error', 2],
  ['an EDNS version that is not known', { rcode: 16, flags: 0x8000 }, 'error', 16],
]

for (const [what, shape, outcome, rcode] of table) {
  t.test(`AnswerTally: ${what} is ${outcome}`, async (t) => {
    const tally = new AnswerTally()
    const octets = response(shape)
    tally.count('tcp', octets, octets.length)
    tally.count('tcp', octets, octets.length)
    const counts: unknown[] = []
    tally.read((...count) => counts.push(count))
    t.same(counts, [['tcp', outcome, rcode, 2]])
  })
}

t.test(
  'AnswerTally: silence is counted, and what is old in the buffer is not looked at',
  async (t) => {
    const tally = new AnswerTally()
    tally.count('udp', response({ rcode: 5 }), 0)
    const counts: unknown[] = []
    tally.read((...count) => counts.push(count))
    t.same(counts, [['udp', 'silence', 0, 1]])
  },
)

t.test('AnswerTally: any octets are counted once, whatever they are', async (t) => {
  const tally = new AnswerTally()
  let seed = 1
  const octets = new Uint8Array(40)
  for (let run = 0; run < 5000; run++) {
    for (let at = 0; at < octets.length; at++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      octets[at] = seed >>> 24
    }
    if (run % 2 === 0) octets.fill(0, 3, 11)
    tally.count('tls', octets, run % 41)
  }
  let total = 0
  tally.read((_via, _outcome, _rcode, count) => {
    total += count
  })
  t.equal(total, 5000)
})

import fc from 'fast-check'
import t from 'tap'
import { readMessage } from '../../src/message/index.ts'
import { fromHex } from '../../src/wire/index.ts'
import { buildZone, TestServer } from '../support/served-zone.ts'

const server = new TestServer([
  buildZone('test.', '@ SOA ns host 1 2 3 4 300\n@ NS ns.elsewhere.\n@ A 192.0.2.1'),
])

/** id 1, RD; one question test. A IN. */
const header = '0001 0100 0001 0000 0000'
const question = '04 74657374 00 0001 0001'
const opt = '00 0029 04d0 00 00 0000 0000'

/** The rcode of the answer to hexadecimal octets, or `drop`. */
function verdict(text: string): number | 'drop' {
  const octets = fromHex(text.replaceAll(' ', ''))
  if (!octets) throw new Error(`no hexadecimal: ${text}`)
  const reply = server.exchange(octets)
  if (!reply) return 'drop'
  const message = readMessage(reply)
  if (message.id !== Buffer.from(octets).readUInt16BE(0)) throw new Error('id is not echoed')
  if ((message.flags & 0x8000) === 0) throw new Error('QR is not set')
  return message.rcode
}

const [NOERROR, FORMERR, NOTIMP, REFUSED, BADVERS] = [0, 1, 4, 5, 16]

const table: readonly (readonly [string, string, number | 'drop'])[] = [
  ['a plain question', `${header} 0000 ${question}`, NOERROR],
  ['a question with OPT', `${header} 0001 ${question} ${opt}`, NOERROR],
  ['the name in other case', `${header} 0000 04 54457354 00 0001 0001`, NOERROR],
  [
    'an unknown option',
    `${header} 0001 ${question} 00 0029 04d0 00 00 0000 0006 fde9 0002 abcd`,
    0,
  ],
  [
    'an option without data',
    `${header} 0001 ${question} 00 0029 04d0 00 00 0000 0004 0003 0000`,
    0,
  ],
  ['an announced size below 512', `${header} 0001 ${question} 00 0029 0001 00 00 0000 0000`, 0],
  [
    'another record beside OPT',
    `${header} 0002 ${question} c00c 0001 0001 00000000 0004 c0000201 ${opt}`,
    0,
  ],
  ['no octets', '', 'drop'],
  ['eleven octets', `${header} 00`, 'drop'],
  ['a response', `0001 8100 0001 0000 0000 0000 ${question}`, 'drop'],
  ['no question', '0001 0100 0000 0000 0000 0000', FORMERR],
  ['two questions (RFC 9619 §4)', `0001 0100 0002 0000 0000 0000 ${question} ${question}`, FORMERR],
  ['a question that is missing', `${header} 0000`, FORMERR],
  ['a question without class', `${header} 0000 04 74657374 00 0001`, FORMERR],
  ['a name cut short', `${header} 0000 04 7465`, FORMERR],
  ['a pointer as name', `${header} 0000 c00c 0001 0001`, FORMERR],
  ['a pointer after a label', `${header} 0000 04 74657374 c00c 0001 0001`, FORMERR],
  ['a label of type 01', `${header} 0000 41 74657374 00 0001 0001`, FORMERR],
  [
    'a name of 256 octets',
    `${header} 0000 ${`3f${'61'.repeat(63)}`.repeat(4)} 00 0001 0001`,
    FORMERR,
  ],
  ['octets after the message', `${header} 0000 ${question} 00`, FORMERR],
  ['a record that is missing', `${header} 0001 ${question}`, FORMERR],
  ['a record cut short', `${header} 0001 ${question} 00 0029 04d0`, FORMERR],
  ['RDATA cut short', `${header} 0001 ${question} 00 0029 04d0 00 00 0000 0004 0003`, FORMERR],
  ['two OPT', `${header} 0002 ${question} ${opt} ${opt}`, FORMERR],
  ['OPT not owned by the root', `${header} 0001 ${question} 01 61 ${opt}`, FORMERR],
  ['OPT in the answer section', `0001 0100 0001 0001 0000 0000 ${question} ${opt}`, FORMERR],
  ['OPT in the authority section', `0001 0100 0001 0000 0001 0000 ${question} ${opt}`, FORMERR],
  [
    'an option that overruns OPT',
    `${header} 0001 ${question} 00 0029 04d0 00 00 0000 0004 0003 0001`,
    FORMERR,
  ],
  ['half an option', `${header} 0001 ${question} 00 0029 04d0 00 00 0000 0002 0003`, FORMERR],
  ['EDNS version 1', `${header} 0001 ${question} 00 0029 04d0 00 01 0000 0000`, BADVERS],
  ['IQUERY', `0001 0900 0001 0000 0000 0000 ${question}`, NOTIMP],
  ['STATUS', `0001 1100 0001 0000 0000 0000 ${question}`, NOTIMP],
  ['NOTIFY', `0001 2100 0001 0000 0000 0000 ${question}`, NOTIMP],
  ['UPDATE', `0001 2900 0001 0000 0000 0000 ${question}`, NOTIMP],
  ['DSO without a question', '0001 3000 0000 0000 0000 0000', NOTIMP],
  ['class CHAOS', `${header} 0000 04 74657374 00 0001 0003`, REFUSED],
  ['class NONE', `${header} 0000 04 74657374 00 0001 00fe`, REFUSED],
  ['class ANY', `${header} 0000 04 74657374 00 0001 00ff`, NOERROR],
  ['another zone', `${header} 0000 05 6f74686572 00 0001 0001`, REFUSED],
  ['the root', `${header} 0000 00 0001 0001`, REFUSED],
  ['type OPT', `${header} 0000 04 74657374 00 0029 0001`, FORMERR],
  ['type TSIG', `${header} 0000 04 74657374 00 00fa 0001`, FORMERR],
  ['type TKEY', `${header} 0000 04 74657374 00 00f9 0001`, NOTIMP],
  ['type AXFR', `${header} 0000 04 74657374 00 00fc 0001`, REFUSED],
  ['type IXFR', `${header} 0000 04 74657374 00 00fb 0001`, REFUSED],
  ['type MAILA', `${header} 0000 04 74657374 00 00fe 0001`, NOTIMP],
  ['type MAILB', `${header} 0000 04 74657374 00 00fd 0001`, NOTIMP],
  ['type NXNAME', `${header} 0000 04 74657374 00 0080 0001`, FORMERR],
  ['type ANY', `${header} 0000 04 74657374 00 00ff 0001`, NOERROR],
  ['type 0', `${header} 0000 04 74657374 00 0000 0001`, NOERROR],
]

for (const [title, text, wanted] of table) {
  t.test(`answer: ${title} gives ${wanted === 'drop' ? 'silence' : `rcode ${wanted}`}`, (t) => {
    t.equal(verdict(text), wanted)
    t.end()
  })
}

t.test('answer: echoes opcode, RD and CD, and no other bit of the query', (t) => {
  for (const [sent, echoed] of [
    [0x0100, 0x8500],
    [0x0010, 0x8410],
    [0x07f0, 0x8510],
    [0x0000, 0x8400],
  ] as const) {
    const octets = fromHex(`0001${sent.toString(16).padStart(4, '0')}0001000000000000047465737400`)
    const reply = server.exchange(
      Buffer.concat([octets ?? Buffer.alloc(0), Buffer.from([0, 1, 0, 1])]),
    )
    t.equal(Buffer.from(reply ?? []).readUInt16BE(2), echoed)
  }
  t.end()
})

t.test('answer: echoes the question octet for octet (0x20)', (t) => {
  const octets = fromHex(`${header} 0000 04 54457354 00 0001 0001`.replaceAll(' ', ''))
  const reply = server.exchange(octets ?? new Uint8Array(0)) ?? new Uint8Array(0)
  t.equal(Buffer.from(reply.subarray(12, 22)).toString('hex'), '04544573540000010001')
  t.end()
})

t.test('answer: OPT comes exactly when the query has one, refusals included (RFC 6891 §7)', (t) => {
  for (const [title, text] of table) {
    const octets = fromHex(text.replaceAll(' ', ''))
    const reply = octets && server.exchange(octets)
    if (!reply) continue
    const { edns, rcode } = readMessage(reply)
    if (rcode !== FORMERR)
      t.equal(edns !== undefined, text.includes('0029 04d0') || text.includes('0029 0001'), title)
    if (edns) t.equal(edns.version, 0, title)
  }
  t.end()
})

t.test('answer: any octets at all give silence or a message that can be read', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (octets, stream) => {
      if (octets.length > 5) octets.set([0, 1], 4)
      if (octets.length > 2) octets[2] = (octets[2] as number) & 0x7f
      const reply = server.exchange(octets, stream)
      if (reply) readMessage(reply)
      else if (octets.length >= 12) throw new Error('a query is not answered')
    }),
    { seed: 1035, numRuns: 5000 },
  )
  t.end()
})

/** RFC 8914: Extended DNS Errors, as far as an authority has a say. Sections as there. */
import t from 'tap'
import {
  Ede,
  EdnsOption,
  type Message,
  Opcode,
  Rcode,
  readMessage,
  writeMessage,
} from '../../../src/message/index.ts'
import { parseType } from '../../../src/rr/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { buildZone, TestServer } from '../../support/served-zone.ts'

const server = new TestServer([
  buildZone(
    'example.',
    `@   SOA ns1 hostmaster 1 3600 600 86400 300
     @   NS  ns1
     ns1 A   192.0.2.1`,
    { denial: 'nsec' },
  ),
])

/** What to ask; class IN and opcode QUERY when left out. */
interface Asked {
  readonly name?: string
  readonly type?: string
  readonly opcode?: number
  readonly version?: number
}

function send(asked: Asked, edns: boolean): Message {
  const { name = 'ns1.example.', type = 'A', opcode = Opcode.QUERY, version = 0 } = asked
  const reply = server.exchange(
    writeMessage({
      id: 1,
      flags: 0,
      opcode,
      rcode: 0,
      questions: [{ name: parseName(name), type: parseType(type), class: 1 }],
      answer: [],
      authority: [],
      additional: [],
      edns: edns ? { udpOctets: 1232, version, flags: 0, options: [] } : undefined,
    }),
  )
  if (!reply) throw new Error('no answer')
  return readMessage(reply)
}

interface Case extends Asked {
  readonly title: string
  readonly rcode: number
  readonly code: number
}

const cases: readonly Case[] = [
  {
    title: '§4.21: 20, Not Authoritative, on a name that no zone holds',
    name: 'ns1.elsewhere.',
    rcode: Rcode.REFUSED,
    code: Ede.NOT_AUTHORITATIVE,
  },
  {
    title: '§4.21: 20, Not Authoritative, on the root',
    name: '.',
    rcode: Rcode.REFUSED,
    code: Ede.NOT_AUTHORITATIVE,
  },
  {
    title: '§4.19: 18, Prohibited, on AXFR',
    name: 'example.',
    type: 'AXFR',
    rcode: Rcode.REFUSED,
    code: Ede.PROHIBITED,
  },
  {
    title: '§4.19: 18, Prohibited, on IXFR',
    name: 'example.',
    type: 'IXFR',
    rcode: Rcode.REFUSED,
    code: Ede.PROHIBITED,
  },
  ...['MAILA', 'MAILB'].map((type) => ({
    title: `§4.22: 21, Not Supported, on ${type}`,
    type,
    rcode: Rcode.NOTIMP,
    code: Ede.NOT_SUPPORTED,
  })),
  ...[Opcode.IQUERY, Opcode.STATUS, Opcode.NOTIFY, Opcode.UPDATE, 15].map((opcode) => ({
    title: `§4.22: 21, Not Supported, on opcode ${opcode}`,
    opcode,
    type: 'SOA',
    rcode: Rcode.NOTIMP,
    code: Ede.NOT_SUPPORTED,
  })),
]

for (const { title, rcode, code, ...asked } of cases) {
  t.test(title, async (t) => {
    const reply = send(asked, true)
    t.equal(reply.rcode, rcode)
    t.equal(reply.opcode, asked.opcode ?? Opcode.QUERY)
    // §2: INFO-CODE of two octets; EXTRA-TEXT may be empty.
    t.same(reply.edns?.options, [{ code: EdnsOption.EDE, data: Uint8Array.from([0, code]) }])
  })

  t.test(`§3: never without OPT in the query; ${title}`, async (t) => {
    const reply = send(asked, false)
    t.equal(reply.rcode, rcode)
    t.equal(reply.edns, undefined)
    t.same(reply.additional, [])
  })
}

t.test('§3: no extended error where there is nothing to explain', async (t) => {
  const fine: readonly Asked[] = [{}, { name: 'nope.example.' }, { type: 'TXT' }, { version: 1 }]
  for (const asked of fine) t.same(send(asked, true).edns?.options, [])
})

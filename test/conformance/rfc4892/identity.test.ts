import t from 'tap'
import { readMessage, writeMessage } from '../../../src/message/index.ts'
import { formatRdata, parseType } from '../../../src/rr/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { TestServer } from '../../support/served-zone.ts'

const server = new TestServer([])
const CH = 3

for (const [name, text] of [
  ['id.server.', '"test-node"'],
  ['ID.Server.', '"test-node"'],
  ['hostname.bind.', '"test-node"'],
  ['version.server.', '"danelaw test"'],
  ['version.bind.', '"danelaw test"'],
] as const) {
  t.test(`RFC 4892 §3: ${name} TXT in class CHAOS is answered`, (t) => {
    const message = server.ask(name, 'TXT', { class: CH })
    const [record] = message.answer
    t.equal(message.rcode, 0)
    t.equal(record?.class, CH)
    t.equal(record?.ttl, 0, 'RFC 4892 §3.1: TTL zero')
    t.equal(formatRdata(parseType('TXT'), record?.rdata ?? new Uint8Array(0)), text)
    t.end()
  })
}

t.test('RFC 4892: other names, types and classes are refused', (t) => {
  t.equal(server.ask('id.server.', 'A', { class: CH }).rcode, 5)
  t.equal(server.ask('authors.bind.', 'TXT', { class: CH }).rcode, 5)
  t.equal(server.ask('id.server.', 'TXT').rcode, 5, 'class IN')
  t.end()
})

t.test('RFC 5001 §2: NSID is sent to who asks with it empty, and to nobody else', (t) => {
  const ask = (options: { code: number; data: Uint8Array }[]) => {
    const query = writeMessage({
      id: 1,
      flags: 0,
      opcode: 0,
      rcode: 0,
      questions: [{ name: parseName('test.'), type: parseType('A'), class: 1 }],
      answer: [],
      authority: [],
      additional: [],
      edns: { udpOctets: 1232, version: 0, flags: 0, options },
    })
    return readMessage(server.exchange(query) ?? new Uint8Array(0)).edns?.options
  }
  const sent = ask([{ code: 3, data: new Uint8Array(0) }])?.find(({ code }) => code === 3)
  t.equal(Buffer.from(sent?.data ?? []).toString(), 'test-node')
  t.equal(
    ask([])?.some(({ code }) => code === 3),
    false,
  )
  t.end()
})

import t from 'tap'
import { type Message, Rcode, readMessage } from '../../src/message/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { agedMessage, messageTtl } from '../../src/stub/ttl.ts'
import { recordsOf } from '../support/scripted-dns.ts'

interface Sections {
  readonly rcode?: number
  readonly answer?: readonly string[]
  readonly authority?: readonly string[]
  readonly additional?: readonly string[]
}

function message({ rcode = 0, answer = [], authority = [], additional = [] }: Sections): Message {
  const empty = readMessage(new Uint8Array(12))
  return {
    ...empty,
    rcode,
    answer: recordsOf(answer),
    authority: recordsOf(authority),
    additional: recordsOf(additional),
  }
}

const ttl = (type: string, sections: Sections) => messageTtl(message(sections), parseType(type))

t.test('messageTtl: the least of answer and authority', (t) => {
  t.equal(ttl('A', { answer: ['a. 60 A 192.0.2.1', 'a. 50 A 192.0.2.2'] }), 50)
  t.equal(ttl('A', { answer: ['a. 60 A 192.0.2.1'], authority: ['. 40 NS a.'] }), 40)
  const glue = { answer: ['a. 60 A 192.0.2.1'], additional: ['b. 5 A 192.0.2.2'] }
  t.equal(ttl('A', glue), 60, 'nobody rests on what is additional')
  t.equal(ttl('A', { answer: ['a. 60 CNAME b.', 'b. 30 A 192.0.2.1'] }), 30)
  t.end()
})

t.test('messageTtl: a denial is kept by the SOA (RFC 2308 §5)', (t) => {
  const soa = (ttl: number, minimum: number) => [`. ${ttl} SOA a. b. 1 2 3 4 ${minimum}`]
  t.equal(ttl('A', { authority: soa(60, 30) }), 30)
  t.equal(ttl('A', { authority: soa(30, 60) }), 30)
  t.equal(ttl('A', { rcode: Rcode.NXDOMAIN, authority: soa(60, 20) }), 20)
  t.equal(ttl('A', { authority: [...soa(60, 60), 'a. 10 NSEC b. A'] }), 10)
  t.equal(ttl('A', { answer: ['a. 90 CNAME b.'], authority: soa(60, 30) }), 30)
  t.end()
})

t.test('messageTtl: a denial without SOA is not kept (RFC 2308 §5)', (t) => {
  t.equal(ttl('A', {}), 0)
  t.equal(ttl('A', { rcode: Rcode.NXDOMAIN }), 0)
  t.equal(ttl('A', { authority: ['a. 60 NS b.'] }), 0)
  t.end()
})

t.test('agedMessage: TTLs run down, to no less than 0', (t) => {
  const kept = message({
    answer: ['a. 60 A 192.0.2.1'],
    authority: ['. 10 NS a.'],
    additional: ['b. 30 A 192.0.2.1'],
  })
  const aged = agedMessage(kept, 20)
  const ttls = [...aged.answer, ...aged.authority, ...aged.additional].map((record) => record.ttl)
  t.strictSame(ttls, [40, 0, 10])
  t.equal(agedMessage(kept, 0), kept)
  t.end()
})

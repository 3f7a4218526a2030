import t from 'tap'
import { formatTrace } from '../../src/cli/trace.ts'
import { readMessage, writeMessage } from '../../src/message/index.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import type { Upstream } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'

const plain = (_: string, text: string) => text
const server: Upstream = { address: '2001:db8::1', port: 5300, via: 'tls', tlsName: 'dns.test' }
const name = parseName('a.test.')
const type = RR.TXT
const question = { name, type } as const

t.test('formatTrace: a query, first and again', async (t) => {
  const query = { kind: 'query', ...question, server, via: 'tls', id: 7 } as const
  t.same(formatTrace({ ...query, attempt: 1 }, plain), [
    '? a.test. TXT → tls://[2001:db8::1]:5300#dns.test, id 7',
  ])
  const udp = { ...server, via: 'udp' } as const
  const again = formatTrace({ ...query, server: udp, via: 'tcp', attempt: 2 }, plain)
  t.match(again[0], /, by TCP, id 7, attempt 2$/)
})

t.test(
  'formatTrace: a response with its flags, size, time and records, long ones cut',
  async (t) => {
    const record = (rdata: Uint8Array) => ({ owner: name, type, class: 1, ttl: 60 as Ttl, rdata })
    const strings = Uint8Array.from([200, ...new Uint8Array(200).fill(0x61)])
    const message = readMessage(
      writeMessage({
        ...{ id: 7, flags: 0x8420, opcode: 0, rcode: 3, edns: undefined },
        questions: [{ ...question, class: 1 }],
        answer: [record(Uint8Array.from([2, 0x1b, 0xff]))],
        authority: [record(strings)],
        additional: [],
      }),
    )
    const event = { kind: 'response', ...question, server, via: 'tls', message } as const
    const lines = formatTrace({ ...event, octets: 280, elapsedMs: 12.34 }, plain)
    t.same(lines.slice(0, 2), [
      '  NXDOMAIN aa ad no-edns tls, 280 octets, 12.3 ms',
      '    answer     a.test. 60 IN TXT "\\027\\255"',
    ])
    t.match(lines[2], /^ {4}authority {2}a\.test\. 60 IN TXT "a+…$/)
    t.equal(lines[2]?.length, 125)
  },
)

t.test('formatTrace: trouble, the cache and steps, whatever their texts hold', async (t) => {
  const text = 'no \u001b[2J\u202e'
  t.same(formatTrace({ kind: 'trouble', ...question, server, text }, plain), [
    '  ! tls://[2001:db8::1]:5300#dns.test: no \\u{1b}[2J\\u{202e}',
  ])
  t.same(formatTrace({ kind: 'cached', ...question, text: 'kept for 3 s' }, plain), [
    '= a.test. TXT: kept for 3 s',
  ])
  const key = { zone: name, algorithm: 13, keyTag: 9 }
  const reason = { text, ede: 6, key, limit: 'signaturesPerRRset' }
  t.same(formatTrace({ kind: 'step', step: { kind: 'rrset', security: 'bogus', reason } }, plain), [
    '    bogus    rrset: no \\u{1b}[2J\\u{202e} [key 13/9] [limit signaturesPerRRset]',
  ])
})

import fc from 'fast-check'
import t from 'tap'
import { parseRptRecord } from '../../../src/tlsrpt/index.ts'

const rua = (...texts: string[]) => {
  const record = parseRptRecord(texts)
  return record.kind === 'record' ? record.rua : record.text
}

t.test('RFC 8460 §3.1: the examples of a record', (t) => {
  t.same(rua('v=TLSRPTv1;rua=mailto:reports@example.com'), ['mailto:reports@example.com'])
  const https = 'https://reporting.example.com/v1/tlsrpt'
  t.same(rua(`v=TLSRPTv1; rua=${https}`), [https])
  t.end()
})

t.test('RFC 8460 §3: rua is a list, in order, of mailto: and https: addresses', (t) => {
  const list = ['https://a.example/x%2Cy', 'mailto:b@c.example', 'HTTPS://d.example:8443/']
  t.same(rua(`v=TLSRPTv1; rua=${list.join(' , ')};`), list)
  t.end()
})

t.test('RFC 8460 §3: addresses of another kind are left out, and told', (t) => {
  const others = [
    ...['http://a.example/', 'ftp://a.example/', 'a@b.example', 'mailto:nobody', 'https://'],
    ...['https://a.example/!', 'mailto:a@b@c', 'https://a b.example/', ''],
  ]
  for (const other of others) {
    t.same(rua(`v=TLSRPTv1; rua=${other},mailto:a@b.example`), ['mailto:a@b.example'], other)
    t.match(parseRptRecord([`v=TLSRPTv1; rua=${other}`]), { kind: 'none' }, other)
  }
  const record = parseRptRecord(['v=TLSRPTv1; rua=http://a.example/,mailto:a@b.example'])
  t.match(record.text, /1 of another kind are left out/)
  t.end()
})

t.test('RFC 8460 §3: records that do not begin with v=TLSRPTv1; are left aside', (t) => {
  const good = 'v=TLSRPTv1; rua=mailto:a@b.example'
  for (const text of ['v=TLSRPTv1', 'v=TLSRPTv2; rua=mailto:a@b.example', 'v=spf1 -all', '']) {
    t.equal(rua(text), 'there is no TLS-RPT record', text)
    t.same(rua(text, good), ['mailto:a@b.example'], text)
  }
  t.end()
})

t.test('RFC 8460 §3: of several records none counts', (t) => {
  const good = 'v=TLSRPTv1; rua=mailto:a@b.example'
  t.equal(rua(good, good), 'there are 2 TLS-RPT records')
  t.end()
})

t.test('RFC 8460 §3: extensions are ignored, malformed fields are not', (t) => {
  t.same(rua('v=TLSRPTv1; x-y=z; rua=mailto:a@b.example; later=1'), ['mailto:a@b.example'])
  for (const field of ['nothing', '=x', 'x=', 'x=\xe9', '\r\nx=y']) {
    const record = parseRptRecord([`v=TLSRPTv1; rua=mailto:a@b.example; ${field}`])
    t.match(record, { kind: 'none' }, field)
  }
  t.match(rua('v=TLSRPTv1; x=y'), 'the TLS-RPT record has no rua')
  t.end()
})

t.test('RFC 8460 §3: a list without end is cut, and any text is taken', (t) => {
  const many = Array.from({ length: 1000 }, (_, index) => `mailto:a${index}@b.example`)
  t.equal(rua(`v=TLSRPTv1; rua=${many.join(',')}`).length, 32)
  fc.assert(
    fc.property(fc.array(fc.string()), (rest) => {
      t.match(parseRptRecord([`v=TLSRPTv1;${rest.join(';rua=')}`]).kind, /^(none|record)$/)
    }),
    { numRuns: 50 },
  )
  t.end()
})

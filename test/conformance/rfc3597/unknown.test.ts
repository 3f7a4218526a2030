import t from 'tap'
import { formatRdata, parseRdata, parseType, scanRdataText } from '../../../src/rr/index.ts'
import { toHex } from '../../../src/wire/index.ts'

t.test('RFC 3597 §5: the examples of generic RDATA', async (t) => {
  const read = (type: string, text: string) => parseRdata(parseType(type), scanRdataText(text))
  t.equal(toHex(read('TYPE731', '\\# 6 abcd ef 01 23 45')), 'abcdef012345')
  t.equal(toHex(read('TYPE62347', '\\# 0')), '')
  t.equal(toHex(read('A', '\\# 4 0A000001')), '0a000001')
  t.equal(toHex(read('TYPE1', '10.0.0.2')), '0a000002')
  t.equal(formatRdata(parseType('TYPE1'), read('A', '\\# 4 0A000001')), '10.0.0.1')
  t.equal(
    formatRdata(parseType('TYPE731'), read('TYPE731', '\\# 6 ABCDEF 012345')),
    '\\# 6 abcdef012345',
  )
  t.equal(formatRdata(parseType('TYPE62347'), read('TYPE62347', '\\# 0')), '\\# 0')
})

t.test('RFC 3597 §5: a type without presentation form needs the generic one', async (t) => {
  t.throws(() => parseRdata(parseType('TYPE731'), scanRdataText('abcdef')), {
    code: 'rdata-invalid',
  })
})

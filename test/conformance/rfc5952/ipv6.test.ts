import t from 'tap'
import { formatRdata, parseRdata, RR, scanRdataText } from '../../../src/rr/index.ts'

const cases: readonly (readonly [section: string, given: string, expected: string])[] = [
  ['§4.1', '2001:0db8::0001', '2001:db8::1'],
  ['§4.2.1', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
  ['§4.2.1', '2001:db8::0:1', '2001:db8::1'],
  ['§4.2.2', '2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['§4.2.3', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['§4.2.3', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['§4.3', '2001:DB8::A', '2001:db8::a'],
  ['§5', '0:0:0:0:0:FFFF:192.0.2.1', '::ffff:192.0.2.1'],
  ['§5', '::ffff:c000:201', '::ffff:192.0.2.1'],
  ['§4.2.1', '0:0:0:0:0:0:0:0', '::'],
  ['§4.2.1', '0:0:0:0:0:0:0:1', '::1'],
  ['§4.2.1', '1:0:0:0:0:0:0:0', '1::'],
]

for (const [section, given, expected] of cases) {
  t.test(`RFC 5952 ${section}: ${given} is written ${expected}`, async (t) => {
    t.equal(formatRdata(RR.AAAA, parseRdata(RR.AAAA, scanRdataText(given))), expected)
  })
}

import t from 'tap'
import { parseRdata, RR, scanRdataText } from '../../../src/rr/index.ts'
import { toHex } from '../../../src/wire/index.ts'

const foo = '03666f6f076578616d706c6503636f6d00'
const fooOrg = '03666f6f076578616d706c65036f726700'

const vectors: readonly (readonly [figure: number, text: string, wire: string])[] = [
  [2, '0 foo.example.com.', `0000${foo}`],
  [3, '1 .', '000100'],
  [4, '16 foo.example.com. port=53', `0010${foo}000300020035`],
  [5, '1 foo.example.com. key667=hello', `0001${foo}029b000568656c6c6f`],
  [6, '1 foo.example.com. key667="hello\\210qoo"', `0001${foo}029b000968656c6c6fd2716f6f`],
  [
    7,
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    `0001${foo}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
  ],
  [
    8,
    '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    '0001076578616d706c6503636f6d000006001020010db8012203440000 0000c0000221'.replace(' ', ''),
  ],
  [
    9,
    '16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
    `0010${fooOrg}0000000400010004000100090268320568332d313900040004c0000201`,
  ],
  [
    10,
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    `0010${fooOrg}0001000c08665c6f6f2c626172026832`,
  ],
  [
    10,
    '16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2',
    `0010${fooOrg}0001000c08665c6f6f2c626172026832`,
  ],
]

for (const [figure, text, wire] of vectors) {
  t.test(`RFC 9460 App. D, figure ${figure}: ${text}`, async (t) => {
    t.equal(toHex(parseRdata(RR.SVCB, scanRdataText(text))), wire)
  })
}

const failures: readonly (readonly [figure: number, text: string])[] = [
  [11, '1 foo.example.com. key123=abc key123=def'],
  [12, '1 foo.example.com. mandatory'],
  [12, '1 foo.example.com. alpn'],
  [12, '1 foo.example.com. port'],
  [12, '1 foo.example.com. ipv4hint'],
  [12, '1 foo.example.com. ipv6hint'],
  [13, '1 foo.example.com. no-default-alpn=abc'],
  [14, '1 foo.example.com. mandatory=key123'],
  [15, '1 foo.example.com. mandatory=mandatory'],
  [16, '1 foo.example.com. mandatory=key123,key123 key123=abc'],
]

for (const [figure, text] of failures) {
  t.test(`RFC 9460 App. D.3, figure ${figure}: ${text} is refused`, async (t) => {
    t.throws(() => parseRdata(RR.SVCB, scanRdataText(text)), { code: 'rdata-invalid' })
  })
}

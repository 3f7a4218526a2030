import { InvalidArgumentError } from 'commander'
import t from 'tap'
import { parseDomain, parseMailbox } from '../../src/cli/domain.ts'
import {
  ehloArgument,
  ehloDefault,
  portArgument,
  repeated,
  timeArgument,
} from '../../src/cli/flags.ts'
import { formatUpstream, readResolvConf } from '../../src/cli/upstreams.ts'
import { parseUpstream } from '../../src/stub/index.ts'
import { formatName } from '../../src/wire/index.ts'

t.test('parseDomain turns Unicode into A-labels, and leaves ASCII alone', async (t) => {
  const cases = [
    ['contoso.com', 'contoso.com.'],
    ['_25._tcp.Mx.contoso.com.', '_25._tcp.Mx.contoso.com.'],
    ['münchen.example', 'xn--mnchen-3ya.example.'],
    ['MÜNCHEN。example。', 'xn--mnchen-3ya.example.'],
    ['faß.example', 'xn--fa-hia.example.'],
    ['.', '.'],
  ]
  for (const [text = '', name] of cases) t.equal(formatName(parseDomain(text)), name)
  const malformed = [
    '',
    'a..b',
    'ü..b',
    `${'ü'.repeat(63)}.example`,
    '\u05d0a.example',
    'a\u200d.ü',
  ]
  for (const text of malformed) t.throws(() => parseDomain(text), { code: 'name-invalid' }, text)
})

t.test('parseMailbox takes a domain or a mailbox', async (t) => {
  const read = (text: string) => {
    const { domain, recipient } = parseMailbox(text)
    return [formatName(domain), recipient]
  }
  t.same(read('Contoso.com'), ['contoso.com.', 'postmaster@contoso.com'])
  t.same(read('User@münchen.example'), ['xn--mnchen-3ya.example.', 'User@xn--mnchen-3ya.example'])
  t.same(read('"a@b"@contoso.com.'), ['contoso.com.', '"a@b"@contoso.com'])
  for (const text of ['[192.0.2.1]', 'user@[IPv6:2001:db8::1]']) {
    t.throws(() => parseMailbox(text), {
      message: /it is an address, to which DANE does not apply/,
    })
  }
})

t.test('readResolvConf takes addresses, three at most', async (t) => {
  const text = [
    '# comment',
    'search example.test',
    ' nameserver 192.0.2.1',
    'nameserver\t2001:db8::1 # second',
    'nameserver fe80::1%eth0',
    'nameserver localhost',
    'nameserver 192.0.2.3',
    'nameserver 192.0.2.4',
  ].join('\n')
  t.same(readResolvConf(text).map(formatUpstream), [
    '192.0.2.1:53',
    '[2001:db8::1]:53',
    '192.0.2.3:53',
  ])
  t.same(readResolvConf(''), [])
})

t.test('formatUpstream writes what parseUpstream reads', async (t) => {
  for (const text of [
    '192.0.2.1:53',
    '[2001:db8::1]:5300',
    'tcp://192.0.2.1:53',
    'tls://[2001:db8::1]:853#dns.example',
  ]) {
    t.equal(formatUpstream(parseUpstream(text)), text)
  }
})

t.test('timeArgument, portArgument, ehloArgument', async (t) => {
  t.equal(timeArgument('2026-01-01T00:00:00Z'), 1_767_225_600)
  t.equal(timeArgument('2026-01-01T01:00:00.5+01:00'), 1_767_225_600)
  t.equal(timeArgument('2026-01-01'), 1_767_225_600)
  for (const text of [
    '',
    'now',
    '2026',
    '2026-02-30T99:00:00Z',
    '2026-01-01T00:00',
    '1900-01-01',
  ]) {
    t.throws(() => timeArgument(text), InvalidArgumentError, text)
  }
  t.same(['1', '65535'].map(portArgument), [1, 65_535])
  for (const text of ['0', '65536', '-1', '2 5', '0x19', '']) {
    t.throws(() => portArgument(text), InvalidArgumentError, text)
  }
  t.same(['mx.test', 'my machine'].map(ehloDefault), ['mx.test', 'localhost'])
  t.equal(ehloArgument('[IPv6:2001:db8::1]'), '[IPv6:2001:db8::1]')
  for (const text of ['', 'two words', 'a\r\nMAIL FROM:<>', 'ü.test']) {
    t.throws(() => ehloArgument(text), InvalidArgumentError, text)
  }
})

t.test('repeated gathers, within bounds', async (t) => {
  const gather = repeated(Number)
  t.same(gather('2', gather('1', undefined)), [1, 2])
  t.throws(() => gather('9', Array(64).fill(1)), InvalidArgumentError)
})

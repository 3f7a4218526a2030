import t from 'tap'
import { parseUpstream } from '../../src/stub/index.ts'

t.test('parseUpstream: addresses, ports, transports and names', (t) => {
  const cases: readonly (readonly [text: string, expected: object])[] = [
    ['192.0.2.1', { address: '192.0.2.1', port: 53, via: 'udp' }],
    ['192.0.2.1:5300', { address: '192.0.2.1', port: 5300, via: 'udp' }],
    ['192.0.2.1@5300', { address: '192.0.2.1', port: 5300, via: 'udp' }],
    ['2001:db8::1', { address: '2001:db8::1', port: 53, via: 'udp' }],
    ['[2001:db8::1]', { address: '2001:db8::1', port: 53, via: 'udp' }],
    ['[2001:db8::1]:5300', { address: '2001:db8::1', port: 5300, via: 'udp' }],
    ['2001:db8::1@5300', { address: '2001:db8::1', port: 5300, via: 'udp' }],
    ['udp://192.0.2.1', { address: '192.0.2.1', port: 53, via: 'udp' }],
    ['tcp://192.0.2.1', { address: '192.0.2.1', port: 53, via: 'tcp' }],
    ['tls://[::1]', { address: '::1', port: 853, via: 'tls' }],
    [
      'tls://192.0.2.1:8853#dns.example',
      { address: '192.0.2.1', port: 8853, via: 'tls', tlsName: 'dns.example' },
    ],
  ]
  for (const [text, expected] of cases) t.strictSame(parseUpstream(text), expected, text)
  t.end()
})

t.test('parseUpstream: refuses names, bad ports and names without TLS', (t) => {
  const bad = [
    ...['', 'localhost', 'dns.example:53', '192.0.2.256', '192.0.2.1:0', '192.0.2.1:65536'],
    ...['192.0.2.1:x', '[192.0.2.1', 'http://192.0.2.1', '192.0.2.1#dns.example', 'tls://'],
  ]
  for (const text of bad) t.throws(() => parseUpstream(text), { code: 'server-invalid' }, text)
  t.end()
})

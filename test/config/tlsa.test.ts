import t from 'tap'
import { parseConfig } from '../../src/config/index.ts'
import { formatName } from '../../src/wire/index.ts'

const parse = (text: string) => parseConfig(text, { file: 'd.yaml', directory: '/etc/danelaw' })

t.test('tlsa: owners with certificates, servers and times', async (t) => {
  const { config, findings } = parse(`
tlsa:
  _25._tcp.mail.a.test: { certificates: live/mail }
  _25._tcp._dane.o-v1.mx.test:
    certificates: [/a.pem, b.pem]
    servers: { mx.test: [192.0.2.1, '2001:db8::1'], other.test: 192.0.2.2 }
    ttl: 10m
    lag: 30s
    warn: 30d
    issuer: on
`)
  t.same(findings, [])
  const [plain, full] = [...(config?.tlsa.values() ?? [])]
  t.match(plain, { certificates: ['/etc/danelaw/live/mail'], servers: [], ttl: 3600, lag: 300 })
  t.match(plain, { issuer: false, warn: 14 * 86_400 })
  t.match(full, { certificates: ['/a.pem', '/etc/danelaw/b.pem'], ttl: 600, lag: 30, issuer: true })
  t.same(
    full?.servers.map(({ host, addresses }) => [formatName(host), addresses]),
    [
      ['mx.test.', ['192.0.2.1', '2001:db8::1']],
      ['other.test.', ['192.0.2.2']],
    ],
  )
})

t.test('tlsa: what is refused, and where', async (t) => {
  const faults = (text: string) =>
    parse(text).findings.map(({ place, message }) => `${place?.line} ${message}`)
  t.match(faults('tlsa: [a]'), [/a mapping from TLSA owners/])
  t.match(faults('tlsa:\n  mail.test: { certificates: a }'), [/^2 .*_25\._tcp\.HOST/])
  t.match(faults('tlsa:\n  _25._tcp.a: { ttl: 1h }'), [/certificates: one or more paths/])
  const twice = 'tlsa:\n  _25._tcp.a: { certificates: a }\n  _25._TCP.A.: { certificates: a }'
  t.match(faults(twice), [/^3 .*named twice/])
  const server = (value: string) => `tlsa:\n  _25._tcp.a: { certificates: a, servers: ${value} }`
  t.match(faults(server('{ a: b }')), [/an IPv4 or IPv6 address/])
  t.match(faults(server('x')), [/a mapping from hosts to addresses/])
  t.match(faults(server(`{ ${'a'.repeat(64)}: 192.0.2.1 }`)), [/Cannot/])
})

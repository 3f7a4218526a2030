import t from 'tap'
import { Rcode } from '../../src/message/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { createStub, type Upstream } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { selfSigned } from '../support/certificate.ts'
import { replyTo, scriptedServer } from '../support/scripted-dns.ts'
import { anchorOf, serveDns } from '../support/served-dns.ts'
import { buildZone } from '../support/served-zone.ts'
import { stubParts } from '../support/stub-parts.ts'

const text = [
  '@ SOA ns host 1 7200 900 1209600 300',
  '@ NS ns',
  '@ 60 MX 10 mail',
  'ns A 192.0.2.53',
  'mail 120 A 192.0.2.1',
  'www CNAME mail',
  '*.wild TXT yes',
  ...Array.from({ length: 30 }, (_, n) => `big TXT "${n} ${'x'.repeat(90)}"`),
].join('\n')

for (const denial of ['nsec', 'nsec3', 'minimal', 'compact'] as const) {
  t.test(`forward: a signed zone with ${denial}`, async (t) => {
    const parts = stubParts(t.name)
    const zone = buildZone('example.', text, { denial })
    const server = await serveDns(t, [zone], parts.clock)
    const servers: Upstream[] = [{ address: server.address, port: server.port, via: 'udp' }]
    const stub = createStub({
      ...parts,
      mode: { kind: 'forward', servers },
      anchors: [anchorOf(zone)],
    })
    t.teardown(() => stub.close())
    const resolve = (name: string, type = RR.A) => stub.resolve(parseName(name), type)

    const mx = await resolve('example.', RR.MX)
    t.match(mx, { security: 'secure', rcode: 0, ttl: 60, queries: 2, hops: { length: 1 } })
    t.equal(formatRdata(RR.MX, mx.data?.rrset.rdatas[0] as Uint8Array), '10 mail.example.')
    t.match(mx.chain, [{ security: 'secure', by: 'anchor' }])

    const alias = await resolve('www.example.')
    t.match(alias, { security: 'secure', rcode: 0, ttl: 120, hops: [{ kind: 'alias' }, {}] })
    t.match(await resolve('x.wild.example.', RR.TXT), { security: 'secure', rcode: 0 })
    t.match(await resolve('none.example.'), { security: 'secure', rcode: Rcode.NXDOMAIN })
    t.match(await resolve('mail.example.', RR.AAAA), { security: 'secure', data: undefined })
    const big = await resolve('big.example.', RR.TXT)
    t.match(big, { security: 'secure', data: { rrset: { rdatas: { length: 30 } } } }, 'by TCP')

    const asked = server.queries()
    t.match(await resolve('example.', RR.MX), { security: 'secure', queries: 0 })
    t.equal(server.queries(), asked, 'what is known is not asked again')
    parts.clock.advance(59)
    t.match(await resolve('example.', RR.MX), { ttl: 1, queries: 0 })
    parts.clock.advance(1)
    t.match(await resolve('example.', RR.MX), { ttl: 60, queries: 1 })
  })
}

t.test('forward: by TLS, and by TCP alone', async (t) => {
  const parts = stubParts(t.name)
  const zone = buildZone('example.', text, { denial: 'nsec' })
  const credentials = selfSigned('dot.example')
  const server = await serveDns(t, [zone], parts.clock, { credentials })
  const address = server.address
  const tls = { address, port: server.tlsPort ?? 0, via: 'tls', tlsName: 'dot.example' } as const
  const ways: Upstream[] = [
    { ...tls, tlsCa: credentials.certificate },
    { address, port: server.port, via: 'tcp' },
  ]
  for (const way of ways) {
    const anchors = [anchorOf(zone)]
    const stub = createStub({ ...parts, mode: { kind: 'forward', servers: [way] }, anchors })
    const mx = await stub.resolve(parseName('example.'), RR.MX)
    t.match(mx, { security: 'secure', rcode: 0 })
    await stub.close()
  }
  const stranger = { ...tls, tlsCa: selfSigned('dot.example').certificate }
  const stub = createStub({ ...parts, mode: { kind: 'forward', servers: [stranger] }, anchors: [] })
  t.teardown(() => stub.close())
  const mx = await stub.resolve(parseName('example.'), RR.MX)
  t.match(mx, { security: 'indeterminate', rcode: Rcode.SERVFAIL, reason: { text: /certificate/ } })
})

t.test(
  'forward: the next server is asked where one refuses, fails or does not listen',
  async (t) => {
    const parts = stubParts(t.name)
    const zone = buildZone('example.', text, { denial: 'nsec' })
    const good = await serveDns(t, [zone], parts.clock)
    const gone = await scriptedServer(t, () => [], { isUdpOnly: true })
    const refuses = await scriptedServer(t, (query) => [replyTo(query, { rcode: Rcode.REFUSED })])
    const fails = await scriptedServer(t, (query) => [replyTo(query, { rcode: Rcode.SERVFAIL })])
    const servers: Upstream[] = [
      { address: '127.0.0.1', port: refuses.port, via: 'udp' },
      { address: '127.0.0.1', port: gone.port, via: 'tcp' },
      { address: '127.0.0.1', port: fails.port, via: 'udp' },
      { address: '127.0.0.1', port: good.port, via: 'udp' },
    ]
    const anchors = [anchorOf(zone)]
    const stub = createStub({ ...parts, mode: { kind: 'forward', servers }, anchors })
    t.teardown(() => stub.close())
    t.match(await stub.resolve(parseName('example.'), RR.MX), { security: 'secure', queries: 7 })
    t.equal(refuses.received.length, 2, 'for MX and for DNSKEY: who refuses one may answer another')
  },
)

t.test('forward: the rcode of the failure is told, with what the servers said of it', async (t) => {
  const parts = stubParts(t.name)
  const data = Buffer.from([0, 18, ...Buffer.from('not you\u0007')])
  const server = await scriptedServer(t, (query) => [
    replyTo(query, { rcode: Rcode.REFUSED, options: [{ code: 15, data }] }),
  ])
  const servers: Upstream[] = [{ address: '127.0.0.1', port: server.port, via: 'udp' }]
  const stub = createStub({ ...parts, mode: { kind: 'forward', servers }, anchors: [] })
  t.teardown(() => stub.close())
  const ask = () => stub.resolve(parseName('example.'), RR.TLSA)
  const from = `127.0.0.1:${server.port}`
  t.match(await ask(), {
    security: 'indeterminate',
    rcode: Rcode.REFUSED,
    reason: {
      text: `No answer for example. TLSA: REFUSED (EDE 18: not you) from ${from}`,
      ede: 23,
    },
    queries: 1,
  })
  t.match(await ask(), { rcode: Rcode.REFUSED, queries: 0 }, 'RFC 9520 §3.2: kept for a while')
  parts.clock.advance(5)
  t.match(await ask(), { rcode: Rcode.REFUSED, queries: 1 })
})

t.test('forward: no server at all', async (t) => {
  const parts = stubParts(t.name)
  const stub = createStub({ ...parts, mode: { kind: 'forward', servers: [] }, anchors: [] })
  t.match(await stub.resolve(parseName('example.'), RR.A), {
    security: 'indeterminate',
    reason: { text: 'No answer for example. A: no server to ask' },
  })
})

import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { defaultLimits, startServer } from '../../src/server/index.ts'
import { selfSigned } from '../support/certificate.ts'
import { echo, echoServer } from '../support/echo-server.ts'
import {
  framed,
  idOf,
  message,
  tcpClient,
  tlsClient,
  turnsUntil,
} from '../support/stream-client.ts'

const loopback = '127.0.0.1'
const credentials = selfSigned('dot.example')
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

async function connected(t: Test, port: number, options: Parameters<typeof tlsClient>[2] = {}) {
  const client = await tlsClient(loopback, port, options)
  t.teardown(() => client.socket.destroy())
  return client
}

t.test('TLS: 1,000 queries in one write are all answered, in order', async (t) => {
  const { port, counters } = await echoServer(t, { credentials })
  const client = await connected(t, port)
  client.socket.write(framed(...range(1000).map((id) => message(id, 30))))
  await client.received(1000)
  t.same(client.answers.map(idOf), range(1000))
  t.match(counters().tls, { accepted: 1, open: 1, handshaking: 0, received: 1000 })
  t.equal(counters().tcp.received, 0)
})

t.test('TLS: a client that ends its half after asking gets every answer', async (t) => {
  const { port, counters } = await echoServer(t, { credentials })
  const client = await connected(t, port)
  client.socket.end(framed(...range(300).map((id) => message(id))))
  await client.received(300)
  await turnsUntil(() => counters().tls.open === 0)
  t.equal(counters().tls.answered, 300)
})

t.test('TLS: a peer that does not read is not read from, and loses nothing', async (t) => {
  const { port, counters } = await echoServer(t, {
    credentials,
    respond: (query, out) => {
      out.set(query)
      return 60_000
    },
  })
  const client = await connected(t, port)
  client.socket.pause()
  client.socket.write(framed(...range(1000).map((id) => message(id))))
  let before = -1
  let still = 0
  await turnsUntil(() => {
    const { answered } = counters().tls
    still = answered === before && answered > 0 ? still + 1 : 0
    before = answered
    return still === 2000
  })
  t.ok(counters().tls.answered < 500, `stopped after ${counters().tls.answered} of 1000 answers`)
  client.socket.resume()
  await client.received(1000)
  t.same(client.answers.map(idOf), range(1000))
})

t.test('TLS: a session is resumed', async (t) => {
  const { port } = await echoServer(t, { credentials })
  const first = await tlsClient(loopback, port)
  const ticket = once(first.socket, 'session')
  first.socket.write(framed(message(1)))
  await first.received(1)
  const [session] = await ticket
  first.socket.end()
  const second = await connected(t, port, { session })
  t.equal(second.socket.isSessionReused(), true)
})

t.test('TLS: a handshake that does not come is cut off after handshakeTimeoutMs', async (t) => {
  const { port, timers, counters } = await echoServer(t, { credentials })
  const client = await tcpClient(loopback, port)
  await turnsUntil(() => counters().tls.handshaking === 1)
  timers.advance(defaultLimits.handshakeTimeoutMs - 1)
  t.equal(counters().tls.handshakesFailed, 0)
  timers.advance(1)
  await client.ended()
  t.match(counters().tls, { handshaking: 0, handshakesFailed: 1, open: 0 })
  t.same(timers.waiting(), [])
})

t.test('TLS: what is not TLS is cut off, and gives its place back', async (t) => {
  const limits = { connectionsMax: 1 }
  const { port, counters } = await echoServer(t, { credentials, limits })
  const client = await tcpClient(loopback, port)
  client.socket.write(framed(message(1)))
  await client.ended()
  await turnsUntil(() => counters().tls.handshaking === 0)
  t.equal(counters().tls.handshakesFailed, 1)
  const next = await connected(t, port)
  next.socket.write(framed(message(2)))
  await next.received(1)
})

t.test('TLS: a client that leaves in the handshake gives its place back', async (t) => {
  const { port, counters } = await echoServer(t, { credentials, limits: { connectionsMax: 1 } })
  const client = connect(port, loopback)
  await once(client, 'connect')
  await turnsUntil(() => counters().tls.handshaking === 1)
  client.resetAndDestroy()
  await turnsUntil(() => counters().tls.handshakesFailed === 1)
  const next = await connected(t, port)
  next.socket.write(framed(message(2)))
  await next.received(1)
})

t.test('TLS: only handshakesMax handshakes are under way', async (t) => {
  const { port, counters } = await echoServer(t, { credentials, limits: { handshakesMax: 2 } })
  const waiting = [await tcpClient(loopback, port), await tcpClient(loopback, port)]
  await turnsUntil(() => counters().tls.handshaking === 2)
  const refused = await tcpClient(loopback, port)
  await refused.ended()
  t.match(counters().tls, { accepted: 2, refusedHandshake: 1 })
  for (const client of waiting) client.socket.destroy()
  await turnsUntil(() => counters().tls.handshaking === 0)
  await connected(t, port)
})

t.test('setSecureContext: new connections see the new certificate, open ones go on', async (t) => {
  const { server, port } = await echoServer(t, { credentials })
  const before = await connected(t, port)
  server.setSecureContext(selfSigned('renewed.example'))
  const after = await connected(t, port)
  t.equal(before.socket.getPeerCertificate().subject.CN, 'dot.example')
  t.equal(after.socket.getPeerCertificate().subject.CN, 'renewed.example')
  before.socket.write(framed(message(1)))
  await before.received(1)
})

t.test('setSecureContext refuses what is no pair, and the one in use stays', async (t) => {
  const { server, port } = await echoServer(t, { credentials })
  const other = selfSigned('other.example')
  t.throws(
    () => server.setSecureContext({ certificate: other.certificate, key: credentials.key }),
    { code: 'tls-credentials-invalid' },
  )
  const client = await connected(t, port)
  t.equal(client.socket.getPeerCertificate().subject.CN, 'dot.example')
})

t.test('startServer refuses credentials that are not PEM', async (t) => {
  const tls = {
    endpoints: [{ address: loopback, port: 0 }],
    credentials: { certificate: 'not a certificate', key: credentials.key },
  }
  await t.rejects(startServer({ plain: [], tls, respond: echo }), {
    code: 'tls-credentials-invalid',
    message: /^Cannot use TLS certificate and key: /,
  })
})

t.test('stop answers what had arrived over TLS', async (t) => {
  const { server, port } = await echoServer(t, { credentials })
  const client = await connected(t, port)
  client.socket.end(framed(...range(200).map((id) => message(id))))
  const stopped = server.stop({ graceMs: 60_000 })
  await client.received(200)
  await stopped
  t.match(server.counters().tls, { received: 200, answered: 200, open: 0 })
})

t.test('stop lets a handshake under way end, and answers the query that follows it', async (t) => {
  const { server, port, counters } = await echoServer(t, { credentials })
  const connecting = connected(t, port)
  await turnsUntil(() => counters().tls.handshaking === 1)
  const stopped = server.stop({ graceMs: 60_000 })
  const client = await connecting
  client.socket.write(framed(message(7)))
  await client.received(1)
  await stopped
  t.equal(idOf(client.answers[0]), 7)
})

t.test('stop cuts off handshakes under way after graceMs', async (t) => {
  const { server, port, timers, counters } = await echoServer(t, { credentials })
  const client = await tcpClient(loopback, port)
  await turnsUntil(() => counters().tls.handshaking === 1)
  const stopped = server.stop({ graceMs: 1000 })
  for (const _ of range(10)) await new Promise(setImmediate)
  timers.advance(1000)
  await stopped
  await client.ended()
  t.equal(counters().tls.handshaking, 0)
})

/** RFC 7858: DNS over TLS, with the ALPN name that IANA registered for it. Sections as there. */
import { once } from 'node:events'
import { type ConnectionOptions, connect } from 'node:tls'
import t, { type Test } from 'tap'
import { selfSigned } from '../../support/certificate.ts'
import { echoServer } from '../../support/echo-server.ts'
import { framed, idOf, message, tcpClient, tlsClient } from '../../support/stream-client.ts'

const loopback = '127.0.0.1'
const credentials = selfSigned('dot.example')

async function connected(t: Test, port: number, options: ConnectionOptions = {}) {
  const client = await tlsClient(loopback, port, options)
  t.teardown(() => client.socket.destroy())
  return client
}

t.test('§3.1: a port for TLS does not speak DNS in the clear', async (t) => {
  const { port, counters } = await echoServer(t, { credentials })
  const client = await tcpClient(loopback, port)
  client.socket.write(framed(message(1)))
  await client.ended()
  t.equal(client.answers.length, 0)
  t.equal(counters().tls.received, 0)
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  t.test(`§3.2, RFC 8310 §9: ${version} is spoken`, async (t) => {
    const { port } = await echoServer(t, { credentials })
    const client = await connected(t, port, { minVersion: version, maxVersion: version })
    t.equal(client.socket.getProtocol(), version)
    client.socket.write(framed(message(1)))
    await client.received(1)
  })
}

for (const version of ['TLSv1', 'TLSv1.1'] as const) {
  t.test(`§3.2, RFC 8996: ${version} is refused`, async (t) => {
    const { port } = await echoServer(t, { credentials })
    const socket = connect({
      host: loopback,
      port,
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const [error] = await once(socket, 'error')
    t.equal(error.code, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  })
}

t.test('ALPN: "dot" is agreed on with a client that offers it', async (t) => {
  const { port } = await echoServer(t, { credentials })
  const client = await connected(t, port, { ALPNProtocols: ['dot'] })
  t.equal(client.socket.alpnProtocol, 'dot')
})

t.test('ALPN: a client that offers none is served', async (t) => {
  const { port } = await echoServer(t, { credentials })
  const client = await connected(t, port)
  t.equal(client.socket.alpnProtocol, false)
  client.socket.write(framed(message(1)))
  await client.received(1)
})

t.test('ALPN: a client that offers only another is refused (RFC 7301 §3.2)', async (t) => {
  const { port } = await echoServer(t, { credentials })
  const options = { rejectUnauthorized: false, ALPNProtocols: ['h2'] }
  const socket = connect({ host: loopback, port, ...options })
  const [error] = await once(socket, 'error')
  t.equal(error.code, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
})

t.test('§3.3: messages are framed as over TCP, and pipelined', async (t) => {
  const { port } = await echoServer(t, { credentials })
  const client = await connected(t, port)
  client.socket.write(framed(message(1), message(2), message(3)))
  await client.received(3)
  t.same(client.answers.map(idOf), [1, 2, 3])
})

t.test('§3.4: a connection is reused, and a session resumed by ticket', async (t) => {
  const { port, counters } = await echoServer(t, { credentials })
  const client = await connected(t, port)
  const ticket = once(client.socket, 'session')
  for (let id = 1; id <= 3; id++) {
    client.socket.write(framed(message(id)))
    await client.received(id)
  }
  t.equal(counters().tls.accepted, 1)
  const [session] = await ticket
  const again = await connected(t, port, { session })
  t.ok(again.socket.isSessionReused())
})

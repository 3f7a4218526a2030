/** RFC 9210: DNS Transport over TCP — Operational Requirements. Sections as there. */
import t from 'tap'
import { defaultLimits, startServer } from '../../../src/server/index.ts'
import { echo, echoServer } from '../../support/echo-server.ts'
import { framed, message, tcpClient, turnsUntil } from '../../support/stream-client.ts'

const loopback = '127.0.0.1'

t.test('§3: an endpoint cannot be had for UDP without TCP', async (t) => {
  const server = await startServer({ plain: [{ address: loopback, port: 0 }], respond: echo })
  t.teardown(() => server.stop({ graceMs: 0 }))
  const addresses = server.addresses()
  t.same(
    addresses.map(({ via }) => via),
    ['udp', 'tcp'],
  )
  t.equal(addresses[0]?.port, addresses[1]?.port)
})

t.test('§4.1: one client cannot take every place', async (t) => {
  t.ok(defaultLimits.clientConnectionsMax < defaultLimits.connectionsMax)
  const { port, counters } = await echoServer(t, { limits: { clientConnectionsMax: 3 } })
  const clients = []
  for (let i = 0; i < 5; i++) clients.push(await tcpClient(loopback, port))
  await turnsUntil(() => counters().tcp.refusedClient === 2)
  t.equal(counters().tcp.open, 3)
  for (const client of clients) client.socket.destroy()
})

t.test('§4.2: a full server closes what is idle before it refuses anyone', async (t) => {
  const { port, counters } = await echoServer(t, { limits: { connectionsMax: 2 } })
  const clients = []
  for (let i = 0; i < 6; i++) {
    const client = await tcpClient(loopback, port)
    client.socket.write(framed(message(i)))
    await client.received(1)
    clients.push(client)
  }
  t.match(counters().tcp, { evicted: 4, refusedFull: 0, open: 2, answered: 6 })
  for (const client of clients) client.socket.destroy()
})

t.test('§4.3: answers are not lost to a reset when the server closes first', async (t) => {
  const { port, counters } = await echoServer(t, { limits: { connectionQueriesMax: 50 } })
  const client = await tcpClient(loopback, port)
  const queries = Array.from({ length: 400 }, (_, id) => message(id, 65_000))
  // Most of this is unread when the server has answered its fifty: a plain close would reset the
  // connection and take the fifty answers with it.
  client.socket.write(framed(...queries))
  await client.ended()
  t.equal(client.answers.length, 50)
  client.socket.end()
  await new Promise((closed) => client.socket.on('close', closed))
  t.equal(client.socket.errored, null, 'the end was an end, no reset')
  await turnsUntil(() => counters().tcp.open === 0)
  t.equal(counters().tcp.socketErrors, 0)
})

t.test('§4.5: by default the idle time is 10 seconds, and shorter under load', async (t) => {
  t.equal(defaultLimits.idleTimeoutMs, 10_000)
  t.ok(defaultLimits.idleTimeoutMinMs < defaultLimits.idleTimeoutMs)
})

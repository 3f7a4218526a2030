/** RFC 7766: DNS Transport over TCP — Implementation Requirements. Sections as there. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t from 'tap'
import { defaultLimits } from '../../../src/server/index.ts'
import { echoServer } from '../../support/echo-server.ts'
import { framed, idOf, message, tcpClient, turnsUntil } from '../../support/stream-client.ts'

const loopback = '127.0.0.1'

t.test('§5: UDP and TCP are both served, on one port', async (t) => {
  const { port } = await echoServer(t)
  const udp = createSocket('udp4')
  t.teardown(() => udp.close())
  udp.send(message(1), port, loopback)
  const [datagram] = await once(udp, 'message')
  t.equal(idOf(datagram), 1)
  const tcp = await tcpClient(loopback, port)
  tcp.socket.end(framed(message(2)))
  await tcp.received(1)
  t.equal(idOf(tcp.answers[0]), 2)
})

t.test('§6.2.1: a connection is reused, and stays open after an answer', async (t) => {
  const { port, counters } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  for (let id = 1; id <= 5; id++) {
    client.socket.write(framed(message(id)))
    await client.received(id)
  }
  t.match(counters().tcp, { accepted: 1, open: 1, answered: 5 })
  client.socket.end()
})

t.test('§6.2.1.1: queries sent without waiting for answers are all answered', async (t) => {
  const { port } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  for (let id = 1; id <= 100; id++) client.socket.write(framed(message(id)))
  client.socket.end()
  await client.received(100)
  t.equal(new Set(client.answers.map(idOf)).size, 100)
})

t.test('§6.2.3: the idle time is seconds, and begins anew with each message', async (t) => {
  t.ok(defaultLimits.idleTimeoutMs >= 2000 && defaultLimits.idleTimeoutMs <= 30_000)
  const { port, timers, counters } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  for (let id = 1; id <= 3; id++) {
    timers.advance(defaultLimits.idleTimeoutMs - 1)
    client.socket.write(framed(message(id)))
    await client.received(id)
  }
  t.equal(counters().tcp.idleTimeouts, 0)
  timers.advance(defaultLimits.idleTimeoutMs)
  await client.ended()
  client.socket.end()
  t.equal(counters().tcp.idleTimeouts, 1)
})

t.test('§6.2.4: a client that closes its half is sent what it asked for', async (t) => {
  const { port, counters } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  client.socket.end(framed(message(1), message(2)))
  await client.received(2)
  await turnsUntil(() => counters().tcp.open === 0)
  t.same(client.answers.map(idOf), [1, 2])
})

t.test('§8: the length goes out with its message, in one write', async (t) => {
  const { port } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  const chunks: Buffer[] = []
  client.socket.on('data', (chunk) => chunks.push(chunk))
  client.socket.write(framed(message(1, 50), message(2, 60)))
  await client.received(2)
  t.equal(chunks.length, 1)
  t.ok(chunks[0]?.equals(framed(message(1, 50), message(2, 60))))
  client.socket.end()
})

t.test('§8: a length and its message may come in any number of segments', async (t) => {
  const { port } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  const octets = framed(message(1, 50))
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [2, 30],
    [30, 52],
  ]) {
    await new Promise((sent) => client.socket.write(octets.subarray(from, to), sent))
    await new Promise(setImmediate)
  }
  await client.received(1)
  t.equal(idOf(client.answers[0]), 1)
  client.socket.end()
})

import { once } from 'node:events'
import t from 'tap'
import { defaultLimits, type Respond, startServer } from '../../src/server/index.ts'
import { echo, echoServer, skipWithoutIpv6 } from '../support/echo-server.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { framed, idOf, message, tcpClient, turnsUntil } from '../support/stream-client.ts'

const loopback = '127.0.0.1'
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

t.test('startServer with port 0 binds UDP and TCP to the same port', async (t) => {
  const { server, port } = await echoServer(t)
  t.not(port, 0)
  t.same(server.addresses(), [
    { via: 'udp', address: loopback, port },
    { via: 'tcp', address: loopback, port },
  ])
})

t.test(
  'startServer binds several endpoints, and one IPv4 and IPv6 port apart',
  {
    skip: skipWithoutIpv6,
  },
  async (t) => {
    const { port } = await echoServer(t)
    const server = await startServer({ plain: [{ address: '::1', port }], respond: echo })
    t.teardown(() => server.stop({ graceMs: 0 }))
    t.equal(server.addresses().length, 2)
  },
)

t.test('startServer says which endpoint it cannot have and why, and keeps none', async (t) => {
  const { port } = await echoServer(t)
  const free = await startServer({ plain: [{ address: loopback, port: 0 }], respond: echo })
  const freePort = free.addresses()[0]?.port ?? 0
  await free.stop({ graceMs: 0 })
  const plain = [
    { address: loopback, port: freePort },
    { address: loopback, port },
  ]
  await t.rejects(startServer({ plain, respond: echo }), {
    code: 'listen-failed',
    message: `Cannot listen on TCP ${loopback}:${port}: another program has it (EADDRINUSE)`,
  })
  const again = await startServer({
    plain: [{ address: loopback, port: freePort }],
    respond: echo,
  })
  await again.stop({ graceMs: 0 })
})

for (const [address, port, message] of [
  ['localhost', 0, 'Cannot listen on TCP localhost:0: it is not an IPv4 or IPv6 address'],
  ['127.0.0.1', 65_536, 'Cannot listen on TCP 127.0.0.1:65536: a port is a whole number from 0 to'],
  ['192.0.2.1', 0, 'Cannot listen on TCP 192.0.2.1:0: this machine has no such address'],
] as const) {
  t.test(`startServer refuses ${address} port ${port}`, async (t) => {
    const started = startServer({ plain: [{ address, port }], respond: echo })
    const error = await started.then(
      () => undefined,
      (reason: Error) => reason,
    )
    t.match(error, { code: 'listen-failed' })
    t.equal(error?.message.slice(0, message.length), message)
  })
}

t.test('stop closes idle connections and frees the port', async (t) => {
  const { server, port, timers } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  const stopped = server.stop({ graceMs: 5000 })
  await client.ended()
  client.socket.end()
  await stopped
  t.same(timers.waiting(), [])
  const again = await startServer({ plain: [{ address: loopback, port }], respond: echo })
  await again.stop({ graceMs: 0 })
})

t.test('stop answers every query that had arrived over TCP', async (t) => {
  const { server, port } = await echoServer(t, { limits: { queriesPerTurnMax: 3 } })
  const clients = await Promise.all(range(10).map(() => tcpClient(loopback, port)))
  for (const client of clients) client.socket.end(framed(...range(200).map((id) => message(id))))
  const stopped = server.stop({ graceMs: 60_000 })
  await Promise.all(clients.map((client) => client.received(200)))
  await stopped
  t.match(server.counters().tcp, { received: 2000, answered: 2000, open: 0 })
})

t.test('stop waits for the rest of a message under way', async (t) => {
  const { server, port, counters } = await echoServer(t)
  const client = await tcpClient(loopback, port)
  const octets = framed(message(1), message(2))
  client.socket.write(octets.subarray(0, 20))
  await client.received(1)
  const stopped = server.stop({ graceMs: 60_000 })
  for (const _ of range(20)) await new Promise(setImmediate)
  t.equal(counters().tcp.open, 1)
  client.socket.write(octets.subarray(20))
  await client.received(2)
  await client.ended()
  client.socket.end()
  await stopped
  t.same(client.answers.map(idOf), [1, 2])
})

t.test('stop serves whoever had connected, even if not accepted yet', async (t) => {
  const { server, port } = await echoServer(t)
  const connecting = tcpClient(loopback, port)
  const stopped = server.stop({ graceMs: 60_000 })
  const client = await connecting
  client.socket.end(framed(message(9)))
  await client.received(1)
  await stopped
  t.equal(idOf(client.answers[0]), 9)
})

t.test(
  'stop cuts off whoever is not done after graceMs, and is the same when called again',
  async (t) => {
    const { server, port, timers, counters } = await echoServer(t)
    const client = await tcpClient(loopback, port)
    client.socket.write(framed(message(1)).subarray(0, 5))
    await turnsUntil(() => counters().tcp.open === 1)
    const stopped = server.stop({ graceMs: 3000 })
    t.equal(server.stop({ graceMs: 1 }), stopped)
    for (const _ of range(20)) await new Promise(setImmediate)
    timers.advance(2999)
    t.equal(counters().tcp.open, 1)
    timers.advance(1)
    await stopped
    t.equal(counters().tcp.open, 0)
    await client.ended()
  },
)

t.test('stop refuses new connections', async (t) => {
  const { server, port } = await echoServer(t)
  await server.stop({ graceMs: 1000 })
  await t.rejects(tcpClient(loopback, port), { code: 'ECONNREFUSED' })
})

t.test('counters is a copy: it does not grow by itself', async (t) => {
  const { port, counters } = await echoServer(t)
  const before = counters()
  const client = await tcpClient(loopback, port)
  client.socket.end(framed(message(1)))
  await client.received(1)
  t.equal(before.tcp.received, 0)
  t.equal(counters().tcp.received, 1)
})

t.test('Respond is told the way, and given room for the longest message', async (t) => {
  const seen: [string, number][] = []
  const respond: Respond = (query, out, via) => {
    seen.push([via, out.length])
    return echo(query, out, via)
  }
  const timers = manualTimers()
  const server = await startServer({ plain: [{ address: loopback, port: 0 }], respond, timers })
  t.teardown(() => server.stop({ graceMs: 0 }))
  const client = await tcpClient(loopback, server.addresses()[1]?.port ?? 0)
  client.socket.end(framed(message(1)))
  await once(client.socket, 'close')
  t.same(seen, [['tcp', 65_535]])
})

t.test(
  'defaultLimits: every limit is a whole number above zero, or 0 where that says none',
  async (t) => {
    for (const [name, value] of Object.entries(defaultLimits)) {
      t.ok(Number.isInteger(value) && value >= (name === 'connectionQueriesMax' ? 0 : 1), name)
    }
  },
)

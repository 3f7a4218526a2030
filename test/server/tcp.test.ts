import t, { type Test } from 'tap'
import { defaultLimits, type Respond } from '../../src/server/index.ts'
import { echo, echoServer, skipWithoutIpv6 } from '../support/echo-server.ts'
import {
  framed,
  idOf,
  message,
  type StreamClient,
  tcpClient,
  turnsUntil,
} from '../support/stream-client.ts'

async function connected(t: Test, port: number, address = '127.0.0.1'): Promise<StreamClient> {
  const client = await tcpClient(address, port)
  t.teardown(() => client.socket.destroy())
  return client
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

t.test('TCP: 1,000 queries in one write are all answered, in order', async (t) => {
  const { port, counters } = await echoServer(t)
  const client = await connected(t, port)
  client.socket.write(framed(...range(1000).map((id) => message(id, 30))))
  await client.received(1000)
  t.same(client.answers.map(idOf), range(1000))
  t.match(counters().tcp, { accepted: 1, open: 1, received: 1000, answered: 1000 })
})

t.test('TCP: queries that arrive octet by octet are answered', async (t) => {
  const { port } = await echoServer(t)
  const client = await connected(t, port)
  for (const octet of framed(message(1, 300), message(2, 300))) {
    await new Promise((sent) => client.socket.write(Uint8Array.of(octet), sent))
    await new Promise(setImmediate)
  }
  await client.received(2)
  t.ok(Buffer.concat(client.answers).equals(Buffer.concat([message(1, 300), message(2, 300)])))
})

t.test('TCP: the longest message passes both ways', async (t) => {
  const { port } = await echoServer(t)
  const client = await connected(t, port)
  client.socket.write(framed(message(1, 65_535), message(2, 12), message(3, 65_535)))
  await client.received(3)
  t.same(
    client.answers.map((answer) => answer.length),
    [65_535, 12, 65_535],
  )
})

t.test('TCP: IPv6', { skip: skipWithoutIpv6 }, async (t) => {
  const { port } = await echoServer(t, { address: '::1' })
  const client = await connected(t, port, '::1')
  client.socket.write(framed(message(5)))
  await client.received(1)
  t.equal(idOf(client.answers[0]), 5)
})

t.test(
  'TCP: a client that ends its half after asking gets every answer, then the end',
  async (t) => {
    const { port, counters } = await echoServer(t)
    const client = await connected(t, port)
    client.socket.end(framed(...range(500).map((id) => message(id))))
    await client.received(500)
    await client.ended()
    await turnsUntil(() => counters().tcp.open === 0)
    t.equal(counters().tcp.answered, 500)
    t.equal(counters().tcp.socketErrors, 0)
  },
)

t.test(
  'TCP: a client that ends inside a message gets the answers to those before it',
  async (t) => {
    const { port, counters } = await echoServer(t)
    const client = await connected(t, port)
    client.socket.end(framed(message(1), message(2)).subarray(0, -3))
    await client.ended()
    t.same(client.answers.map(idOf), [1])
    t.equal(counters().tcp.received, 1)
  },
)

t.test('TCP: one connection takes turns with another', async (t) => {
  const order: number[] = []
  const respond: Respond = (query, out, via) => {
    order.push(idOf(query))
    return echo(query, out, via)
  }
  const { port } = await echoServer(t, { respond, limits: { queriesPerTurnMax: 10 } })
  const busy = await connected(t, port)
  const other = await connected(t, port)
  busy.socket.write(framed(...range(3000).map((id) => message(id))))
  other.socket.write(framed(message(60_000)))
  await Promise.all([busy.received(3000), other.received(1)])
  t.ok(order.indexOf(60_000) < 2999, 'the single query did not wait for the three thousand')
})

t.test('TCP: a peer that does not read is not read from, and loses nothing', async (t) => {
  const answerOctets = 60_000
  const respond: Respond = (query, out) => {
    out.set(query)
    return answerOctets
  }
  const total = 2000
  const { port, counters } = await echoServer(t, { respond })
  const client = await connected(t, port)
  client.socket.pause()
  const queries = framed(...range(total).map((id) => message(id)))
  client.socket.write(queries)
  // 120 MB of answers were asked for. What the kernel takes is its own affair (a few MB); once it
  // takes no more, the count stands still.
  let before = -1
  let still = 0
  await turnsUntil(() => {
    const { answered } = counters().tcp
    still = answered === before && answered > 0 ? still + 1 : 0
    before = answered
    return still === 2000
  })
  const answered = counters().tcp.answered
  t.ok(answered < total / 2, `stopped after ${answered} of ${total} answers`)
  client.socket.resume()
  await client.received(total)
  t.same(client.answers.map(idOf), range(total))
  t.equal(counters().tcp.answered, total)
})

t.test('TCP: a peer that does not read is cut off after writeTimeoutMs', async (t) => {
  const respond: Respond = (_query, out) => out.length
  const { port, counters, timers } = await echoServer(t, { respond })
  const client = await connected(t, port)
  client.socket.pause()
  client.socket.write(framed(...range(2000).map((id) => message(id))))
  let before = -1
  let still = 0
  await turnsUntil(() => {
    const { answered } = counters().tcp
    still = answered === before && answered > 0 ? still + 1 : 0
    before = answered
    return still === 2000
  })
  timers.advance(defaultLimits.writeTimeoutMs - 1)
  t.equal(counters().tcp.open, 1)
  timers.advance(1)
  t.match(counters().tcp, { open: 0, writeTimeouts: 1, idleTimeouts: 0 })
})

t.test(
  'TCP: silence ends the connection after idleTimeoutMs, counted from the last answer',
  async (t) => {
    const { port, counters, timers } = await echoServer(t)
    const client = await connected(t, port)
    timers.advance(defaultLimits.idleTimeoutMs - 1)
    client.socket.write(framed(message(1)))
    await client.received(1)
    timers.advance(defaultLimits.idleTimeoutMs - 1)
    t.equal(counters().tcp.idleTimeouts, 0)
    timers.advance(1)
    await client.ended()
    t.equal(counters().tcp.idleTimeouts, 1)
    client.socket.end()
    await turnsUntil(() => counters().tcp.open === 0)
    t.same(timers.waiting(), [], 'no timer is left behind')
  },
)

t.test('TCP: a client that never ends its half is cut off after lingerTimeoutMs', async (t) => {
  const { port, counters, timers } = await echoServer(t)
  const client = await connected(t, port)
  await turnsUntil(() => counters().tcp.open === 1)
  timers.advance(defaultLimits.idleTimeoutMs)
  await client.ended()
  await turnsUntil(() => timers.waiting()[0] === defaultLimits.lingerTimeoutMs)
  t.equal(counters().tcp.open, 1)
  timers.advance(defaultLimits.lingerTimeoutMs)
  t.match(counters().tcp, { open: 0, writeTimeouts: 0 })
})

t.test('TCP: octets that drip in do not extend readTimeoutMs', async (t) => {
  const readTimeoutMs = 7000
  const { port, counters, timers } = await echoServer(t, { limits: { readTimeoutMs } })
  const client = await connected(t, port)
  const octets = framed(message(1))
  const step = readTimeoutMs / 10
  client.socket.write(octets.subarray(0, 1))
  await turnsUntil(() => timers.waiting().includes(readTimeoutMs))
  for (let i = 1; i < 10; i++) {
    await new Promise((sent) => client.socket.write(octets.subarray(i, i + 1), sent))
    for (const _ of range(3)) await new Promise(setImmediate)
    timers.advance(step)
  }
  t.equal(counters().tcp.readTimeouts, 0)
  timers.advance(step)
  t.equal(counters().tcp.readTimeouts, 1)
  await client.ended()
  t.equal(client.answers.length, 0)
})

t.test('TCP: each message gets its own readTimeoutMs', async (t) => {
  const readTimeoutMs = 7000
  const { port, counters, timers } = await echoServer(t, { limits: { readTimeoutMs } })
  const client = await connected(t, port)
  const octets = framed(message(1), message(2), message(3))
  client.socket.write(octets.subarray(0, 5))
  await turnsUntil(() => timers.waiting().includes(readTimeoutMs))
  timers.advance(readTimeoutMs - 1)
  client.socket.write(octets.subarray(5, 20))
  await client.received(1)
  timers.advance(readTimeoutMs - 1)
  client.socket.write(octets.subarray(20))
  await client.received(3)
  t.equal(counters().tcp.readTimeouts, 0)
})

for (const length of [0, 11]) {
  t.test(
    `TCP: a frame of ${length} octets ends the connection after the answers before it`,
    async (t) => {
      const { port, counters } = await echoServer(t)
      const client = await connected(t, port)
      client.socket.write(framed(message(1), new Uint8Array(length), message(2)))
      await client.ended()
      t.same(client.answers.map(idOf), [1])
      t.match(counters().tcp, { malformed: 1, received: 1, answered: 1 })
    },
  )
}

for (const [what, respond, expected] of [
  ['silence', (() => 0) satisfies Respond, { silenced: 1, faults: 0 }],
  ['a bug', (() => assertBug()) satisfies Respond, { silenced: 0, faults: 1 }],
] as const) {
  t.test(`TCP: ${what} of Respond ends the connection after the answers before it`, async (t) => {
    const { port, counters } = await echoServer(t, {
      respond: (query, out, via) => (idOf(query) === 2 ? respond() : echo(query, out, via)),
    })
    const client = await connected(t, port)
    client.socket.write(framed(message(1), message(2), message(3)))
    await client.ended()
    t.same(client.answers.map(idOf), [1])
    t.match(counters().tcp, { received: 2, answered: 1, ...expected })
    const next = await connected(t, port)
    next.socket.write(framed(message(4)))
    await next.received(1)
  })
}

function assertBug(): never {
  throw new Error('a bug')
}

t.test('TCP: connectionQueriesMax ends the connection after so many answers', async (t) => {
  const { port } = await echoServer(t, { limits: { connectionQueriesMax: 3 } })
  const client = await connected(t, port)
  client.socket.write(framed(...range(10).map((id) => message(id))))
  await client.ended()
  t.same(client.answers.map(idOf), [0, 1, 2])
})

t.test('TCP: when all places are taken, the one idle for longest makes room', async (t) => {
  const { port, counters } = await echoServer(t, { limits: { connectionsMax: 3 } })
  const [first, second, third] = [
    await connected(t, port),
    await connected(t, port),
    await connected(t, port),
  ] as const
  for (const client of [second, third, first]) {
    client.socket.write(framed(message(1)))
    await client.received(1)
  }
  const fourth = await connected(t, port)
  fourth.socket.write(framed(message(4)))
  await fourth.received(1)
  await second.ended()
  t.match(counters().tcp, { accepted: 4, evicted: 1, refusedFull: 0, open: 3 })
  for (const client of [first, third]) {
    client.socket.write(framed(message(2)))
    await client.received(2)
  }
})

t.test('TCP: when all places are taken and none is idle, who comes is refused', async (t) => {
  const { port, counters } = await echoServer(t, { limits: { connectionsMax: 2 } })
  for (const client of [await connected(t, port), await connected(t, port)]) {
    client.socket.write(framed(message(1)).subarray(0, 5))
  }
  await turnsUntil(() => counters().tcp.open === 2)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  const refused = await connected(t, port)
  await refused.ended()
  t.match(counters().tcp, { accepted: 2, evicted: 0, refusedFull: 1, open: 2 })
})

t.test('TCP: a client has its share of places, and gets one back by leaving', async (t) => {
  const { port, counters } = await echoServer(t, { limits: { clientConnectionsMax: 2 } })
  const first = await connected(t, port)
  await connected(t, port)
  const refused = await connected(t, port)
  await refused.ended()
  t.match(counters().tcp, { accepted: 2, refusedClient: 1, open: 2 })
  first.socket.end()
  await turnsUntil(() => counters().tcp.open === 1)
  const welcome = await connected(t, port)
  welcome.socket.write(framed(message(1)))
  await welcome.received(1)
})

t.test('TCP: the idle time is shorter when most places are taken', async (t) => {
  const limits = { connectionsMax: 4, idleTimeoutMs: 10_000, idleTimeoutMinMs: 1000 }
  const { port, timers, counters } = await echoServer(t, { limits })
  for (const _ of range(4)) await connected(t, port)
  await turnsUntil(() => counters().tcp.open === 4)
  t.same(timers.waiting(), [1000, 5500, 10_000, 10_000])
})

t.test('TCP: a reset by the peer is counted and does no harm', async (t) => {
  const { port, counters } = await echoServer(t)
  const client = await connected(t, port)
  client.socket.write(framed(message(1)))
  await client.received(1)
  client.socket.resetAndDestroy()
  await turnsUntil(() => counters().tcp.open === 0)
  t.equal(counters().tcp.socketErrors, 1)
})

import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { type Respond, type ServerOptions, startServer } from '../../src/server/index.ts'
import { echo, skipWithoutIpv6 } from '../support/echo-server.ts'
import { idOf, message, turnsUntil } from '../support/stream-client.ts'

/** A server on the machine's time, stopped when the test ends. */
async function serve(t: Test, options: Partial<ServerOptions> = {}, address = '127.0.0.1') {
  const plain = [{ address, port: 0 }]
  const server = await startServer({ plain, respond: echo, ...options })
  t.teardown(() => server.stop({ graceMs: 0 }))
  return { server, port: server.addresses()[0]?.port ?? 0 }
}

async function udpClient(t: Test, address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' })
  socket.bind(0, address)
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return socket
}

/** Asks `total` queries, at most `window` unanswered; returns the IDs not answered right. */
async function askAll(
  client: Socket,
  port: number,
  address: string,
  total: number,
  window: number,
) {
  const missing = new Set<number>()
  let next = 0
  await new Promise<void>((resolve) => {
    const ask = () => {
      while (missing.size < window && next < total) {
        missing.add(next)
        client.send(message(next++, 40), port, address)
      }
    }
    client.on('message', (answer) => {
      if (answer.length === 40) missing.delete(idOf(answer))
      if (next === total && missing.size === 0) resolve()
      else ask()
    })
    ask()
  })
  return missing
}

t.test('UDP: 20,000 queries in a window of 64 are all answered', async (t) => {
  const { server, port } = await serve(t)
  const client = await udpClient(t)
  const missing = await askAll(client, port, '127.0.0.1', 20_000, 64)
  t.equal(missing.size, 0)
  const { udp } = server.counters()
  t.equal(udp.received, 20_000)
  t.equal(udp.answered, 20_000)
  t.equal(udp.queueFull + udp.unsendable + udp.socketErrors, 0)
})

t.test('UDP: IPv6 loopback is answered, from ::1', { skip: skipWithoutIpv6 }, async (t) => {
  const { port } = await serve(t, {}, '::1')
  const client = await udpClient(t, '::1')
  client.send(message(7), port, '::1')
  const [answer, from] = await once(client, 'message')
  t.equal(idOf(answer), 7)
  t.equal(from.address, '::1')
  t.equal(from.port, port)
})

t.test(
  'UDP: silence and faults of Respond are counted and the next query is answered',
  async (t) => {
    const faults: unknown[] = []
    const respond: Respond = (query, out, via) => {
      const id = idOf(query)
      if (id === 1) return 0
      if (id === 2) throw new Error('a bug')
      if (id === 3) return out.length + 1
      if (id === 4) return Number.NaN
      return echo(query, out, via)
    }
    const { server, port } = await serve(t, { respond, onFault: (error) => faults.push(error) })
    const client = await udpClient(t)
    for (const id of [1, 2, 3, 4, 5]) client.send(message(id), port, '127.0.0.1')
    const [answer] = await once(client, 'message')
    t.equal(idOf(answer), 5)
    const { udp } = server.counters()
    t.match(udp, { received: 5, silenced: 1, faults: 3, answered: 1 })
    t.match(faults, [
      { message: 'a bug' },
      { message: 'Cannot send answer: length 65536 is not in 0 to 65535' },
      { message: 'Cannot send answer: length NaN is not in 0 to 65535' },
    ])
  },
)

t.test('UDP: an answer the kernel refuses (too long for a datagram) is counted', async (t) => {
  const { server, port } = await serve(t, { respond: (_query, out) => out.length })
  const client = await udpClient(t)
  client.send(message(1), port, '127.0.0.1')
  await turnsUntil(() => server.counters().udp.unsendable === 1)
  t.equal(server.counters().udp.answered, 0)
})

t.test('UDP: with no room in the send queue, queries are dropped before the work', async (t) => {
  let asked = 0
  const respond: Respond = (query, out, via) => {
    asked++
    return echo(query, out, via)
  }
  const { server, port } = await serve(t, { respond, limits: { udpSendQueueMax: 0 } })
  const client = await udpClient(t)
  client.send(message(1), port, '127.0.0.1')
  await turnsUntil(() => server.counters().udp.queueFull === 1)
  t.equal(asked, 0)
})

t.test('UDP: each answer carries its own octets though one buffer serves all', async (t) => {
  const respond: Respond = (query, out) => {
    out.fill(idOf(query) & 0xff, 0, 1000)
    out.set(query.subarray(0, 2))
    return 1000
  }
  const { port } = await serve(t, { respond })
  const client = await udpClient(t)
  const answers: Buffer[] = []
  client.on('message', (answer) => answers.push(answer))
  for (let id = 1; id <= 50; id++) client.send(message(id), port, '127.0.0.1')
  await turnsUntil(() => answers.length === 50)
  t.ok(answers.every((answer) => answer.subarray(2).every((octet) => octet === idOf(answer))))
})

/** A client whose `send` hands the datagram to the kernel before it returns. */
async function promptClient(t: Test): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    lookup: (numeric, _options, found) => found(null, numeric, 4),
  })
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  t.teardown(() => socket.unref())
  return socket
}

t.test('UDP: a client that has gone (ICMP unreachable) does not disturb the next', async (t) => {
  const { server, port } = await serve(t)
  const gone = await promptClient(t)
  for (let id = 0; id < 20; id++) gone.send(message(id), port, '127.0.0.1')
  gone.close()
  await turnsUntil(() => server.counters().udp.received === 20)
  const client = await udpClient(t)
  client.send(message(77), port, '127.0.0.1')
  const [answer] = await once(client, 'message')
  t.equal(idOf(answer), 77)
})

t.test('UDP: stop answers every datagram that the kernel had taken', async (t) => {
  const { server, port } = await serve(t)
  const client = await promptClient(t)
  const answers: Buffer[] = []
  client.on('message', (answer) => answers.push(answer))
  for (let id = 0; id < 100; id++) client.send(message(id), port, '127.0.0.1')
  t.equal(server.counters().udp.received, 0, 'none was read before the stop')
  await server.stop({ graceMs: 10_000 })
  t.equal(server.counters().udp.received, 100)
  t.equal(server.counters().udp.answered, 100)
  await turnsUntil(() => answers.length === 100)
  t.same(
    answers.map(idOf),
    Array.from({ length: 100 }, (_, id) => id),
  )
})

// A raw socket can write source port 0, which nobody can answer and `send` refuses by throwing.
const fromPortZero = `
import socket, struct, sys
query = bytes(12)
header = struct.pack('!HHHH', 0, int(sys.argv[1]), 8 + len(query), 0)
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
raw.sendto(header + query, ('127.0.0.1', 0))
`
const canSendRaw = (() => {
  try {
    execFileSync('python3', ['-c', fromPortZero, '9'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})()
t.test(
  'UDP: a query from port 0 is counted and does no harm',
  { skip: canSendRaw ? false : 'SKIPPED: NO PYTHON3 OR NO RIGHT TO RAW SOCKETS' },
  async (t) => {
    const { server, port } = await serve(t)
    execFileSync('python3', ['-c', fromPortZero, String(port)])
    await turnsUntil(() => server.counters().udp.received === 1)
    t.match(server.counters().udp, { unsendable: 1, answered: 0 })
  },
)

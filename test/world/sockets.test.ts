/** A world over real sockets of loopback: who is asked, when it is said, and what stays behind. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import t, { type Test } from 'tap'
import type { Asked } from '../../src/world/index.ts'
import { type OpenOptions, openWorld, type World } from '../../src/world/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { echo, smallWorld } from '../support/small-world.ts'
import { framed, idOf, message, tcpClient } from '../support/stream-client.ts'

const first = '127.53.0.3'
const second = '127.53.0.4'

async function open(t: Test, world: World, options: Partial<OpenOptions> = {}) {
  const opened = await openWorld(world, { port: 0, ...options })
  t.teardown(() => opened.close())
  return opened
}

/** Sends datagrams from one socket, and hears what comes back. */
async function udpClient(t: Test, address: string, port: number) {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => new Promise<void>((resolve) => socket.close(() => resolve())))
  return {
    send: (octets: Uint8Array) => socket.send(octets, port, address),
    async heard(): Promise<Uint8Array> {
      const [octets] = (await once(socket, 'message')) as [Uint8Array]
      return octets
    },
  }
}

t.test('each server is asked at its own address, by UDP and by TCP', async (t) => {
  const asked: Asked[] = []
  const world = smallWorld(
    (query, who) => {
      asked.push(who)
      return echo(query)
    },
    first,
    second,
    first,
  )
  const { addresses, port } = await open(t, world)
  t.strictSame(addresses, [first, second])
  for (const address of addresses) {
    const udp = await udpClient(t, address, port)
    udp.send(message(1))
    t.equal(idOf(await udp.heard()), 1)
    const tcp = await tcpClient(address, port)
    tcp.socket.end(framed(message(2), message(3, 60_000)))
    await tcp.ended()
    t.strictSame(tcp.answers.map(idOf), [2, 3])
    t.equal(tcp.answers[1]?.length, 60_000)
  }
  t.strictSame(asked.slice(0, 3), [
    { server: first, via: 'udp', from: '127.0.0.1' },
    { server: first, via: 'tcp', from: '127.0.0.1' },
    { server: first, via: 'tcp', from: '127.0.0.1' },
  ])
  t.equal(asked.at(-1)?.server, second)
})

t.test('one address may speak for all', async (t) => {
  const servers: string[] = []
  const world = smallWorld((query, { server }) => {
    servers.push(server)
    return echo(query)
  }, first)
  const front = '127.0.0.1'
  const { addresses, port } = await open(t, { ...world, front }, { front })
  t.strictSame(addresses, ['127.0.0.1'])
  const udp = await udpClient(t, '127.0.0.1', port)
  udp.send(message(7))
  await udp.heard()
  t.strictSame(servers, ['127.0.0.1'])
})

t.test('bug: an address that the world does not answer at is no front', async (t) => {
  const world = smallWorld(echo, first)
  const unknown = openWorld(world, { port: 0, front: '127.0.0.1' })
  await t.rejects(unknown, { code: 'world-invalid', message: /, no address does$/ })
  const other = openWorld({ ...world, front: '127.0.0.2' }, { port: 0, front: '127.0.0.1' })
  await t.rejects(other, { code: 'world-invalid', message: /, 127\.0\.0\.2 does$/ })
})

t.test('bug: a world that throws is silent, and goes on', async (t) => {
  const broken = (query: Uint8Array) => {
    if (idOf(query) === 1) throw new Error('broken')
    return echo(query)
  }
  const opened = await open(t, smallWorld(broken, first))
  const udp = await udpClient(t, first, opened.port)
  udp.send(message(1))
  udp.send(message(2))
  t.equal(idOf(await udp.heard()), 2)
  t.equal(opened.faults, 1)
  const tcp = await tcpClient(first, opened.port)
  tcp.socket.write(framed(message(1)))
  await tcp.ended()
  t.strictSame(tcp.answers, [])
  t.equal(opened.faults, 2)
})

t.test('nothing but loopback is listened on', async (t) => {
  for (const address of ['0.0.0.0', '192.0.2.1', '::1', '::', 'localhost', '127.1', '']) {
    const world = smallWorld(echo, first, address)
    await t.rejects(openWorld(world, { port: 0 }), { code: 'listen-remote' }, address)
    const front = openWorld(smallWorld(echo, first), { port: 0, front: address })
    await t.rejects(front, { code: 'listen-remote' }, address)
  }
})

t.test('where one address cannot be bound, none stays', async (t) => {
  const other = createServer()
  other.listen(0, second)
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as { port: number }
  await t.rejects(openWorld(smallWorld(echo, first, second), { port }), { code: 'listen-failed' })
  const { addresses } = await open(t, smallWorld(echo, first), { port })
  t.strictSame(addresses, [first])
})

t.test('a delayed reply waits for its time, others do not wait for it', async (t) => {
  const timers = manualTimers()
  const late = (query: Uint8Array) => ({ octets: query, delayMs: idOf(query) === 1 ? 300 : 0 })
  const { port } = await open(t, smallWorld(late, first), { timers })
  const udp = await udpClient(t, first, port)
  udp.send(message(1))
  udp.send(message(2))
  t.equal(idOf(await udp.heard()), 2)
  t.strictSame(timers.waiting(), [300])
  timers.advance(300)
  t.equal(idOf(await udp.heard()), 1)
  const tcp = await tcpClient(first, port)
  tcp.socket.end(framed(message(1), message(2)))
  await tcp.received(1)
  t.strictSame(tcp.answers.map(idOf), [2])
  timers.advance(300)
  await tcp.ended()
  t.strictSame(tcp.answers.map(idOf), [2, 1])
  t.strictSame(timers.waiting(), [])
})

t.test('silence over UDP is the end of a connection over TCP', async (t) => {
  const quiet = (query: Uint8Array) =>
    idOf(query) === 1 ? { octets: undefined, delayMs: 0 } : echo(query)
  const { port } = await open(t, smallWorld(quiet, first))
  const udp = await udpClient(t, first, port)
  udp.send(message(1))
  udp.send(message(2))
  t.equal(idOf(await udp.heard()), 2)
  const socket = connect({ host: first, port })
  socket.write(framed(message(1)))
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  t.equal(error.code, 'ECONNRESET')
})

t.test('messages come whole from whatever segments', async (t) => {
  const { port } = await open(t, smallWorld(echo, first))
  const tcp = await tcpClient(first, port)
  const octets = framed(message(1), message(2, 300), message(3))
  for (const octet of octets) {
    await new Promise<void>((resolve) => {
      tcp.socket.write(Uint8Array.of(octet), () => resolve())
    })
  }
  await tcp.received(3)
  t.strictSame(
    tcp.answers.map((answer) => [idOf(answer), answer.length]),
    [
      [1, 12],
      [2, 300],
      [3, 12],
    ],
  )
  tcp.socket.end()
  await tcp.ended()
})

t.test('who does not read is not read from', async (t) => {
  let asked = 0
  const big = new Uint8Array(60_000)
  const world = smallWorld(() => {
    asked++
    return { octets: big, delayMs: 0 }
  }, first)
  const { port } = await open(t, world)
  const tcp = await tcpClient(first, port)
  tcp.socket.pause()
  const queries = 500
  tcp.socket.end(framed(...Array.from({ length: queries }, (_, n) => message(n))))
  const udp = await udpClient(t, first, port)
  udp.send(message(1))
  await udp.heard()
  t.ok(asked < queries, `${asked} of ${queries} are answered`)
  tcp.socket.resume()
  await tcp.ended()
  t.equal(tcp.answers.length, queries)
})

t.test('limits: replies that wait, connections, silence', async (t) => {
  const timers = manualTimers()
  const limits = { pendingMax: 2, connectionsMax: 1, idleMs: 1000 }
  const late = (query: Uint8Array) => ({ octets: query, delayMs: idOf(query) < 9 ? 5000 : 0 })
  const { port } = await open(t, smallWorld(late, first), { timers, limits })
  const udp = await udpClient(t, first, port)
  for (const id of [1, 2, 3, 9]) udp.send(message(id))
  t.equal(idOf(await udp.heard()), 9)
  t.equal(timers.waiting().length, 2)

  const one = await tcpClient(first, port)
  one.socket.write(framed(message(9)))
  await one.received(1)
  const two = await tcpClient(first, port)
  await two.ended()
  t.equal(timers.waiting()[0], 1000)
  timers.advance(1000)
  await one.ended()
  t.equal(timers.waiting().length, 2)

  // No room to wait: the connection ends at once.
  const three = await tcpClient(first, port)
  three.socket.write(framed(message(1)))
  await three.ended()
})

t.test('a connection that waits for a reply is not idle', async (t) => {
  const timers = manualTimers()
  const late = (query: Uint8Array) => ({ octets: query, delayMs: 2500 })
  const { port } = await open(t, smallWorld(late, first), { timers, limits: { idleMs: 1000 } })
  const tcp = await tcpClient(first, port)
  tcp.socket.write(framed(message(1)))
  while (timers.waiting().length < 2) await new Promise(setImmediate)
  timers.advance(2500)
  await tcp.received(1)
  timers.advance(1000)
  await tcp.ended()
})

t.test('when it closes, nothing stays behind', async (t) => {
  const timers = manualTimers()
  const late = (query: Uint8Array) => ({ octets: query, delayMs: idOf(query) === 1 ? 300 : 0 })
  const world = smallWorld(late, first, second)
  const opened = await openWorld(world, { port: 0, timers })
  const { port } = opened
  const tcp = await tcpClient(first, port)
  tcp.socket.write(framed(message(1), message(2)))
  await tcp.received(1)
  t.equal(timers.waiting().length, 2)
  await Promise.all([opened.close(), opened.close()])
  await tcp.ended()
  t.strictSame(timers.waiting(), [])
  const again = await open(t, world, { port })
  t.equal(again.port, port)
})

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { defaultPolicyLimits, type PolicyLimits } from '../../src/policy/limits.ts'
import type { PolicyAnswer } from '../../src/policy/policies.ts'
import { socketmap, tcpTable } from '../../src/policy/protocol.ts'
import { type PolicyServerOptions, startPolicyServer } from '../../src/policy/server.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'

function found(key: string, value = 'may'): PolicyAnswer {
  const reply = { kind: 'found', value } as const
  return { key, reply, reason: 'made up', ttl: 0, isCached: false, elapsedMs: 0 }
}

async function serve(
  t: Test,
  options: Partial<PolicyServerOptions> & { bounds?: Partial<PolicyLimits> } = {},
) {
  const answered: string[] = []
  const timers = manualTimers()
  const { bounds, ...rest } = options
  const server = await startPolicyServer({
    place: { kind: 'tcp', address: '127.0.0.1', port: 0 },
    protocol: socketmap,
    answer: async (key) => found(key),
    onAnswer: ({ key }) => void answered.push(key),
    timers,
    limits: { ...defaultPolicyLimits, ...bounds },
    ...rest,
  })
  t.teardown(() => server.stop())
  return { server, answered, timers, port: server.address?.port ?? 0 }
}

/** A client that collects what it is told. */
async function client(t: Test, port: number) {
  const socket = connect({ port, host: '127.0.0.1' })
  t.teardown(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  let text = ''
  const looking = new Set<() => void>()
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    for (const look of [...looking]) look()
  })
  const gone = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  /** Resolves when as many octets have come, or the end. */
  const told = (octets: number): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (text.length >= octets) resolve(text)
      }
      looking.add(look)
      look()
      void gone.then(() => resolve(text))
    })
  return { socket, told, gone }
}

const ask = (key: string): string => `${key.length + 2}:m ${key},`

t.test('startPolicyServer answers one after the other over one connection', async (t) => {
  const { port, answered } = await serve(t)
  const { socket, told } = await client(t, port)
  socket.write(ask('a.test') + ask('b.test'))
  t.equal(await told(14), '6:OK may,6:OK may,')
  socket.write(ask('c.test'))
  t.equal(await told(27), '6:OK may,6:OK may,6:OK may,')
  t.same(answered, ['a.test', 'b.test', 'c.test'])
})

t.test('startPolicyServer speaks the tcp_table protocol', async (t) => {
  const { port } = await serve(t, { protocol: tcpTable })
  const { socket, told } = await client(t, port)
  socket.write('get a.test\nbad\nget b.test\n')
  t.match(await told(60), /^200 may\n400 [!-~]+\n200 may\n$/)
})

t.test('startPolicyServer: a request that is lost ends the connection, with a word', async (t) => {
  const { port } = await serve(t)
  const { socket, told, gone } = await client(t, port)
  socket.write(`${ask('a.test')}nonsense`)
  await gone
  t.match(await told(0), /^6:OK may,\d+:PERM a netstring begins/)
})

t.test('startPolicyServer: nobody else waits for a connection that is slow', async (t) => {
  let finish: (answer: PolicyAnswer) => void = () => undefined
  const slow = new Promise<PolicyAnswer>((resolve) => {
    finish = resolve
  })
  const answer = (key: string) => (key === 'slow.test' ? slow : Promise.resolve(found(key)))
  const { port } = await serve(t, { answer })
  const first = await client(t, port)
  const second = await client(t, port)
  first.socket.write(ask('slow.test') + ask('next.test'))
  second.socket.write(ask('fast.test'))
  t.equal(await second.told(9), '6:OK may,')
  finish(found('slow.test', 'dane'))
  t.equal(await first.told(18), '7:OK dane,6:OK may,', 'in the order of asking')
})

t.test(
  'startPolicyServer: silence ends a connection, and so do requests without end',
  async (t) => {
    const { port, timers } = await serve(t)
    const silent = await client(t, port)
    const dripping = await client(t, port)
    silent.socket.write(ask('a.test'))
    await silent.told(9)
    dripping.socket.write('9')
    timers.advance(defaultPolicyLimits.idleTimeoutMs)
    await Promise.all([silent.gone, dripping.gone])
    t.pass('both are gone')
  },
)

t.test('startPolicyServer: more than connectionsMax are turned away', async (t) => {
  const { port } = await serve(t, { bounds: { connectionsMax: 2 } })
  const first = await client(t, port)
  const second = await client(t, port)
  const third = await client(t, port)
  await third.gone
  first.socket.destroy()
  second.socket.write(ask('a.test'))
  t.equal(await second.told(9), '6:OK may,')
})

t.test('startPolicyServer stop: answers what was asked, then closes all', async (t) => {
  let finish: (answer: PolicyAnswer) => void = () => undefined
  const slow = new Promise<PolicyAnswer>((resolve) => {
    finish = resolve
  })
  let heard: () => void = () => undefined
  const isAsked = new Promise<void>((resolve) => {
    heard = resolve
  })
  const answer = (): Promise<PolicyAnswer> => {
    heard()
    return slow
  }
  const { server, port } = await serve(t, { answer })
  const idle = await client(t, port)
  const busy = await client(t, port)
  busy.socket.write(ask('a.test'))
  await isAsked
  const stopped = server.stop()
  await idle.gone
  finish(found('a.test'))
  await stopped
  t.equal(await busy.told(9), '6:OK may,')
  await busy.gone
})

t.test('bug: whoever asked thousands of questions at once kept the server alive', async (t) => {
  const finishers: (() => void)[] = []
  const heard: (() => void)[] = []
  const isAsked = new Promise<void>((resolve) => heard.push(resolve))
  const answer = (key: string): Promise<PolicyAnswer> => {
    for (const hear of heard) hear()
    return new Promise((resolve) => finishers.push(() => resolve(found(key))))
  }
  const { server, port } = await serve(t, { answer })
  const { socket, told, gone } = await client(t, port)
  socket.write(ask('a.test').repeat(1000))
  await isAsked
  const stopped = server.stop()
  finishers[0]?.()
  await Promise.all([stopped, gone])
  t.equal(await told(0), '6:OK may,')
  t.equal(finishers.length, 1)
})

t.test('startPolicyServer: a peer that reads nothing is not answered for ever', async (t) => {
  const value = `secure match=${'x'.repeat(16_000)}`
  const { port, answered, timers } = await serve(t, { answer: async (key) => found(key, value) })
  const { socket, gone } = await client(t, port)
  socket.pause()
  const many = 4000
  socket.write(ask('a.test').repeat(many))
  await until(() => answered.length > 0)
  // The kernel takes so much and no more; meanwhile the time of the peer runs.
  await until(() => {
    timers.advance(defaultPolicyLimits.idleTimeoutMs)
    return timers.waiting().length === 0
  })
  socket.resume()
  await gone
  t.ok(answered.length < many, `${answered.length} of ${many}`)
})

/** Waits, some turns of the loop at a time. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
  }
}

t.test('startPolicyServer: an address that is taken is an error with a code', async (t) => {
  const other = createServer()
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const bound = other.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  await t.rejects(serve(t, { place: { kind: 'tcp', address: '127.0.0.1', port } }), {
    code: 'listen-failed',
  })
})

t.test('startPolicyServer: a Unix socket is put where it is said, and taken away', async (t) => {
  const path = join(temporaryDirectory(t), 's')
  let isTaken = false
  const { server } = await serve(t, {
    place: {
      kind: 'unix',
      async place(listening) {
        listening.listen({ path })
        await once(listening, 'listening')
        return () => {
          isTaken = true
        }
      },
    },
  })
  t.equal(server.address, undefined)
  const socket: Socket = connect({ path })
  socket.write(ask('a.test'))
  const [answer] = await once(socket, 'data')
  t.equal(String(answer), '6:OK may,')
  socket.destroy()
  await server.stop()
  t.ok(isTaken)
})

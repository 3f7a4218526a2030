import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { CodedError } from '../../src/base/index.ts'
import {
  type CommandHandler,
  type ControlOptions,
  callControl,
  defaultControlLimits,
  openControl,
  placeSocket,
} from '../../src/control/index.ts'
import { manualTimers } from '../support/manual-timers.ts'

function socketPath(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-control-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'control.sock')
}

async function control(
  t: Test,
  commands: Readonly<Record<string, CommandHandler>>,
  options: Partial<ControlOptions> = {},
) {
  const path = options.path ?? socketPath(t)
  const timers = manualTimers()
  const opened = await openControl({
    path,
    timers,
    ...options,
    commands: new Map(Object.entries(commands)),
  })
  t.teardown(() => opened.close())
  return { path, timers, control: opened }
}

/** What comes back, as text, for octets sent as they are. */
async function raw(path: string, text: string | Uint8Array, end = true): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true })
  socket.on('error', () => undefined)
  if (end) socket.end(text)
  else socket.write(text)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  await Promise.race([once(socket, 'end'), once(socket, 'close')]).catch(() => undefined)
  socket.destroy()
  return answer
}

const ping: CommandHandler = async () => ({ pong: true })

t.test(
  'callControl gives the handler the request, tells of progress and returns the result',
  async (t) => {
    const { path } = await control(t, {
      reload: async (request, progress) => {
        progress({ step: 1 })
        progress({ step: 2 })
        return { zones: request['zones'] }
      },
    })
    const events: unknown[] = []
    const request = { command: 'reload', zones: ['example.'] }
    const result = await callControl(path, request, (event) => events.push(event))
    t.same(result, { zones: ['example.'] })
    t.same(events, [{ step: 1 }, { step: 2 }])
  },
)

t.test('callControl throws the coded error of the handler, place and all', async (t) => {
  const place = { file: 'zones/example.zone', line: 3, column: 7 }
  const { path } = await control(t, {
    reload: () => Promise.reject(new CodedError('rdata-invalid', 'Cannot read MX: "x"', place)),
  })
  await t.rejects(callControl(path, { command: 'reload' }), {
    name: 'CodedError',
    code: 'rdata-invalid',
    message: 'Cannot read MX: "x"',
    place,
  })
})

t.test(
  'callControl: any other error of a handler is control-failed, and the next one runs',
  async (t) => {
    const { path } = await control(t, {
      ping,
      bug: () => {
        throw new TypeError('a bug')
      },
      cycle: async () => {
        const self: Record<string, unknown> = {}
        self['self'] = self
        return self
      },
    })
    await t.rejects(callControl(path, { command: 'bug' }), {
      code: 'control-failed',
      message: 'a bug',
    })
    await t.rejects(callControl(path, { command: 'cycle' }), { code: 'control-failed' })
    t.same(await callControl(path, { command: 'ping' }), { pong: true })
  },
)

t.test('callControl: an unknown command is named with those that are known', async (t) => {
  const { path } = await control(t, { reload: ping, ping })
  await t.rejects(callControl(path, { command: 'toString' }), {
    code: 'control-unknown-command',
    message: 'Cannot carry out "toString": the commands are ping, reload',
  })
})

t.test('callControl without a server says how to start one', async (t) => {
  const path = socketPath(t)
  await t.rejects(callControl(path, { command: 'ping' }), {
    code: 'control-absent',
    message:
      `Cannot reach a server at "${path}": there is no such socket; ` +
      'start a server with `danelaw serve`',
  })
})

t.test('callControl says so when the server goes away before it answers', async (t) => {
  const path = socketPath(t)
  const server = createServer((socket) => socket.once('data', () => socket.destroy()))
  server.listen({ path })
  await once(server, 'listening')
  t.teardown(() => server.close())
  await t.rejects(callControl(path, { command: 'ping' }), { code: 'control-interrupted' })
})

for (const [what, line] of [
  ['no JSON', 'hello'],
  ['none of the three forms', '{"ok":true}'],
  ['no object', '[1]'],
] as const) {
  t.test(`callControl: an answer that is ${what} is control-malformed`, async (t) => {
    const path = socketPath(t)
    const server = createServer((socket) => socket.end(`${line}\n`))
    server.listen({ path })
    await once(server, 'listening')
    t.teardown(() => server.close())
    await t.rejects(callControl(path, { command: 'ping' }), { code: 'control-malformed' })
  })
}

t.test(
  'callControl: a code of a later version becomes control-failed and keeps its message',
  async (t) => {
    const path = socketPath(t)
    const server = createServer((socket) =>
      socket.end('{"ok":false,"code":"not-yet-invented","message":"Cannot do this"}\n'),
    )
    server.listen({ path })
    await once(server, 'listening')
    t.teardown(() => server.close())
    await t.rejects(callControl(path, { command: 'ping' }), {
      code: 'control-failed',
      message: 'Cannot do this',
    })
  },
)

for (const [what, request, reason] of [
  ['no JSON', 'hello\n', '"hello" is not JSON'],
  ['no object', '[]\n', '"[]" is not a JSON object'],
  ['no command', '{}\n', '"command" must be a string, not absent'],
  ['a command that is no string', '{"command":7}\n', '"command" must be a string, not 7'],
  ['two requests', '{"command":"ping"}\n{"command":"ping"}\n', 'one request is taken'],
  ['no UTF-8', Uint8Array.of(0xff, 0x0a), 'a line is not UTF-8'],
  ['too long', `${' '.repeat(101)}\n`, 'a line exceeds 100 octets'],
  ['too long and without an end', ' '.repeat(101), 'a line exceeds 100 octets'],
] as const) {
  t.test(`openControl answers a request that is ${what} with control-malformed`, async (t) => {
    const { path } = await control(t, { ping }, { limits: { requestOctetsMax: 100 } })
    const answer: unknown = JSON.parse(await raw(path, request))
    t.match(answer, { ok: false, code: 'control-malformed' })
    t.match((answer as { message: string }).message, reason)
  })
}

t.test(
  'openControl takes a request that comes octet by octet, from a client that ends its half',
  async (t) => {
    const { path } = await control(t, { ping })
    const socket = connect({ path, allowHalfOpen: true })
    for (const octet of Buffer.from('{"command":"ping"}\n')) {
      await new Promise((sent) => socket.write(Uint8Array.of(octet), sent))
      await new Promise(setImmediate)
    }
    socket.end()
    const [answer] = await once(socket, 'data')
    t.equal(String(answer), '{"ok":true,"result":{"pong":true}}\n')
  },
)

t.test('openControl runs one command at a time, in the order of arrival', async (t) => {
  const started: unknown[] = []
  const finish: (() => void)[] = []
  const { path } = await control(t, {
    wait: (request) => {
      started.push(request['n'])
      return new Promise((resolve) => finish.push(() => resolve({ n: request['n'] })))
    },
  })
  const calls = []
  for (const n of [1, 2, 3]) {
    calls.push(callControl(path, { command: 'wait', n }))
    await turns(10)
  }
  t.same(started, [1])
  for (const n of [1, 2, 3]) {
    while (finish.length < n) await turns(1)
    t.equal(started.length, n)
    finish[n - 1]?.()
    t.same(await calls[n - 1], { n })
  }
})

t.test('bug: a long command that only reads keeps nobody waiting', async (t) => {
  let finish: () => void = () => undefined
  const backup = () => new Promise<object>((resolve) => (finish = () => resolve({ done: true })))
  const { path } = await control(t, { backup, ping }, { readers: new Set(['backup']) })
  const long = callControl(path, { command: 'backup' })
  await turns(10)
  t.same(await callControl(path, { command: 'ping' }), { pong: true })
  finish()
  t.same(await long, { done: true })
})

t.test('bug: a command that only reads waits for no long one', async (t) => {
  let finish: () => void = () => undefined
  const reload = () => new Promise<object>((resolve) => (finish = () => resolve({ done: true })))
  const { path, control: opened } = await control(
    t,
    { reload, ping },
    { readers: new Set(['ping']) },
  )
  const long = callControl(path, { command: 'reload' })
  await turns(10)
  t.same(await callControl(path, { command: 'ping' }), { pong: true })
  await opened.close()
  finish()
  t.same(await long, { done: true }, 'what is under way is answered')
})

t.test('openControl refuses clients over its limit', async (t) => {
  const { path } = await control(t, { ping }, { limits: { clientsMax: 1 } })
  const first = connect({ path })
  await once(first, 'connect')
  await turns(5)
  t.match(JSON.parse(await raw(path, '')), { ok: false, code: 'control-busy' })
  first.destroy()
  await turns(5)
  t.same(await callControl(path, { command: 'ping' }), { pong: true })
})

t.test('openControl cuts off a client that asks nothing for requestTimeoutMs', async (t) => {
  const { path, timers } = await control(t, { ping })
  const silent = raw(path, '{', false)
  while (timers.waiting().length === 0) await turns(1)
  timers.advance(defaultControlLimits.requestTimeoutMs)
  t.equal(await silent, '')
  t.same(timers.waiting(), [])
})

t.test('openControl parts from a client that has its answer and stays', async (t) => {
  const { path, timers } = await control(t, { ping }, { limits: { clientsMax: 1 } })
  const lingering = connect({ path, allowHalfOpen: true })
  lingering.write('{"command":"ping"}\n')
  await once(lingering, 'data')
  await t.rejects(callControl(path, { command: 'ping' }), { code: 'control-busy' })
  timers.advance(defaultControlLimits.requestTimeoutMs)
  await turns(5)
  t.same(await callControl(path, { command: 'ping' }), { pong: true })
  lingering.destroy()
})

t.test('openControl: a command under way has no time limit', async (t) => {
  const { path, timers } = await control(t, {
    slow: async () => {
      timers.advance(3_600_000)
      return {}
    },
  })
  t.same(await callControl(path, { command: 'slow' }), {})
})

t.test(
  'openControl drops progress for a client that does not read, and still answers',
  async (t) => {
    const events = 5000
    const { path } = await control(t, {
      chatty: async (_request, progress) => {
        for (let n = 0; n < events; n++) progress({ n, text: 'x'.repeat(1000) })
        return { done: true }
      },
    })
    const lines = (await raw(path, '{"command":"chatty"}\n')).trimEnd().split('\n')
    t.ok(lines.length < events, `${lines.length} lines for ${events} events`)
    t.equal(lines.at(-1), '{"ok":true,"result":{"done":true}}')
  },
)

t.test(
  'openControl makes a socket for its owner alone, in a directory it makes if need be',
  async (t) => {
    const path = join(socketPath(t), 'deeper', 'control.sock')
    await control(t, { ping }, { path })
    t.equal(statSync(path).mode & 0o777, 0o600)
    t.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
    t.same(await callControl(path, { command: 'ping' }), { pong: true })
  },
)

t.test('openControl takes the place of a socket whose server has died', async (t) => {
  const path = socketPath(t)
  await leaveStale(path)
  t.ok(existsSync(path))
  await t.rejects(callControl(path, { command: 'ping' }), {
    code: 'control-absent',
    message: /nobody listens there/,
  })
  await control(t, { ping }, { path })
  t.same(await callControl(path, { command: 'ping' }), { pong: true })
})

t.test('placeSocket gives a socket the mode it is told, however the umask stands', async (t) => {
  for (const mode of [0o600, 0o660]) {
    const path = socketPath(t)
    const server = createServer()
    t.teardown(() => server.close())
    const remove = await placeSocket(server, path, mode)
    t.equal(statSync(path).mode & 0o777, mode)
    remove()
    t.notOk(existsSync(path))
  }
})

t.test('openControl leaves a socket alone on which a server answers', async (t) => {
  const { path } = await control(t, { ping })
  await t.rejects(control(t, { ping }, { path }), {
    code: 'control-in-use',
    message: `Cannot make socket "${path}": another server answers there`,
  })
  t.same(await callControl(path, { command: 'ping' }), { pong: true })
})

t.test(
  'openControl: of several that start at once over a dead one, one gets the place',
  async (t) => {
    const path = socketPath(t)
    await leaveStale(path)
    const started = await Promise.allSettled([1, 2, 3, 4].map(() => control(t, { ping }, { path })))
    t.equal(started.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const result of started) {
      if (result.status === 'rejected') t.match(result.reason, { code: 'control-in-use' })
    }
    t.same(await callControl(path, { command: 'ping' }), { pong: true })
  },
)

t.test('openControl never replaces a file that is not a socket', async (t) => {
  const path = socketPath(t)
  writeFileSync(path, 'precious')
  await t.rejects(control(t, { ping }, { path }), {
    code: 'control-path-invalid',
    message: `Cannot make socket "${path}": something that is not a socket is there`,
  })
  t.ok(existsSync(path))
})

t.test('a path too long for a socket is control-path-invalid on both sides', async (t) => {
  const path = join(socketPath(t), '..', 'x'.repeat(107))
  await t.rejects(control(t, { ping }, { path }), { code: 'control-path-invalid' })
  await t.rejects(callControl(path, { command: 'ping' }), { code: 'control-path-invalid' })
})

t.test(
  'a directory that may not be used is control-denied',
  {
    skip: process.getuid?.() === 0 ? 'SKIPPED: ROOT MAY USE EVERY DIRECTORY' : false,
  },
  async (t) => {
    const path = socketPath(t)
    const directory = join(path, '..', 'closed')
    mkdirSync(directory)
    chmodSync(directory, 0o500)
    await t.rejects(control(t, { ping }, { path: join(directory, 's') }), {
      code: 'control-denied',
    })
  },
)

t.test(
  'close takes the socket away, refuses who waits and lets the command under way answer',
  async (t) => {
    let finish = () => undefined as undefined
    const running = new Promise<void>((begun) => {
      finish = () => {
        begun()
      }
    })
    const { path, control: opened } = await control(t, {
      stop: async () => {
        await opened.close()
        finish()
        return { stopped: true }
      },
      ping,
    })
    const idle = raw(path, '', false)
    await turns(5)
    const stopping = callControl(path, { command: 'stop' })
    await running
    t.same(await stopping, { stopped: true })
    t.match(JSON.parse(await idle), { code: 'control-busy' })
    t.notOk(existsSync(path))
    await t.rejects(callControl(path, { command: 'ping' }), { code: 'control-absent' })
  },
)

t.test('close leaves the socket of a successor in its place', async (t) => {
  const { path, control: first } = await control(t, { ping })
  rmSync(path)
  await control(t, { ping: async () => ({ successor: true }) }, { path })
  await first.close()
  t.same(await callControl(path, { command: 'ping' }), { successor: true })
})

/** Leaves a socket at `path` on which nobody listens, as a killed server does. */
async function leaveStale(path: string): Promise<void> {
  const server = createServer()
  server.listen({ path: `${path}.dead` })
  await once(server, 'listening')
  const { renameSync } = await import('node:fs')
  renameSync(`${path}.dead`, path)
  server.close()
  await once(server, 'close')
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

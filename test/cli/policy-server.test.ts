import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { install, startDanelaw } from '../support/danelaw.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { makeWorld, runCommand } from '../support/world.ts'

const zone = `$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
ns A 127.0.0.1
@ MX 10 mx
mx A 192.0.2.25
_25._tcp.mx TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
plain MX 10 plain-mx
plain-mx A 192.0.2.26
null MX 0 .
`

/** A signed root of mail, served by danelaw, that commands iterate from. */
async function served(t: Test) {
  const danelaw = install(t, [{ name: '.', text: zone }])
  const { port } = await startDanelaw(t, danelaw)
  const anchor = join(danelaw.directory, 'keys', 'root.anchor')
  const time = new Date().toISOString().replace(/\.\d+/, '')
  return ['--server', `127.0.0.1:${port}`, '--anchor', anchor, '--time', time]
}

/** Starts `danelaw policy-server` in this process and waits until it answers. */
async function serving(t: Test, ...argv: readonly string[]) {
  const world = makeWorld(temporaryDirectory(t))
  const done = runCli(['policy-server', ...argv], '1.2.3', world.io)
  await Promise.race([world.written(/smtp_tls_policy_maps|"event":"ready"/), done])
  t.teardown(async () => {
    world.signal('stop')
    await done
  })
  return { world, done }
}

/** What comes back for octets. */
async function exchange(to: { port: number } | { path: string }, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', ...to })
  socket.write(text)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return String(answer)
}

const ask = (key: string): string => `${key.length + 2}:m ${key},`

t.test('policy-server: answers socketmap at a port, says what main.cf is to say', async (t) => {
  const { world, done } = await serving(t, '--listen', '127.0.0.1:0', ...(await served(t)))
  const [, port] =
    /smtp_tls_policy_maps = socketmap:inet:127\.0\.0\.1:(\d+):danelaw\n/.exec(world.out()) ?? []
  const to = { port: Number(port) }
  t.equal(await exchange(to, ask('.')), '9:NOTFOUND ,')
  t.equal(await exchange(to, ask('plain')), '6:OK may,')
  t.equal(await exchange(to, ask('[mx]')), '12:OK dane-only,')
  t.equal(await exchange(to, ask('null')), '9:NOTFOUND ,')
  t.match(await exchange(to, ask('no domain')), /^\d+:PERM not a destination of mail: /)
  t.match(world.err(), /^"plain": may \(_25\._tcp\.plain-mx\. has no TLSA records; 0 ms\)$/m)
  world.signal('reload')
  t.equal(await exchange(to, ask('plain')), '6:OK may,', 'there is nothing to reload')
  t.match(world.err(), /^"plain": may \(.*; kept\)$/m)
  world.signal('stop')
  t.equal(await done, 0)
})

t.test('policy-server: --json, --protocol tcp, --without-policy', async (t) => {
  const args = ['--listen', '127.0.0.1:0', '--json', '--protocol', 'tcp', '--no-mta-sts']
  const { world, done } = await serving(
    t,
    ...[...args, '--without-policy', 'notfound', ...(await served(t))],
  )
  const ready = JSON.parse(world.out())
  t.match(ready, { event: 'ready', protocol: 'tcp', listen: { address: '127.0.0.1' } })
  const { port } = ready.listen
  t.equal(await exchange({ port }, 'get plain\n'), '500 not%20found\n')
  t.equal(await exchange({ port }, 'get %5bmx%5d\n'), '200 dane-only\n')
  const [plain, host] = world
    .err()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(plain, { event: 'answer', key: 'plain', answer: 'absent', cached: false })
  t.match(host, { key: '[mx]', answer: 'found', value: 'dane-only', ttl: 300 })
  world.signal('stop')
  t.equal(await done, 0)
  t.match(world.out(), /\{"event":"stopped"\}\n$/)
})

t.test('policy-server: --socket, for its user, or for the group too', async (t) => {
  const dns = await served(t)
  for (const mode of ['0600', '0660'] as const) {
    const path = join(temporaryDirectory(t), 's')
    const { world, done } = await serving(t, '--socket', path, '--socket-mode', mode, ...dns)
    t.match(world.out(), `smtp_tls_policy_maps = socketmap:unix:${path}:danelaw\n`)
    t.equal(statSync(path).mode & 0o777, Number.parseInt(mode, 8))
    t.equal(await exchange({ path }, ask('plain')), '6:OK may,')
    world.signal('stop')
    t.equal(await done, 0)
    t.throws(() => statSync(path), 'it is gone')
  }
})

t.test('policy-server: --sts-cache keeps policies over a restart', async (t) => {
  const file = join(temporaryDirectory(t), 'sts.json')
  const dns = await served(t)
  const answerOfRun = async (): Promise<string> => {
    const args = ['--listen', '127.0.0.1:0', '--sts-cache', file, ...dns]
    const { world, done } = await serving(t, ...args)
    const [, port] = /127\.0\.0\.1:(\d+):/.exec(world.out()) ?? []
    const answer = await exchange({ port: Number(port) }, ask('plain'))
    world.signal('stop')
    t.equal(await done, 0)
    return answer
  }
  t.equal(await answerOfRun(), '6:OK may,')
  t.same(JSON.parse(readFileSync(file, 'utf8')), { domains: [] })
  t.equal(statSync(file).mode & 0o777, 0o600)
  const lines = ['version: STSv1', 'mode: enforce', 'max_age: 86400', 'mx: plain-mx.example']
  const kept = { id: '1', expires: 4_000_000_000, lines }
  writeFileSync(file, JSON.stringify({ domains: [{ domain: 'plain', kept }] }))
  for (const run of [1, 2]) {
    t.match(
      await answerOfRun(),
      /:OK secure match=plain-mx\.example servername=hostname,$/,
      `${run}`,
    )
  }
  for (const text of ['{', '{"domains":[{}]}']) {
    writeFileSync(file, text)
    const { code, err } = await runCommand('/', 'policy-server', '--sts-cache', file, ...dns)
    t.equal(code, 1)
    t.match(err, /\[sts-cache-invalid\]/)
  }
})

t.test('policy-server: others may ask only where that is meant', async (t) => {
  const dns = ['--server', '127.0.0.1:1']
  for (const address of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
    const { code, err } = await runCommand('/', 'policy-server', '--listen', address, ...dns)
    t.equal(code, 1, address)
    t.match(err, /it is not loopback; add --allow-remote \[listen-remote\]/)
  }
  const { world, done } = await serving(t, '--listen', '0.0.0.0:0', '--allow-remote', ...dns)
  t.match(world.out(), /socketmap:inet:0\.0\.0\.0:\d+:danelaw/)
  world.signal('stop')
  t.equal(await done, 0)
})

t.test('policy-server: what cannot be done has exit code 1, or 2 for usage', async (t) => {
  const run = (...args: readonly string[]) => runCommand('/', 'policy-server', ...args)
  for (const address of ['127.0.0.1', 'localhost:1', '127.0.0.1:65536', '::1:1', '']) {
    t.equal((await run('--listen', address)).code, 2, address)
  }
  t.equal((await run('--protocol', 'http')).code, 2)
  t.equal((await run('--socket-mode', '0666')).code, 2)
  const absent = await run('--server', '127.0.0.1', '--ca', '/nowhere/ca.pem', '--json')
  t.equal(absent.code, 1)
  t.match(JSON.parse(absent.out), { event: 'failed', findings: [{ code: 'file-unreadable' }] })
  const { world } = await serving(t, '--listen', '127.0.0.1:0', '--server', '127.0.0.1:1')
  const [, port = ''] = /127\.0\.0\.1:(\d+):/.exec(world.out()) ?? []
  const taken = await run('--listen', `127.0.0.1:${port}`, '--server', '127.0.0.1:1')
  t.match(taken, { code: 1, err: /\[listen-failed\]/ })
})

t.test('bug: a key moved the cursor of whoever reads the log', async (t) => {
  const { world } = await serving(t, '--listen', '127.0.0.1:0', '--server', '127.0.0.1:1')
  const [, port] = /127\.0\.0\.1:(\d+):/.exec(world.out()) ?? []
  const key = '\u009b2J\u202e.test'
  t.match(await exchange({ port: Number(port) }, `${Buffer.byteLength(key) + 2}:m ${key},`), 'PERM')
  t.match(world.err(), '\\u{9b}2J\\u{202e}.test')
  t.notMatch(world.err(), /[^\P{C}\n]/u)
})

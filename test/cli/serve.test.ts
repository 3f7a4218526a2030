import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { readMessage } from '../../src/message/index.ts'
import { RR, type RRType } from '../../src/rr/index.ts'
import { issue } from '../support/certificates.ts'
import { namesShownAt } from '../support/peer-names.ts'
import { dnsClient, encodeQuery } from '../support/peers/client.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { zoneText } from '../support/publishing.ts'
import { makeWorld, runCommand } from '../support/world.ts'

const config = 'listen: [127.0.0.1:0]\ncontrol: { socket: ./c.sock }\n'

/** A directory with these files whose path is short enough for a Unix socket. */
function installed(t: Test, files: NonNullable<Parameters<Test['testdir']>[0]>): string {
  const directory = temporaryDirectory(t)
  cpSync(t.testdir(files), directory, { recursive: true })
  return directory
}

/** Starts `danelaw serve` in this process and waits until it serves. */
async function serving(t: Test, cwd: string, ...argv: readonly string[]) {
  const world = makeWorld(cwd)
  const done = runCli(['serve', ...argv], '1.2.3', world.io)
  await Promise.race([world.written(/serves \d+ zone|"event":"ready"/), done])
  t.teardown(async () => {
    world.signal('stop')
    await done
  })
  const port = Number(/127\.0\.0\.1:(\d+)|"port":(\d+)/.exec(world.out())?.slice(1).join(''))
  return { world, done, port }
}

/** What a server answers over UDP and TCP: the records of the answer section. */
async function ask(t: Test, port: number, name: string, type: RRType) {
  const client = dnsClient(port)
  t.teardown(() => client.close())
  const query = encodeQuery({ name, type, dnssecOk: true })
  const [udp, tcp] = await Promise.all([client.udp(query), client.tcp(query)])
  t.same(readMessage(udp).answer, readMessage(tcp).answer, 'UDP and TCP agree')
  return readMessage(udp)
}

t.test('serve: says for people what it serves, with DS, dig and delv lines', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': config, zones: { 'a.test.zone': zoneText(7) } })
  const { world, done, port } = await serving(t, cwd)
  const lines = world.out().split('\n')
  t.equal(lines[0], `danelaw 1.2.3 serves 1 zone on 127.0.0.1:${port} (UDP, TCP)`)
  t.match(lines[2], /^a\.test\. {2}serial 7 {2}denial nsec {2}ECDSAP256SHA256 \d+$/)
  t.match(lines[3], /^ {2}DS {4}a\.test\. IN DS \d+ 13 2 [0-9A-Fa-f]{64}$/)
  t.equal(lines[4], `  dig   dig @127.0.0.1 -p ${port} a.test. SOA +dnssec`)
  t.equal(
    lines[5],
    `  delv  delv @127.0.0.1 -p ${port} -a keys/a.test.anchor +root=a.test. a.test. SOA`,
  )
  const anchor = readFileSync(join(cwd, 'keys/a.test.anchor'), 'utf8')
  t.match(anchor, /^trust-anchors \{\n {4}"a\.test\." static-key 257 3 13 "[^"]+";\n\};\n$/)
  world.signal('stop')
  t.equal(await done, 0)
  t.notOk(existsSync(join(cwd, 'c.sock')), 'the control socket is gone')
})

t.test('serve --json: ready, reload and stopped, one object a line', async (t) => {
  const cwd = installed(t, {
    'danelaw.yaml': `${config}overrides: { b.test: { dnssec: off } }`,
    zones: { 'a.test.zone': zoneText(7), 'b.test.zone': zoneText(8) },
  })
  const { world, done, port } = await serving(t, cwd, '--json')
  writeFileSync(join(cwd, 'zones/a.test.zone'), zoneText(9))
  world.signal('reload')
  await world.written(/"event":"reload"/)
  world.signal('stop')
  t.equal(await done, 0)
  const events = world
    .out()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(events, [
    {
      event: 'ready',
      version: '1.2.3',
      listen: [
        { via: 'udp', address: '127.0.0.1', port },
        { via: 'tcp', address: '127.0.0.1', port },
      ],
      zones: [
        { zone: 'a.test.', serial: 7, denial: 'nsec', ds: [/^\d+ 13 2 /] },
        { zone: 'b.test.', serial: 8, denial: 'off', ds: [] },
      ],
      findings: [],
    },
    {
      event: 'reload',
      clean: true,
      zones: [
        { zone: 'a.test.', verdict: 'updated', serial: 9, changes: 1, keysMade: [], findings: [] },
        { zone: 'b.test.', verdict: 'unchanged', serial: 8 },
      ],
      findings: [],
      restart: [],
    },
    { event: 'stopped' },
  ])
  t.equal(events.length, 3)
})

t.test('serve and reload: a changed record is served, a bad file changes nothing', async (t) => {
  const cwd = installed(t, {
    'danelaw.yaml': config,
    zones: { 'a.test.zone': zoneText(1), 'b.test.zone': zoneText(1) },
  })
  const { port } = await serving(t, cwd)
  const addresses = async () => {
    const { answer, flags } = await ask(t, port, 'ns.a.test.', RR.A)
    t.ok(flags & 0x0400, 'AA')
    const rrsigs = answer.filter(({ type }) => type === RR.RRSIG)
    t.equal(rrsigs.length, 1, 'signed')
    return answer.filter(({ type }) => type === RR.A).map(({ rdata }) => rdata.join('.'))
  }
  t.same(await addresses(), ['192.0.2.1'])
  writeFileSync(join(cwd, 'zones/a.test.zone'), zoneText(2).replace('192.0.2.1', '192.0.2.9'))
  t.same(await runCommand(cwd, 'reload'), {
    code: 0,
    out: 'a.test. updated serial 2, 2 RRsets changed\n1 zone unchanged\n',
    err: '',
  })
  t.same(await addresses(), ['192.0.2.9'])

  writeFileSync(join(cwd, 'zones/a.test.zone'), `${zoneText(3)}mail A none\n`)
  const bad = await runCommand(cwd, 'reload', 'a.test')
  t.match(bad, { code: 1, out: 'a.test. kept serial 2\n' })
  t.match(bad.err, /^zones\/a\.test\.zone:7:8: error: .*"none".* \[rdata-invalid\]\n$/)
  t.same(await addresses(), ['192.0.2.9'])

  const json = await runCommand(cwd, 'reload', '--json', 'c.test.')
  t.equal(json.code, 1)
  t.match(JSON.parse(json.out), { clean: false, zones: [], findings: [{ code: 'zone-absent' }] })
  const unreadable = await runCommand(cwd, 'reload', 'c..test')
  t.match(unreadable, { code: 1, out: '', err: /empty label.*\[name-invalid\]/ })
})

t.test('reload: the configuration is read anew; an error in it changes nothing', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': config, zones: { 'a.test.zone': zoneText(1) } })
  const { port } = await serving(t, cwd)
  const rewrite = (more: string) => writeFileSync(join(cwd, 'danelaw.yaml'), config + more)
  const isSigned = async () => {
    const { answer } = await ask(t, port, 'a.test.', RR.SOA)
    return answer.some(({ type }) => type === RR.RRSIG)
  }
  t.ok(await isSigned())
  rewrite('policy: { dnssec: no }\n')
  const bad = await runCommand(cwd, 'reload', '--socket', join(cwd, 'c.sock'))
  t.match(bad, { code: 1, out: '', err: /^danelaw\.yaml:3:19: error: .*\[config-invalid\]\n$/ })
  t.ok(await isSigned())
  rewrite('policy: { dnssec: off }\nserver: { nsid: x }\n')
  for (const time of ['first', 'second']) {
    const { code, err } = await runCommand(cwd, 'reload')
    t.equal(code, 0)
    t.equal(err, 'warning: restart the server for changes of: server\n', `the ${time} time too`)
  }
  t.notOk(await isSigned())
})

t.test('serve: an error in the configuration, exit code 1', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': 'listen: [nowhere]\n', zones: {} })
  t.match(await runCommand(cwd, 'serve'), {
    code: 1,
    out: '',
    err: /^danelaw\.yaml:1:10: error: .* \[config-invalid\]\n$/,
  })
  const { code, out, err } = await runCommand(cwd, 'serve', '--json')
  t.same([code, err], [1, ''])
  t.match(JSON.parse(out), { event: 'failed', findings: [{ code: 'config-invalid', line: 1 }] })
})

t.test('serve: no zone without errors, exit code 1 and every finding', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': config, zones: { 'a.test.zone': 'x A 1\n' } })
  const { code, err } = await runCommand(cwd, 'serve')
  t.equal(code, 1)
  t.match(err, /^zones\/a\.test\.zone:1:\d: error: /)
  t.match(err, /nothing is served\n$/)
})

t.test('serve: a port or a control socket that is taken, exit code 1', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': config, zones: { 'a.test.zone': zoneText(1) } })
  const { port } = await serving(t, cwd)
  const socket = await runCommand(cwd, 'serve')
  t.match(socket, { code: 1, out: '', err: /\[control-in-use\]/ })
  writeFileSync(join(cwd, 'other.yaml'), `listen: 127.0.0.1:${port}\ncontrol: { socket: off }`)
  const taken = await runCommand(cwd, 'serve', '--config', 'other.yaml')
  t.match(taken, { code: 1, out: '', err: /Cannot listen on .*EADDRINUSE.* \[listen-failed\]/ })
})

t.test('reload: no server, no socket', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': config, 'off.yaml': 'control: { socket: off }' })
  t.match(await runCommand(cwd, 'reload'), { code: 1, err: /\[control-absent\]/ })
  const off = await runCommand(cwd, 'reload', '--config', 'off.yaml')
  t.match(off, { code: 1, err: /no control socket; send SIGHUP instead/ })
})

t.test('serve: private keys are for their owner alone', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': config, zones: { 'a.test.zone': zoneText(1) } })
  await serving(t, cwd)
  const keys = join(cwd, 'keys')
  const secrets = readdirSync(keys).filter((file) => file.endsWith('.private'))
  t.equal(secrets.length, 1)
  for (const file of secrets) t.equal(statSync(join(keys, file)).mode & 0o777, 0o600)
  t.equal(statSync(keys).mode & 0o777, 0o700)
})

t.test(
  'bug: serve, an anchor that cannot be written is a warning, and stop is heard',
  async (t) => {
    const cwd = installed(t, {
      'danelaw.yaml': config,
      zones: { 'a.test.zone': zoneText(7) },
      keys: { 'a.test.anchor': {} },
    })
    const { world, done } = await serving(t, cwd, '--json')
    world.signal('stop')
    t.equal(await done, 0)
    t.match(world.out(), /"severity":"warning","code":"key-file-failed"/)
  },
)

t.test('bug: reload, a zone that is new gets its anchor', async (t) => {
  const cwd = installed(t, { 'danelaw.yaml': config, zones: { 'a.test.zone': zoneText(7) } })
  const { world, done } = await serving(t, cwd, '--json')
  writeFileSync(join(cwd, 'zones/b.test.zone'), zoneText(1))
  world.signal('reload')
  await world.written(/"event":"reload"/)
  t.ok(existsSync(join(cwd, 'keys/b.test.anchor')))
  world.signal('stop')
  t.equal(await done, 0)
})

t.test('bug: reload left the API with the certificate that it had started with', async (t) => {
  const [first, second] = [await issue({ names: ['a'] }), await issue({ names: ['b'] })]
  const api = 'api: { listen: [127.0.0.1:0], tls: { certificate: ./c.pem, key: ./k.pem } }\n'
  const cwd = installed(t, { 'danelaw.yaml': config + api, zones: { 'a.test.zone': zoneText(1) } })
  const write = (certificate: string, key: string): void => {
    writeFileSync(join(cwd, 'c.pem'), certificate)
    writeFileSync(join(cwd, 'k.pem'), key)
  }
  write(first.pem, first.keyPem)
  const { world } = await serving(t, cwd)
  await world.written(/https:/)
  const port = Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(world.out())?.[1])
  t.equal(await namesShownAt(port), 'DNS:a')
  write(second.pem, first.keyPem)
  const bad = await runCommand(cwd, 'reload')
  t.equal(bad.code, 1)
  t.match(bad.err, /tls-credentials-invalid/)
  t.equal(await namesShownAt(port), 'DNS:a', 'the one in use stays')
  write(second.pem, second.keyPem)
  t.equal((await runCommand(cwd, 'reload')).code, 0)
  t.equal(await namesShownAt(port), 'DNS:b')
})

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { readMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { dnsClient, encodeQuery } from '../support/peers/client.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { makeWorld, runCommand } from '../support/world.ts'

const few = 'faults: [valid, rrsig-exp-a, ds-bogus-digest-value]\nmail: [dane-good-311]\n'

/** A lab that is up in this process, in a directory of its own. */
async function up(t: Test, scenario: string, ...argv: readonly string[]) {
  const cwd = temporaryDirectory(t)
  writeFileSync(join(cwd, 'lab.yaml'), scenario)
  const world = makeWorld(cwd)
  const args = ['lab', 'up', 'lab.yaml', '--port', '0', '--json', ...argv]
  const done = runCli(args, '1.2.3', world.io)
  await Promise.race([world.written(/"event":"ready"/), done])
  t.teardown(async () => {
    world.signal('stop')
    await done
  })
  const events = () =>
    world
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  return { cwd, world, done, events, ready: events()[0] }
}

/** What `danelaw resolve` says of a name of the lab, by its front. */
async function resolved(cwd: string, port: number, name: string): Promise<string> {
  const args = ['--server', `127.0.0.1:${port}`, '--anchor', 'conf/anchor.ds', '--json']
  const { out } = await runCommand(cwd, 'resolve', name, 'A', ...args)
  return JSON.parse(out).status
}

t.test('lab up: zones, anchor and front are there, and nothing stays behind', async (t) => {
  const { cwd, world, done, events, ready } = await up(t, few)
  t.match(ready, {
    event: 'ready',
    seed: 'danelaw',
    anchors: [/^\. IN DS \d+ 13 2 [0-9A-F]{64}$/],
    hints: [{ name: 'ns1.', address: '127.53.0.1' }],
    front: { address: '127.0.0.1', port: Number },
    mail: { cases: 1, smtpPort: Number, httpsPort: Number },
    directory: null,
  })
  t.ok(ready.zones.includes('rrsig-exp-a.lab.test.'))
  const client = dnsClient(ready.front.port)
  t.teardown(() => client.close())
  const query = encodeQuery({ name: 'valid.lab.test.', type: RR.A, dnssecOk: true })
  t.equal(readMessage(await client.udp(query)).answer.length, 2)
  t.ok(statSync(join(cwd, 'state/lab.sock')).isSocket())
  world.signal('stop')
  t.equal(await done, 0)
  t.match(events().at(-1), { event: 'stopped' })
  t.same(readdirSync(cwd), ['lab.yaml'])
})

t.test('lab up --write-config: files for resolvers, with their modes', async (t) => {
  const { cwd, ready } = await up(t, few, '--write-config', 'conf')
  const directory = join(cwd, 'conf')
  const read = (file: string) => readFileSync(join(directory, file), 'utf8')
  const mode = (file: string) => statSync(join(directory, file)).mode & 0o777
  t.match(read('anchor.ds'), /^\. 3600 IN DS \d+ 13 2 [0-9A-F]{64}\n$/)
  t.match(read('root.hints'), '. 3600000 IN NS ns1.\nns1. 3600000 IN A 127.53.0.1\n')
  t.match(read('ca.pem'), /^-----BEGIN CERTIFICATE-----/)
  for (const file of ['unbound.conf', 'named.conf', 'kresd.conf', 'pdns/recursor.conf']) {
    t.ok(read(file).includes(directory), `${file} has absolute paths`)
    t.equal(mode(file), 0o644, file)
    const isDirect = ready.port === 53
    t.equal(read(file).includes(String(ready.front.port)), !isDirect, `${file}: where it begins`)
  }
  t.equal(mode('postfix/start'), 0o755)
  t.match(read('postfix/main.cf'), `smtp_tcp_port = ${ready.mail.smtpPort}\n`)
  t.equal(await resolved(cwd, ready.front.port, 'valid.lab.test'), 'secure')
  t.equal(await resolved(cwd, ready.front.port, 'ds-bogus-digest-value.lab.test'), 'bogus')
})

t.test('lab heal and inject: on a lab that runs, seen at once', async (t) => {
  const { cwd, ready, events } = await up(t, few, '--write-config', 'conf')
  const zone = 'ds-bogus-digest-value.lab.test'
  const judged = () => resolved(cwd, ready.front.port, zone)
  t.equal(await judged(), 'bogus')
  const healed = await runCommand(cwd, 'lab', 'heal', zone)
  t.equal(healed.code, 0)
  t.match(healed.out, /^healed: ds-bogus-digest-value\.lab\.test\. ds-bogus-digest-value: DS with /)
  t.equal(await judged(), 'secure')
  const injected = await runCommand(cwd, 'lab', 'inject', zone, 'rrsig-no-all', '--for', '10m')
  t.equal(injected.code, 0)
  t.match(injected.out, /rrsig-no-all, until 2026-01-01T00:10:00Z: No signatures/)
  t.equal(await judged(), 'bogus')
  const status = JSON.parse((await runCommand(cwd, 'lab', 'status', '--json')).out)
  t.match(status.faults[0], { zone: `${zone}.`, fault: 'rrsig-no-all', until: 1_767_226_200 })
  t.match(events().slice(1), [
    { event: 'healed', fault: 'ds-bogus-digest-value' },
    { event: 'injected', fault: 'rrsig-no-all' },
  ])
  await runCommand(cwd, 'lab', 'heal', '--all')
  t.equal(await judged(), 'secure')
  const again = await runCommand(cwd, 'lab', 'heal', '--all')
  t.equal(again.out, 'there was nothing to heal\n')
  const absent = await runCommand(cwd, 'lab', 'inject', 'nowhere.test', 'valid')
  t.match(absent.err, '[zone-absent]')
})

t.test('lab run: what a resolver says, held against the expectation', async (t) => {
  const { cwd, ready } = await up(t, few)
  // The front is no validator: what it says is never bogus, and never secure.
  const resolver = `127.0.0.1:${ready.front.port}`
  const args = ['lab', 'run', '--resolver', resolver, 'valid', 'rrsig-exp-a']
  const { code, out } = await runCommand(cwd, ...args)
  t.equal(code, 1)
  t.match(out, /^valid +secure NOERROR +insecure NOERROR .*DIFFERS {2}insecure instead of secure/m)
  t.match(out, '0 as expected, 0 also right, 2 otherwise of 2 cases\n')
})

t.test('lab up: says for people where everything is', async (t) => {
  const cwd = temporaryDirectory(t)
  writeFileSync(join(cwd, 'lab.yaml'), few)
  const world = makeWorld(cwd)
  const argv = ['lab', 'up', 'lab.yaml', '--port', '0', '--write-config', 'conf']
  const done = runCli(argv, '1.2.3', world.io)
  await world.written(/Ctrl-C ends all of it/)
  t.match(world.out(), /^danelaw lab: \d+ zones, up in /)
  for (const words of ['unbound -d -c conf/unbound.conf', 'kresd -n -c kresd.conf conf']) {
    t.ok(world.out().includes(words), words)
  }
  world.signal('stop')
  t.equal(await done, 0)
})

t.test('bug: lab up --write-config wrote over a configuration that was not its own', async (t) => {
  const cwd = temporaryDirectory(t)
  writeFileSync(join(cwd, 'lab.yaml'), few)
  mkdirSync(join(cwd, 'etc'))
  for (const file of ['other.conf', 'unbound.conf']) writeFileSync(join(cwd, 'etc', file), 'mine')
  const argv = ['lab', 'up', 'lab.yaml', '--port', '0', '--write-config', 'etc']
  const { code, err } = await runCommand(cwd, ...argv)
  t.equal(code, 1)
  t.match(err, 'Cannot write "etc/unbound.conf": it is there, and no lab has written it; ')
  t.match(err, '[file-unwritable]')
  t.same(readdirSync(join(cwd, 'etc')), ['other.conf', 'unbound.conf'])
  t.equal(readFileSync(join(cwd, 'etc/unbound.conf'), 'utf8'), 'mine')
})

t.test('lab up --write-config: a directory of an earlier lab is written again', async (t) => {
  const { cwd, world, done } = await up(t, few, '--write-config', 'conf')
  world.signal('stop')
  await done
  writeFileSync(join(cwd, 'conf/anchor.ds'), 'old')
  const again = makeWorld(cwd)
  const argv = ['lab', 'up', 'lab.yaml', '--port', '0', '--write-config', 'conf']
  const over = runCli(argv, '1.2.3', again.io)
  await Promise.race([again.written(/Ctrl-C ends all of it/), over])
  t.match(readFileSync(join(cwd, 'conf/anchor.ds'), 'utf8'), / IN DS /)
  again.signal('stop')
  t.equal(await over, 0)
})

t.test('bug: lab inject took --for 0s for ever, and words after a type for nothing', async (t) => {
  const { cwd } = await up(t, few)
  const inject = (...argv: readonly string[]) =>
    runCommand(cwd, 'lab', 'inject', 'valid.lab.test', 'rrsig-no-a', ...argv)
  t.match((await inject('--for', '0s')).err, 'seconds must be from 1 to ')
  t.match((await inject('--at', '@ A B')).err, 'at must be NAME or "NAME TYPE"')
  t.match((await inject('--at', '')).err, 'at must be NAME or "NAME TYPE"')
  t.match((await inject('--at', 'www.example. A')).err, 'at must be relative to the zone')
  const mail = await runCommand(cwd, 'lab', 'inject', 'valid.lab.test', 'dane-good-311')
  t.match(mail.err, 'Cannot find fault "dane-good-311": it is a case of mail')
})

t.test('bug: lab up said of what is healed until when it is at work', async (t) => {
  const cwd = temporaryDirectory(t)
  writeFileSync(join(cwd, 'lab.yaml'), few)
  const world = makeWorld(cwd)
  const done = runCli(['lab', 'up', 'lab.yaml', '--port', '0'], '1.2.3', world.io)
  await Promise.race([world.written(/Ctrl-C ends all of it/), done])
  await runCommand(cwd, 'lab', 'inject', 'valid.lab.test', 'rrsig-no-a', '--at', '@ A')
  const { out } = await runCommand(cwd, 'lab', 'heal', 'valid.lab.test')
  t.equal(out, 'healed: valid.lab.test. rrsig-no-a at @ A: No signature on A\n')
  t.ok(world.out().endsWith(out))
  world.signal('stop')
  t.equal(await done, 0)
})

t.test('lab up: a scenario with errors is not raised', async (t) => {
  const cwd = t.testdir({ 'lab.yaml': 'faults: [valid, rrsig-exp-b]\n' })
  const { code, err } = await runCommand(cwd, 'lab', 'up', 'lab.yaml')
  t.equal(code, 1)
  t.match(err, /^lab\.yaml:1:17: error: Cannot find fault "rrsig-exp-b": meant "rrsig-exp-a"\?/)
  const absent = await runCommand(cwd, 'lab', 'up', 'other.yaml', '--json')
  t.match(JSON.parse(absent.out), { event: 'failed', findings: [{ code: 'file-unreadable' }] })
})

t.test('lab up: where its port or its socket is taken nothing stays open', async (t) => {
  const { cwd, ready } = await up(t, few)
  const taken = await runCommand(cwd, 'lab', 'up', 'lab.yaml', '-p', String(ready.front.port))
  t.equal(taken.code, 1)
  t.match(taken.err, 'is another lab up? --port takes another [listen-failed]')
  const same = await runCommand(cwd, 'lab', 'up', 'lab.yaml', '--port', '0')
  t.match(same.err, '[control-in-use]')
  t.ok(existsSync(join(cwd, 'state/lab.sock')))
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { readMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { dnsClient, encodeQuery } from '../support/peers/client.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { zoneText } from '../support/publishing.ts'
import { makeWorld, runCommand } from '../support/world.ts'

/** A server in this process that serves `a.test` and `b.test`. */
async function serving(t: Test, lab: string, listen = '127.0.0.1:0') {
  const cwd = temporaryDirectory(t)
  const write = (file: string, text: string) => writeFileSync(join(cwd, file), text)
  const zones = 'zones: { directory: off, files: { a.test: a.zone, b.test: b.zone } }\n'
  const common = 'control: { socket: ./c.sock }\nlog: { format: text }\n'
  write('danelaw.yaml', `listen: ['${listen}']\n${common}${zones}${lab}`)
  write('a.zone', zoneText(1))
  write('b.zone', zoneText(1))
  const world = makeWorld(cwd)
  const done = runCli(['serve', '--json'], '1.2.3', world.io)
  await Promise.race([world.written(/"event":"ready"/), done])
  t.teardown(async () => {
    world.signal('stop')
    await done
  })
  const { port } = JSON.parse(world.out().split('\n')[0] ?? '').listen[0]
  const client = dnsClient(port)
  t.teardown(() => client.close())
  const isSigned = async (zone: string) => {
    const query = encodeQuery({ name: `ns.${zone}.`, type: RR.A, dnssecOk: true })
    const { answer } = readMessage(await client.udp(query))
    return answer.some(({ type }) => type === RR.RRSIG)
  }
  const run = (...argv: readonly string[]) => runCommand(cwd, ...argv)
  return { cwd, world, isSigned, run }
}

t.test('lab inject: breaks a zone that is listed, loudly, until it is healed', async (t) => {
  const { world, isSigned, run } = await serving(t, 'lab: { inject: [a.test] }\n')
  t.match(world.err(), 'zones may be broken on purpose')
  t.ok(await isSigned('a.test'))
  const injected = await run('lab', 'inject', 'a.test', 'rrsig-no-all')
  t.equal(injected.code, 0)
  t.equal(
    injected.out,
    'injected: a.test. has rrsig-no-all, until it is healed: No signatures at all\n',
  )
  t.notOk(await isSigned('a.test'))
  t.ok(await isSigned('b.test'), 'another zone is left alone')
  t.match(world.err(), /warn fault injected zone=a\.test\. fault=rrsig-no-all /)

  const { out } = await run('status')
  t.match(out, /: degraded\n/)
  t.match(out, / {2}lab +degraded +broken on purpose: rrsig-no-all in a\.test\.\n/)
  t.match(out, 'BROKEN ON PURPOSE: a.test. has rrsig-no-all, until it is healed')
  const status = JSON.parse((await run('status', '--json')).out)
  t.match(status, { faults: [{ zone: 'a.test.', fault: 'rrsig-no-all', until: null }] })
  const works = JSON.parse((await run('lab', 'status', '--json')).out)
  t.same(works.faults, status.faults)

  t.match((await run('lab', 'heal', 'a.test')).out, 'healed: a.test. rrsig-no-all: ')
  t.ok(await isSigned('a.test'))
  t.match(world.err(), /warn fault healed zone=a\.test\. /)
  t.match((await run('status')).out, /: ok\n/)
  t.match((await run('lab', 'status')).out, 'nothing is at work\n')
})

t.test('lab inject: refused where the configuration does not consent', async (t) => {
  const { run, world, isSigned } = await serving(t, '')
  for (const args of [['inject', 'a.test', 'rrsig-no-all'], ['heal', '--all'], ['status']]) {
    const { code, err } = await run('lab', ...args)
    t.equal(code, 1, args.join(' '))
    t.match(err, '[lab-inject-off]')
  }
  t.ok(await isSigned('a.test'))
  t.notMatch(world.err(), 'on purpose')
})

t.test(
  'lab inject: refused for a zone that is not listed, or a fault that does not fit',
  async (t) => {
    const { run, isSigned } = await serving(t, 'lab: { inject: a.test }\n')
    t.match((await run('lab', 'inject', 'b.test', 'rrsig-no-all')).err, '[lab-zone-closed]')
    t.match((await run('lab', 'heal', 'b.test')).err, '[lab-zone-closed]')
    t.match((await run('lab', 'inject', 'a.test', 'slow')).err, '[lab-fault-unfit]')
    t.match((await run('lab', 'inject', 'a.test', 'no-such')).err, '[lab-fault-unknown]')
    t.match(
      (await run('lab', 'inject', 'a.test', 'rrsig-no-a', '--at', 'ns NONSENSE')).err,
      '[type-unknown]',
    )
    t.match(
      (await run('lab', 'inject', 'a.test', 'rrsig-no-a', '--for', '52w')).err,
      'seconds must be from 1 to 1209600',
    )
    t.ok(await isSigned('a.test'))
  },
)

t.test('lab inject: refused beyond loopback, unless that is consented to as well', async (t) => {
  const closed = await serving(t, 'lab: { inject: a.test }\n', '0.0.0.0:0')
  const { err } = await closed.run('lab', 'inject', 'a.test', 'rrsig-no-all')
  t.match(err, /it listens on 0\.0\.0\.0, which is not loopback.* \[lab-inject-remote\]/)
  const open = await serving(t, 'lab: { inject: a.test, allowRemote: on }\n', '0.0.0.0:0')
  t.equal((await open.run('lab', 'inject', 'a.test', 'rrsig-no-all')).code, 0)
})

t.test('lab inject: a restart heals, and a reload does not', async (t) => {
  const { cwd, world, isSigned, run } = await serving(t, 'lab: { inject: a.test }\n')
  await run('lab', 'inject', 'a.test', 'rrsig-no-a', '--at', 'ns')
  t.notOk(await isSigned('a.test'))
  writeFileSync(join(cwd, 'a.zone'), zoneText(2))
  t.equal((await run('reload')).code, 0)
  t.notOk(await isSigned('a.test'), 'the zone is another, the fault the same')
  world.signal('stop')
})

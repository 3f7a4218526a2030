import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { install, startDanelaw } from '../support/danelaw.ts'
import { dnsClient, encodeQuery } from '../support/peers/client.ts'
import { runProgram, skip, skipWithoutPeers } from '../support/peers/programs.ts'
import {
  apiSettings,
  asking,
  type Provisioned,
  powerdns,
  provision,
  replace,
} from '../support/provisioned.ts'

const zone = { name: 'new.test.', kind: 'Native', nameservers: ['ns1.other.test.'] }
const path = `${powerdns}/new.test.`

async function canMount(t: Test): Promise<boolean> {
  if (skipWithoutPeers(t, ['unshare'])) return false
  const tried = await runProgram('unshare', ['--mount', 'true'])
  if (tried.status === 0) return true
  skip(t, 'no mount namespace can be made here; be root')
  return false
}

/** A danelaw whose store is on a small disk of its own, seen by it alone. */
async function onSmallDisk(t: Test): Promise<Provisioned> {
  const installation = install(t, [], apiSettings)
  const state = join(installation.directory, 'state')
  mkdirSync(state)
  const mount = `mount -t tmpfs -o size=2m tmpfs ${state} && exec "$@"`
  return provision(t, installation, ['unshare', '--mount', 'sh', '-c', mount, 'sh'])
}

/** Runs a command where the danelaw sees its disk. */
function beside({ danelaw }: Provisioned, ...command: readonly string[]) {
  return runProgram('nsenter', ['--mount', '--target', String(danelaw.pid), ...command])
}

async function answers(t: Test, { danelaw }: Provisioned, name: string): Promise<number> {
  const client = dnsClient(danelaw.port)
  t.teardown(() => client.close())
  const query = encodeQuery({ name, type: RR.A, dnssecOk: true })
  return readMessage(await client.udp(query)).answer.length
}

async function refuses(t: Test, provisioned: Provisioned): Promise<void> {
  const { ask } = provisioned
  const big = Array.from({ length: 200 }, (_, n) => `"${'x'.repeat(200)}${n}"`)
  const refused = await ask('PATCH', path, replace('big.new.test.', 'TXT', ...big))
  t.ok([503, 507].includes(refused.status), `${refused.status}`)
  t.match(refused.json, { error: /\S/ })
  t.equal(await answers(t, provisioned, 'a.new.test.'), 2, 'what was there, with its signature')
  t.equal(await answers(t, provisioned, 'big.new.test.'), 0, 'and nothing of what was refused')
  t.match((await ask('GET', path)).json, { name: 'new.test.' })
}

t.test('disk full: writes are refused, answers go on, and writes work again', async (t) => {
  if (!(await canMount(t))) return
  const provisioned = await onSmallDisk(t)
  const { ask, installation } = provisioned
  await ask('POST', powerdns, zone)
  await ask('PATCH', path, replace('a.new.test.', 'A', '192.0.2.1'))
  const ballast = join(installation.directory, 'state/ballast')
  await beside(provisioned, 'dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4096')
  await refuses(t, provisioned)
  await beside(provisioned, 'rm', ballast)
  t.equal((await ask('PATCH', path, replace('b.new.test.', 'A', '192.0.2.2'))).status, 204)
  t.equal(await answers(t, provisioned, 'b.new.test.'), 2)
})

t.test('file system read-only: what was there is served, writes are refused', async (t) => {
  if (!(await canMount(t))) return
  const first = await provision(t)
  const { installation, token } = first
  await first.ask('POST', powerdns, zone)
  await first.ask('PATCH', path, replace('a.new.test.', 'A', '192.0.2.1'))
  await first.danelaw.stop()
  const state = join(installation.directory, 'state')
  const mount = `mount --bind ${state} ${state} && mount -o remount,bind,ro ${state} && exec "$@"`
  const wrapper = ['unshare', '--mount', 'sh', '-c', mount, 'sh']
  const danelaw = await startDanelaw(t, installation, wrapper)
  await refuses(t, { ...first, danelaw, ask: asking(danelaw, token) })
})

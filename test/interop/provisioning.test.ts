import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readMessage } from '../../src/message/index.ts'
import { formatRdata, RR, type RRType } from '../../src/rr/index.ts'
import { install, startDanelaw } from '../support/danelaw.ts'
import { dnsClient, encodeQuery } from '../support/peers/client.ts'
import { runProgram, skipWithoutPeers } from '../support/peers/programs.ts'
import { apiSettings, asking, powerdns, provision, replace } from '../support/provisioned.ts'
import { zoneText } from '../support/publishing.ts'

t.setTimeout(300_000)

// The program as operators start it: made, asked, scraped, backed up, killed, restored.

/** The records of an answer, in text. */
async function ask(t: Test, port: number, name: string, type: RRType): Promise<string[]> {
  const client = dnsClient(port)
  t.teardown(() => client.close())
  const { answer } = readMessage(await client.udp(encodeQuery({ name, type, dnssecOk: true })))
  return answer
    .filter((record) => record.type === type)
    .map((record) => formatRdata(type, record.rdata))
    .sort()
}

const zone = { name: 'new.test.', kind: 'Native', nameservers: ['ns1.other.test.'] }

t.test('a record that was pushed is answered when the request returns, and for delv', async (t) => {
  const { danelaw, ask: tell, installation, token } = await provision(t)
  t.match(token, /^dl_[0-9a-v]{16}_[0-9a-v]{52}$/)
  t.match(await tell('POST', powerdns, zone), { status: 201, json: { name: 'new.test.' } })
  const path = `${powerdns}/new.test.`
  const pushed = await tell('PATCH', path, replace('mx1.new.test.', 'A', '192.0.2.7'))
  t.equal(pushed.status, 204)
  t.same(await ask(t, danelaw.port, 'mx1.new.test.', RR.A), ['192.0.2.7'])
  t.equal((await ask(t, danelaw.port, 'mx1.new.test.', RR.RRSIG)).length, 1, 'signed')

  const exported = await installation.run('zone', 'export', 'new.test', '--plain', '--to', 'x.zone')
  t.equal(exported.status, 0, exported.stderr)
  t.equal((await installation.runAlone('zone', 'check', '-o', 'new.test', 'x.zone')).status, 0)
  await t.test('delv', async (t) => {
    if (skipWithoutPeers(t, ['delv'])) return
    const { json: keys } = await tell('GET', `${path}/cryptokeys`)
    const [flags, protocol, algorithm, key] = String(keys[0].dnskey).split(' ')
    const anchor = join(installation.directory, 'new.anchor')
    const staticKey = `"new.test." static-key ${flags} ${protocol} ${algorithm} "${key}"`
    writeFileSync(anchor, `trust-anchors { ${staticKey}; };\n`)
    const at = ['@127.0.0.1', '-p', String(danelaw.port), '-a', anchor, '+root=new.test.']
    const positive = await runProgram('delv', [...at, 'mx1.new.test.', 'A'])
    t.match(positive.stdout, /^; fully validated$/m)
    const negative = await runProgram('delv', [...at, 'nope.new.test.', 'A'])
    t.match(negative.stdout, /fully validated$/m)
  })
})

t.test('status, metrics and health tell of what happened', async (t) => {
  const { danelaw, ask: tell, installation } = await provision(t)
  await tell('POST', powerdns, zone)
  await ask(t, danelaw.port, 'new.test.', RR.SOA)
  await ask(t, danelaw.port, 'nope.test.', RR.SOA)
  const { json: text } = await tell('GET', '/metrics')
  t.match(text, 'danelaw_queries_total{transport="udp",outcome="answer",rcode="NOERROR"} 1')
  t.match(text, 'danelaw_queries_total{transport="udp",outcome="refused",rcode="REFUSED"} 1')
  t.match(text, 'danelaw_change_sets_total{kind="create",result="done"} 1')
  t.match(text, 'danelaw_zones{source="store"} 1')
  t.match(text, /^danelaw_store_commit_seconds_count [1-9]/m)
  t.match(text, /^danelaw_store_up\{driver="lmdb"\} 1$/m)
  t.match((await fetch(`${danelaw.api}/metrics`)).status, 401, 'names of zones are not for all')
  t.equal((await fetch(`${danelaw.api}/healthz`)).status, 200)
  t.equal((await fetch(`${danelaw.api}/readyz`)).status, 200)

  const { status, stdout } = await installation.run('status', '--json')
  t.equal(status, 0)
  t.match(JSON.parse(stdout), {
    health: { state: 'ok', ready: true },
    zones: [{ zone: 'new.test.', source: 'store' }],
    store: { driver: 'lmdb', state: 'ok', durable: 1, served: 1 },
  })
  const { stdout: told } = await installation.run('status')
  t.match(told, /^danelaw \S+, up \S+: ok\n/)
  t.match(told, 'store lmdb: change set 1 of 1 served')
})

t.test(
  'backup while running, kill -9, restore: the same answers, tokens and history',
  async (t) => {
    const { danelaw, ask: tell, installation, token } = await provision(t)
    await tell('POST', powerdns, zone)
    for (let n = 1; n <= 5; n++) {
      await tell('PATCH', `${powerdns}/new.test.`, replace('a.new.test.', 'A', `192.0.2.${n}`))
    }
    const backup = await installation.run('backup', 'copy', '--json')
    t.match(JSON.parse(backup.stdout), { sequence: 6 })
    t.equal((await installation.run('backup', 'copy')).status, 1, 'nothing is overwritten')
    await tell('PATCH', `${powerdns}/new.test.`, replace('a.new.test.', 'A', '192.0.2.99'))
    await danelaw.stop('SIGKILL')

    t.equal((await installation.run('restore', 'copy')).status, 1, 'nor is a store')
    const elsewhere = install(t, [], apiSettings)
    const copy = join(installation.directory, 'copy')
    const restored = await elsewhere.run('restore', copy)
    t.equal(restored.status, 0, restored.stderr)
    const keys = join(installation.directory, 'keys')
    await runProgram('cp', ['-r', keys, elsewhere.directory])
    const again = await startDanelaw(t, elsewhere)
    t.same(await ask(t, again.port, 'a.new.test.', RR.A), ['192.0.2.5'])
    t.match((await asking(again, token)('GET', `${powerdns}/new.test.`)).json, {
      name: 'new.test.',
    })

    const survivor = await startDanelaw(t, installation)
    t.same(await ask(t, survivor.port, 'a.new.test.', RR.A), ['192.0.2.99'], 'the killed one, too')
  },
)

t.test('tokens: fenced, listed without secrets, revoked', async (t) => {
  const { danelaw, ask: tell, installation } = await provision(t)
  await tell('POST', powerdns, zone)
  const fence = ['--tenant', '*', '--zone', 'new.test', '--type', 'TXT', '--allow', 'write']
  const made = await installation.run('token', 'create', 'acme', ...fence, '--json')
  const { token, id } = JSON.parse(made.stdout)
  const asAcme = asking(danelaw, token)
  const path = `${powerdns}/new.test.`
  const challenge = replace('_acme-challenge.new.test.', 'TXT', '"x"')
  t.equal((await asAcme('PATCH', path, challenge)).status, 204)
  t.equal((await asAcme('PATCH', path, replace('a.new.test.', 'A', '192.0.2.1'))).status, 403)
  const { stdout: listed } = await installation.run('token', 'list')
  t.match(listed, `${id}  acme`)
  t.notMatch(listed, token.split('_')[2])
  t.equal((await installation.run('token', 'revoke', id)).status, 0)
  t.equal((await asAcme('PATCH', path, challenge)).status, 401)
  t.match(await installation.run('token', 'revoke', 'nobody'), {
    status: 1,
    stderr: /no such token/,
  })
  const wrong = await installation.run('token', 'create', 'x', '--allow', 'rule')
  t.match(wrong, { status: 2, stderr: /Verbs are read/ })
})

t.test(
  'zone import: a served file goes into the store with its keys, and stays there',
  async (t) => {
    const name = 'a.test.'
    const installation = install(t, [{ name, text: zoneText(7) }], apiSettings)
    const { danelaw, ask: tell } = await provision(t, installation)
    const keyBefore = await ask(t, danelaw.port, name, RR.DNSKEY)
    const path = `${powerdns}/${name}`
    t.equal((await tell('PATCH', path, replace(`x.${name}`, 'A', '192.0.2.1'))).status, 409)
    for (const tenant of ['', '*', 'a b']) {
      const odd = await installation.run('zone', 'import', 'a.test', '--tenant', tenant)
      t.match(odd, { status: 1, stderr: /tenant ".*" is not letters/ }, 'bug: any tenant was taken')
    }
    const imported = await installation.run('zone', 'import', 'a.test', '--json')
    t.match(JSON.parse(imported.stdout), {
      zone: name,
      serial: 7,
      renamed: /a\.test\.zone\.imported$/,
    })
    t.same(await ask(t, danelaw.port, name, RR.DNSKEY), keyBefore)
    t.equal((await tell('PATCH', path, replace(`x.${name}`, 'A', '192.0.2.1'))).status, 204)
    t.equal((await installation.run('reload')).status, 0)
    t.same(await ask(t, danelaw.port, `x.${name}`, RR.A), ['192.0.2.1'])
    t.match(await installation.run('zone', 'import', 'nowhere.test'), {
      status: 1,
      stderr: /no file is served for nowhere\.test/,
    })
  },
)

t.test('bug: a zone goes from the store back to a file, and out of the store', async (t) => {
  const { danelaw, ask: tell, installation } = await provision(t)
  t.equal((await tell('POST', powerdns, zone)).status, 201)
  const keyBefore = await ask(t, danelaw.port, zone.name, RR.DNSKEY)
  const file = join(installation.directory, 'zones/new.test.zone')
  const written = await installation.run('zone', 'export', 'new.test', '--plain', '--to', file)
  t.equal(written.status, 0)
  t.equal((await installation.run('reload')).status, 0)
  const change = replace(`x.${zone.name}`, 'A', '192.0.2.1')
  t.match(await tell('PATCH', `${powerdns}/${zone.name}`, change), { status: 409 })
  t.equal((await tell('DELETE', `/v1/zones/${zone.name}`)).status, 200)
  t.equal(
    (await tell('DELETE', `/v1/zones/${zone.name}`)).status,
    409,
    'the file is no zone of the API',
  )
  const reloaded = await installation.run('reload')
  t.match(reloaded, { status: 0, stderr: '' }, 'no zone is there twice')
  t.same(await ask(t, danelaw.port, zone.name, RR.DNSKEY), keyBefore)
})

t.test('bug: an override for a zone of the API is no mistake', async (t) => {
  const overrides = 'overrides: { new.test: { denial: compact }, old.test: { denial: compact } }'
  const {
    danelaw,
    ask: tell,
    installation,
  } = await provision(t, install(t, [], `${apiSettings}\n${overrides}`))
  t.equal((await tell('POST', powerdns, zone)).status, 201)
  const reloaded = await installation.run('reload')
  t.match(reloaded, { status: 0, stderr: /^.*old\.test\. has no effect.*\n$/ }, 'one is')
  t.notMatch(danelaw.log(), /no effect/)
})

t.test('bug: zone import, a file that cannot be renamed is told', async (t) => {
  const name = 'a.test.'
  const installation = install(t, [{ name, text: zoneText(7) }], apiSettings)
  await provision(t, installation)
  // Something is there that no file takes the place of.
  mkdirSync(join(installation.directory, 'zones/a.test.zone.imported'))
  const imported = await installation.run('zone', 'import', 'a.test')
  t.match(imported, { status: 0, stdout: /^a\.test\. is in the store/ })
  t.match(imported.stderr, /warning: Cannot rename .*take it away.*\[file-unwritable\]/)
})

t.test('bug: restore, a backup that is not there is told, and nothing is made', async (t) => {
  const { directory, run } = install(t, [], apiSettings)
  const { status, stderr } = await run('restore', 'nowhere', '--to', join(directory, 'store'))
  t.equal(status, 1)
  t.match(stderr, /Cannot read .*nowhere: .*\[file-unreadable\]/)
  t.notOk(existsSync(join(directory, 'store')))
})

t.test('zone export --plain without a server: no keys, no signatures', async (t) => {
  const installation = install(t, [{ name: 'a.test.', text: zoneText(7) }])
  const { status, stdout } = await installation.run('zone', 'export', 'a.test', '--plain')
  t.equal(status, 0)
  t.match(stdout, /SOA/)
  t.notMatch(stdout, /DNSKEY|RRSIG|NSEC/)
})

t.test('without a store, commands that need one say how to get one', async (t) => {
  const installation = install(t, [{ name: 'a.test.', text: zoneText(7) }])
  await startDanelaw(t, installation)
  for (const command of [
    ['token', 'list'],
    ['backup', 'copy'],
    ['store', 'seal-rotate'],
  ]) {
    const { status, stderr } = await installation.run(...command)
    t.equal(status, 1)
    t.match(stderr, /set api\.listen or store\.driver/)
  }
})

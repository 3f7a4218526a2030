import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import t from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import type { Io } from '../../src/cli/io.ts'
import { describeKeys, keyCommand } from '../../src/cli/key.ts'
import { dsRecords } from '../../src/cli/key-ds.ts'
import { generatePrivateKey, privateKeyToPem } from '../../src/crypto/index.ts'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import { parseName } from '../../src/wire/index.ts'

const clock = fixedClock(1795479662)

interface Outcome {
  readonly code: number | undefined
  readonly out: string
  readonly err: string
}

/** Runs `danelaw key …` in a directory. */
async function run(cwd: string, ...args: string[]): Promise<Outcome> {
  const codes: number[] = []
  const out: string[] = []
  const err: string[] = []
  const io: Io = {
    stdout: { write: (text) => void out.push(text), isTerminal: false },
    stderr: { write: (text) => void err.push(text), isTerminal: false },
    async *stdin() {},
    cwd,
    hostName: 'sender.test',
    sealingKeys: undefined,
    clock,
    monotonicMs: () => 0,
    onSignal: () => () => undefined,
    every: () => () => undefined,
    turn: async () => undefined,
    timers: systemTimers,
    random: (octets) => new Uint8Array(octets),
    stayAlive: () => () => undefined,
  }
  const command = keyCommand(io, (code) => void codes.push(code))
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeOut: io.stdout.write, writeErr: io.stderr.write })
  }
  try {
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
  }
  return { code: codes[0], out: out.join(''), err: err.join('') }
}

async function runJson(cwd: string, ...args: string[]) {
  const outcome = await run(cwd, ...args, '--json')
  return { ...outcome, json: JSON.parse(outcome.out) }
}

t.test('key generate makes a CSK by default, key list shows it', async (t) => {
  const cwd = t.testdir()
  const made = await run(cwd, 'generate', 'Contoso.com')
  t.match(made, { code: 0, err: '' })
  t.match(
    made.out,
    /^contoso\.com\. +\d+ {2}ECDSAP256SHA256 {2}csk {2}active {2}keys\/Kcontoso\.com\.\+013.*\n$/,
  )
  t.equal((await run(cwd, 'list')).out, made.out)
  t.equal((await run(cwd, 'list', 'CONTOSO.com.')).out, made.out)
})

t.test('key list --json tells everything but the secret', async (t) => {
  const cwd = t.testdir()
  await run(cwd, 'generate', 'contoso.com', '--algorithm', 'ed25519', '--role', 'ksk')
  await run(cwd, 'generate', 'contoso.com', '-a', '15', '-r', 'zsk')
  const { json, out } = await runJson(cwd, 'list')
  const time = '2026-11-24T00:21:02Z'
  const timing = { created: time, publish: time, activate: time }
  t.match(json, [
    { zone: 'contoso.com.', algorithm: 15, mnemonic: 'ED25519', state: 'active', timing },
    { zone: 'contoso.com.', algorithm: 15, mnemonic: 'ED25519', state: 'active', timing },
  ])
  t.strictSame(json.map((key: { role: string }) => key.role).sort(), ['ksk', 'zsk'])
  for (const key of openKeyDirectory(join(cwd, 'keys')).list()) {
    t.notMatch(out, Buffer.from(key.private.secret()).toString('base64'))
  }
})

t.test('key list of nothing', async (t) => {
  const cwd = t.testdir()
  t.strictSame(await run(cwd, 'list'), { code: 0, out: 'No keys in keys\n', err: '' })
  t.equal((await run(cwd, 'list', 'a.b')).out, 'No keys of a.b. in keys\n')
  t.strictSame((await runJson(cwd, 'list')).json, [])
})

t.test('key generate follows the policy of danelaw.yaml', async (t) => {
  const cwd = t.testdir({
    'danelaw.yaml': 'keys:\n  directory: secrets\npolicy:\n  keys: ksk+zsk\n  algorithm: 14\n',
  })
  const { json } = await runJson(cwd, 'generate', 'contoso.com')
  t.match(json, [
    { role: 'ksk', algorithm: 14 },
    { role: 'zsk', algorithm: 14 },
  ])
  t.equal(readdirSync(join(cwd, 'secrets')).length, 4)
  const one = await runJson(cwd, 'generate', 'contoso.com', '--role', 'zsk', '--keys', 'other')
  t.match(one.json, [{ role: 'zsk', path: new RegExp(`^${cwd}/other/K`) }])
})

t.test('key ds prints the DS of the keys with SEP', async (t) => {
  const cwd = t.testdir()
  await run(cwd, 'generate', 'contoso.com', '--role', 'ksk')
  await run(cwd, 'generate', 'contoso.com', '--role', 'zsk')
  const { out, code } = await run(cwd, 'ds', 'contoso.com')
  t.equal(code, 0)
  t.match(out, /^contoso\.com\. IN DS \d+ 13 2 [0-9a-f]{64}\n$/i)
  const { json } = await runJson(cwd, 'ds', 'contoso.com', '--digest', '4')
  t.match(json, [{ zone: 'contoso.com.', algorithm: 13, digestType: 4, digest: /^[0-9a-f]{96}$/i }])
  t.equal(json.length, 1)
  t.match(out, ` DS ${json[0].keyTag} `)
})

t.test('key ds of a zone without keys, and of one with a ZSK alone', async (t) => {
  const cwd = t.testdir()
  const none = await run(cwd, 'ds', 'contoso.com')
  t.equal(none.code, 1)
  t.match(
    none.err,
    /^error: Cannot find key: zone contoso\.com\. has no published key in .*\[key-absent\]\n$/,
  )
  await run(cwd, 'generate', 'contoso.com', '--role', 'zsk')
  t.match(await run(cwd, 'ds', 'contoso.com'), { code: 0, out: /^contoso\.com\. IN DS / })
})

t.test('dsRecords leaves out keys that are not published or retired', async (t) => {
  const keys = openKeyDirectory(join(t.testdir(), 'keys'))
  const zone = parseName('contoso.com.')
  const now = clock.now()
  const later = fixedClock(now + 1000).now()
  const make = (timing: object) =>
    keys.generate(zone, { algorithm: 13, role: 'csk', now, timing }).keyTag
  make({ publish: later, activate: later })
  make({ publish: now, activate: now, inactive: now })
  const expected = [make({ publish: now, activate: later }), make({ publish: now, activate: now })]
  const tags = dsRecords(keys.list(zone), now, 2).map(({ keyTag }) => keyTag)
  t.strictSame(tags.sort(), expected.map(Number).sort())
  t.strictSame(
    describeKeys(keys, now, zone)
      .map((key) => key.state)
      .sort(),
    ['active', 'generated', 'published', 'retired'],
  )
})

t.test('key export and key import carry keys over', async (t) => {
  const cwd = t.testdir()
  const { json } = await runJson(cwd, 'generate', 'contoso.com')
  const exported = await runJson(cwd, 'export', 'contoso.com', '--to', 'out')
  t.equal(exported.code, 0)
  t.strictSame(readdirSync(join(cwd, 'out')), readdirSync(join(cwd, 'keys')))
  const imported = await runJson(cwd, 'import', exported.json[0], '--keys', 'in')
  t.match(imported, { code: 0, json: [{ keyTag: json[0].keyTag, role: 'csk' }] })
  t.match(await run(cwd, 'import', exported.json[0], '--keys', 'in'), {
    code: 1,
    err: /key-exists/,
  })
})

t.test('key export --pem, key import --zone', async (t) => {
  const cwd = t.testdir()
  const { json } = await runJson(cwd, 'generate', 'contoso.com', '-a', '14', '-r', 'zsk')
  const tag = String(json[0].keyTag)
  const { out } = await run(cwd, 'export', 'contoso.com', '--tag', tag, '--to', 'out', '--pem')
  t.match(out, /^out\/Kcontoso\.com\.\+014\+\d{5}\.pem\n$/)
  t.match(readFileSync(join(cwd, out.trim()), 'utf8'), /^-----BEGIN PRIVATE KEY-----/)
  const args = ['import', out.trim(), '--zone', 'Contoso.COM', '--role', 'zsk', '--keys', 'in']
  t.match((await runJson(cwd, ...args)).json, [
    { zone: 'contoso.com.', keyTag: json[0].keyTag, role: 'zsk', algorithm: 14 },
  ])
})

t.test('key export of a tag that is not there', async (t) => {
  const cwd = t.testdir()
  await run(cwd, 'generate', 'contoso.com', '--role', 'zsk')
  const { err } = await run(cwd, 'export', 'fabrikam.com', '--to', 'out')
  t.match(err, 'zone fabrikam.com. has no key in')
  const [key] = openKeyDirectory(join(cwd, 'keys')).list()
  const other = String(((key?.keyTag ?? 0) + 1) % 65536)
  t.match(await run(cwd, 'export', 'contoso.com', '--to', 'out', '--tag', other), {
    code: 1,
    err: `has no key with tag ${other} in`,
  })
  for (const tag of ['x', '70000', '-1']) {
    const { code, err } = await run(cwd, 'export', 'contoso.com', '--to', 'out', `--tag=${tag}`)
    t.equal(code, undefined, 'commander refuses it')
    t.match(err, 'A key tag is a number from 0 to 65535')
  }
})

t.test('key commands report errors with code and place, as text and as JSON', async (t) => {
  const cwd = t.testdir({ 'danelaw.yaml': 'polcy: {}\n', 'key.pem': 'no key' })
  t.match(await run(cwd, 'list'), { code: 1, out: '', err: /^danelaw\.yaml:1:1: error: .*polcy/ })
  t.match((await runJson(cwd, 'list')).json, {
    findings: [{ code: 'config-key-unknown', line: 1 }],
  })
  writeFileSync(join(cwd, 'danelaw.yaml'), '')
  t.match(await run(cwd, 'generate', 'con..toso'), { code: 1, err: /\[name-invalid\]\n$/ })
  t.match(await run(cwd, 'generate', 'contoso.com', '-a', '8'), {
    code: 1,
    err: /algorithm-unknown/,
  })
  chmodSync(join(cwd, 'key.pem'), 0o600)
  t.match(await run(cwd, 'import', 'key.pem', '--zone', 'a.example'), {
    code: 1,
    err: /^key\.pem:1:1: error: Cannot read PEM.*\[key-invalid\]\n$/,
  })
})

t.test('key import refuses an exposed PEM, and says what to do', async (t) => {
  const cwd = t.testdir({ 'key.pem': privateKeyToPem(generatePrivateKey(15)) })
  const path = join(cwd, 'key.pem')
  chmodSync(path, 0o644)
  const { code, err } = await run(cwd, 'import', 'key.pem', '--zone', 'a.example')
  t.equal(code, 1)
  t.match(err, `run: chmod 600 ${path} [key-exposed]`)
  chmodSync(path, 0o600)
  t.match(await run(cwd, 'import', 'key.pem', '--zone', 'a.example'), {
    code: 0,
    out: / {2}csk {2}active {2}/,
  })
})

import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { generateSealingKeyText } from '../../src/crypto/index.ts'
import { type Installation, install, startDanelaw } from '../support/danelaw.ts'
import { apiSettings, asking, powerdns, provision } from '../support/provisioned.ts'

const sealed = `${apiSettings}\nstore: { sealingKeys: [one.key] }`
const zone = { name: 'new.test.', kind: 'Native', nameservers: ['ns1.other.test.'] }

function writeKey({ directory }: Installation, name: string): void {
  const file = join(directory, name)
  writeFileSync(file, `${generateSealingKeyText()}\n`)
  chmodSync(file, 0o600)
}

function sealWith({ config }: Installation, keys: string): void {
  const text = readFileSync(config, 'utf8').replace(/sealingKeys: \[.*\]/, `sealingKeys: [${keys}]`)
  writeFileSync(config, text)
}

t.test('store seal-rotate: sealing keys change while every start can open every key', async (t) => {
  const installation = install(t, [], sealed)
  writeKey(installation, 'one.key')
  writeKey(installation, 'two.key')
  const { danelaw, token, ask: tell } = await provision(t, installation)
  t.equal((await tell('POST', powerdns, zone)).status, 201)
  const keysOf = async (ask: typeof tell) =>
    (await ask('GET', `${powerdns}/new.test./cryptokeys`)).json[0].dnskey
  const before = await keysOf(tell)
  await danelaw.stop()

  sealWith(installation, 'two.key, one.key')
  const second = await startDanelaw(t, installation)
  const rotated = await installation.run('store', 'seal-rotate', '--json')
  t.match(JSON.parse(rotated.stdout), { sealed: 1, kept: 0 })
  const twice = await installation.run('store', 'seal-rotate', '--json')
  t.match(JSON.parse(twice.stdout), { sealed: 0, kept: 1 })
  await second.stop()

  sealWith(installation, 'two.key')
  const third = await startDanelaw(t, installation)
  t.equal(await keysOf(asking(third, token)), before, 'the key is the same')
})

t.test('the sealing key may come from the environment, and is told nobody', async (t) => {
  const installation = install(t, [], apiSettings)
  const [one, two] = [generateSealingKeyText(), generateSealingKeyText()]
  const given = (value: string) => ['env', `DANELAW_SEALING_KEYS=${value}`]
  const { danelaw, token, ask: tell } = await provision(t, installation, given(one))
  t.equal((await tell('POST', powerdns, zone)).status, 201)
  const keysOf = async (ask: typeof tell) =>
    (await ask('GET', `${powerdns}/new.test./cryptokeys`)).json[0].dnskey
  const before = await keysOf(tell)
  await danelaw.stop()
  t.notMatch(danelaw.log(), one)

  const file = join(installation.directory, 'one.key')
  writeFileSync(file, `${one}\n`, { mode: 0o600 })
  const settings = readFileSync(installation.config, 'utf8')
  writeFileSync(installation.config, `${settings}store: { sealingKeys: [one.key] }\n`)
  const second = await startDanelaw(t, installation, given(two))
  t.equal(await keysOf(asking(second, token)), before, 'files still open')
  const rotated = await installation.run('store', 'seal-rotate', '--json')
  t.match(JSON.parse(rotated.stdout), { sealed: 1 }, 'what the environment has seals')
  await second.stop()

  writeFileSync(installation.config, settings)
  const third = await startDanelaw(t, installation, given(two))
  t.equal(await keysOf(asking(third, token)), before)
  await third.stop()
  const wrong = startDanelaw(t, installation, given('S3cr3t'))
  const refusal = await wrong.catch((error: Error) => error)
  t.match(refusal, { message: /Cannot read sealing key in DANELAW_SEALING_KEYS: expected 64 hex/ })
  t.notMatch((refusal as Error).message, 'S3cr3t')
})

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { install } from '../support/danelaw.ts'
import { apiSettings, type Provisioned, powerdns, provision } from '../support/provisioned.ts'

t.setTimeout(300_000)

const zone = { name: 'new.test.', kind: 'Native', nameservers: ['ns1.other.test.'] }
const cryptokeys = `${powerdns}/new.test./cryptokeys`

/** The DS records (SHA-256) of the zone as PowerDNS' API tells them. */
async function toldDs({ ask }: Provisioned): Promise<string[]> {
  const { json } = await ask('GET', cryptokeys)
  const keys = json as { ds: string[] }[]
  return keys.flatMap(({ ds }) => ds.filter((one) => one.split(' ')[2] === '2'))
}

t.test(
  'bug: key ds, list and export, zones of the API whose keys are sealed in the store',
  async (t) => {
    const installation = install(t, [], `${apiSettings}\nstore: { sealingKeys: [./sealing.key] }`)
    const { directory, run } = installation
    writeFileSync(join(directory, 'sealing.key'), `${'5a'.repeat(32)}\n`, { mode: 0o600 })
    const running = await provision(t, installation)
    t.match(await run('key', 'ds', 'new.test'), {
      status: 1,
      stderr: /no published key.*key-absent/,
    })
    t.equal((await running.ask('POST', powerdns, zone)).status, 201)
    const [ds = ''] = await toldDs(running)
    t.match(await run('key', 'ds', 'new.test'), { status: 0, stdout: `new.test. IN DS ${ds}\n` })
    const { stdout } = await run('key', 'ds', 'New.Test.', '--digest', '4', '--json')
    t.match(JSON.parse(stdout), [
      { zone: 'new.test.', keyTag: Number.parseInt(ds, 10), digestType: 4 },
    ])

    const named = await run('key', 'ds', 'new.test', '--keys', join(directory, 'keys'))
    t.match(named, { status: 1, stderr: /key-absent/ }, 'a directory that is named is what counts')
    const listed = await run('key', 'list', 'new.test')
    t.match(
      listed.stdout,
      /^new\.test\. +\d+ {2}ECDSAP256SHA256 {2}csk {2}active {2}sealed in the store/,
    )
    const exported = await run(
      'key',
      'export',
      'new.test',
      '--to',
      join(directory, 'keys'),
      '--json',
    )
    t.match(JSON.parse(exported.stdout), [/Knew\.test\.\+013\+\d+\.private$/])
    await running.danelaw.stop()
    t.match(
      await run('key', 'ds', 'new.test'),
      { status: 0, stdout: `new.test. IN DS ${ds}\n` },
      'what was exported is the key',
    )
    rmSync(join(directory, 'keys'), { recursive: true })
    t.match(await run('key', 'ds', 'new.test'), { status: 1, stderr: /key-absent/ })
  },
)

t.test('key ds of a running server, a zone to come: by the keys that were made', async (t) => {
  const { installation } = await provision(t)
  t.equal((await installation.run('key', 'generate', 'later.test')).status, 0)
  const { stdout } = await installation.run('key', 'ds', 'later.test')
  t.match(stdout, /^later\.test\. IN DS \d+ 13 2 [0-9a-f]{64}\n$/)
})

t.test('bug: a zone or key of the API has its anchor without a reload', async (t) => {
  const running = await provision(t)
  const { ask, installation } = running
  const anchor = join(installation.directory, 'keys/new.test.anchor')
  // It is written a moment after the answer: other requests are answered meanwhile.
  const written = async (isGood: (text: string) => boolean) => {
    for (;;) {
      if (existsSync(anchor) && isGood(readFileSync(anchor, 'utf8'))) return
      await ask('GET', '/healthz')
    }
  }
  const entries = (text: string) => text.split('\n').filter((line) => /static-key/.test(line))
  t.equal((await ask('POST', powerdns, zone)).status, 201)
  await written((text) => entries(text).length === 1)
  const made = await ask('POST', cryptokeys, { keytype: 'csk', active: true, published: true })
  t.equal(made.status, 201)
  await written((text) => entries(text).length === 2)
  const publicKey = made.json.dnskey.split(' ')[3]
  t.match(readFileSync(anchor, 'utf8'), `"new.test." static-key 257 3 13 "${publicKey}";`)
  t.equal((await ask('DELETE', `${cryptokeys}/${made.json.id}`)).status, 204)
  await written((text) => entries(text).length === 1)
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemTimers, type TimerHandle, type Timers } from '../../src/base/index.ts'
import { Exit, runCli } from '../../src/cli/index.ts'
import { openControl } from '../../src/control/index.ts'
import { issue, tlsaFor } from '../support/certificates.ts'
import { install } from '../support/danelaw.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { apiSettings, provision } from '../support/provisioned.ts'
import { makeWorld } from '../support/world.ts'

const owner = '_25._tcp.mail.a.test'
const first = await issue({ names: ['mail.a.test'] })
const second = await issue({ names: ['mail.a.test'] })

const textOf = (certificate: typeof first) => {
  const [usage, selector, matching, ...data] = tlsaFor(certificate, 3, 1, 1)
  return `${usage} ${selector} ${matching} ${Buffer.from(data).toString('hex')}`
}

t.test('danelaw tlsa: import, safe, deployed, retire, forget', async (t) => {
  const { installation, ask } = await provision(t)
  const { run, directory } = installation
  const zone = {
    name: 'a.test',
    nameservers: ['ns.a.test', 'ns.example'],
    rrsets: [{ name: 'ns.a.test', type: 'A', ttl: 300, records: [{ content: '192.0.2.1' }] }],
  }
  t.equal((await ask('POST', '/v1/zones', zone)).status, 201)
  const file = join(directory, 'first.pem')
  writeFileSync(file, `${first.keyPem}${first.pem}`)
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await run('tlsa', ...args, '--json')
    return { status, ...JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`) }
  }
  const imported = await json('import', owner, file, '--deployed', '--ttl', '60s', '--lag', '0s')
  t.match(imported, { status: 0, isSafe: true, publish: [textOf(first)] })
  const live = await ask('GET', `/v1/zones/a.test./rrsets?name=${owner}.`)
  t.match(live.json.rrsets, [{ ttl: 60, records: [{ content: textOf(first) }] }])
  t.equal((await json('safe', owner)).status, Exit.ok)

  const next = join(directory, 'second.pem')
  writeFileSync(next, second.pem)
  t.match(await json('import', owner, next), { status: 0, isSafe: false })
  t.match(await json('safe', owner, '--certificate', next), { status: Exit.notYet, isSafe: false })
  t.match(await json('safe', owner, '--certificate', file), { status: Exit.ok, isSafe: true })

  const edit = { edits: [{ op: 'delete', name: `${owner}.`, type: 'TLSA' }] }
  t.match(await ask('PATCH', '/v1/zones/a.test.', edit), {
    status: 409,
    json: { code: 'tlsa-tracked' },
  })
  const id = textOf(first).slice(6, 14)
  const refused = await json('retire', owner, id)
  t.match(refused, { status: 1, findings: [{ code: 'tlsa-in-use' }] })
  t.match(await json('forget', owner), { status: 0 })
  t.match(await ask('PATCH', '/v1/zones/a.test.', edit), { status: 200 })
})

t.test('danelaw tlsa: a certificate that the configuration names, in text', async (t) => {
  const installation = install(t, [], `${apiSettings}\ntlsa: { ${owner}: { certificates: live } }`)
  const { directory, run } = installation
  mkdirSync(join(directory, 'live'))
  const file = join(directory, 'live/fullchain.pem')
  writeFileSync(file, first.pem)
  const { ask } = await provision(t, installation)
  const zone = { name: 'a.test', nameservers: ['ns.example', 'ns2.example'] }
  t.equal((await ask('POST', '/v1/zones', zone)).status, 201)
  t.match(await run('tlsa', 'import', owner, file), { status: 0 })
  writeFileSync(file, second.pem)
  t.match(await run('tlsa', 'import', owner, join(directory, 'live')), {
    status: 0,
    stdout: new RegExp(`${owner}\\. 3600 TLSA ${textOf(second)}`),
  })
  const early = await run('tlsa', 'safe', owner, '--wait', '0s')
  t.match(early, { status: Exit.notYet, stdout: /is not safe until .* \(in 7\d{3} s\)/ })
  const status = await run('tlsa', 'status', owner)
  t.match(status, { status: 0, stdout: /key [0-9a-f]{16}… is waiting; good until 2040/ })
  t.match(await run('tlsa', 'deployed', owner, textOf(second).slice(6)), { status: 0 })
  t.match(await run('tlsa', 'watch', owner), { status: 0 })
  const metrics = await ask('GET', '/metrics')
  t.match(metrics.json, new RegExp(`danelaw_tlsa_safe\\{owner="${owner}\\."\\} 0`))
  t.match(metrics.json, /danelaw_tlsa_expiry_seconds\{/)
  t.match((await ask('GET', '/v1/health')).json.parts.tlsa, {
    ...{ state: 'degraded', text: /was deployed before all caches knew it/ },
  })
  t.match(await run('tlsa', 'safe', '_25._tcp.b.test'), { status: 1, stderr: /tlsa-untracked/ })
})

t.test('danelaw tlsa safe --wait: asks until it is safe, or for so long', async (t) => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 's')
  let safeAt = 0
  const now = 1000
  const asked = async () => {
    const view = { owner, now: now + passed, text: 'so it is' }
    return { ...view, isSafe: view.now >= safeAt, safeAt }
  }
  const control = await openControl({
    ...{ path, readers: new Set<string>(), timers: systemTimers },
    commands: new Map([['tlsa-safe', asked]]),
  })
  t.teardown(() => control.close())
  let passed = 0
  const world = makeWorld(directory)
  const timers: Timers = {
    set(ms, callback) {
      passed += ms / 1000
      queueMicrotask(callback)
      return {} as TimerHandle
    },
    clear: () => undefined,
  }
  const safe = (wait: string) => {
    const args = ['tlsa', 'safe', owner, '--wait', wait, '--socket', path]
    return runCli(args, '1', { ...world.io, timers })
  }
  safeAt = now + 150
  t.equal(await safe('3m'), Exit.ok)
  t.equal(passed, 150)
  safeAt = now + 1000
  t.equal(await safe('10m'), Exit.notYet)
  t.equal(passed, 150, 'what takes too long is not waited for')
  t.match(world.out(), /is safe: so it is\n.* is not safe until 1970-01-01T00:33:20Z \(in 850 s\)/)
})

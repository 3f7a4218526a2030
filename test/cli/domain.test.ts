import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { makeWorld, runCommand } from '../support/world.ts'

const config = `listen: [127.0.0.1:0]
control: { socket: ./c.sock }
api: { listen: [127.0.0.1:0] }
resolver: { servers: [127.0.0.1:9] }
provisioning:
  suffix: mx.test
  nameServers: { ns1: [192.0.2.53] }
  legacyZone: mail.legacy.test
  legacyFrontends: [192.0.2.7]
`

/** A server in this process, and what runs commands against it. */
async function running(t: Test) {
  const cwd = temporaryDirectory(t)
  cpSync(t.testdir({ 'danelaw.yaml': config, zones: {} }), cwd, { recursive: true })
  const world = makeWorld(cwd)
  const done = runCli(['serve', '--json'], '1.2.3', world.io)
  await Promise.race([world.written(/"event":"ready"/), done])
  t.teardown(async () => {
    world.signal('stop')
    await done
  })
  const api = /"api":\[\{"address":"127\.0\.0\.1","port":(\d+)/.exec(world.out())?.[1]
  const run = (line: string) => runCommand(cwd, ...line.split(' '))
  return {
    ...{ cwd, run, base: `http://127.0.0.1:${api}` },
    /** What a command writes when all is well. */
    async out(line: string): Promise<string> {
      const { code, out, err } = await run(line)
      if (code !== 0) t.fail(`${line}: ${code} ${err}${out}`)
      return out
    },
    json: async (line: string) => JSON.parse((await run(`${line} --json`)).out),
  }
}

t.test('domain: the way there and back, as people and as programs see it', async (t) => {
  const { run, out, json } = await running(t)
  t.match(await out('partition create o-v1 --frontend 192.0.2.1 --frontend 2001:db8::1'), /^o-v1 /)
  t.match(await json('partition list'), {
    partitions: [{ name: 'o-v1', zone: 'o-v1.mx.test.', hosts: 0, open: true }],
  })
  const added = await out('domain add Contoso.com')
  t.match(added, /^contoso\.com is accepted for tenant default$/m)
  t.match(added, /^Publish "contoso\.com\. 3600 IN TXT danelaw-verification=\w{32}",$/m)
  t.match(await run('domain verify contoso.com'), { code: 1, err: /proof-unseen/ })
  t.match(await out('domain verify contoso.com --skip-proof'), /token {5}contoso-com/)
  const early = await run('domain enable-dane contoso.com')
  t.match(early, {
    code: 1,
    out: /^Result {4}: Error\nErrorData : @\{ErrorCode=PartitionNotFound;/,
  })
  t.equal(
    await out('domain enable-dnssec contoso.com'),
    'DnssecMxValue : contoso-com.o-v1.mx.test\nResult        : Success\nErrorData     :\n' +
      'danelaw migrate contoso.com tells what is next\n',
  )
  t.match(await json('domain show contoso.com'), {
    ...{ dnssec: { state: 'on' }, legacy: { state: 'ending' } },
    expectedMx: { host: 'contoso-com.o-v1.mx.test', preference: 0, ttl: 60 },
  })
  t.match(
    await out('domain show contoso.com'),
    /expected {2}@ 60 IN MX 0 contoso-com\.o-v1\.mx\.test\.$/m,
  )
  t.match(await out('domain list'), /^contoso\.com {2}dnssec on, dane off {2}contoso-com\.o-v1/)
  t.match(
    await out('partition change o-v1 --close --frontend 192.0.2.9'),
    /1 hosts at 192\.0\.2\.9, closed/,
  )
  t.match(await json('domain disable-dnssec contoso.com'), { Result: 'Success' })
  t.match(
    await run('domain remove contoso.com'),
    { code: 1, err: /held until \d{4}-\d\d-\d\dT\S+Z, as caches .* \[domain-enabled\]/ },
    'bug: the time was told in seconds since 1970',
  )
  t.match(await out('domain show contoso.com'), /dnssec {4}off since \S+, its host goes at /)
  const history = await out('domain history contoso.com')
  t.same(
    history.split('\n').map((line) => line.split('  ')[1]?.split(':')[0]),
    ['DNSSEC disabled', 'DNSSEC enabled', 'Verified', 'Accepted', undefined],
  )
})

t.test('domain: status and migrate say what is seen, with exit codes', async (t) => {
  const { run, out, json } = await running(t)
  const unknown = await run('domain status contoso.com')
  t.match(unknown, { code: 1, out: /EG001:Cannot retrieve DNSSEC feature status/ })
  await out('domain add contoso.com')
  await out('domain verify contoso.com --skip-proof')
  const skipped = await run('domain status contoso.com --skip dns mx mta-sts')
  t.equal(skipped.code, 0)
  t.match(skipped.out, /^DnssecFeatureStatus : Disabled$/m)
  const blind = await run('domain status contoso.com')
  t.match(blind, { code: 1, out: /^ED001 DNS query error .*\n {2}The lookup/m })
  const way = await run('migrate contoso.com')
  t.match(way, { code: 1, out: /wrong: The lookup of MX fails/ })
  t.match(await json('migrate contoso.com --back'), { direction: 'disable', next: 'visible' })
  t.match(await run('migrate fabrikam.com'), { code: 1, err: /name another with --tenant/ })
})

t.test('invoke: cmdlets with parameters as PowerShell has them', async (t) => {
  const { run, out, json } = await running(t)
  await out('partition create o-v1 --frontend 192.0.2.1')
  await out('domain add contoso.com --tenant acme')
  await out('domain verify contoso.com --tenant acme --skip-proof')
  const enabled = await out('invoke enable-dnssecforverifieddomain -DomainName contoso.com')
  t.match(enabled, /^DnssecMxValue : contoso-com\.o-v1\.mx\.test\nResult {8}: Success\n/)
  const positional = await json('invoke Get-SmtpDaneInboundStatus contoso.com')
  t.same(positional, { value: [{ Status: 'Disabled', ErrorData: null }] })
  const option = await json('invoke Get-SmtpDaneInboundStatus --domain contoso.com')
  t.same(option, positional)
  const switches = '-SkipDnsValidation -SkipMxValidation:$true -SkipMtaStsValidation'
  const status = `invoke Get-DnssecStatusForVerifiedDomain -DomainName contoso.com ${switches}`
  t.match(await json(status), { value: [{ MxValidation: { Status: 'Skipped' } }] })
  t.match(await out('invoke Get-AcceptedDomain --tenant acme'), /^Name {14}: contoso\.com$/m)
  t.match(await run('invoke Get-Mailbox'), {
    code: 2,
    err: /there are Enable-Dnssec.* \[cmdlet-unknown\]/,
  })
  t.match(await run('invoke Enable-SmtpDaneInbound'), { code: 2, err: /cmdlet-parameter/ })
  t.match(await json('invoke Get-Mailbox'), { ok: false, findings: [{ code: 'cmdlet-unknown' }] })
  t.match(await run('invoke Enable-SmtpDaneInbound contoso.com x'), { code: 2, err: /-Name value/ })
})

t.test('a tenant is whose the name is, or the one that is named; else "default"', async (t) => {
  const { out, run, json } = await running(t)
  t.match(
    await out('domain add contoso.com --tenant acme'),
    /^then: danelaw domain verify contoso\.com --tenant acme$/m,
    'bug: what it said to run next was about another tenant',
  )
  t.match(await run('domain show contoso.com'), { code: 1, err: /of tenant default; name another/ })
  await out('domain verify contoso.com --tenant acme --skip-proof')
  t.equal((await json('domain show contoso.com')).tenant, 'acme')
  t.match(await run('domain show contoso.com --tenant other'), { code: 1, err: /domain-absent/ })
  t.match(await out('domain list'), /^No domains of tenant default$/m)
  t.match(await out('domain remove contoso.com'), /is given up/)
})

t.test('domain: Unicode, what is no name, and no server', async (t) => {
  const { out, run, cwd } = await running(t)
  t.match(await out('domain add MÜNCHEN.example'), /^xn--mnchen-3ya\.example is accepted/)
  t.match(await run('domain add a..b'), { code: 2, err: /Cannot read name/ })
  t.match(await run('domain add com'), { code: 1, err: /domain-invalid/ })
  t.match(await run('domain add x.test --kind own'), { code: 2 })
  t.match(await run('partition create o-v1'), { code: 2, err: /--frontend/ })
  const other = await runCommand(join(cwd, 'zones'), 'domain', 'list')
  t.match(other, { code: 1, err: /control-absent/ })
})

t.test('tenants by HTTP and the operator by commands see the same domains', async (t) => {
  const { out, base, json } = await running(t)
  await out('domain add contoso.com --tenant acme')
  const key = (await out('token create acme --tenant acme')).trim()
  const other = (await out('token create other --tenant other')).trim()
  const ask = async (token: string) => {
    const answer = await fetch(`${base}/v1/domains/contoso.com`, {
      headers: { 'x-api-key': token },
    })
    return { status: answer.status, json: await answer.json() }
  }
  t.same((await ask(key)).json, await json('domain show contoso.com --tenant acme'))
  t.equal((await ask(other)).status, 404)
})

t.test('domain restore-legacy: a host of before that was about to go stays', async (t) => {
  const { run, out } = await running(t)
  await out('partition create o-v1 --frontend 192.0.2.1')
  await out('domain add contoso.com')
  t.match(await run('domain restore-legacy contoso.com'), { code: 1, err: /domain-unverified/ })
  await out('domain verify contoso.com --skip-proof')
  await out('domain enable-dnssec contoso.com')
  t.match(await out('domain show contoso.com'), /^ {2}legacy {4}on until \d{4}-\S+Z$/m)
  const back = await out('domain restore-legacy contoso.com')
  t.match(back, /^The host of before of contoso\.com is there$/m)
  t.match(back, /^ {2}legacy {4}on since \d{4}-\S+Z$/m)
})

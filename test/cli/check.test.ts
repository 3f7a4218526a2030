import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { RR } from '../../src/rr/index.ts'
import { type LabDesk, sitDown } from '../support/mail-lab/command.ts'
import { type MailLab, openMailLab, type Scene } from '../support/mail-lab/lab.ts'
import { rcode } from '../support/mail-lab/tampers.ts'
import { testTime } from '../support/served-zone.ts'

const good = '@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}\n'
const stale = '@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {no 3 1 1}\n'
const plain = '@ MX 10 mx\nmx A {mx}\n'

async function open(t: Test, scene: Scene): Promise<{ lab: MailLab; desk: LabDesk }> {
  const lab = await openMailLab(scene)
  t.teardown(() => lab.close())
  return { lab, desk: sitDown(lab, t.testdir({})) }
}

t.test('check: a domain that DANE protects', async (t) => {
  const { desk } = await open(t, { zone: good })
  const { code, out, err } = await desk.run('check', 'example.test', ...desk.options)
  t.equal(code, 0)
  t.equal(err, '')
  t.match(out, /^✔ Testing DANE, including DNSSEC, for 'example\.test\.'/)
  t.match(out, 'Mail goes to mx.example.test. over TLS, the server authenticated by DANE')
  t.match(out, /✔ Shaking hands for TLS.*\n.*TLSv1\.3/)
  t.match(out, /^example\.test\. {10}delivers, DANE {2}delivers, DANE$/m)
  t.notMatch(out, '\u001b', 'no styles where nobody watches')
})

t.test('check --json: the report', async (t) => {
  const { desk } = await open(t, { zone: good })
  const { code, out } = await desk.run('check', 'user@EXAMPLE.test.', '--json', ...desk.options)
  t.equal(code, 0)
  const report = JSON.parse(out)
  t.match(report, {
    version: 1,
    domain: 'example.test.',
    mode: 'dane',
    policy: 'opportunistic',
    profiles: ['rfc', 'exchange'],
    verdicts: {
      rfc: { outcome: 'delivers', protection: 'dane', isProtected: true, host: 'mx.example.test.' },
      exchange: { outcome: 'delivers' },
    },
    mx: { kind: 'mx', security: 'secure', rcode: 'NOERROR' },
    chain: [{ zone: '.' }, { zone: 'test.' }, { zone: 'example.test.', security: 'secure' }],
    hosts: [
      {
        name: 'mx.example.test.',
        preference: 10,
        level: 'authenticated',
        tlsa: [{ text: /^3 1 1 [0-9a-f]{64}$/, usable: true, active: true }],
        addresses: [{ outcome: 'tls', protocol: 'TLSv1.3', matches: [{ matched: true }] }],
      },
    ],
    tree: { kind: 'domain', status: 'ok' },
  })
  t.ok(report.queries > 3)
})

t.test('check: a stale TLSA record, with what to do about it', async (t) => {
  const { desk, lab } = await open(t, { zone: stale })
  const files = ['--html', 'out/page.html', '--report', 'out/tls.json']
  const { code, out } = await desk.run('check', 'example.test', ...files, ...desk.options)
  t.equal(code, 4)
  t.match(out, 'delayed, 4.7.323')
  t.match(out, '450 4.7.323 tlsa-invalid: The domain failed DANE validation.')
  const tlsa = lab.presented.get('mx')?.tlsa([3, 1, 1], 'leaf') ?? '?'
  t.match(out, `"_${lab.mail.port}._tcp.mx.example.test. IN TLSA ${tlsa}"`)
  const page = readFileSync(join(desk.directory, 'out/page.html'), 'utf8')
  t.match(page, /^<!doctype html>/)
  t.match(page, 'delayed, 4.7.323')
  const report = JSON.parse(readFileSync(join(desk.directory, 'out/tls.json'), 'utf8'))
  t.match(report, {
    'organization-name': 'danelaw',
    'contact-info': 'postmaster@sender.test',
    'date-range': { 'start-datetime': '2026-01-01T00:00:00Z' },
    policies: [
      {
        policy: {
          'policy-type': 'tlsa',
          'policy-domain': 'example.test',
          'mx-host': ['mx.example.test'],
        },
        summary: { 'total-successful-session-count': 0, 'total-failure-session-count': 1 },
        'failure-details': [{ 'result-type': 'tlsa-invalid' }],
      },
    ],
  })
  t.same(readdirSync(join(desk.directory, 'out')).sort(), ['page.html', 'tls.json'])
})

t.test('check: exit codes by verdict, by mode and by policy', async (t) => {
  const { desk } = await open(t, { zone: plain })
  const code = async (...argv: string[]) =>
    (await desk.run('check', 'example.test', ...argv, ...desk.options)).code
  t.equal(await code(), 3, 'delivers, not protected')
  t.equal(await code('--dnssec-only'), 0, 'all records are secure')
  t.equal(await code('--inbound-smtp'), 0, 'mail arrives')
  t.equal(await code('--policy', 'mandatory'), 4, 'no DANE, no mail')
})

t.test('check: profiles decide the exit code, that of the RFC first', async (t) => {
  const { desk } = await open(t, {
    zone: good,
    hosts: { mx: { chain: { leaf: { to: testTime - 86_400 } } } },
  })
  const run = (profile: string) =>
    desk.run('check', 'example.test', '--profile', profile, ...desk.options)
  const both = await run('both')
  t.equal(both.code, 0)
  t.match(both.out, /^example\.test\. .*delivers, DANE {2}delayed, 4\.7\.322 {2}≠$/m)
  t.equal((await run('rfc')).code, 0)
  const exchange = await run('exchange')
  t.equal(exchange.code, 4)
  t.notMatch(exchange.out, 'RFC 7672:')
})

t.test('check: a TLSA lookup that fails is never taken for "no TLSA"', async (t) => {
  const tampers = [{ type: RR.TLSA, tamper: rcode(2) }]
  const { desk, lab } = await open(t, { zone: good, tampers })
  const { code, out } = await desk.run('check', 'example.test', '--json', ...desk.options)
  t.equal(code, 4)
  t.match(JSON.parse(out).verdicts.rfc, { outcome: 'delayed', status: { transient: '4.7.324' } })
  t.equal(lab.mail.commands.size, 0, 'nobody was connected to')
})

t.test('check asks for TLSA also where other proofs would do', async (t) => {
  // The proof that the host has no AAAA covers the names below it, of which RFC 8198 makes use.
  const tampers = [{ type: RR.TLSA, tamper: rcode(2) }]
  const { desk } = await open(t, { zone: plain, tampers })
  const { code, out } = await desk.run('check', 'example.test', '--json', ...desk.options)
  t.equal(code, 4)
  t.match(JSON.parse(out).verdicts.rfc.status, { transient: '4.7.324' })
})

t.test('check --trace: every query, answer and step, before the result', async (t) => {
  const { desk } = await open(t, { zone: good })
  const { out } = await desk.run('check', 'example.test', '--trace', ...desk.options)
  t.match(out, /^\? example\.test\. MX → 127\.\d+\.\d+\.1:\d+, id \d+$/m)
  t.match(out, /^ {2}NOERROR aa udp, \d+ octets, /m)
  t.match(out, /^ {4}secure {3}dnskey: DS \d+\/13\/2 matches/m)
  const json = await desk.run('check', 'example.test', '--trace', '--json', ...desk.options)
  t.equal(JSON.parse(json.out).version, 1)
  t.match(json.err, /^\? example\.test\. MX /m)
})

t.test('check: colours on a terminal', async (t) => {
  const { desk } = await open(t, { zone: good })
  const world = desk.world({ isTerminal: true })
  await runCli(['check', 'example.test', ...desk.options], '1.2.3', world.io)
  t.match(world.out(), '\u001b[32m✔\u001b[39m')
})

t.test('check: what is not understood, and what cannot be read', async (t) => {
  const { desk } = await open(t, { zone: plain })
  const usage = [
    ['check'],
    ['check', 'a..b'],
    ['check', 'a.test', '--port', '0'],
    ['check', 'a.test', '--policy', 'strict'],
    ['check', 'a.test', '--server', 'dns.example'],
    ['check', 'a.test', '--time', 'yesterday'],
    ['check', 'a.test', '--ehlo', 'two words'],
    ['check', 'a.test', '--dnssec-only', '--inbound-smtp'],
    ['check', 'a.test', '--follow', '--time', '2026-01-01T00:00:00Z', '--server', '127.0.0.1'],
  ]
  for (const argv of usage) t.match(await desk.run(...argv), { code: 2, out: '', err: /error: / })
  const failed = [
    [['--anchor', 'nowhere', '--iterate'], 'file-unreadable'],
    [['--anchor', 'ca.pem', '--iterate'], 'anchor-invalid'],
    [['--hints', 'ca.pem'], 'hints-invalid'],
    [['--ca', 'nowhere', '--iterate'], 'file-unreadable'],
  ] as const
  for (const [argv, code] of failed) {
    t.match(await desk.run('check', 'a.test', ...argv), { code: 1, err: `[${code}]` })
    const { out } = await desk.run('check', 'a.test', '--json', ...argv)
    t.match(JSON.parse(out), { findings: [{ severity: 'error', code }] })
  }
  const { code, err } = await desk.run(
    ...['check', 'example.test', '--html', 'ca.pem/page.html', ...desk.options],
  )
  t.match([code, err], [1, '[file-unwritable]'])
})

t.test('check --follow: 24 hours, then the NDR', async (t) => {
  const { desk } = await open(t, { zone: stale })
  // All attempts of the schedule but the last are behind us: it is due in ten minutes.
  const status = { transient: '4.7.323', permanent: '5.7.323', text: 'x', reply: '450 4.7.323 x' }
  const attempts = [84_000, 3000].map((ago) => ({
    at: testTime - ago,
    ...{ outcome: 'delayed', reason: 'no match', status },
  }))
  const file = join(desk.directory, 'state', 'check-example.test.json')
  mkdirSync(join(desk.directory, 'state'))
  writeFileSync(file, JSON.stringify({ version: 1, domain: 'example.test.', attempts }))
  const argv = ['check', 'user@example.test', '--follow', '--ndr', 'ndr.eml', ...desk.options]
  const { code, out } = await desk.run(...argv)
  t.equal(code, 4)
  const told = out.split('\n').filter((line) => /^2026-\S+ delayed 4\.7\.323: /.test(line))
  t.match(told, [/^2026-01-01T00:1\d:/])
  t.equal(told.length, 1)
  const ndr = readFileSync(join(desk.directory, 'ndr.eml'), 'utf8')
  t.match(ndr, /^Final-Recipient: rfc822; user@example\.test\r$/m)
  t.match(ndr, /^Status: 5\.7\.323\r$/m)
  t.match(ndr, /It was tried 3 times, and after 24 hours the message expired\./)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(JSON.parse(readFileSync(file, 'utf8')), { domain: 'example.test.', attempts: [] })
})

t.test('check --follow: a restart takes up what was stopped', async (t) => {
  const { desk, lab } = await open(t, { zone: good, tampers: [{ type: RR.MX, tamper: rcode(2) }] })
  const argv = ['check', 'example.test', '--follow', '--json', '--state', 's.json', ...desk.options]
  const world = desk.world()
  const first = runCli(argv, '1.2.3', world.io)
  await world.written(/"attempt".*\n.*"attempt"/)
  world.signal('stop')
  t.equal(await first, 1)
  t.match(world.err(), 'the same command takes it up again')
  const file = join(desk.directory, 's.json')
  const { attempts } = JSON.parse(readFileSync(file, 'utf8'))
  t.ok(attempts.length >= 2)

  lab.authorities.rules.length = 0
  const { code, out } = await desk.run(...argv)
  t.equal(code, 0)
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(events, [
    { event: 'attempt', outcome: 'delivers', report: { version: 1 } },
    { event: 'delivered', attempts: attempts.length + 1 },
  ])

  writeFileSync(file, '{"version":1,"domain":"other.test.","attempts":[]}')
  t.match(await desk.run(...argv.filter((arg) => arg !== '--json')), {
    code: 1,
    err: /it is about "other\.test\.".*\[state-invalid\]/,
  })
})

t.test('check --state: policies of MTA-STS outlive a run', async (t) => {
  const body = 'version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx.example.test\n'
  const zone = `${plain}_mta-sts TXT "v=STSv1; id=1"\nmta-sts A {sts}\n`
  const { desk, lab } = await open(t, { zone, sts: { body } })
  const argv = ['check', 'example.test', '--state', 's.json', ...desk.options]
  const first = await desk.run(...argv)
  t.equal(first.code, 3)
  t.match(first.out, 'MTA-STS', 'who knows no DANE is protected by it')
  await lab.policy?.close()
  const second = await desk.run(...argv, '--json')
  const report = JSON.parse(second.out)
  t.match(report.sts, { kind: 'policy', mode: 'enforce', mx: ['mx.example.test'] })
  t.match(report.verdicts.rfc, { outcome: 'delivers', protection: 'sts' })
  t.match(report.hosts[0].addresses[0].sts, {})
})

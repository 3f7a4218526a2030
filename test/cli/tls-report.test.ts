import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { RR } from '../../src/rr/index.ts'
import { readReport, writeReport } from '../../src/tlsrpt/index.ts'
import { authority, issue } from '../support/certificates.ts'
import { sitDown } from '../support/mail-lab/command.ts'
import { openMailLab, type Scene } from '../support/mail-lab/lab.ts'
import { rcode } from '../support/mail-lab/tampers.ts'
import { exampleJson, exampleReport } from '../support/report.ts'
import { webServer } from '../support/web-server.ts'
import { makeWorld, runCommand } from '../support/world.ts'

const root = await authority({ subject: 'CN=Report Authority' })
const collector = await issue({ names: ['rpt.example.test'], issuer: root })
const stranger = await issue({ names: ['rpt.example.test'] })
const good = '@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}\n'

/** The example, about `domain`. */
const reportOn = (domain: string) => ({
  ...exampleReport,
  policies: exampleReport.policies.map((policy) => ({ ...policy, domain })),
})

/** What a scene differs in. */
interface Changes extends Partial<Scene> {
  /** Addresses of the record; PORT is that of the collector. */
  readonly rua: string
  readonly status?: number
  readonly tls?: typeof collector
}

/** A collector of reports, the domain that asks for them, and a report on it in `tls.json`. */
async function collecting(t: Test, { rua, status = 201, tls = collector, ...scene }: Changes) {
  const taken: Buffer[] = []
  const { port, connections } = await webServer(
    t,
    { key: tls.keyPem, cert: tls.pem },
    async (asked, reply) => {
      const pieces: Buffer[] = []
      for await (const piece of asked) pieces.push(piece as Buffer)
      taken.push(Buffer.concat(pieces))
      reply.writeHead(status).end()
    },
  )
  const record = `_smtp._tls TXT "v=TLSRPTv1; rua=${rua.replaceAll('PORT', String(port))}"\n`
  const lab = await openMailLab({ zone: `${good}rpt A 127.0.0.1\n${record}`, ...scene })
  t.teardown(() => lab.close())
  const desk = sitDown(lab, t.testdir({ 'tls.json': writeReport(reportOn('example.test')) }))
  writeFileSync(join(desk.directory, 'rpt.pem'), root.pem)
  const ca = ['--ca', 'rpt.pem']
  const submit = (...argv: string[]) =>
    desk.run('tls-report', 'submit', 'tls.json', 'example.test', ...desk.dnsOptions, ...ca, ...argv)
  const check = (...argv: string[]) =>
    desk.run('check', 'example.test', ...desk.options, ...ca, '--submit-report', ...argv)
  return { taken, connections, submit, check, desk, lab, port }
}

const https = 'https://rpt.example.test:PORT/v1'

t.test('tls-report show: who, when, what failed, and where', async (t) => {
  const directory = t.testdir({ 'report.json': JSON.stringify(exampleJson) })
  const { code, out, err } = await runCommand(directory, 'tls-report', 'show', 'report.json')
  t.equal(err, '')
  t.equal(code, 0)
  t.match(
    out,
    /^TLS report of Company-X\n {2}period {3}2016-04-01T00:00:00Z to 2016-04-01T23:59:59Z/,
  )
  t.match(out, '✘ company-y.example, MTA-STS: 5326 sessions succeeded, 303 failed')
  t.match(out, /^ {4}hosts {3}\*\.mail\.company-y\.example$/m)
  t.match(out, /^ {4}policy {2}version: STSv1\n {12}mode: testing$/m)
  const types = out.match(/^ {4}\d+ × \S+/gm)
  const most = ['    200 × starttls-not-supported:', '    100 × certificate-expired:']
  t.same(types, [...most, '    3 × validation-failure:'], 'what befell most comes first')
  t.match(
    out,
    '3 at mx-backup.mail.company-y.example [203.0.113.58] from 198.51.100.62 ' +
      'reason X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED',
  )
})

t.test('tls-report show --json: the shape of the RFC, whatever was read', async (t) => {
  const tlsa = ['3 1 1 6007EE', '3 1 1 837C77']
  const policies = exampleReport.policies.map((policy) => ({
    ...policy,
    ...{ type: 'tlsa' as const, strings: tlsa, mxHosts: [] },
  }))
  const quirky = writeReport({ ...exampleReport, policies }, 'exchange')
  const directory = t.testdir({ 'plain.json': quirky, 'packed.gz': gzipSync(quirky) })
  for (const file of ['plain.json', 'packed.gz']) {
    const { code, out } = await runCommand(directory, 'tls-report', 'show', file, '--json')
    t.equal(code, 0)
    t.match(JSON.parse(out), { policies: [{ policy: { 'policy-string': tlsa } }] })
  }
})

t.test('tls-report show -: standard input', async (t) => {
  const octets = gzipSync(JSON.stringify(exampleJson))
  const stdin = [octets.subarray(0, 20), octets.subarray(20)]
  const world = makeWorld(t.testdir(), { stdin })
  t.equal(await runCli(['tls-report', 'show', '-', '--json'], '1.2.3', world.io), 0)
  t.same(JSON.parse(world.out()), exampleJson)
  const endless = makeWorld(t.testdir(), { stdin: Array(11).fill(Buffer.alloc(2 ** 20, ' ')) })
  t.equal(await runCli(['tls-report', 'show', '-'], '1.2.3', endless.io), 1)
  t.match(endless.err(), /Cannot read standard input: it exceeds .* \[file-unreadable\]/)
})

t.test('tls-report show --write: from one shape to the other, and into gzip', async (t) => {
  const directory = t.testdir({ 'report.json': JSON.stringify(exampleJson) })
  const convert = (...argv: string[]) =>
    runCommand(directory, 'tls-report', 'show', 'report.json', ...argv)
  t.equal((await convert('--write', 'out/x.json', '--report-profile', 'exchange')).code, 0)
  const quirky = readFileSync(join(directory, 'out/x.json'), 'utf8')
  t.equal(quirky, writeReport(exampleReport, 'exchange'))
  t.equal((await convert('--write', 'rfc.json.gz')).code, 0)
  const packed = readFileSync(join(directory, 'rfc.json.gz'))
  t.same(JSON.parse(gunzipSync(packed).toString()), exampleJson)
})

t.test('tls-report show: what strangers wrote is printable, and long lists are cut', async (t) => {
  const [policy] = exampleReport.policies
  const failures = Array.from({ length: 12 }, (_, n) => ({ type: 'odd\u001b[2J', sessions: n }))
  const report = {
    ...exampleReport,
    organization: 'X\u001b[31m',
    policies: policy === undefined ? [] : [{ ...policy, failures }],
  }
  const directory = t.testdir({ 'report.json': writeReport(report) })
  const { out } = await runCommand(directory, 'tls-report', 'show', 'report.json')
  t.notMatch(out, '\u001b')
  t.match(out, String.raw`66 × odd\u{1b}[2J: no type of RFC 8460`)
  t.match(out, '… and 2 more, see --json')
})

t.test('tls-report: what cannot be read, and what is not understood', async (t) => {
  const directory = t.testdir({ 'bad.json': '{"policies":[]}' })
  const run = (...argv: string[]) => runCommand(directory, 'tls-report', ...argv)
  const bad = await run('show', 'bad.json')
  t.match(bad, { code: 1, out: '', err: /"\/organization-name": it is no string, in "bad\.json"/ })
  t.match(bad.err, '[report-invalid]')
  t.match(await run('show', 'nowhere'), { code: 1, err: '[file-unreadable]' })
  const { code, out } = await run('show', 'bad.json', '--json')
  t.equal(code, 1)
  t.match(JSON.parse(out), { findings: [{ severity: 'error', code: 'report-invalid' }] })
  for (const argv of [
    [],
    ['show'],
    ['show', 'x', '--report-profile', 'odd'],
    ['submit', 'x'],
    ['submit', 'x', 'a..b'],
  ]) {
    t.match(await run(...argv), { code: 2, out: '' }, argv.join(' '))
  }
})

t.test('tls-report submit: posted in gzip to each https: address; mail is described', async (t) => {
  const rua = `${https},mailto:tls@example.test,https://nowhere.example.test/`
  const { taken, submit } = await collecting(t, { rua })
  const { code, out, err } = await submit()
  t.equal(err, '')
  t.equal(code, 0, 'one address is enough')
  t.match(out, /^TLS-RPT record of example\.test \(secure\): reports go to https:/)
  t.match(out, /^ {2}✔ https:\S+: the server replied 201$/m)
  t.match(out, /^ {2}· mailto:tls@example\.test: reports by mail are not sent/m)
  t.match(out, /^ {6}TLS-Report-Submitter: company-x\.example$/m)
  t.match(out, 'application/tlsrpt+gzip')
  t.match(out, /^ {2}✘ https:\/\/nowhere\.example\.test\/: its host has no address$/m)
  t.notMatch(out, 'Worth trying again')
  t.equal(taken.length, 1)
  t.same(gunzipSync(taken[0] as Buffer).toString(), writeReport(reportOn('example.test')))
})

t.test('tls-report submit --dry-run: where it would go, and nobody is connected to', async (t) => {
  const { connections, submit } = await collecting(t, { rua: https })
  const { code, out } = await submit('--dry-run')
  t.equal(code, 0)
  t.match(out, /^ {2}✔ https:\S+: \d+ octets would be posted to 127\.0\.0\.1$/m)
  t.equal(connections(), 0)
})

t.test('tls-report submit: no address takes it, and when to try again', async (t) => {
  const { submit } = await collecting(t, { rua: https, status: 503 })
  const { code, out, err } = await submit()
  t.equal(code, 1)
  t.match(out, 'the server replied 503')
  t.match(out, /Worth trying again after 5 min, 10 min, .*1 h 20 min, .*10 h 40 min \(RFC 8460/)
  t.match(err, /no address took it \[report-undelivered\]/)
  const json = JSON.parse((await submit('--json')).out)
  t.match(json, {
    domain: 'example.test',
    security: 'secure',
    results: [{ kind: 'failed', text: 'the server replied 503' }],
    isDelivered: false,
    retryDelaysSeconds: [300, 600],
    findings: [{ code: 'report-undelivered' }],
  })
})

t.test('tls-report submit: certificates count, unless they are to be ignored', async (t) => {
  const { taken, submit } = await collecting(t, { rua: https, tls: stranger })
  const { code, out } = await submit()
  t.equal(code, 1)
  t.match(out, 'DEPTH_ZERO_SELF_SIGNED_CERT')
  t.equal(taken.length, 0)
  t.equal((await submit('--ignore-certificate')).code, 0)
  t.equal(taken.length, 1)
})

t.test('tls-report submit: a record that is not signed counts, and is told as such', async (t) => {
  const { submit } = await collecting(t, { rua: https, isSigned: false })
  const { code, out } = await submit()
  t.equal(code, 0)
  t.match(out, 'TLS-RPT record of example.test (insecure): ')
})

t.test('tls-report submit: a record that cannot be looked up is no record', async (t) => {
  const tampers = [{ type: RR.TXT, tamper: rcode(2) }]
  const { taken, submit } = await collecting(t, { rua: https, tampers })
  const { code, out, err } = await submit()
  t.equal(code, 1)
  t.match(out, /\(indeterminate\): the lookup failed: .*\nWorth trying again after 5 min/)
  t.match(err, '[report-undelivered]')
  t.equal(taken.length, 0)
})

t.test('tls-report submit: nobody wants it, or by mail only', async (t) => {
  const byMail = await (await collecting(t, { rua: 'mailto:a@example.test' })).submit()
  t.match(byMail, { code: 1, err: /it is wanted by mail only \[report-undelivered\]/ })
  const none = await (await collecting(t, { rua: https, zone: good })).submit()
  t.match(none, { code: 1, err: /there is no TLS-RPT record \[report-undelivered\]/ })
  t.notMatch(none.out, 'Worth trying again')
})

t.test('tls-report submit: what is about others is not for this domain', async (t) => {
  const { taken, desk, submit } = await collecting(t, { rua: https })
  writeFileSync(join(desk.directory, 'tls.json'), JSON.stringify(exampleJson))
  const { code, err } = await submit()
  t.equal(code, 1)
  t.match(err, /to "example\.test": it is about "company-y\.example" \[report-foreign\]/)
  t.equal(taken.length, 0)
})

t.test('check --submit-report: the check as a report, posted and told', async (t) => {
  const { taken, check, desk } = await collecting(t, { rua: https })
  const { code, out, err } = await check('--report', 'check.json.gz')
  t.equal(err, '')
  t.equal(code, 0)
  t.match(out, /delivers, DANE[\s\S]*\n\nTLS-RPT record of example\.test \(secure\): /)
  const sent = readReport(taken[0] as Buffer)
  t.match(sent, { organization: 'danelaw', policies: [{ type: 'tlsa', successes: 1 }] })
  const kept = readFileSync(join(desk.directory, 'check.json.gz'))
  t.same(readReport(kept), sent, 'what is kept is what was sent')
  const json = JSON.parse((await check('--json')).out)
  t.match(json, { version: 1, submission: { isDelivered: true, results: [{ kind: 'accepted' }] } })
})

t.test('check --submit-report: the verdict decides the exit code', async (t) => {
  const { check } = await collecting(t, { rua: https, status: 500 })
  const { code, err } = await check()
  t.equal(code, 0)
  t.match(err, /^warning: .*no address took it \[report-undelivered\]\n$/)
  for (const other of ['--follow', '--dnssec-only']) {
    t.match(await check(other), { code: 2, err: /cannot be used with option/ })
  }
})

t.test('check --submit-report: without a session there is nothing to report', async (t) => {
  const { taken, check } = await collecting(t, {
    rua: https,
    hosts: { mx: { isDown: true }, other: {} },
  })
  const { code, err } = await check()
  t.equal(code, 4)
  t.match(err, 'nothing to submit')
  t.equal(taken.length, 0)
})

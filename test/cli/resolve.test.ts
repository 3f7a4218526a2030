import t, { type Test } from 'tap'
import { runCli } from '../../src/cli/index.ts'
import { RR } from '../../src/rr/index.ts'
import { install, startDanelaw } from '../support/danelaw.ts'
import { type LabDesk, sitDown } from '../support/mail-lab/command.ts'
import { openMailLab, type Scene } from '../support/mail-lab/lab.ts'
import { corruptSignatures, rcode } from '../support/mail-lab/tampers.ts'
import { zoneText } from '../support/publishing.ts'

async function open(t: Test, scene: Partial<Scene> = {}): Promise<LabDesk> {
  const lab = await openMailLab({ zone: 'www A 192.0.2.1\nalias CNAME www\n', ...scene })
  t.teardown(() => lab.close())
  return sitDown(lab, t.testdir({}))
}

async function json(desk: LabDesk, ...argv: string[]) {
  const { code, out, err } = await desk.run('resolve', ...argv, '--json', ...desk.dnsOptions)
  t.equal(err, '')
  return { code, answer: JSON.parse(out) }
}

t.test('resolve: a secure answer, with the chain of trust drawn', async (t) => {
  const desk = await open(t)
  const { code, out, err } = await desk.run('resolve', 'www.example.test', 'A', ...desk.dnsOptions)
  t.same([code, err], [0, ''])
  t.match(out, /^www\.example\.test\. A: secure, NOERROR\n {2}RRSIG of www\.example\.test\. A by /)
  t.match(out, /\n {2}\. {2}secure by a trust anchor, keys \d+\/13\n/)
  t.match(out, /\n {2}└─ test\. {2}secure by its DS, keys \d+\/13\n/)
  t.match(out, /\n {5}└─ example\.test\. {2}secure by its DS, keys \d+\/13\n/)
  t.match(out, /\n {2}www\.example\.test\. 3600 IN A 192\.0\.2\.1\n {4}└ secure, 1 RRSIG: /)
})

t.test('resolve --json has what programs ask for, and the type is A by default', async (t) => {
  const desk = await open(t)
  const { code, answer } = await json(desk, 'alias.example.test')
  t.equal(code, 0)
  t.match(answer, {
    question: { name: 'alias.example.test.', type: 'A' },
    status: 'secure',
    rcode: 'NOERROR',
    reason: String,
    ede: null,
    answer: [
      { name: 'alias.example.test.', type: 'CNAME', data: 'www.example.test.', status: 'secure' },
      { name: 'www.example.test.', type: 'A', data: '192.0.2.1', status: 'secure' },
    ],
    authority: [],
  })
})

t.test('resolve: exit codes are verdicts', async (t) => {
  const secure = await open(t)
  t.match(await json(secure, 'nowhere.example.test', 'mx'), {
    code: 0,
    answer: { status: 'secure', rcode: 'NXDOMAIN', authority: [{}, {}, {}] },
  })
  const insecure = await open(t, { isSigned: false })
  t.match(await json(insecure, 'www.example.test'), { code: 3, answer: { status: 'insecure' } })
  const bogus = await open(t, { tampers: [{ type: RR.A, tamper: corruptSignatures() }] })
  t.match(await json(bogus, 'www.example.test'), {
    code: 4,
    answer: { status: 'bogus', rcode: 'SERVFAIL', ede: 6, answer: [], hops: [{ status: 'bogus' }] },
  })
  const failing = await open(t, { tampers: [{ type: RR.A, tamper: rcode(2) }] })
  t.match(await json(failing, 'www.example.test'), {
    code: 5,
    answer: { status: 'indeterminate', rcode: 'SERVFAIL' },
  })
})

t.test('resolve --time judges as of then', async (t) => {
  const desk = await open(t)
  t.match(await json(desk, 'www.example.test', '--time', '2027-01-01T00:00:00Z'), {
    code: 4,
    answer: { status: 'bogus', ede: 7, reason: /expired/ },
  })
})

t.test('resolve takes names in Unicode and types by number', async (t) => {
  const desk = await open(t, { zone: 'xn--mnchen-3ya A 192.0.2.7\n' })
  t.match(await json(desk, 'münchen。example.test', 'TYPE1'), {
    code: 0,
    answer: { question: { name: 'xn--mnchen-3ya.example.test.' }, answer: [{ data: '192.0.2.7' }] },
  })
})

t.test('resolve --trace: queries, answers and steps, then the result', async (t) => {
  const desk = await open(t)
  const { out } = await desk.run('resolve', 'www.example.test', '--trace', ...desk.dnsOptions)
  const lines = out.split('\n')
  t.match(lines[0], /^\? www\.example\.test\. A → 127\.\d+\.\d+\.1:\d+, id \d+$/)
  t.match(lines[1], /^ {2}NOERROR udp, \d+ octets, \d+\.\d ms$/)
  t.match(lines[2], /^ {4}authority {2}test\. 3600 IN NS ns\.test\.$/)
  t.match(out, /^ {4}answer {5}example\.test\. 3600 IN DNSKEY 257 3 13 ; key \d+$/m)
  t.match(out, /^ {4}secure {3}anchor: \. has a trust anchor$/m)
  t.ok(out.indexOf('secure   rrset:') < out.indexOf('www.example.test. A: secure'))
  t.ok(lines.every((line) => line.length < 200))
})

t.test('resolve: colours on a terminal', async (t) => {
  const desk = await open(t)
  const world = desk.world({ isTerminal: true })
  await runCli(['resolve', 'www.example.test', ...desk.dnsOptions], '1.2.3', world.io)
  t.match(world.out(), '\u001b[32msecure\u001b[39m')
})

t.test('resolve: what is not understood, and what cannot be read', async (t) => {
  const desk = await open(t)
  for (const argv of [
    [],
    ['a..b'],
    ['a.test', 'NONSENSE'],
    ['a.test', 'A', '--server', '192.0.2.1:0'],
    ['a.test', 'A', '--authority-port', '70000'],
    ['a.test', 'A', '--time', '2026-13-01'],
    ['\u{1f600}'.repeat(80)],
  ]) {
    t.match(await desk.run('resolve', ...argv), { code: 2, out: '', err: /error: / })
  }
  t.match(await desk.run('resolve', 'a.test', '--iterate', '--anchor', 'nowhere'), {
    code: 1,
    err: /^error: Cannot read "nowhere": it is not there \[file-unreadable\]\n$/,
  })
})

t.test('the program resolves in a zone that danelaw serves, by the anchor it wrote', async (t) => {
  const installation = install(t, [{ name: 'a.test.', text: zoneText(1, 'host A 192.0.2.1') }])
  const danelaw = await startDanelaw(t, installation)
  const anchor = danelaw.zones[0]?.anchor ?? '?'
  const server = ['--server', `127.0.0.1:${danelaw.port}`, '--anchor', anchor]
  const { status, stdout } = await installation.runAlone('resolve', 'host.a.test', ...server)
  t.equal(status, 0)
  t.match(stdout, /^host\.a\.test\. A: secure, NOERROR$/m)
})

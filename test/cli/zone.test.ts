import t from 'tap'
import { zoneText } from '../support/publishing.ts'
import { runCommand } from '../support/world.ts'

const broken = `${zoneText(1)}mail A 192.0.2.256\nweb CNAME\n`

t.test('zone check: a sound zone, exit code 0', async (t) => {
  const cwd = t.testdir({ 'a.test.zone': zoneText(1) })
  t.same(await runCommand(cwd, 'zone', 'check', 'a.test.zone'), {
    code: 0,
    out: 'a.test.zone: zone a.test. ok, 4 records\n',
    err: '',
  })
})

t.test('zone check: every error with its place, exit code 1', async (t) => {
  const cwd = t.testdir({ 'a.test.zone': broken })
  const { code, out, err } = await runCommand(cwd, 'zone', 'check', 'a.test.zone')
  t.equal(code, 1)
  t.equal(out, 'a.test.zone: zone a.test. has errors\n')
  const lines = err.trimEnd().split('\n')
  t.equal(lines.length, 2)
  t.match(lines[0], /^a\.test\.zone:7:8: error: .*"192\.0\.2\.256".* \[rdata-invalid\]$/)
  t.match(lines[1], /^a\.test\.zone:8:\d+: error: .* \[[a-z-]+\]$/)
})

t.test('zone check --json: one object with every file', async (t) => {
  const cwd = t.testdir({ 'a.test.zone': zoneText(1), 'b.test.zone': broken })
  const { code, out, err } = await runCommand(
    cwd,
    ...['zone', 'check', '--json', 'a.test.zone', 'b.test.zone'],
  )
  t.equal(code, 1)
  t.equal(err, '')
  const result = JSON.parse(out)
  t.match(result, {
    ok: false,
    files: [
      { file: 'a.test.zone', zone: 'a.test.', records: 4, findings: [] },
      { file: 'b.test.zone', zone: 'b.test.', records: 0 },
    ],
  })
  t.match(result.files[1].findings[0], {
    severity: 'error',
    code: 'rdata-invalid',
    file: `${cwd}/b.test.zone`,
    line: 7,
    column: 8,
  })
})

t.test('zone check: warnings are shown and are no errors', async (t) => {
  const cwd = t.testdir({ 'a.test.zone': zoneText(1, 'x TLSA 3 1 1 00') })
  const { code, err } = await runCommand(cwd, 'zone', 'check', 'a.test.zone')
  t.match(err, /^a\.test\.zone:6:1: warning: .* \[tlsa-owner\]\n/)
  t.equal(code, 0)
})

t.test('zone check --origin: the zone of a file with any name', async (t) => {
  const cwd = t.testdir({ 'db.a': zoneText(1) })
  const { code, out } = await runCommand(cwd, 'zone', 'check', '-o', 'a.test', 'db.a')
  t.same([code, out], [0, 'db.a: zone a.test. ok, 4 records\n'])
  const wrong = await runCommand(cwd, 'zone', 'check', '-o', 'a..test', 'db.a')
  t.match(wrong, { code: 1, err: /empty label.*\[name-invalid\]/ })
})

t.test('zone check: a file that is not there', async (t) => {
  const { code, err } = await runCommand(t.testdir(), 'zone', 'check', 'a.test.zone')
  t.match({ code, err }, { code: 1, err: /it does not exist \(ENOENT\) \[zone-file-failed\]/ })
})

t.test('zone print: the records of a zone, nothing signed, no key needed', async (t) => {
  const cwd = t.testdir({ zones: { 'a.test.zone': zoneText(1) } })
  const { code, out, err } = await runCommand(cwd, 'zone', 'print', 'a.test')
  t.same([code, err], [0, ''])
  t.same(out.split('\n').length, 5)
  t.match(out, /^a\.test\.\t3600\tIN\tSOA\t/)
})

t.test('zone print --json: one object for each record', async (t) => {
  const cwd = t.testdir({ zones: { 'a.test.zone': zoneText(1) } })
  const { out } = await runCommand(cwd, 'zone', 'print', '--json', 'A.TEST.')
  const records = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(records[0], { owner: 'a.test.', ttl: 3600, type: 'SOA', data: { serial: 1 } })
  t.match(records[3], { owner: 'ns.a.test.', ttl: 3600, type: 'A' })
})

t.test('zone export: signed once there are keys, and says what to do before', async (t) => {
  const cwd = t.testdir({ zones: { 'a.test.zone': zoneText(1) } })
  const before = await runCommand(cwd, 'zone', 'export', 'a.test')
  t.match(before, { code: 1, out: '', err: /danelaw key generate a\.test\..*\[key-absent\]/ })
  await runCommand(cwd, 'key', 'generate', 'a.test')
  const { code, out, err } = await runCommand(cwd, 'zone', 'export', 'a.test')
  t.same([code, err], [0, ''])
  t.match(out, /^a\.test\.\t3600\tIN\tSOA\t/)
  t.match(out, /\tIN\tRRSIG\tSOA 13 2 3600 /)
  t.match(out, /\tIN\tNSEC\tns\.a\.test\. /)
})

t.test('zone export: a zone that is not there, a configuration with an error', async (t) => {
  const cwd = t.testdir({ zones: {}, 'bad.yaml': 'polcy: {}' })
  const absent = await runCommand(cwd, 'zone', 'export', 'b.test')
  t.match(absent, {
    code: 1,
    out: '',
    err: /b\.test\.: no file holds this zone \[zone-absent\]\n.*have the server write it/,
  })
  const wrong = await runCommand(cwd, 'zone', 'export', '-c', 'bad.yaml', 'b.test')
  t.match(wrong, { code: 1, out: '', err: /^bad\.yaml:1:1: error: .*meant "policy"\?/ })
  const none = await runCommand(cwd, 'zone', 'export', '-c', 'none.yaml', 'b.test')
  t.match(none, { code: 1, out: '', err: /none\.yaml.*\[config-absent\]/ })
})

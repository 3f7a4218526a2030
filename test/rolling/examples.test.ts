import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatReport, type Report, runScenario } from '../../src/rolling/index.ts'

t.setTimeout(180_000)

const directory = 'examples/rolling'
const files = readdirSync(directory).filter((file) => file.endsWith('.roll'))

function textOf(file: string): string {
  return readFileSync(join(directory, file), 'utf8')
}

/** A file with some text replaced, each once; the replaced has to be there. */
function changed(file: string, ...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`)
    return text.replace(from, to)
  }, textOf(file))
}

/** The steps that were not as expected. */
function unmet({ steps }: Report): string[] {
  return steps.filter(({ status }) => status === 'unmet').map(({ text }) => text)
}

t.test('examples/rolling: the scenarios that the issue names are there', (t) => {
  t.same(files, [
    'ds-removed-first.roll',
    'ksk-done-right.roll',
    'ksk-too-early.roll',
    'secondary-left-behind.roll',
    'signatures-expire.roll',
    'tlsa-done-right.roll',
    'tlsa-done-wrong.roll',
  ])
  t.end()
})

for (const file of files) {
  t.test(`${file}: all is as it says`, async (t) => {
    const text = textOf(file)
    const report = await runScenario(text, { file })
    t.ok(report.passed)
    if (!report.passed) t.comment(formatReport(report))
    t.ok(report.steps.some(({ status }) => status === 'met'))
    t.match(text, /^# [A-Z]/, 'begins with what is to be learned')
    t.equal(report.seed, file.slice(0, -'.roll'.length))
  })
}

/** What has to go wrong when a scenario is changed: it shows that what passes could fail. */
const controls: readonly (readonly [
  what: string,
  file: string,
  changes: readonly (readonly [string, string])[],
  unmet: readonly string[],
])[] = [
  [
    'the DS is swapped a minute too early',
    'ksk-done-right.roll',
    [['ADVANCE 1h\n', 'ADVANCE 59m\n']],
    ['EXPECT always secure'],
  ],
  [
    'the old key goes a minute too early',
    'ksk-done-right.roll',
    [['ADVANCE 6h\n', 'ADVANCE 359m\n']],
    ['EXPECT always secure'],
  ],
  [
    'the new key does not sign',
    'ksk-done-right.roll',
    [['KEY example.test. activate new\n', '']],
    ['EXPECT always secure', 'EXPECT always secure', 'EXPECT secure NOERROR'],
  ],
  [
    'both waits are kept',
    'ksk-too-early.roll',
    [
      ['DS example.test. new\n', 'ADVANCE 1h\nDS example.test. new\n'],
      ['KEY example.test. remove old\n', 'ADVANCE 6h\nKEY example.test. remove old\n'],
    ],
    [
      'EXPECT sometimes bogus ede 9 because "matches no DNSKEY"',
      'EXPECT bogus SERVFAIL ede 9 because "matches no DNSKEY"',
      'EXPECT sometimes bogus ede 9',
      'EXPECT bogus',
      'EXPECT sometimes bogus ede 9',
    ],
  ],
  [
    'the DS stays while keys change, which nobody would survive',
    'ds-removed-first.roll',
    [['DS example.test. none\n', '']],
    [
      'EXPECT sometimes unprotected',
      'EXPECT unprotected',
      'EXPECT insecure NOERROR',
      'EXPECT always unprotected',
      'EXPECT sometimes unprotected',
      'EXPECT always protected',
    ],
  ],
  [
    'the signer goes on',
    'signatures-expire.roll',
    [['SIGN example.test. stop\n', '']],
    [
      'EXPECT sometimes bogus ede 7',
      'EXPECT bogus SERVFAIL ede 7 because "expired"',
      'EXPECT sometimes bogus ede 7',
    ],
  ],
  [
    'signatures are renewed a day before their end',
    'signatures-expire.roll',
    [
      ['renew 5d', 'renew 1d'],
      ['ADVANCE 30d', 'ADVANCE 33d'],
    ],
    ['EXPECT always secure'],
  ],
  [
    'the certificate is exchanged a minute too early',
    'tlsa-done-right.roll',
    [['ADVANCE 1h\n', 'ADVANCE 59m\n']],
    ['EXPECT always protected'],
  ],
  [
    'the old record goes before the old certificate',
    'tlsa-done-right.roll',
    [['CERT mx.example.test. new\n', '']],
    ['EXPECT always protected'],
  ],
  [
    'the new record was there an hour before',
    'tlsa-done-wrong.roll',
    [['TLSA mx.example.test. old\n', 'TLSA mx.example.test. old new\n']],
    [
      'EXPECT always refused',
      'EXPECT refused because "does not match"',
      'EXPECT refused',
      'EXPECT sometimes refused',
    ],
  ],
  [
    'the secondary keeps up',
    'secondary-left-behind.roll',
    [['TRANSFER example.test. secondary stop\n', '']],
    [
      'EXPECT sometimes bogus ede 9 because "not among the DNSKEYs"',
      'EXPECT sometimes bogus ede 7',
      'EXPECT bogus ede 7 because "expired"',
      'EXPECT bogus ede 7',
      'EXPECT sometimes bogus',
    ],
  ],
]

for (const [what, file, changes, expected] of controls) {
  t.test(`${file}, but ${what}`, async (t) => {
    const report = await runScenario(changed(file, ...changes), { file })
    t.same(unmet(report), expected)
    t.notOk(report.passed)
  })
}

t.test('docs/rolling.md: what it shows of a scenario is what comes of it', async (t) => {
  const [, shown = ''] =
    /```text\n([\s\S]*?)```/.exec(readFileSync('docs/rolling.md', 'utf8')) ?? []
  const [title = '', ...lines] = shown.trimEnd().split('\n')
  const file = title.slice(0, title.indexOf(':'))
  const report = await runScenario(readFileSync(file, 'utf8'), { file })
  const said = formatReport(report).split('\n')
  t.equal(said[0], title)
  for (const line of lines.filter((text) => text !== '…')) t.ok(said.includes(line), line.trim())
  t.ok(lines.length > 5)
  for (const name of files) t.match(readFileSync('docs/rolling.md', 'utf8'), `/${name}`)
})

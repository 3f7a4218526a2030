import t from 'tap'
import { CodedError, formatPlace } from '../../src/base/index.ts'
import { parseScenario, rollLimits } from '../../src/rolling/index.ts'
import { formatName } from '../../src/wire/index.ts'

/** What parsing says against a text: place and message. */
function complaint(text: string): string {
  try {
    parseScenario(text, 'x.roll')
    return 'nothing'
  } catch (error) {
    if (!(error instanceof CodedError) || !error.place) throw error
    t.equal(error.code, 'roll-invalid')
    return `${formatPlace(error.place)}: ${error.message}`
  }
}

const head = 'ZONE example.test.\n  SERVERS one two\n  KSK old\n  ZSK zsk\n'

t.test('parseScenario: a head, its defaults, and the root that nobody names', (t) => {
  const { title, seed, start, zones, steps } = parseScenario(
    [
      '# a comment',
      'TITLE "Two # words"   # and another',
      'SEED s',
      'START 2026-03-01T12:30Z',
      'ZONE example.test',
      '\tTTL 1h ds 1d',
      '  CSK a algorithm ED25519',
      '  RECORD @ MX 10 mx # not of the record',
      '  RECORD txt 5m TXT "a b"',
      'ADVANCE 1h30m',
    ].join('\r\n'),
    'x.roll',
  )
  t.same([title, seed, start], ['Two # words', 's', Date.UTC(2026, 2, 1, 12, 30) / 1000])
  const [root, zone] = zones
  t.match(root, { servers: ['ns'], keys: [{ name: 'root', role: 'csk', algorithm: 13 }] })
  t.match(zone, { servers: ['ns'], ttl: 3600, dsTtl: 86_400 })
  t.same(zone?.keys, [{ name: 'a', role: 'csk', algorithm: 15 }])
  t.same(
    zone?.records.map(({ owner, ttl }) => [formatName(owner), ttl]),
    [
      ['example.test.', 3600],
      ['txt.example.test.', 300],
    ],
  )
  t.match(steps, [{ text: 'ADVANCE 1h30m', deed: { kind: 'advance', seconds: 5400 } }])
  t.same(steps[0]?.place, { file: 'x.roll', line: 10, column: 1 })
  t.end()
})

t.test('parseScenario: a name of the root keeps the root', (t) => {
  const { zones } = parseScenario('ZONE .\n KSK a\n ZSK b\n', 'x.roll')
  t.same(
    zones.map(({ keys }) => keys.map(({ name }) => name)),
    [['a', 'b']],
  )
  t.end()
})

t.test('parseScenario: what is asked, watched and expected', (t) => {
  const { steps } = parseScenario(
    `${head}CERT mx.example.test. c
QUERY example.test. A
QUERY example.test. TYPE65400 by anna at two
QUERY example.test. A fresh
SEND mx.example.test
WATCH QUERY example.test. A every 10m
EXPECT bogus SERVFAIL ede 9 because "no DNSKEY"
EXPECT always secure
EXPECT sometimes refused because "does" ede 0
`,
    'x.roll',
  )
  const nothing = { rcode: undefined, ede: undefined, because: undefined }
  t.match(
    steps.slice(0, 6).map(({ deed }) => deed),
    [
      { kind: 'cert', certificate: 'c' },
      { kind: 'ask', subject: { kind: 'query', type: 1 }, by: 'resolver', at: undefined },
      { kind: 'ask', subject: { kind: 'query', type: 65400 }, by: 'anna', at: 'two' },
      { kind: 'ask', by: undefined },
      { kind: 'ask', subject: { kind: 'send' }, by: 'resolver' },
      { kind: 'watch', everySeconds: 600 },
    ],
  )
  t.same(
    steps.slice(6).map(({ deed }) => deed),
    [
      ['now', { outcome: 'bogus', rcode: 2, ede: 9, because: 'no DNSKEY' }] as const,
      ['always', { ...nothing, outcome: 'secure' }] as const,
      ['sometimes', { ...nothing, outcome: 'refused', ede: 0, because: 'does' }] as const,
    ].map(([when, expected]) => ({ kind: 'expect', when, expected })),
  )
  t.end()
})

t.test('parseScenario: what operators do', (t) => {
  const { steps } = parseScenario(
    `${head}KEY example.test. publish ksk new
KEY example.test. activate new
DS example.test. old new
DS example.test. none
TLSA mx.example.test. a b
TLSA mx.example.test. none
SIGN example.test. stop
TRANSFER example.test. two start
FAULT example.test. silent at one
FAULT example.test. rrsig-no-all
HEAL example.test.
`,
    'x.roll',
  )
  t.match(
    steps.map(({ deed }) => deed),
    [
      { kind: 'publish', key: { name: 'new', role: 'ksk' } },
      { kind: 'key', verb: 'activate', key: 'new' },
      { kind: 'ds', keys: ['old', 'new'] },
      { kind: 'ds', keys: [] },
      { kind: 'tlsa', certificates: ['a', 'b'] },
      { kind: 'tlsa', certificates: [] },
      { kind: 'sign', isOn: false },
      { kind: 'transfer', server: 'two', isOn: true },
      { kind: 'fault', fault: { id: 'silent' }, server: 'one' },
      { kind: 'fault', fault: { id: 'rrsig-no-all' }, server: undefined },
      { kind: 'heal' },
    ],
  )
  t.end()
})

/** A text, and the complaint about it: line and column, what was read, what was expected. */
const complaints: readonly (readonly [text: string, says: RegExp])[] = [
  ['HELLO', /:1:1: Cannot read "HELLO": expected TITLE, SEED, .*, TRANSFER$/],
  ['ADVANCE', /:1:8: Cannot read line: it ends where a span of time, such as 90m or 2d was exp/],
  ['  ADVANCE soon', /:1:11: Cannot read "soon": expected a span .* \(Cannot read TTL/],
  ['ADVANCE 0', /:1:9: Cannot read "0": expected a span/],
  ['ADVANCE 1h now', /:1:12: Cannot read "now": expected the end of the line$/],
  ['ADVANCE 11w\nADVANCE 600w', /:2:9: .*ten years/],
  ['TITLE roll', /:1:7: .* expected a title in quotes$/],
  ['TITLE "a" "b"', /:1:11: .* the end of the line$/],
  ['START yesterday', /:1:7: .* expected a time in UTC, such as 2026-03-01 or/],
  ['START 2026-02-31', /:1:7: .* expected a time in UTC/],
  ['START 2026-02-01T99:00Z', /:1:7: .* expected a time in UTC/],
  ['CSK key', /:1:1: Cannot read line: expected a ZONE line before it$/],
  ['ZONE a..test.', /:1:6: .* expected a domain name \(/],
  ['ZONE a.test.\nZONE A.test', /:2:6: .* a zone that was not named before$/],
  [`${head} CSK old`, /:5:6: .* a name that no other key of the zone has$/],
  [`${head} CSK o_d`, /:5:6: .* letters, digits and hyphens$/],
  [`${head} CSK new algorithm RSASHA256`, /:5:20: .* an algorithm to sign with$/],
  [`${head} CSK new algorithm ROT13`, /:5:20: .* an algorithm to sign with \(/],
  [`${head} SERVERS a a`, /:5:12: .* a server that was not named before$/],
  [`${head} SERVERS`, /:5:9: .* the name of a server was expected$/],
  [`${head} SERVERS 1 2 3 4 5 6 7 8 9`, /:5:2: Cannot add server: more than 8$/],
  [`${head} SIGNATURES 14d`, /:5:16: .* renew was expected$/],
  [`${head} SIGNATURES 14d renew 14d`, /:5:23: .* less than signatures are valid$/],
  [`${head} RECORD www A 192.0.2.256`, /:5:15: .*192\.0\.2\.256/],
  [`${head} RECORD www.example. A 192.0.2.1`, /:5:9: .* its owner is not in the zone$/],
  ['ADVANCE 1h\nZONE a.test.', /:2:1: Cannot read "ZONE": expected a step: the head has ended$/],
  [`${head}QUERY`, /:5:6: .* a domain name was expected$/],
  [`${head}QUERY a.test. AAAAA`, /:5:15: .* expected an RR type \(/],
  [`${head}QUERY a.test. A at three`, /:5:20: .* a server of a SERVERS line$/],
  [`${head}SEND mx.example.test.`, /:5:6: .* a host of a CERT line before$/],
  [`${head}CERT mx.example.org. c`, /:5:6: .* a host in a zone of the scenario$/],
  [`${head}EXPECT secure`, /:5:1: Cannot expect anything: there is no QUERY or SEND before$/],
  [`${head}QUERY a.test. A\nEXPECT always secure`, /:6:1: .* there is no WATCH before$/],
  [`${head}QUERY a.test. A\nEXPECT fine`, /:6:8: .* expected secure, insecure, bogus, unreach/],
  [`${head}QUERY a.test. A\nEXPECT bogus ede 99999`, /:6:18: .* an info code of RFC 8914$/],
  [`${head}QUERY a.test. A\nEXPECT bogus because x`, /:6:22: .* a reason in quotes$/],
  [`${head}QUERY a.test. A\nEXPECT bogus NXDOMAIN NOERROR`, /:6:23: .* each once$/],
  [`${head}QUERY a.test. A\nEXPECT bogus toString`, /:6:14: .* each once$/],
  [`${head}WATCH QUERY a.test. A`, /:5:22: .* every was expected$/],
  [`${head}WATCH QUERY a.test. A always`, /:5:23: .* expected every$/],
  [`${head}WATCH QUERY a.test. A every 1s\nADVANCE 3d`, /:6:9: .* watch less often$/],
  [`${head}KEY example.org. retire old`, /:5:5: .* expected a zone: example\.test\.$/],
  [`${head}KEY example.test. burn old`, /:5:19: .* publish, activate, retire or remove$/],
  [`${head}KEY example.test. retire new`, /:5:26: .* a key of the zone: old, zsk$/],
  [`${head}KEY example.test. publish ksk old`, /:5:31: .* no other key of the zone has$/],
  [`${head}DS example.test.`, /:5:17: .* a key of the zone: old, zsk was expected$/],
  [`${head}DS example.test. old old`, /:5:22: .* keys of the zone, each once$/],
  [`${head}DS example.test. none old`, /:5:23: .* the end of the line$/],
  ['ZONE .\nCSK a\nDS . a', /:3:4: .* a zone with a parent$/],
  [`${head}SIGN example.test. maybe`, /:5:20: .* expected start or stop$/],
  [`${head}TRANSFER example.test. three stop`, /:5:24: .* a server of the zone: one, two$/],
  [`${head}FAULT example.test. no-such-fault`, /:5:21: .* a fault of messages or servers/],
  [`${head}FAULT example.test. ds-bad-tag`, /:5:21: .* KEY and DS do the rest$/],
  [`${head}FAULT example.test. bad-nsec3-next`, /:5:21: .* a fault of messages or servers/],
]

t.test('parseScenario: each complaint has its place, and says what was expected', (t) => {
  for (const [text, says] of complaints) {
    t.match(complaint(text), says, JSON.stringify(text.replace(head, '…')))
  }
  t.end()
})

t.test('parseScenario: every limit', (t) => {
  const many = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join('\n')
  const { zones, keysOfZone, steps, resolvers, watches, text } = rollLimits
  t.match(complaint(many(zones + 1, (n) => `ZONE z${n}.`)), /there are 50 already$/)
  t.match(complaint(`ZONE a.\n${many(keysOfZone + 1, (n) => `CSK k${n}`)}`), /has 16 already$/)
  t.match(complaint(many(steps + 1, () => 'ADVANCE 1s')), /:2001:1: .*more than 2000$/)
  t.match(complaint(many(resolvers + 1, (n) => `QUERY . NS by r${n}`)), /:65:1: .*more than 64$/)
  const watching = many(watches + 1, () => 'WATCH QUERY . NS every 1h')
  t.match(complaint(watching), /:17:1: .*more than 16$/)
  t.throws(() => parseScenario(' '.repeat(text + 1), 'x.roll'), { code: 'roll-invalid' })
  t.equal(complaint(' '.repeat(text)), 'nothing')
  t.end()
})

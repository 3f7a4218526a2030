import { readFileSync } from 'node:fs'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { catalogue } from '../../src/lab/index.ts'
import { mailCases } from '../../src/post/index.ts'
import { RR, type RRType } from '../../src/rr/index.ts'
import { defaultScenario, parseScenario, worldSpec } from '../../src/scenario/index.ts'
import { formatName, nameKey, parseName } from '../../src/wire/index.ts'
import { buildWorld } from '../../src/world/index.ts'
import { testTime } from '../support/served-zone.ts'
import { worldStub } from '../support/world-stub.ts'

const parse = (text: string) => parseScenario(text, { file: 'lab.yaml', directory: '/lab' })

/** `line:column code message` of each finding. */
const findings = (text: string) =>
  parse(text).findings.map(
    ({ place, code, message }) => `${place?.line}:${place?.column} ${code} ${message}`,
  )

t.test('an empty text is the whole catalogue', async (t) => {
  const { value, findings } = parse('')
  t.same(findings, [])
  t.equal(value, defaultScenario)
  t.equal(value?.faults, catalogue)
  t.equal(value?.mail, mailCases)
})

t.test('examples/lab/scenario.yaml: faults of a zone, of a name, of a name and type', async (t) => {
  const { value, findings } = parse(readFileSync('examples/lab/scenario.yaml', 'utf8'))
  t.same(findings, [])
  if (!value) return
  const ids = (faults: readonly { readonly id: string }[]) => faults.map(({ id }) => id)
  t.equal(value.seed, 'example')
  t.same(ids(value.faults), ['valid', 'ds-bogus-digest-value', 'rrsig-exp-a'])
  t.same(ids(value.mail), ['dane-good-311', 'tlsa-servfail'])
  const [shop, late, frozen, hasty] = value.zones
  t.equal(shop && formatName(shop.apex), 'shop.test.')
  t.match(shop, { servers: ['127.53.0.3'], setting: { denial: 'nsec3', keys: 'csk', ds: true } })
  t.same(
    shop?.faults.map(({ fault, at }) => [fault.id, at]),
    [
      ['rrsig-no-a', { owner: 'www', type: 'any' }],
      ['type-timeout', { owner: '_25._tcp.mail', type: RR.TLSA }],
    ],
  )
  const clockOf = (zone: typeof shop) => zone?.faults.flatMap(({ fault }) => fault.acts)
  t.same(clockOf(late), [{ kind: 'clock', set: { by: -40 * 86_400 }, rate: 1 }])
  t.same(clockOf(frozen), [{ kind: 'clock', set: { to: 1_767_225_600 }, rate: 0 }])
  t.same(clockOf(hasty), [{ kind: 'clock', set: { by: 0 }, rate: 60 }])
})

t.test('a scenario becomes a world', async (t) => {
  const { value } = parse(readFileSync('examples/lab/scenario.yaml', 'utf8'))
  t.ok(value)
  if (!value) return
  const spec = worldSpec(value, () => 1_767_225_600 as UnixSeconds)
  const { zones } = buildWorld(spec)
  for (const name of ['.', 'test.', 'lab.test.', 'valid.lab.test.', 'shop.test.', 'late.test.']) {
    t.ok(zones.has(name), name)
  }
  t.same(zones.get('late.test.')?.servers, ['127.53.0.3'], 'servers where none are named')
  const own = parse('zones: { valid.lab.test: { signed: off } }').value
  const twice = worldSpec(own ?? defaultScenario, spec.now).zones.filter(
    ({ apex }) => nameKey(apex) === nameKey(parseName('valid.lab.test.')),
  )
  t.match(twice, [{ setting: { signed: false }, faults: [] }], 'that of the scenario is taken')
})

t.test('a scenario does what it says', async (t) => {
  const { value } = parse(readFileSync('examples/lab/scenario.yaml', 'utf8'))
  const spec = worldSpec(value ?? defaultScenario, () => testTime as UnixSeconds)
  const stub = worldStub(buildWorld(spec), 'scenario')
  t.teardown(() => stub.close())
  const judged = async (name: string, type: RRType) =>
    (await stub.resolve(parseName(name), type)).security
  t.equal(await judged('www.shop.test.', RR.A), 'bogus', 'a name')
  t.equal(await judged('mail.shop.test.', RR.A), 'secure')
  t.equal(await judged('_25._tcp.mail.shop.test.', RR.TLSA), 'indeterminate', 'a name and type')
  t.equal(await judged('shop.test.', RR.MX), 'secure')
  t.equal(await judged('late.test.', RR.A), 'bogus', 'a clock')
  t.equal(await judged('rrsig-exp-a.lab.test.', RR.A), 'bogus', 'a zone of the catalogue')
})

t.test('groups stand for their faults, and each fault is there once', async (t) => {
  const { value } = parse('faults: [server, rrsig-exp-a, rrsig-exp-a]\nmail: none')
  const server = catalogue.filter(({ group }) => group === 'server')
  t.equal(value?.faults.length, server.length + 1)
  t.same(value?.mail, [])
  t.same(parse('faults: none\nmail: all').value?.faults, [])
})

t.test('what is wrong is told with line, column and what was meant', async (t) => {
  t.match(findings('fault: all'), [/^1:1 config-key-unknown .*meant "faults"\?$/])
  t.match(findings('faults: [valid, rrsig-exp-b]'), [
    /^1:17 lab-fault-unknown Cannot find fault "rrsig-exp-b": meant "rrsig-exp-a"\?$/,
  ])
  t.match(findings('mail:\n  - dane-good-31'), [/^2:5 lab-fault-unknown .*"dane-good-31/])
  t.match(findings('front: 192.0.2.1'), [/^1:8 config-invalid .*loopback/])
  t.match(findings('port: 0'), [/^1:7 config-invalid .*from 1 to 65535/])
  t.match(findings('zones:\n  a..b: {}'), [/^2:3 name-invalid /])
  t.match(findings('zones:\n  a.test:\n    records: [www A 192.0.2.256]'), [
    /^3:15 rdata-invalid .*192\.0\.2\.256/,
  ])
  const outside = 'zones:\n  a.test:\n    records: [www.b.test. A 192.0.2.1]'
  t.match(
    findings(outside),
    [/^3:15 config-invalid .*expected a name in a\.test\.$/],
    'bug: no place',
  )
  t.match(findings('zones:\n  a.test:\n    records: [{ a: b }]'), [/^3:15 config-invalid .*record/])
  t.match(findings('zones:\n  a.test:\n    names: { www NONSENSE: [valid] }'), [
    /^3:14 type-unknown .*NONSENSE/,
  ])
  t.match(findings('zones: { a.test: { names: [] } }'), [/mapping from names/])
  t.match(findings('zones: { a.test: { servers: [192.0.2.1] } }'), [/loopback/])
  t.match(findings('zones: { a.test: { nsec3: { salt: xyz } } }'), [/hexadecimal/])
  t.match(findings('zones: { a.test: { clock: { shift: 40 } } }'), [/span of time with its sign/])
  t.match(findings('zones: { a.test: { clock: { frozen: soon } } }'), [/on, off, or the time/])
  t.match(findings('zones: { a.test: { clock: { frozen: on, speed: 2 } } }'), [/without frozen/])
  t.match(findings('zones: { a.test: { clock: { frozen: 2026-01-01T00:00:00Z, shift: 1d } } }'), [
    /shift only without a time/,
  ])
  t.match(findings('[a'), [/^1:\d+ config-invalid Cannot read YAML/])
})

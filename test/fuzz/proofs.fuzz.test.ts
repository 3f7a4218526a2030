import fc from 'fast-check'
import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import type { Message } from '../../src/message/index.ts'
import { aliasesMax, type ServedZone } from '../../src/query/index.ts'
import { formatType, parseType, RR, type RRset } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { isAtOrBelow, isBelow, type Labels, labelsOf, wireOf } from '../support/labels.ts'
import {
  type Expected,
  exists,
  expectAnswer,
  line,
  type ModelZone,
  modelZone,
  owners,
} from '../support/model.ts'
import { covers, type DenialRecord } from '../support/proofs.ts'
import { namesUnder, zoneTexts } from '../support/random-zone.ts'
import { buildZone, TestServer, type TestSigning, testTime } from '../support/served-zone.ts'
import { deniedByCache, type TrustedZone, type Verdict, validate } from '../support/validate.ts'

/**
 * The server against a naive model and an independent validator: random zones, random questions,
 * every way of denial. What a validator keeps of the answers must never deny what exists.
 */

const seed = Number(process.env['DANELAW_SEED'] ?? 20261124)
const runs = Number(process.env['DANELAW_RUNS'] ?? 40)
t.setTimeout(300_000)
t.comment(`seed ${seed}, ${runs} runs for each way of denial; DANELAW_SEED and DANELAW_RUNS`)

const key = generatePrivateKey(13)
const parameters = { iterations: 0, salt: new Uint8Array(0) }
const ways: Readonly<Record<string, TestSigning>> = {
  nsec: { denial: 'nsec', key },
  nsec3: { denial: 'nsec3', key },
  'nsec3 with salt, iterations and opt-out': {
    denial: 'nsec3',
    key,
    nsec3: { iterations: 2, salt: Uint8Array.of(0xaa, 0xbb), optOut: true },
  },
  'nsec3 with opt-out': { denial: 'nsec3', key, nsec3: { ...parameters, optOut: true } },
  minimal: { denial: 'minimal', key },
  compact: { denial: 'compact', key },
}

const types = ['A', 'AAAA', 'TXT', 'MX', 'NS', 'SOA', 'DS', 'CNAME', 'DNAME', 'DNSKEY', 'TYPE65534']

interface World {
  readonly server: TestServer
  readonly models: readonly ModelZone[]
  readonly trusted: readonly TrustedZone[]
  readonly compact: boolean
}

function trustedZone({ zone }: ServedZone): TrustedZone {
  const dnskey = zone.apexNode.rrsets.find(({ type }) => type === RR.DNSKEY) as RRset
  return { apex: labelsOf(zone.apex), dnskeys: dnskey.rdatas }
}

function buildWorld(zones: readonly (readonly [string, string])[], way: TestSigning): World {
  const served = zones.map(([apex, text]) => buildZone(apex, text, way))
  const models = served.map(({ zone }) =>
    modelZone(
      labelsOf(zone.apex),
      [...zone.nodes()].flatMap(({ rrsets }) => rrsets),
    ),
  )
  const trusted = served.map(trustedZone)
  return { server: new TestServer(served), models, trusted, compact: way.denial === 'compact' }
}

function linesOf(records: Message['answer']): string[] {
  return records
    .filter(({ type }) => type !== RR.RRSIG && type !== RR.NSEC && type !== RR.NSEC3)
    .map(({ owner, type, ttl, rdata }) => line(labelsOf(owner), type, ttl, rdata))
    .sort()
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort()
}

function rcodeOf({ kind }: Expected, hidesNames: boolean): number {
  if (kind === 'yxdomain') return 6
  return kind === 'nxdomain' && !hidesNames ? 3 : 0
}

const verdictsFor: Readonly<Record<Expected['kind'], readonly Verdict['kind'][]>> = {
  positive: ['positive'],
  nodata: ['nodata', 'wildcardNodata', 'optOut'],
  nxdomain: ['nxdomain', 'optOut'],
  referral: ['secureReferral', 'insecureReferral'],
  elsewhere: ['elsewhere'],
  yxdomain: ['elsewhere'],
  loop: ['unfinished'],
  unfollowed: ['unfinished'],
}

function same(got: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`)
  }
}

/** Asks with and without DO and compares with the model; returns what the answer proved. */
function check(world: World, name: string, type: string): Verdict {
  const code = parseType(type)
  const question = { name: labelsOf(parseName(name)), type: code }
  for (const asking of [{ dnssec: false }, { dnssec: true, ednsFlags: 0x4000 }, { dnssec: true }]) {
    const message = world.server.ask(name, type, { ...asking, stream: true })
    const proves = asking.dnssec && !world.compact
    const expected = expectAnswer(world.models, question.name, code, aliasesMax, proves) as Expected
    const hides = world.compact && asking.dnssec && !asking.ednsFlags
    same(message.rcode, rcodeOf(expected, hides), 'rcode')
    same((message.flags & 0x0400) !== 0, expected.authoritative, 'AA')
    same(linesOf(message.answer), sorted(expected.answer), 'answer')
    const authority = asking.dnssec
      ? expected.authority
      : expected.authority.filter((text) => text.split(' ')[2] !== String(RR.DS))
    same(linesOf(message.authority), sorted(authority), 'authority')
    same(linesOf(message.additional), sorted(expected.additional), 'additional')
    if (!asking.dnssec) continue
    const verdict = validate(question, message, world.trusted, testTime)
    if (!verdictsFor[expected.kind].includes(verdict.kind)) {
      throw new Error(`proves ${verdict.kind}, should prove ${expected.kind}`)
    }
    if (!asking.ednsFlags) return verdict
  }
  throw new Error('unreachable')
}

/** ANY may get any part of the whole (RFC 8482): it must be proved, and no name be denied. */
function checkAny(world: World, name: string): Verdict {
  const question = { name: labelsOf(parseName(name)), type: RR.ANY }
  const message = world.server.ask(name, 'ANY', { dnssec: true, stream: true })
  const verdict = validate(question, message, world.trusted, testTime)
  const expected = expectAnswer(world.models, question.name, parseType('A'), 0) as Expected
  if (expected.kind === 'referral') same(verdict.kind.endsWith('Referral'), true, 'referral')
  if (expected.kind === 'nodata' || expected.kind === 'positive') {
    if (!['positive', 'nodata', 'wildcardNodata', 'optOut'].includes(verdict.kind)) {
      throw new Error(`proves ${verdict.kind} of a name that exists`)
    }
  }
  return verdict
}

/** No collection of denial records may deny a name or type that exists (RFC 8198). */
function checkCache(world: World, cache: readonly DenialRecord[], asked: readonly Labels[]): void {
  for (const model of world.models) {
    const names = [...owners(model), ...asked.filter((name) => isAtOrBelow(name, model.apex))]
    for (const name of names) {
      for (const type of types.map(parseType)) {
        const expected = expectAnswer(world.models, name, type, 0) as Expected
        if (expected.zone !== model) continue
        const denied = deniedByCache(cache, model.apex, name, type)
        const isTrue =
          denied === undefined ||
          expected.kind === 'nxdomain' ||
          (expected.kind === 'nodata' && denied === 'nodata')
        if (!isTrue || (expected.answer.length > 0 && denied)) {
          const where = `${formatName(parseWire(name))} ${formatType(type)}`
          throw new Error(`a cache is made to believe ${denied} of ${where}: ${expected.kind}`)
        }
      }
    }
  }
  checkSpans(world, cache)
}

/** No NSEC spans a name that exists and is not hidden by what its owner shows. */
function checkSpans(world: World, cache: readonly DenialRecord[]): void {
  for (const model of world.models) {
    for (const owner of owners(model)) {
      const expected = expectAnswer(world.models, owner, RR.DS, 0) as Expected
      const isVisible =
        expected.zone === model && expected.kind !== 'referral' && exists(model, owner)
      const isHidden = expected.answer.length > 0 && expected.kind !== 'positive'
      if (!isVisible || isHidden) continue
      for (const record of cache) {
        if (record.kind === 'nsec' && covers(record, owner) && isBelow(owner, model.apex)) {
          if (record.apex.length !== model.apex.length) continue
          throw new Error(`an NSEC spans ${formatName(parseWire(owner))}`)
        }
      }
    }
  }
}

function parseWire(labels: Labels) {
  return parseName(
    labels.length === 0
      ? '.'
      : labels
          .map((label) =>
            [...Buffer.from(wireOf([label])).subarray(1, -1)]
              .map((octet) => `\\${String(octet).padStart(3, '0')}`)
              .join(''),
          )
          .join('.')
          .concat('.'),
  )
}

const apexes = ['.', 'test.', 'a.test.'] as const

/** The apex of the second zone. */
function inside(apex: string): string {
  return apex === '.' ? 'b.' : `b.${apex}`
}

/** One zone or two, the second at a name of the first; questions about both. */
const worlds = fc.tuple(fc.constantFrom(...apexes), fc.boolean()).chain(([apex, isNested]) =>
  fc.record({
    zones: isNested
      ? fc.tuple(fc.constant(apex), zoneTexts(apex, inside(apex)), zoneTexts(inside(apex)))
      : fc.tuple(fc.constant(apex), zoneTexts(apex), fc.constant(undefined)),
    names: fc.array(namesUnder(apex, 5), { minLength: 12, maxLength: 12 }),
    types: fc.array(fc.constantFrom(...types), { minLength: 12, maxLength: 12 }),
  }),
)

for (const [title, way] of Object.entries(ways)) {
  t.test(`answer, ${title}: says what the model says, and proves it`, (t) => {
    fc.assert(
      fc.property(worlds, ({ zones: [apex, text, nested], names, types: asked }) => {
        const zones: (readonly [string, string])[] = [[apex, text]]
        if (nested) zones.push([inside(apex), nested])
        const world = buildWorld(zones, way)
        const cache: DenialRecord[] = []
        const known = world.models.flatMap((model) =>
          owners(model).map((owner) => formatName(parseWire(owner))),
        )
        const questions = [...names, ...known].flatMap((name, at) =>
          [asked[at % asked.length] ?? 'A', 'DS', 'A'].map((type) => [name, type] as const),
        )
        for (const [name, type] of questions) {
          try {
            cache.push(...check(world, name, type).denials)
          } catch (error) {
            throw new Error(`${name} ${type}: ${(error as Error).message}`, { cause: error })
          }
        }
        for (const name of [...names, ...known]) {
          try {
            cache.push(...checkAny(world, name).denials)
          } catch (error) {
            throw new Error(`${name} ANY: ${(error as Error).message}`, { cause: error })
          }
        }
        checkCache(
          world,
          cache,
          questions.map(([name]) => labelsOf(parseName(name))),
        )
      }),
      { seed, numRuns: runs },
    )
    t.end()
  })
}

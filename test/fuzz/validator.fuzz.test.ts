import fc from 'fast-check'
import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import { type Message, Rcode, type ResourceRecord } from '../../src/message/index.ts'
import { formatRdata, parseType, RR, type RRset } from '../../src/rr/index.ts'
import type { Verdict } from '../../src/validator/index.ts'
import { formatName, lowerName, parseName } from '../../src/wire/index.ts'
import { isAtOrBelow, labelsOf, sameLabels } from '../support/labels.ts'
import { namesUnder, zoneTexts } from '../support/random-zone.ts'
import { buildZone, TestServer, type TestSigning, testTime } from '../support/served-zone.ts'
import {
  anchorOf,
  apexText,
  dsText,
  type Judged,
  judge,
  type Tree,
  trustStore,
} from '../support/signed-tree.ts'
import { type Verdict as Told, type TrustedZone, validate } from '../support/validate.ts'

/**
 * The validator against an independent one, over random zones and questions, in every way of
 * denial; and against an attacker who has collected everything that the zones ever signed and
 * answers with whatever mixture he likes. He must never make secure what is not true.
 */

const seed = Number(process.env['DANELAW_SEED'] ?? 20261125)
const runs = Number(process.env['DANELAW_RUNS'] ?? 8)
t.setTimeout(300_000)
t.comment(`seed ${seed}, ${runs} runs for each way of denial; DANELAW_SEED and DANELAW_RUNS`)

const keys = [13, 13, 15].map((algorithm) => generatePrivateKey(algorithm))
const [rootKey, key, nestedKey] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]]
const salt = Uint8Array.of(0xaa, 0xbb)
const ways: Readonly<Record<string, Omit<TestSigning, 'key'>>> = {
  nsec: { denial: 'nsec' },
  nsec3: { denial: 'nsec3' },
  'nsec3 with salt, iterations and opt-out': {
    denial: 'nsec3',
    nsec3: { iterations: 2, salt, optOut: true },
  },
  minimal: { denial: 'minimal' },
  compact: { denial: 'compact' },
}
const apex = 'test.'
const nested = 'b.test.'
const types = ['A', 'AAAA', 'TXT', 'MX', 'NS', 'SOA', 'DS', 'CNAME', 'DNAME', 'TYPE65534']

interface World extends Pick<Tree, 'server' | 'anchors'> {
  readonly trusted: readonly TrustedZone[]
  /** Whether the nested zone is vouched for. */
  readonly isNestedSecure: boolean
  readonly mayBeOptOut: boolean
}

function buildWorld(text: string, nestedText: string, way: Omit<TestSigning, 'key'>): World {
  const delegation = new RegExp(`^${nested.replaceAll('.', '\\.')} DS .*$`, 'm')
  const real = text.replace(delegation, `${nested} DS ${dsText(nested, nestedKey)}`)
  const rootText = `${apexText}\n${apex} NS ns.elsewhere.\n${apex} DS ${dsText(apex, key)}`
  const served = [
    buildZone('.', rootText, { ...way, key: rootKey }),
    buildZone(apex, real, { ...way, key }),
    buildZone(nested, nestedText, { ...way, key: nestedKey }),
  ]
  return {
    server: new TestServer(served),
    anchors: [anchorOf('.', rootKey)],
    trusted: served.map(({ zone }) => ({
      apex: labelsOf(zone.apex),
      dnskeys: (zone.apexNode.rrsets.find(({ type }) => type === RR.DNSKEY) as RRset).rdatas,
    })),
    isNestedSecure: delegation.test(text),
    mayBeOptOut: way.nsec3?.optOut === true,
  }
}

/** What somebody who asks gets to see. */
function seen({ rcode, answer, data }: Verdict): string {
  const sets = [...answer, ...(data ? [data] : [])].map(({ rrset: { owner, type, rdatas } }) => {
    const texts = rdatas.map((rdata) => formatRdata(type, rdata).toLowerCase())
    return `${formatName(lowerName(owner))} ${type} ${texts.join(' | ')}`
  })
  return [rcode, ...sets].join('\n')
}

function same(got: unknown, wanted: unknown, what: string): void {
  if (got !== wanted) throw new Error(`${what}: got ${String(got)}, wanted ${String(wanted)}`)
}

/** Holds a verdict against what the independent validator made of the first response. */
function compare(world: World, type: number, told: Told, verdict: Judged): void {
  const { security, reason, hops } = verdict
  switch (told.kind) {
    case 'secureReferral':
    case 'insecureReferral':
    case 'elsewhere':
      same(security === 'secure' && verdict.data !== undefined, false, 'secure without an end')
      return
    case 'unfinished':
      same(security === 'bogus', false, `bogus (${reason.text})`)
      return
    default:
  }
  for (const hop of hops) {
    const name = labelsOf(hop.name)
    const atNested = sameLabels(name, labelsOf(parseName(nested)))
    const isNested = isAtOrBelow(name, labelsOf(parseName(nested))) && !(atNested && type === RR.DS)
    const wanted = isNested && !world.isNestedSecure ? 'insecure' : 'secure'
    const isOpen = world.mayBeOptOut && hop.security === 'insecure'
    if (!isOpen) same(hop.security, wanted, `${formatName(hop.name)} (${hop.reason.text})`)
  }
  const last = hops[hops.length - 1]
  same(last && sameLabels(labelsOf(last.name), told.name), true, 'the end of the aliases')
  same(verdict.data !== undefined, told.kind === 'positive', 'data')
  if (security === 'secure') {
    same(verdict.rcode, told.kind === 'nxdomain' ? Rcode.NXDOMAIN : Rcode.NOERROR, 'rcode')
  }
}

/** Everything that the zones signed in answers so far, RRset by RRset. */
type Pool = ResourceRecord[][]

function collect(pool: Pool, { answer, authority }: Message): void {
  const sets = new Map<string, ResourceRecord[]>()
  for (const record of [...answer, ...authority]) {
    const covered = Buffer.from(record.rdata).readUInt16BE(0)
    const id = `${record.type === RR.RRSIG ? covered : record.type} ${formatName(record.owner)}`
    sets.set(id, [...(sets.get(id) ?? []), record])
  }
  pool.push(...sets.values())
}

/** A response of the attacker's choice to one question, some of it perhaps under another name. */
function mixture(pool: Pool, asked: Message, pick: () => number): Message {
  const name = asked.questions[0]?.name ?? parseName('.')
  const some = (): ResourceRecord[] =>
    Array.from({ length: pick() % 4 }, () => pool[pick() % pool.length] ?? []).flatMap((set) =>
      pick() % 3 === 0 ? set.map((record) => ({ ...record, owner: name })) : set,
    )
  const kept = pick() % 2 === 0 ? asked : { answer: [], authority: [] }
  return {
    ...asked,
    rcode: pick() % 2 === 0 ? asked.rcode : pick() % 2 === 0 ? 0 : 3,
    answer: [...kept.answer, ...some()],
    authority: [...kept.authority, ...some()],
  }
}

function attack(world: World, pool: Pool, name: string, type: string, pick: () => number): void {
  const truth = judge(world, name, type)
  const where = pick() % 3
  const verdict = judge(world, name, type, {
    tamper: (message, { purpose }) => {
      const isHit = where === 0 || (where === 1 ? purpose === 'answer' : purpose === 'ds')
      return isHit ? mixture(pool, message, pick) : message
    },
  })
  if (verdict.security === 'secure') {
    // NODATA of a name may as well be shown by proving less or more of it; data and denial not.
    same(truth.security === 'bogus' || truth.security === 'indeterminate', false, 'secure')
    same(seen(verdict), seen(truth), `the attacker is believed: ${verdict.reason.text}`)
  }
  if (verdict.security === 'insecure' && truth.security === 'secure' && !world.mayBeOptOut) {
    throw new Error(`the attacker makes insecure: ${verdict.reason.text}`)
  }
}

const worlds = fc.record({
  text: zoneTexts(apex, nested),
  nestedText: zoneTexts(nested),
  names: fc.array(namesUnder(apex, 5), { minLength: 10, maxLength: 10 }),
  asked: fc.array(fc.constantFrom(...types), { minLength: 10, maxLength: 10 }),
  picks: fc.infiniteStream(fc.nat()),
})

for (const [title, way] of Object.entries(ways)) {
  t.test(`validate, ${title}: agrees with an independent validator; believes no attacker`, (t) => {
    fc.assert(
      fc.property(worlds, ({ text, nestedText, names, asked, picks }) => {
        const world = buildWorld(text, nestedText, way)
        const pool: Pool = []
        const context = { trust: trustStore() }
        const questions = names.flatMap((name, at) =>
          [asked[at] ?? 'A', 'A', 'DS'].map((type) => [name, type] as const),
        )
        for (const [name, type] of questions) {
          const message = world.server.ask(name, type, { dnssec: true, stream: true })
          collect(pool, message)
          const question = { name: labelsOf(parseName(name)), type: parseType(type) }
          const told = validate(question, message, world.trusted, testTime)
          try {
            compare(world, question.type, told, judge(world, name, type, { context }))
          } catch (error) {
            throw new Error(`${name} ${type}, ${told.kind}: ${(error as Error).message}`)
          }
        }
        for (const [name, type] of questions) {
          try {
            attack(world, pool, name, type, () => picks.next().value as number)
          } catch (error) {
            throw new Error(`${name} ${type}: ${(error as Error).message}`)
          }
        }
      }),
      { seed, numRuns: runs },
    )
    t.end()
  })
}

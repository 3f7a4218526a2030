import fc from 'fast-check'
import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import type { Message } from '../../src/message/index.ts'
import { aliasesMax } from '../../src/query/index.ts'
import { formatType, parseType, RR, type RRType } from '../../src/rr/index.ts'
import type { DenialRecords, Proof } from '../../src/validator/index.ts'
import {
  proveExpansion,
  proveNoDs,
  proveNodata,
  proveNxdomain,
  readDenials,
} from '../../src/validator/index.ts'
import { formatName, type Name, parseName } from '../../src/wire/index.ts'
import { ampleBudget, briefly, denialRRsets, limits, type Signed } from '../support/denials.ts'
import {
  idOf,
  isAtOrBelow,
  isBelow,
  type Labels,
  labelsOf,
  sameLabels,
  suffix,
  wireOf,
} from '../support/labels.ts'
import {
  type Expected,
  exists,
  expectAnswer,
  type ModelZone,
  modelZone,
  owners,
} from '../support/model.ts'
import { namesUnder, zoneTexts } from '../support/random-zone.ts'
import { buildZone, TestServer, type TestSigning } from '../support/served-zone.ts'
import { readRrsig } from '../support/verify.ts'

/**
 * The validator's denial proofs against a naive model: random zones, denied in every way, and what
 * a server really says of them. Everything true is proved by its own response; and nothing false
 * is proved by any set of records that the zone ever gave out, the way an attacker would put them
 * together.
 */

const seed = Number(process.env['DANELAW_SEED'] ?? 20261125)
const runs = Number(process.env['DANELAW_RUNS'] ?? 40)
t.setTimeout(300_000)
t.comment(`seed ${seed}, ${runs} runs for each way of denial; DANELAW_SEED and DANELAW_RUNS`)

const key = generatePrivateKey(13)
const salted = { iterations: 2, salt: Uint8Array.of(0xaa, 0xbb) }
const ways: Readonly<Record<string, TestSigning>> = {
  nsec: { denial: 'nsec', key },
  nsec3: { denial: 'nsec3', key },
  'nsec3 with salt, iterations and opt-out': {
    denial: 'nsec3',
    key,
    nsec3: { ...salted, optOut: true },
  },
  minimal: { denial: 'minimal', key },
  compact: { denial: 'compact', key },
}

const types = ['A', 'AAAA', 'TXT', 'MX', 'NS', 'SOA', 'DS', 'CNAME', 'DNAME', 'TYPE65534'].map(
  parseType,
)

/** What is true of a name and type in one zone by itself. */
interface Truth {
  readonly isNodata: boolean
  readonly isNxdomain: boolean
}

/** DS of the apex is for the parent to deny, where there is one. */
function isForeign({ apex }: ModelZone, name: Labels, type: RRType): boolean {
  return type === RR.DS && sameLabels(name, apex) && name.length > 0
}

function truthOf(zone: ModelZone, name: Labels, type: RRType): Truth {
  const { kind, answer } = expectAnswer([zone], name, type, 0) as Expected
  const isDenied = answer.length === 0
  return {
    isNodata: kind === 'nodata' && isDenied && !isForeign(zone, name, type),
    isNxdomain: kind === 'nxdomain' && isDenied,
  }
}

function has(zone: ModelZone, name: Labels, type: number): boolean {
  return zone.sets.some((set) => set.type === type && sameLabels(set.owner, name))
}

/** The topmost cut or DNAME above a name. */
function hider({ sets, apex }: ModelZone, name: Labels): Labels | undefined {
  return sets
    .filter(({ owner, type }) => type === RR.DNAME || (type === RR.NS && isBelow(owner, apex)))
    .map(({ owner }) => owner)
    .filter((owner) => isBelow(name, owner))
    .sort((one, other) => one.length - other.length)[0]
}

function isUnsigned(zone: ModelZone, zoneCut: Labels): boolean {
  return has(zone, zoneCut, RR.NS) && !has(zone, zoneCut, RR.DS) && isBelow(zoneCut, zone.apex)
}

/** Whether an opt-out span leaves open what is at a name: unsigned delegations have no record. */
function isOpen(zone: ModelZone, name: Labels): boolean {
  const hidden = hider(zone, name)
  if (hidden) return isUnsigned(zone, hidden)
  return zone.sets
    .filter(({ owner }) => isAtOrBelow(owner, name))
    .every(({ owner }) => isUnsigned(zone, hider(zone, owner) ?? owner))
}

/** What the tests know of the zone and of how it is denied. */
interface Stage {
  readonly zone: ModelZone
  readonly way: TestSigning
}

function fail(what: string, name: Labels, proof: Proof): never {
  throw new Error(`${what} of ${formatName(wireOf(name) as Name)}: ${briefly(proof)}`)
}

/** No proof may be false: `isTrue` is what is proved, `isLeft` what an opt-out span leaves open. */
function sound(what: string, name: Labels, proof: Proof, isTrue: boolean, isLeft: boolean): void {
  const isSound =
    (proof.kind === 'proven' && isTrue) ||
    (proof.kind === 'optOut' && isLeft) ||
    proof.kind === 'unproven'
  if (!isSound) fail(`false ${what}`, name, proof)
}

function checkSound({ zone, way }: Stage, denials: DenialRecords, name: Labels, type: RRType) {
  const wire = wireOf(name) as Name
  const isLeft = way.nsec3?.optOut === true && isOpen(zone, name)
  const { isNodata, isNxdomain } = truthOf(zone, name, type)
  const q = { name: wire, type }

  const nodata = proveNodata(q, denials, ampleBudget(), limits)
  const isNxname = nodata.kind === 'proven' && nodata.isNxname === true
  // Owners that RFC 4470 makes up need not exist; those that RFC 9824 makes up say so.
  const isMadeUp = isNxname || way.denial === 'minimal'
  const isTrue = (isNodata && !isNxname) || (isNxdomain && isMadeUp)
  sound(`NODATA ${formatType(type)}`, name, nodata, isTrue, isLeft)

  const nxdomain = proveNxdomain(q, denials, ampleBudget(), limits)
  sound('NXDOMAIN', name, nxdomain, isNxdomain, isLeft)

  if (isBelow(name, zone.apex)) {
    const ds = truthOf(zone, name, RR.DS)
    const noDs = proveNoDs(wire, denials, ampleBudget(), limits)
    const isSame = noDs.kind === 'proven' && noDs.isCut === has(zone, name, RR.NS)
    sound('absence of DS', name, noDs, isSame && (ds.isNodata || ds.isNxdomain), isLeft)
  }

  for (let labels = zone.apex.length; labels < name.length; labels++) {
    const wildcard = ['*', ...suffix(name, labels)]
    // Only what the zone signs can be expanded.
    if (!exists(zone, wildcard) || hider(zone, wildcard)) continue
    const nextCloser = suffix(name, labels + 1)
    const expansion = proveExpansion(wire, labels, denials, ampleBudget(), limits)
    const isLeftBelow = way.nsec3?.optOut === true && isOpen(zone, nextCloser)
    sound(`expansion to ${labels}`, name, expansion, !exists(zone, nextCloser), isLeftBelow)
  }
}

function complete(what: string, name: Labels, proof: Proof, isOptOut: boolean): void {
  if (proof.kind === 'proven' || (isOptOut && proof.kind === 'optOut')) return
  fail(`no proof of ${what}`, name, proof)
}

/** What the server says of a question proves what is true of it. */
function checkComplete(
  { zone, way }: Stage,
  denials: DenialRecords,
  asked: Expected,
  type: RRType,
) {
  const { name, kind, authority } = asked
  const wire = wireOf(name) as Name
  const isOptOut = way.nsec3?.optOut === true
  if (kind === 'nodata' && !isForeign(zone, name, type)) {
    const proof = proveNodata({ name: wire, type }, denials, ampleBudget(), limits)
    complete(`NODATA ${formatType(type)}`, name, proof, isOptOut && isOpen(zone, name))
    if (type !== RR.DS || !isBelow(name, zone.apex)) return
    const noDs = proveNoDs(wire, denials, ampleBudget(), limits)
    complete('absence of DS', name, noDs, isOptOut && isOpen(zone, name))
  }
  if (kind === 'nxdomain') {
    const proof = proveNxdomain({ name: wire, type }, denials, ampleBudget(), limits)
    complete('NXDOMAIN', name, proof, isOptOut)
    const isNxname = proof.kind === 'proven' && proof.isNxname === true
    if (isNxname !== (way.denial === 'compact')) fail('NXNAME out of place', name, proof)
  }
  const zoneCut = [...name.keys()]
    .map((at) => name.slice(at))
    .find((owner) => authority.some((text) => text.startsWith(`${idOf(owner)} `)))
  if (kind === 'referral' && zoneCut && isUnsigned(zone, zoneCut)) {
    const noDs = proveNoDs(wireOf(zoneCut) as Name, denials, ampleBudget(), limits)
    complete('an unsigned delegation', zoneCut, noDs, isOptOut)
    if (noDs.kind === 'proven' && !noDs.isCut) fail('a delegation taken for none', zoneCut, noDs)
  }
}

/** Every wildcard answer comes with the proof that nothing closer exists. */
function checkExpansions(message: Message, denials: DenialRecords, isOptOut: boolean): void {
  for (const { owner, type, rdata } of message.answer) {
    if (type !== RR.RRSIG) continue
    const { labels, signer } = readRrsig(rdata)
    const name = labelsOf(owner)
    const isOfZone = sameLabels(signer, labelsOf(denials.zone))
    if (!isOfZone || labels >= name.length - (name[0] === '*' ? 1 : 0)) continue
    const proof = proveExpansion(owner, labels, denials, ampleBudget(), limits)
    complete(`expansion to ${labels}`, name, proof, isOptOut)
  }
}

function recordsOf(apex: Name, signed: readonly Signed[]): DenialRecords {
  const signer = idOf(labelsOf(apex))
  return readDenials(
    apex,
    signed.filter((one) => one.signer === signer).map(({ set }) => set),
  )
}

const apexes = ['.', 'test.', 'a.test.'] as const

/** The apex of the second zone. */
function inside(apex: string): string {
  return apex === '.' ? 'b.' : `b.${apex}`
}

const plays = fc.constantFrom(...apexes).chain((apex) =>
  fc.record({
    apex: fc.constant(apex),
    text: zoneTexts(apex, inside(apex)),
    child: zoneTexts(inside(apex)),
    names: fc.array(namesUnder(apex, 5), { minLength: 10, maxLength: 10 }),
    // Which records an attacker puts into each of his responses, and what about.
    picks: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), {
      minLength: 40,
      maxLength: 40,
    }),
  }),
)

for (const [title, way] of Object.entries(ways)) {
  t.test(`denial proofs, ${title}: all that is true, and nothing that is false`, (t) => {
    let proofs = 0
    fc.assert(
      fc.property(plays, ({ apex, text, child, names, picks }) => {
        const served = [buildZone(apex, text, way), buildZone(inside(apex), child, way)]
        const server = new TestServer(served)
        const models = served.map(({ zone }) =>
          modelZone(
            labelsOf(zone.apex),
            [...zone.nodes()].flatMap(({ rrsets }) => rrsets),
          ),
        )
        const known = models.flatMap(owners)
        const asked = [...names.map((name) => labelsOf(parseName(name))), ...known]
        const pool: Signed[] = []
        for (const [at, name] of asked.entries()) {
          for (const type of [types[at % types.length] as RRType, RR.DS, RR.A]) {
            const text = formatName(wireOf(name) as Name)
            const message = server.ask(text, formatType(type), { dnssec: true, stream: true })
            const signed = denialRRsets(message)
            pool.push(...signed)
            const proves = way.denial !== 'compact'
            const said = expectAnswer(models, name, type, aliasesMax, proves) as Expected
            const of = recordsOf(wireOf(said.zone.apex) as Name, signed)
            checkComplete({ zone: said.zone, way }, of, said, type)
            for (const { zone } of served) {
              const isOptOut = way.nsec3?.optOut === true
              checkExpansions(message, recordsOf(zone.apex, signed), isOptOut)
            }
          }
        }
        const under = asked
          .map((name) => ['a', ...name])
          .filter((name) => wireOf(name).length < 256)
        const subjects = [...asked, ...under, ...pool.map(({ set }) => labelsOf(set.rrset.owner))]
        for (const [turn, pick] of picks.entries()) {
          const chosen = new Set(pick.map((at) => pool[at % pool.length] as Signed))
          for (const model of models) {
            const of = recordsOf(wireOf(model.apex) as Name, [...chosen])
            for (let at = turn % 5; at < subjects.length; at += 5) {
              const name = subjects[at] as Labels
              if (!isAtOrBelow(name, model.apex)) continue
              checkSound(
                { zone: model, way },
                of,
                name,
                types[(at + turn) % types.length] as RRType,
              )
              proofs++
            }
          }
        }
      }),
      { seed, numRuns: runs },
    )
    t.comment(`${proofs} sets of records judged`)
    t.end()
  })
}

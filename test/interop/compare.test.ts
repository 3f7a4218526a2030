import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Flag, readMessage } from '../../src/message/index.ts'
import { formatType, parseType, type RRType } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { install, startDanelaw, type TestZone } from '../support/danelaw.ts'
import {
  type DnsClient,
  dnsClient,
  encodeQuery,
  mapLimited,
  type QuerySpec,
  scrambleCase,
} from '../support/peers/client.ts'
import { differences, type Observation } from '../support/peers/differences.ts'
import { fixture } from '../support/peers/paths.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { seededRandom } from '../support/peers/random.ts'
import { type PeerZone, startKnot, startNamed, startNsd } from '../support/peers/servers.ts'
import { decodedOtherwise, faultsOf, partialRRsets } from '../support/peers/soundness.ts'
import { type View, viewOf } from '../support/peers/view.ts'

// Must be shown: NSD, Knot and BIND, given the zones that danelaw exports, answer as danelaw does.
// What differs is in the table of `support/peers/differences.ts`, with the RFC section.

const rich = readFileSync(fixture('rich.zone'), 'utf8')
const odd = readFileSync(fixture('odd.zone'), 'utf8')
const zones: readonly TestZone[] = [
  { name: 'rich-nsec.test.', text: rich, policy: '{ denial: nsec }' },
  { name: 'rich-nsec3.test.', text: rich, policy: '{ denial: nsec3 }' },
  { name: 'rich-optout.test.', text: rich, policy: '{ denial: nsec3, optOut: true }' },
  { name: 'rich-plain.test.', text: rich, policy: '{ dnssec: off }' },
  { name: 'odd-nsec.test.', text: odd, policy: '{ denial: nsec }' },
  { name: 'odd-nsec3.test.', text: odd, policy: '{ denial: nsec3 }' },
]

const types = [
  'A NS CNAME SOA PTR HINFO MX TXT AAAA SRV DNAME DS RRSIG NSEC DNSKEY NSEC3 NSEC3PARAM',
  'TLSA CDS CAA TYPE65280 ANY',
].flatMap((line) => line.split(' ').map(parseType))
const fewTypes = ['A', 'MX', 'NS', 'DS', 'SOA'].map(parseType)
const sizes = [undefined, 512, 768, 1000, 1232, 1452, 4096]

/** One question, with how it is sent. */
interface Question extends QuerySpec {
  readonly name: string
  readonly stream?: boolean
}

function ownersOf(exported: string): string[] {
  const owners = new Set<string>()
  for (const line of exported.split('\n')) {
    const [owner = '', , , type] = line.split('\t')
    if (owner !== '' && type !== 'NSEC3' && !/\tNSEC3 /.test(line)) owners.add(owner)
  }
  return [...owners]
}

/** Names beside and below those of a zone, and names that are nowhere. */
function namesAround(apex: string, owners: readonly string[]): string[] {
  const random = seededRandom(20261123)
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789-_']
  const label = () =>
    Array.from({ length: 1 + random.below(12) }, () => random.pick(letters)).join('')
  const names = [
    ...owners.flatMap((owner) => [`nope.${owner}`, `a.b.${owner}`]),
    ...Array.from({ length: 100 }, () => `${label()}.${random.pick(owners)}`),
    ...Array.from({ length: 50 }, () => `${label()}.${apex}`),
  ]
  return [...new Set(names)].filter((name) => {
    try {
      return parseName(name).length > 0
    } catch {
      return false
    }
  })
}

/** Every name × type of the zone, and samples of everything else that can be asked. */
function questionsFor(apex: string, exported: string): Question[] {
  const random = seededRandom(4711)
  const owners = ownersOf(exported)
  const around = namesAround(apex, owners)
  const questions: Question[] = []
  for (const name of owners) {
    for (const type of types) questions.push({ name, type, dnssecOk: true, udpOctets: 4096 })
    const scrambled = formatName(scrambleCase(parseName(name), random))
    questions.push({ name: scrambled, type: random.pick(types), dnssecOk: true, udpOctets: 4096 })
  }
  // Without DO the zones that differ in denial alone answer alike: once for all of them.
  const isAlike = /nsec3|optout/.test(apex)
  for (const name of isAlike ? [] : [...owners, ...around]) {
    for (const type of fewTypes) questions.push({ name, type })
  }
  for (const name of around) {
    for (const type of [random.pick(types), random.pick(types), ...fewTypes.slice(0, 2)]) {
      questions.push({ name, type, dnssecOk: true, udpOctets: 4096 })
    }
  }
  const sized = [
    ...owners.filter((name) => /big|huge|^(?!name-server).*glue/.test(name)),
    ...Array.from({ length: 20 }, () => random.pick(owners)),
  ]
  for (const name of sized) {
    for (const type of ['A', 'AAAA', 'TXT', 'MX'].map(parseType)) {
      for (const udpOctets of sizes) {
        if (!isAlike) questions.push({ name, type, udpOctets })
        questions.push({ name, type, udpOctets: udpOctets ?? 1400, dnssecOk: true })
      }
      questions.push({ name, type, dnssecOk: true, stream: true })
    }
  }
  return questions
}

async function askAll(client: DnsClient, questions: readonly Question[]): Promise<Uint8Array[]> {
  return mapLimited(questions, 64, (question) => {
    const query = encodeQuery(question)
    return question.stream ? client.tcp(query) : client.udp(query)
  })
}

function viewAll(answers: readonly Uint8Array[]): View[] {
  return answers.map((octets) => viewOf(readMessage(octets)))
}

/** What danelaw's answers must fulfil by themselves; gives what they do not. */
async function unsound(
  client: DnsClient,
  questions: readonly Question[],
  answers: readonly Uint8Array[],
): Promise<string[]> {
  const faults = await mapLimited(questions, 64, async (question, index) => {
    const query = encodeQuery(question)
    const answer = answers[index] ?? new Uint8Array()
    const octetsMax = question.stream ? 65535 : Math.max(512, question.udpOctets ?? 512)
    const found = faultsOf(query, answer, octetsMax)
    const message = readMessage(answer)
    if ((message.flags & Flag.TC) !== 0) {
      found.push(...partialRRsets(message, readMessage(await client.tcp(query))))
    }
    return found.map((fault) => `${describe(question)}: ${fault}`)
  })
  const sample = answers.filter((_, index) => index % 7 === 0)
  return [...faults.flat(), ...(await decodedOtherwise(sample))]
}

/** Truncated answers say only that they are: what else they hold is free (RFC 2181 §9). */
function comparable(view: View): View {
  return view.isTruncated ? { ...view, answer: [], authority: [], additional: [] } : view
}

function describe({ name, type, dnssecOk, udpOctets, stream }: Question): string {
  const way = stream ? 'TCP' : `UDP ${udpOctets ?? 'without EDNS'}`
  return `${name} ${formatType(type as RRType)}${dnssecOk ? ' +dnssec' : ''} over ${way}`
}

t.test('NSD, Knot and BIND answer as danelaw does', { timeout: 400_000 }, async (t) => {
  if (skipWithoutPeers(t, ['nsd', 'knotd', 'named', 'dnspython'])) return
  const danelaw = install(t, zones, 'server: { udpOctetsMax: 4096 }')
  const exports = new Map<string, string>()
  const peerZones: PeerZone[] = []
  for (const { name, policy = '' } of zones) {
    if (!policy.includes('off')) await danelaw.run('key', 'generate', name)
    const exported = await danelaw.run('zone', 'export', name)
    t.equal(exported.status, 0, exported.stderr)
    const file = join(danelaw.directory, `${name}exported`)
    writeFileSync(file, exported.stdout)
    exports.set(name, exported.stdout)
    peerZones.push({ name, file })
  }
  const ours = dnsClient((await startDanelaw(t, danelaw)).port)
  const peers = {
    NSD: dnsClient((await startNsd(t, peerZones)).port),
    Knot: dnsClient((await startKnot(t, peerZones)).port),
    BIND: dnsClient((await startNamed(t, peerZones)).port),
  }
  t.teardown(() => {
    for (const client of [ours, ...Object.values(peers)]) client.close()
  })
  const used = new Set<string>()
  for (const [apex, exported] of exports) {
    await t.test(apex, { timeout: 200_000 }, async (t) => {
      const questions = questionsFor(apex, exported)
      const answers = await askAll(ours, questions)
      t.same((await unsound(ours, questions, answers)).slice(0, 5), [], 'danelaw by itself')
      const views = viewAll(answers)
      for (const [peer, client] of Object.entries(peers)) {
        const theirs = viewAll(await askAll(client, questions))
        const unexplained: string[] = []
        questions.forEach((question, index) => {
          const observation: Observation = {
            peer: peer as Observation['peer'],
            question,
            ours: comparable(views[index] as View),
            theirs: comparable(theirs[index] as View),
          }
          if (JSON.stringify(observation.ours) === JSON.stringify(observation.theirs)) return
          const known = differences.find(({ applies }) => applies(observation))
          if (known) used.add(known.id)
          else unexplained.push(`${describe(question)}\n${JSON.stringify(observation, null, 1)}`)
        })
        t.comment(`${questions.length} questions to ${peer}`)
        t.same(unexplained.slice(0, 5), [], `${peer}: ${unexplained.length} answers differ`)
        if (process.env['COMPARE_REPORT']) {
          writeFileSync(`${process.env['COMPARE_REPORT']}.${apex}${peer}`, unexplained.join('\n\n'))
        }
      }
    })
  }
  t.same(
    differences.filter(({ id }) => !used.has(id)).map(({ id }) => id),
    [],
    'every listed difference is met',
  )
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { RR } from '../../src/rr/index.ts'
import type { Store, StoredRRset } from '../../src/store/index.ts'
import { formatName, type Name } from '../../src/wire/index.ts'
import { contentOf } from './content.ts'
import {
  answerName,
  documentsOfWriter,
  documentsOfZone,
  hostsOfZone,
  keyOfZone,
  labels,
  writers,
  zonesOfWriter,
} from './crash-work.ts'
import { now } from './samples.ts'

/** How often a child that writes is killed, all in all. */
export const kills = 200
/** Stores whose writers are killed side by side, as most of the time goes by in starting. */
const lanes = 4
/** How far back history is looked at: further than a child comes in one life. */
const depth = 150
const child = fileURLToPath(new URL('crash-child.js', import.meta.url))

/** A store that children write to. */
export interface Place {
  /** What a child is told: a directory, or a URL. */
  readonly argument: string
  /** Opens it when nothing of a killed child is under way any more. */
  open(): Promise<Store>
}

/**
 * Kills writers at random moments, and looks each time whether what they were told is there. Gives
 * how many groups they were told of.
 */
export async function killWriters(
  t: Test,
  makePlace: (lane: number) => Promise<Place>,
): Promise<number> {
  const runs = Array.from({ length: lanes }, async (_, lane) => {
    return killAgainAndAgain(t, await makePlace(lane), kills / lanes)
  })
  return (await Promise.all(runs)).reduce((sum, count) => sum + count, 0)
}

async function killAgainAndAgain(t: Test, place: Place, times: number): Promise<number> {
  let acknowledged = 0
  for (let kill = 0; kill < times; kill++) {
    // Every eighth dies at the start, before or while it opens the store.
    const lines = kill % 8 === 7 ? 0 : 1 + Math.floor(Math.random() * 12)
    const said = await writeUntilKilled(
      place.argument,
      lines,
      Math.random() * (lines === 0 ? 120 : 4),
    )
    acknowledged += said.length
    const store = await place.open()
    for (const problem of await problemsOf(store, said)) t.fail(`kill ${kill}: ${problem}`)
    await store.close()
  }
  return acknowledged
}

interface Acknowledged {
  readonly writer: number
  readonly versions: readonly number[]
  readonly documents: number
}

/** Lets a child say so many lines, and a moment later ends it. Gives back all that it said. */
async function writeUntilKilled(argument: string, lines: number, ms: number) {
  const process_ = spawn(process.execPath, [child, argument], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(process_, 'close')
  let text = ''
  let errors = ''
  const killSoon = () => setTimeout(() => process_.kill('SIGKILL'), ms)
  if (lines === 0) killSoon()
  process_.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const before = countLines(text)
    text += chunk
    if (before < lines && countLines(text) >= lines) killSoon()
  })
  process_.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const [, signal] = await closed
  if (signal !== 'SIGKILL') throw new Error(`The child ended by itself: ${errors}`)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return whole.filter((line) => line !== '').map((line): Acknowledged => JSON.parse(line))
}

function countLines(text: string): number {
  return text.split('\n').length - 1
}

async function problemsOf(store: Store, said: readonly Acknowledged[]): Promise<string[]> {
  const problems: string[] = []
  let changeSets = 0
  for (let writer = 0; writer < writers; writer++) {
    const last = said.findLast((line) => line.writer === writer)
    for (const [index, apex] of zonesOfWriter(writer).entries()) {
      const least = last?.versions[index] ?? 0
      const version = (await store.zone(apex))?.version ?? 0
      changeSets += version
      const zone = formatName(apex)
      if (version < least) problems.push(`${zone} has version ${version}, not ${least}`)
      for (const problem of await halves(store, apex, version)) problems.push(`${zone} ${problem}`)
    }
    const versions = await versionsOf(store, documentsOfWriter(writer))
    const [first = 0] = versions
    if (versions.some((version) => version !== first || version < (last?.documents ?? 0))) {
      problems.push(`documents have versions ${versions}, not ${last?.documents}`)
    }
  }
  const sequence = await store.sequence()
  if (sequence !== changeSets) problems.push(`sequence ${sequence} after ${changeSets} change sets`)
  const audit = await store.audit({ limit: 1 })
  if (sequence > 0 && audit.items.length === 0) problems.push('nothing in the audit log')
  return problems
}

/** What of the last change set of a zone is not there. */
async function halves(store: Store, apex: Name, version: number): Promise<string[]> {
  const problems: string[] = []
  const all = await contentOf(store, apex)
  const rrsets = all.filter(({ type }) => type !== RR.LIKE)
  const hosts = all
    .filter(({ type }) => type === RR.LIKE)
    .map(textOf)
    .sort()
  if (hosts.join() !== hostsOfZone(apex, version).map(textOf).sort().join()) {
    problems.push(`${hosts.length} hosts, or others`)
  }
  if (rrsets.length !== (version > 1 ? labels.length : 0)) problems.push(`${rrsets.length} RRsets`)
  for (const { records } of rrsets) {
    if (records[0]?.rdata[3] !== version % 256) problems.push('an RRset of another version')
  }
  const { items } = await store.history({ apex, newestFirst: true, limit: depth })
  const expected = Math.min(version, depth)
  if (items.length !== expected) problems.push(`${items.length} change sets, not ${expected}`)
  for (const [back, { version: found }] of items.entries()) {
    if (found !== version - back) problems.push(`change set ${found} in place of ${version - back}`)
  }
  problems.push(...(await keyProblems(store, apex, version)))
  problems.push(...(await documentProblems(store, apex, version)))
  const answer = await store.answer(answerName(apex, version), now)
  if (version > 0 && answer?.body !== `${version}`) problems.push('no answer to its key')
  const next = await store.answer(answerName(apex, version + 1), now)
  if (next) problems.push('an answer to a key whose change set is not there')
  return problems
}

function textOf({ owner, records }: StoredRRset): string {
  return `${formatName(owner)} ${records[0]?.content}`
}

/** What of the keys of a zone is not of its version. */
async function keyProblems(store: Store, apex: Name, version: number): Promise<string[]> {
  const found = (await store.keys(apex)).map(({ id, sealed }) => `${id}/${sealed?.[0]}`)
  const key = keyOfZone(apex, version)
  const expected = key ? `${key.id}/${key.sealed?.[0]}` : ''
  const last = await store.lastKeyId(apex)
  const problems = found.join() === expected ? [] : [`keys ${found} in place of ${expected}`]
  if (last !== version) problems.push(`a last key ${last} in place of ${version}`)
  return problems
}

/** What of the documents that go with a zone is not of its version. */
async function documentProblems(store: Store, apex: Name, version: number): Promise<string[]> {
  const problems: string[] = []
  const { keys, version: written, claimOf } = documentsOfZone(apex, version)
  const versions = await versionsOf(store, keys)
  if (versions.some((found) => found !== written)) {
    problems.push(`documents of versions ${versions} in place of ${written}`)
  }
  const [key = ''] = keys
  const claimants = await Promise.all(
    [written, written + 1].map((version) => store.claimant('domain', claimOf(version))),
  )
  if (claimants[0] !== (written > 0 ? key : undefined)) problems.push('no claim')
  if (claimants[1] !== undefined) problems.push('a claim of a document that is not there')
  const query = { collection: 'domain', key, limit: 1 }
  const [newest] = (await store.documentHistory(query)).items
  if ((newest?.document.version ?? 0) !== written) problems.push('a history of another version')
  return problems
}

function versionsOf(store: Store, keys: readonly string[]): Promise<number[]> {
  return Promise.all(keys.map(async (key) => (await store.document('domain', key))?.version ?? 0))
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore, type Store } from '../../src/store/index.ts'
import { formatName, type Name } from '../../src/wire/index.ts'
import { answerName, labels, writers, zonesOfWriter } from './crash-work.ts'
import { collect, now } from './samples.ts'

const kills = 200
/** Stores that are killed side by side, as most of the time goes by in starting. */
const lanes = 4
/** How far back history is looked at: further than a child comes in one life. */
const depth = 150
const child = fileURLToPath(new URL('crash-child.js', import.meta.url))

t.setTimeout(300_000)

const title = `kill -9 at ${kills} moments: acknowledged is there, and nothing by half`

t.test(title, async (t) => {
  const directory = t.testdir()
  const runs = Array.from({ length: lanes }, (_, lane) => {
    return killAgainAndAgain(t, join(directory, `${lane}`), kills / lanes)
  })
  const acknowledged = (await Promise.all(runs)).reduce((sum, count) => sum + count, 0)
  t.comment(`${acknowledged} groups were acknowledged`)
  t.ok(acknowledged > kills, 'most were killed while they wrote')
})

async function killAgainAndAgain(t: Test, path: string, times: number): Promise<number> {
  let acknowledged = 0
  for (let kill = 0; kill < times; kill++) {
    // Every eighth dies at the start, before or while it opens the store.
    const lines = kill % 8 === 7 ? 0 : 1 + Math.floor(Math.random() * 12)
    const said = await writeUntilKilled(path, lines, Math.random() * (lines === 0 ? 120 : 4))
    acknowledged += said.length
    const store = await openLmdbStore({
      path,
      clock: systemClock,
      timers: systemTimers,
      monotonicMs: () => performance.now(),
    })
    for (const problem of await problemsOf(store, said)) t.fail(`kill ${kill}: ${problem}`)
    await store.close()
  }
  return acknowledged
}

interface Acknowledged {
  readonly writer: number
  readonly versions: readonly number[]
}

/** Lets a child say so many lines, and a moment later ends it. Gives back all that it said. */
async function writeUntilKilled(path: string, lines: number, ms: number) {
  const process_ = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'pipe'] })
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
  const rrsets = await collect(store.rrsets(apex))
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
  const answer = await store.answer(answerName(apex, version), now)
  if (version > 0 && answer?.body !== `${version}`) problems.push('no answer to its key')
  const next = await store.answer(answerName(apex, version + 1), now)
  if (next) problems.push('an answer to a key whose change set is not there')
  return problems
}

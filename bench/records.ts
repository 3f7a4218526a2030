/**
 * Durable changes a second through `records`, without HTTP: drafts worked out, checked, answered,
 * validated, flushed to disk in the embedded store, and live. `node dist/bench/records.js [STATE]`
 * keeps its files under STATE, which decides what a flush costs, and removes them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemTimers } from '../src/base/index.ts'
import { parseConfig } from '../src/config/index.ts'
import { openKeyDirectory } from '../src/keystore/index.ts'
import { makePace, type PublishedZone } from '../src/publish/index.ts'
import {
  type Draft,
  defaultSettings,
  directoryKeys,
  openRecords,
  type Records,
  type RRsetEdit,
} from '../src/records/index.ts'
import { parseRdata, parseType, scanRdataText, type Ttl } from '../src/rr/index.ts'
import { SignatureCache } from '../src/signer/index.ts'
import { openLmdbStore } from '../src/store/index.ts'
import { parseName } from '../src/wire/index.ts'
import { ZoneTable } from '../src/zone/index.ts'

const apex = parseName('bench.test.')
const actor = { token: 'bench', tenant: 'bench', from: 'local' }
/** Names that are there before anything is measured. */
const hosts = 20_000

function put(owner: string, type: string, content: string): RRsetEdit {
  const rrType = parseType(type)
  const rdata = parseRdata(rrType, scanRdataText(content, apex))
  return {
    ...{ kind: 'replace', owner: parseName(owner, apex), type: rrType, ttl: 3600 as Ttl },
    ...{ records: [{ rdata, content, disabled: false }], comments: undefined },
  }
}

function address(number: number): string {
  return `192.0.${(number >> 8) & 255}.${number & 255}`
}

async function submit(records: Records, wish: Draft['wish']): Promise<void> {
  const result = await records.submit({
    ...{ apex, actor, note: '', force: false, dryRun: false, wish },
  })
  if (result.kind === 'done') return
  throw result.kind === 'refused' ? result.error : new Error(result.kind)
}

/** Runs so many writers for so long; every one sends the next draft when the last is durable. */
async function measure(
  records: Records,
  what: string,
  writers: number,
  edits: (number: number) => RRsetEdit[],
): Promise<void> {
  const seconds = 4
  const end = performance.now() + seconds * 1000
  const times: number[] = []
  let next = 0
  let count = 0
  const write = async () => {
    while (performance.now() < end) {
      const wish = { kind: 'edit' as const, edits: edits(next++) }
      const begun = performance.now()
      await submit(records, wish)
      times.push(performance.now() - begun)
      count += wish.edits.length
    }
  }
  const cpuBefore = process.cpuUsage()
  const begun = performance.now()
  await Promise.all(Array.from({ length: writers }, write))
  const elapsed = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpu = ((user + system) / 1000 / times.length).toFixed(2)
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(2)
  const drafts = Math.round(times.length / elapsed)
  const rrsets = Math.round(count / elapsed)
  const figures = [
    `${what.padEnd(18)} ${String(writers).padStart(4)} writers`,
    `${String(drafts).padStart(6)} drafts/s ${String(rrsets).padStart(7)} RRsets/s`,
    `p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  cpu ${cpu} ms`,
  ]
  process.stdout.write(`${figures.join('  ')}\n`)
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'danelaw-bench-'))
  const { config } = parseConfig('{}', { file: 'danelaw.yaml', directory })
  if (!config) throw new Error('the default configuration is good')
  const monotonicMs = () => performance.now()
  const common = { clock: systemClock, timers: systemTimers }
  const store = await openLmdbStore({ ...common, path: join(directory, 'store'), monotonicMs })
  const records = await openRecords({
    ...{ ...common, store, config, node: 'bench', cache: new SignatureCache(1 << 24) },
    table: new ZoneTable<PublishedZone>(),
    keys: directoryKeys(openKeyDirectory(join(directory, 'keys')), store, {}),
    makePace: () =>
      makePace({ sliceMs: 5, now: monotonicMs, turn: () => new Promise(setImmediate) }),
    onFault: (error) => process.stderr.write(`${String(error)}\n`),
  })
  const rrsets = [
    put('@', 'SOA', 'ns hostmaster 1 7200 900 1209600 300'),
    put('@', 'NS', 'ns'),
    put('ns', 'A', '192.0.2.1'),
    ...Array.from({ length: hosts }, (_, at) => put(`host${at}`, 'A', address(at))),
  ]
  const settings = { ...defaultSettings, denial: 'nsec' as const }
  await submit(records, { kind: 'create', tenant: 'bench', settings, rrsets })
  for (const writers of [1, 16, 256]) {
    const edit = (number: number) => [put(`n${writers}-${number}`, 'A', address(number))]
    await measure(records, 'one new name', writers, edit)
  }
  const change = (number: number) => [put(`host${number % hosts}`, 'A', address(number + 7))]
  await measure(records, 'one RRset changed', 16, change)
  const batch = (number: number) =>
    Array.from({ length: 100 }, (_, at) => put(`b${number}-${at}`, 'A', address(at)))
  await measure(records, '100 new names', 1, batch)
  await measure(records, '100 new names', 16, batch)
  await records.close()
  await store.close()
  rmSync(directory, { recursive: true })
}

await main()

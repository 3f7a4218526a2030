import { join } from 'node:path'
import type { Test } from 'tap'
import { fixedClock, type MovableClock, systemTimers } from '../../src/base/index.ts'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import { makePace, type PublishedZone } from '../../src/publish/index.ts'
import {
  type Draft,
  type DraftResult,
  defaultSettings,
  directoryKeys,
  type EditRecord,
  type KeySource,
  openRecords,
  type Records,
  type RecordsOptions,
  type RRsetEdit,
  type ZoneSettings,
} from '../../src/records/index.ts'
import { tlsaGuard } from '../../src/rollover/index.ts'
import { parseRdata, parseType, scanRdataText, type Ttl } from '../../src/rr/index.ts'
import { SignatureCache } from '../../src/signer/index.ts'
import { openLmdbStore, type Store } from '../../src/store/index.ts'
import { formatName, type Name, nameKey, parseName } from '../../src/wire/index.ts'
import { ZoneTable } from '../../src/zone/index.ts'
import { configOf } from './publishing.ts'
import { TestServer, testTime } from './served-zone.ts'

/** A node with its records, over a store that others may follow as well. */
export interface Recording {
  readonly directory: string
  readonly store: Store
  readonly table: ZoneTable<PublishedZone>
  readonly clock: MovableClock
  readonly records: Records
  /** Answers from what is live. */
  readonly server: TestServer
  readonly faults: unknown[]
  submit(draft: Partial<Draft> & Pick<Draft, 'wish'>): Promise<DraftResult>
  edit(edits: readonly RRsetEdit[], more?: Partial<Draft>): Promise<DraftResult>
  served(name?: string): PublishedZone
}

/** The zone that tests are about, unless they say otherwise. */
export const apex = parseName('a.test.')

const actor = { token: 'tok', tenant: 'acme', from: 'local' }

/** A record as a client would give it. */
export function record(type: string, content: string, disabled = false): EditRecord {
  const rdata = parseRdata(parseType(type), scanRdataText(content, parseName('a.test.')))
  return { rdata, content, disabled }
}

/** `put('www', 'A', '192.0.2.1', …)`: an RRset anew, TTL 3600. */
export function put(owner: string, type: string, ...contents: readonly string[]): RRsetEdit {
  return putFor(3600, owner, type, ...contents)
}

/** The same with a TTL. */
export function putFor(
  ttl: number,
  owner: string,
  type: string,
  ...contents: readonly string[]
): RRsetEdit {
  return {
    ...{ kind: 'replace', owner: nameOf(owner), type: parseType(type), ttl: ttl as Ttl },
    records: contents.map((content) => record(type, content)),
    comments: undefined,
  }
}

/** `drop('www', 'A')`. */
export function drop(owner: string, type: string): RRsetEdit {
  return { kind: 'delete', owner: nameOf(owner), type: parseType(type) }
}

/** A name, relative to `a.test.`. */
export function nameOf(text: string): Name {
  return parseName(text, apex)
}

/** What a zone begins with. */
export const basics: readonly RRsetEdit[] = [
  put('@', 'SOA', 'ns hostmaster 1 7200 900 1209600 300'),
  put('@', 'NS', 'ns', 'ns2.example.'),
  put('ns', 'A', '192.0.2.1'),
]

/** A wish to make a zone. */
export function creation(
  rrsets: readonly RRsetEdit[] = basics,
  settings: Partial<ZoneSettings> = {},
): Draft['wish'] {
  return { kind: 'create', tenant: 'acme', settings: { ...defaultSettings, ...settings }, rrsets }
}

const closersByTest = new WeakMap<Test, (() => Promise<void>)[]>()

/** What a test has to close, last first, while its directory is still there. */
function closersOf(t: Test): (() => Promise<void>)[] {
  const present = closersByTest.get(t)
  if (present) return present
  const closers: (() => Promise<void>)[] = []
  closersByTest.set(t, closers)
  // The timers of records do not keep a process alive.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(async () => {
    for (const close of closers.reverse()) await close()
    clearInterval(alive)
  })
  return closers
}

/** Opens records over a store of their own, with zone `a.test.` unless `empty`. */
export async function recording(
  t: Test,
  options: Partial<RecordsOptions> & {
    readonly empty?: boolean
    readonly yaml?: string
    /** Of its own by default; made anew at each call for a test. */
    readonly directory?: string
    /** Puts something between the keys and those who ask for them. */
    readonly alterKeys?: (keys: KeySource) => KeySource
  } = {},
): Promise<Recording> {
  const closers = closersOf(t)
  const directory = options.directory ?? t.testdir()
  const clock = (options.clock as MovableClock | undefined) ?? fixedClock(testTime)
  const store =
    options.store ??
    (await openLmdbStore({
      ...{ path: join(directory, 'store'), clock, timers: systemTimers },
      monotonicMs: () => performance.now(),
    }))
  const table = options.table ?? new ZoneTable<PublishedZone>()
  const keys = openKeyDirectory(join(directory, 'keys'))
  const faults: unknown[] = []
  const records = await openRecords({
    ...{ store, table, clock, timers: systemTimers, node: 'node-1' },
    config: configOf(options.yaml ?? '{}', directory),
    keys: (options.alterKeys ?? ((source) => source))(directoryKeys(keys, store, {})),
    cache: new SignatureCache(1 << 20),
    makePace: () =>
      makePace({ sliceMs: 5, now: () => performance.now(), turn: () => Promise.resolve() }),
    onFault: (error) => faults.push(error),
    guard: tlsaGuard(store),
    ...options,
  })
  if (!options.store) closers.push(() => store.close())
  closers.push(() => records.close())
  const submit: Recording['submit'] = (draft) =>
    records.submit({ apex, actor, note: '', force: false, dryRun: false, ...draft })
  if (!options.empty) await submit({ wish: creation() })
  return {
    ...{ directory, store, table, clock, records, faults, submit },
    server: new TestServer([], clock, table),
    edit: (edits, more) => submit({ ...more, wish: { kind: 'edit', edits } }),
    served(name = 'a.test.') {
      const published = table.get(nameKey(parseName(name)))
      if (!published) throw new Error(`${name} is not served`)
      return published
    },
  }
}

/** What came of a draft, in short: `done 2026010101`, `conflict zone-exists`. */
export function told(result: DraftResult): string {
  if (result.kind === 'done') return `done ${result.changeSet.serialAfter}`
  if (result.kind === 'replayed') return `replayed ${result.answer.status}`
  return `${result.as} ${result.error.code}`
}

/** RRsets of a zone as the store has them: `www.a.test. 3600 A 192.0.2.1`. */
export async function contents(records: Records, zone = apex): Promise<string[]> {
  const lines: string[] = []
  for await (const { owner, ttl, type, records: all } of records.rrsets(zone)) {
    for (const { content } of all) lines.push(`${formatName(owner)} ${ttl} ${type} ${content}`)
  }
  return lines
}

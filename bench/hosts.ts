/**
 * A partition of MX hosts, each with A, AAAA and TLSA: as instances of one template (decision 16)
 * and as plain records. What a host costs in memory, how long the zone takes to be built and to
 * start from an embedded store, what it answers, how it changes, and how fast hosts come to it.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemClock, systemTimers } from '../src/base/index.ts'
import { parseConfig } from '../src/config/index.ts'
import { openKeyDirectory } from '../src/keystore/index.ts'
import { makePace, type PublishedZone } from '../src/publish/index.ts'
import { AnswerContext, answer } from '../src/query/index.ts'
import {
  type Draft,
  defaultSettings,
  directoryKeys,
  openRecords,
  type Records,
  type RRsetEdit,
} from '../src/records/index.ts'
import { formatRdata, parseRdata, parseType, scanRdataText, type Ttl } from '../src/rr/index.ts'
import { SignatureCache } from '../src/signer/index.ts'
import { openLmdbStore, type Store, type StoredRRset } from '../src/store/index.ts'
import { parseName } from '../src/wire/index.ts'
import { type Change, Zone, ZoneTable } from '../src/zone/index.ts'
import { query } from './answers.ts'
import type { Cell, Table } from './table.ts'

const apexText = 'o-v1.mx.bench.test.'
const apex = parseName(apexText)
const actor = { token: 'bench', tenant: 'bench', from: 'local' }
const ttl = 3600 as Ttl
const sizes = [1000, 1_000_000] as const
const ms = 1000
/** RRsets of one change set while a store is filled, and of one step while a zone is built. */
const filledAtOnce = 20_000
const builtAtOnce = 50
const asked = 10_000
const writers = 16
const seconds = 3
/** Template changes that are timed; all of them in plain records, which is slow, but once. */
const templateChanges = 50

type Form = 'instances' | 'plain records'

/** `put('_dane', 'A', '192.0.2.1')`. */
function rrset(owner: string, type: string, content: string): StoredRRset {
  const rrType = parseType(type)
  const rdata = parseRdata(rrType, scanRdataText(content, apex))
  const records = [{ rdata, content: formatRdata(rrType, rdata), disabled: false }]
  return { owner: parseName(owner, apex), type: rrType, ttl, records, comments: [] }
}

const tlsa = `3 1 1 ${'ab'.repeat(32)}`

function full(host: string, address = '192.0.2.1'): StoredRRset[] {
  return [
    rrset(host, 'A', address),
    rrset(host, 'AAAA', '2001:db8::1'),
    rrset(`_25._tcp.${host}`, 'TLSA', tlsa),
  ]
}

const basics = [
  rrset('@', 'SOA', 'ns hostmaster 1 7200 900 1209600 300'),
  rrset('@', 'NS', 'ns.elsewhere.test.'),
  ...full('_dane'),
]

function hostLabel(number: number): string {
  return `customer${(number * 7919) % 10_000_019}-example-com`
}

/** The RRsets of one host. */
function hostOf(form: Form, number: number): StoredRRset[] {
  const label = hostLabel(number)
  return form === 'plain records' ? full(label) : [rrset(label, 'LIKE', '_dane')]
}

function asEdit({ owner, type, ttl, records }: StoredRRset): RRsetEdit {
  return { kind: 'replace', owner, type, ttl, records, comments: undefined }
}

function asChange({ owner, type, ttl, records }: StoredRRset): Change {
  const rdatas = records.map(({ rdata }) => rdata)
  return { owner, type, rrset: { owner, type, ttl, rdatas } }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function octetsInUse(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Builds a zone in memory, and changes the addresses of all its hosts. */
function inMemory(form: Form, hosts: number) {
  const before = octetsInUse()
  const zone = new Zone(apex)
  zone.apply(basics.map(asChange))
  let applying = 0
  for (let first = 0; first < hosts; first += builtAtOnce) {
    const some = Array.from({ length: Math.min(builtAtOnce, hosts - first) }, (_, n) =>
      hostOf(form, first + n).map(asChange),
    )
    const begun = performance.now()
    zone.apply(some.flat())
    applying += performance.now() - begun
  }
  const octetsEach = (octetsInUse() - before) / hosts
  const changed = (n: number): Change[] => {
    const address = `192.0.2.${n}`
    if (form === 'instances') return [asChange(rrset('_dane', 'A', address))]
    return Array.from({ length: hosts }, (_, host) =>
      asChange(rrset(hostLabel(host), 'A', address)),
    )
  }
  const times = Array.from({ length: form === 'instances' ? templateChanges : 1 }, (_, n) => {
    const changes = changed(n)
    const begun = performance.now()
    zone.apply(changes)
    return performance.now() - begun
  })
  return { octetsEach, applying, changing: median(times) }
}

function median(values: number[]): number {
  values.sort((a, b) => a - b)
  return values[values.length >> 1] ?? 0
}

interface Opened {
  readonly records: Records
  readonly store: Store
  readonly table: ZoneTable<PublishedZone>
  readonly startMs: number
}

async function open(directory: string): Promise<Opened> {
  const clock = systemClock
  const path = join(directory, 'store')
  const monotonicMs = () => performance.now()
  const store = await openLmdbStore({ path, clock, timers: systemTimers, monotonicMs })
  const { config } = parseConfig('policy: { denial: minimal }', { file: 'bench', directory })
  if (!config) throw new Error('the configuration is in order')
  const table = new ZoneTable<PublishedZone>()
  const begun = performance.now()
  const records = await openRecords({
    ...{ store, table, clock, timers: systemTimers, node: 'bench', config },
    keys: directoryKeys(openKeyDirectory(join(directory, 'keys')), store, {}),
    cache: new SignatureCache(64 << 20),
    makePace: () =>
      makePace({ sliceMs: 5, now: monotonicMs, turn: () => new Promise((go) => setImmediate(go)) }),
    onFault: (error) => {
      throw error
    },
  })
  return { records, store, table, startMs: performance.now() - begun }
}

async function submit(records: Records, wish: Draft['wish']): Promise<void> {
  const result = await records.submit({
    ...{ apex, actor, note: '', force: false, dryRun: false, wish },
  })
  if (result.kind === 'done') return
  throw result.kind === 'refused' ? result.error : new Error(result.kind)
}

/** Fills a store past `records`, as if the hosts had come over the years. */
async function fill(store: Store, form: Form, hosts: number): Promise<void> {
  // In the order of their labels, in which neighbours are written together.
  const numbers = Array.from({ length: hosts }, (_, n) => n)
  numbers.sort((a, b) => (hostLabel(a) < hostLabel(b) ? -1 : 1))
  for (let first = 0; first < hosts; ) {
    const changes = []
    for (; first < hosts && changes.length < filledAtOnce; first++) {
      for (const after of hostOf(form, numbers[first] as number)) {
        changes.push({ owner: after.owner, type: after.type, before: undefined, after })
      }
    }
    const zone = await store.zone(apex)
    if (!zone) throw new Error('the zone is there')
    const version = zone.version + 1
    const { serial } = zone
    const at = zone.changedAt
    const changeSet = {
      ...{ apex, tenant: zone.tenant, kind: 'change' as const, version },
      ...{ serialBefore: serial, serialAfter: serial },
      ...{ at, actor, note: '', changes },
    }
    const audit = { at, actor, action: 'zone.change', apex, detail: '' }
    const commit = { expectedVersion: zone.version, changeSet, zone: { ...zone, version }, audit }
    const [outcome] = await store.commit([commit])
    if (outcome?.kind !== 'done') throw new Error(outcome?.kind)
  }
}

/** Answers a second to queries that are made beforehand. */
function answersPerSecond(table: ZoneTable<PublishedZone>, queries: readonly Uint8Array[]): number {
  const context = new AnswerContext({
    ...{ zones: table, clock: systemClock, datagramOctetsMax: 1232, udpOctets: 1232 },
    ...{ identity: undefined, version: undefined },
  })
  const out = new Uint8Array(65535)
  const begun = performance.now()
  for (const octets of queries) answer(octets, out, context)
  return (queries.length * ms) / (performance.now() - begun)
}

function answers(table: ZoneTable<PublishedZone>, hosts: number): number[] {
  const questions = (make: (n: number) => string, dnssec: boolean) =>
    Array.from({ length: asked }, (_, n) => query(`${make(n)}.${apexText}`, 'A', dnssec))
  const random = (n: number) => hostLabel((n * 104_729) % hosts)
  const strange = (n: number) => `nobody${n}-example-net`
  const known = questions(random, true)
  const unknown = questions(strange, true)
  answersPerSecond(
    table,
    questions((n) => `warm${n}`, true),
  )
  return [
    answersPerSecond(table, known),
    answersPerSecond(table, known),
    answersPerSecond(table, questions(random, false)),
    answersPerSecond(table, unknown),
    answersPerSecond(table, unknown),
  ].map(Math.round)
}

/** Hosts a second that come through `records`, durable, and the time of one. */
async function enabling(records: Records, form: Form) {
  const times: number[] = []
  const begun = performance.now()
  const until = begun + seconds * ms
  const work = async (writer: number) => {
    for (let n = 0; performance.now() < until; n++) {
      const host = `new${writer}-${n}`
      const sets = form === 'instances' ? [rrset(host, 'LIKE', '_dane')] : full(host)
      const sent = performance.now()
      await submit(records, { kind: 'edit', edits: sets.map(asEdit) })
      times.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => work(writer)))
  const perSecond = (times.length * ms) / (performance.now() - begun)
  return { perSecond, p50: median(times), p99: times[Math.floor(times.length * 0.99)] ?? 0 }
}

/** Changes the address of the template, and asks a host for it. */
async function changeTemplate({ records, table }: Opened): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < templateChanges; n++) {
    const begun = performance.now()
    await submit(records, { kind: 'edit', edits: [asEdit(rrset('_dane', 'A', `192.0.2.${n}`))] })
    answersPerSecond(table, [query(`${hostLabel(0)}.${apexText}`, 'A', true)])
    times.push(performance.now() - begun)
  }
  return median(times)
}

async function fromStore(form: Form, hosts: number) {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-hosts-'))
  try {
    const first = await open(directory)
    const settings = { ...defaultSettings, dnssec: true }
    const rrsets = basics.map(asEdit)
    await submit(first.records, { kind: 'create', tenant: 'bench', settings, rrsets })
    await first.records.close()
    await fill(first.store, form, hosts)
    await first.store.close()
    const storeOctets = statSync(join(directory, 'store', 'data.mdb')).size
    const before = octetsInUse()
    const opened = await open(directory)
    const startOctets = octetsInUse() - before
    const { records, store, table, startMs } = opened
    const rates = answers(table, hosts)
    const enabled = await enabling(records, form)
    const template = form === 'instances' ? await changeTemplate(opened) : undefined
    await records.close()
    await store.close()
    return { storeOctets, startOctets, startMs, rates, enabled, template }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** All of it: minutes, most of them to fill stores. */
export async function hostsTables(): Promise<Table[]> {
  const costs: Cell[][] = []
  const rates: Cell[][] = []
  const changes: Cell[][] = []
  for (const hosts of sizes) {
    for (const form of ['instances', 'plain records'] as const) {
      const memory = inMemory(form, hosts)
      const stored = await fromStore(form, hosts)
      const { enabled, template } = stored
      costs.push([
        ...[hosts, form, Math.round(memory.octetsEach), memory.applying / ms],
        ...[Math.round(stored.storeOctets / hosts), stored.startMs / ms],
        Math.round(stored.startOctets / hosts),
      ])
      rates.push([hosts, form, ...stored.rates])
      changes.push([
        ...[hosts, form, memory.changing, template ?? '–'],
        ...[Math.round(enabled.perSecond), enabled.p50, enabled.p99],
      ])
    }
  }
  return [
    {
      title: 'Hosts of a partition',
      note:
        'Each has A, AAAA and TLSA; start is from an embedded store, with its decoding. ' +
        'A thousand hosts are too few to tell what one takes in memory.',
      columns: [
        ...['hosts', 'as', 'octets each', 'build s', 'octets each in store', 'start s'],
        'octets each once started',
      ],
      rows: costs,
    },
    {
      title: 'Answers of a partition',
      note: `Of one process, ${asked} queries, minimal denial; with DO unless said otherwise.`,
      columns: [
        ...['hosts', 'as', 'hosts/s, first time', 'again', 'without DO'],
        ...['others/s, first time', 'again'],
      ],
      rows: rates,
    },
    {
      title: 'Changes of a partition',
      note:
        'One address of all hosts changed in memory, and durably with the first answer after it; ' +
        `then new hosts a second by ${writers} writers, durable, and ms of one.`,
      columns: ['hosts', 'as', 'ms in memory', 'ms durable', 'hosts/s', 'p50', 'p99'],
      rows: changes,
    },
  ]
}

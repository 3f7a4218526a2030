/**
 * A partition with a million hosts starts, answers and changes like one with a thousand. What it
 * answers is compared octet for octet, what it reads and writes by counting; times depend on the
 * machine and are told, not asserted. The hosts get into the store past whatever looks at them.
 */
import { cpSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t, { type Test } from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { ednsFlagDo, readMessage, writeMessage } from '../../src/message/index.ts'
import { RR, type RRType, type Ttl } from '../../src/rr/index.ts'
import { type Commit, openLmdbStore, type Store, type StoredRRset } from '../../src/store/index.ts'
import { type Name, nameFromOctets, parseName, toHex } from '../../src/wire/index.ts'
import {
  demand,
  type Provisioning,
  partitionZone,
  provisioning,
  ref,
  someone,
} from '../support/provisioning.ts'
import {
  creation,
  apex as plainApex,
  put as putRecords,
  type Recording,
  recording,
  record as recordOf,
} from '../support/recording.ts'
import { testTime } from '../support/served-zone.ts'

const few = 1000
const many = 1_000_000
/** Hosts that are plain records, each of three RRsets: a few, since they take so much longer. */
const plain = 50_000
/** For a machine that does much else. */
const timeout = 280_000
const writtenAtOnce = 20_000
const asked = 2000
/** Domains that are enabled one by one and counted, and those that writers enable meanwhile. */
const counted = 8
const writers = 16
const eachWriter = 20
/** What a host may cost in memory, in octets: its label, and its part of a page. */
const octetsEachMax = 60
/** Hosts on a page of the store, at least. */
const onPageMin = 20
/** Its signatures are the same every time (RFC 8032 §5.1.6). */
const yaml = 'policy: { algorithm: ed25519 }'
const apex = parseName(partitionZone)
const tlsa = `3 1 1 ${'ab'.repeat(32)}`

t.setTimeout(timeout)
// Else another thread lets go of buffers, some time after the objects that had them.
setFlagsFromString('--no-concurrent-array-buffer-sweeping')
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function octetsInUse(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** What a piece of work took: what it gave, and how long, in words. */
async function timed<T>(work: () => T | Promise<T>) {
  const [begun, cpu] = [performance.now(), process.cpuUsage()]
  const value = await work()
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const text = `${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of CPU)`
  return { value, text, perSecond: (count: number) => Math.round(count / seconds) }
}

/** Labels as tokens are: those of the first thousand hosts are the same in both partitions. */
function hostLabel(number: number): string {
  return `customer${(number * 7919) % 10_000_019}-example-com`
}

/** Puts RRsets into a zone of a store past everything that looks at them. */
async function fill(store: Store, zone: Name, rrsets: Iterable<StoredRRset>): Promise<void> {
  let waiting: StoredRRset[] = []
  for (const rrset of rrsets) {
    if (waiting.push(rrset) < writtenAtOnce) continue
    await put(store, zone, waiting)
    waiting = []
  }
  await put(store, zone, waiting)
}

async function put(store: Store, apex: Name, rrsets: readonly StoredRRset[]): Promise<void> {
  const before = await store.zone(apex)
  if (!before) throw new Error('the zone is there')
  const zone = { ...before, version: before.version + 1 }
  const { tenant, version, serial, changedAt: at } = zone
  const serials = { serialBefore: serial, serialAfter: serial }
  const changes = rrsets.map((after) => {
    return { owner: after.owner, type: after.type, before: undefined, after }
  })
  const actor = someone
  const commit: Commit = {
    ...{ expectedVersion: before.version, zone },
    changeSet: { apex, tenant, kind: 'change', version, ...serials, at, actor, note: '', changes },
    audit: { at, actor, action: 'zone.change', apex, detail: '' },
  }
  const [outcome] = await store.commit([commit])
  if (outcome?.kind !== 'done') throw new Error(outcome?.kind)
}

/** Hosts as they are stored, in the order of the store, in which they are written faster. */
function* instances(hosts: number): Generator<StoredRRset> {
  const labels = Array.from({ length: hosts }, (_, n) => hostLabel(n)).sort()
  const content = `_dane.${partitionZone}`
  const records = [{ rdata: parseName(content), content, disabled: false }]
  for (const label of labels) {
    yield { owner: parseName(label, apex), type: RR.LIKE, ttl: 300 as Ttl, records, comments: [] }
  }
}

/** Hosts of three RRsets each, in the same order. */
function* plainHosts(hosts: number): Generator<StoredRRset> {
  const labels = Array.from({ length: hosts }, (_, n) => hostLabel(n)).sort()
  const parts = [
    { prefix: '', type: RR.A, records: [recordOf('A', '192.0.2.1')] },
    { prefix: '', type: RR.AAAA, records: [recordOf('AAAA', '2001:db8::1')] },
    { prefix: '_25._tcp.', type: RR.TLSA, records: [recordOf('TLSA', tlsa)] },
  ]
  for (const label of labels) {
    for (const { prefix, type, records } of parts) {
      const owner = parseName(`${prefix}${label}`, plainApex)
      yield { owner, type, ttl: 300 as Ttl, records, comments: [] }
    }
  }
}

/** What is counted of a store, and so far how much of each: what takes time, whoever asks when. */
interface Counting {
  readonly store: Store
  readonly counts: Map<string, number>
}

const byItems: ReadonlySet<string> = new Set(['zones', 'rrsets', 'content', 'sealedKeys'])
/** What goes by a timer, or by whether news come at once or together. */
const uncounted: ReadonlySet<string> = new Set([
  'history',
  'sequence',
  'putNode',
  'nodes',
  'health',
])

function counting(real: Store): Counting {
  const counts = new Map<string, number>()
  const note = (what: string, count: number) => counts.set(what, (counts.get(what) ?? 0) + count)
  async function* items(what: string, all: AsyncIterable<unknown>) {
    for await (const item of all) {
      note(what, 1)
      yield item
    }
  }
  const store = new Proxy(real, {
    get(target, name: string) {
      const method: unknown = Reflect.get(target, name, target)
      if (typeof method !== 'function' || uncounted.has(name)) {
        return typeof method === 'function' ? method.bind(target) : method
      }
      return (...args: readonly unknown[]) => {
        const result: unknown = Reflect.apply(method, target, args)
        if (byItems.has(name)) return items(name, result as AsyncIterable<unknown>)
        note(name, Array.isArray(args[0]) ? args[0].length : 1)
        for (const commit of name === 'commit' ? (args[0] as readonly Commit[]) : []) {
          note('RRsets written', commit.changeSet.changes.length)
          note('documents written', commit.documents?.length ?? 0)
        }
        return result
      }
    },
  })
  return { store, counts }
}

function question(owner: Name, type: RRType): Uint8Array {
  return writeMessage({
    ...{ id: 1, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name: owner, type, class: 1 }],
    edns: { udpOctets: 1232, version: 0, flags: ednsFlagDo, options: [] },
  })
}

/** Questions for hosts, drawn from so many, and for hosts that nobody has. */
function questions(hosts: number, zone: Name) {
  const numbers = Array.from({ length: asked }, (_, n) => n)
  const present = (n: number) => parseName(hostLabel((n * 104_729) % hosts), zone)
  const absent = (n: number) => parseName(`nobody${n * 7919}-example-com`, zone)
  const mail = (owner: Name) =>
    nameFromOctets(Buffer.concat([Buffer.from('\x03_25\x04_tcp'), owner]))
  return {
    hosts: numbers.map((n) => question(present(n), RR.A)),
    tlsa: numbers.map((n) => question(mail(present(n)), RR.TLSA)),
    others: numbers.flatMap((n) => [
      question(absent(n), n % 2 === 0 ? RR.A : RR.TLSA),
      question(mail(absent(n)), RR.TLSA),
    ]),
  }
}

interface Started extends Provisioning {
  readonly counts: Map<string, number>
  readonly octets: number
  readonly text: string
}

/** Starts a node, over a store that is there already, and tells what that took. */
async function started(t: Test, directory: string): Promise<Started> {
  const clock = fixedClock(testTime)
  const path = join(directory, 'store')
  const real = await openLmdbStore({
    ...{ path, clock, timers: systemTimers, monotonicMs: () => performance.now() },
  })
  t.teardown(() => real.close())
  const { store, counts } = counting(real)
  const before = octetsInUse()
  const { value, text } = await timed(() =>
    provisioning(t, { directory, store, clock, yaml, withoutPartition: true }),
  )
  return { ...value, counts, octets: octetsInUse() - before, text }
}

function answersOf(
  { server }: Pick<Recording, 'server'>,
  queries: readonly Uint8Array[],
): string[] {
  return queries.map((query) => toHex(server.exchange(query) ?? new Uint8Array(0)))
}

/** Answers a second: of names that nobody asked for before, and again. */
async function rates({ server }: Pick<Recording, 'server'>, queries: readonly Uint8Array[]) {
  const ask = () => {
    for (const query of queries) server.exchange(query)
  }
  const [first, again] = [await timed(ask), await timed(ask)]
  return `${first.perSecond(queries.length)}/s, again ${again.perSecond(queries.length)}/s`
}

/** Enables domains one after another; what that asked of the store and wrote. */
async function enableCounted({ provision, verified, counts }: Started) {
  for (let n = 0; n < counted; n++) await verified(`counted${n}.example`)
  counts.clear()
  for (let n = 0; n < counted; n++) {
    demand(await provision.enableDnssec(ref(`counted${n}.example`), {}, someone))
    demand(await provision.enableDane(ref(`counted${n}.example`), someone))
  }
  return Object.fromEntries(counts)
}

/** Domains that come at once: how many a second, in words. */
async function enableFast({ provision, verified }: Started): Promise<string> {
  const domains = (writer: number) =>
    Array.from({ length: eachWriter }, (_, n) => `fast${writer}-${n}.example`)
  const all = Array.from({ length: writers }, (_, writer) => domains(writer))
  await Promise.all(all.flat().map((domain) => verified(domain)))
  const { perSecond, text } = await timed(() =>
    Promise.all(
      all.map(async (some) => {
        for (const domain of some) demand(await provision.enableDnssec(ref(domain), {}, someone))
      }),
    ),
  )
  return `${perSecond(writers * eachWriter)}/s, ${text}`
}

t.test('a partition with a million hosts is like one with a thousand', async (t) => {
  const root = t.testdir()
  const [smallDirectory, largeDirectory] = [join(root, 'few'), join(root, 'many')]
  await t.test('is made', async (t) => {
    const { publishTlsa } = await provisioning(t, { directory: smallDirectory, yaml })
    await publishTlsa()
  })
  cpSync(smallDirectory, largeDirectory, { recursive: true })
  for (const [directory, hosts] of [
    [smallDirectory, few],
    [largeDirectory, many],
  ] as const) {
    const filled = await timed(() => filledWith(directory, apex, instances(hosts)))
    t.comment(`${hosts} hosts: ${filled.value / hosts} octets each in the store, ${filled.text}`)
  }

  await t.test('starts, answers and changes like it', { timeout }, async (t) => {
    const small = await started(t, smallDirectory)
    const large = await started(t, largeDirectory)
    const octetsEach = (large.octets - small.octets) / (many - few)
    t.comment(`start with ${few} hosts: ${small.text}`)
    t.comment(`start with ${many} hosts: ${large.text}`)
    t.comment(`${octetsEach.toFixed(0)} octets of memory for each host`)
    t.equal((await large.provision.partitions())[0]?.hosts, many)
    t.ok(octetsEach <= octetsEachMax, `${octetsEach.toFixed(0)} octets each`)
    const items = large.counts.get('content') ?? 0
    t.ok(items > 0 && items <= many / onPageMin, `${items} items are read`)
    t.equal(large.counts.get('rrsets'), undefined, 'and no host by itself')

    const common = questions(few, apex)
    for (const kind of ['hosts', 'tlsa', 'others'] as const) {
      const same = answersOf(small, common[kind])
      t.strictSame(answersOf(large, common[kind]), same, `${kind} are answered alike`)
      const drawn = questions(many, apex)[kind]
      t.comment(`${kind} of ${many}: ${await rates(large, drawn)}`)
    }
    const [host] = common.hosts
    const { answer } = readMessage(large.server.exchange(host as Uint8Array) ?? new Uint8Array(0))
    t.strictSame(
      answer.map(({ type }) => type),
      [RR.A, RR.A, RR.RRSIG],
    )

    const counts = await enableCounted(small)
    t.strictSame(await enableCounted(large), counts, 'enabling asks and writes as much')
    t.equal(counts['RRsets written'], 4 * counted, 'LIKE and SOA, twice')
    t.comment(`enabling by ${writers}, of ${few} hosts: ${await enableFast(small)}`)
    t.comment(`enabling by ${writers}, of ${many} hosts: ${await enableFast(large)}`)

    for (const node of [small, large]) {
      const change = { frontends: ['192.0.2.99'] }
      const { value, text } = await timed(() =>
        node.provision.changePartition('o-v1', change, someone),
      )
      demand(value)
      t.comment(`other frontends for all: ${text}`)
    }
    t.strictSame(answersOf(large, common.hosts), answersOf(small, common.hosts), 'for all at once')
  })
})

t.test(`what ${plain} hosts take as plain records`, async (t) => {
  const directory = t.testdir()
  const wish = creation(undefined, { dnssec: true, denial: 'minimal' })
  await t.test('made', async (t) => {
    const made = await recording(t, { directory, yaml, empty: true })
    t.equal((await made.submit({ wish })).kind, 'done')
  })
  const filled = await timed(() => filledWith(directory, plainApex, plainHosts(plain)))
  t.comment(
    `${plain} plain hosts: ${filled.value / plain} octets each in the store, ${filled.text}`,
  )
  await t.test('started', { timeout }, async (t) => {
    const before = octetsInUse()
    const { value, text } = await timed(() => recording(t, { directory, yaml, empty: true }))
    const octetsEach = (octetsInUse() - before) / plain
    t.comment(
      `start with ${plain} plain hosts: ${text}; a million would take ${many / plain} times that`,
    )
    t.comment(`${octetsEach.toFixed(0)} octets of memory for each plain host`)
    t.ok(octetsEach > 10 * octetsEachMax, 'far more than an instance')
    for (const [kind, queries] of Object.entries(questions(plain, plainApex))) {
      t.comment(`${kind} of ${plain} plain hosts: ${await rates(value, queries)}`)
    }
    const rate = await timed(() =>
      Promise.all(
        Array.from({ length: writers }, async (_, writer) => {
          for (let n = 0; n < eachWriter; n++) {
            const host = `fast${writer}-${n}`
            const edits = [
              putRecords(host, 'A', '192.0.2.1'),
              putRecords(host, 'AAAA', '2001:db8::1'),
              putRecords(`_25._tcp.${host}`, 'TLSA', tlsa),
            ]
            const { kind } = await value.edit(edits)
            if (kind !== 'done') t.fail(kind)
          }
        }),
      ),
    )
    t.comment(`plain hosts by ${writers}: ${rate.perSecond(writers * eachWriter)}/s`)
  })
})

/** Fills the store of a directory; its octets afterwards. */
async function filledWith(
  directory: string,
  zone: Name,
  rrsets: Iterable<StoredRRset>,
): Promise<number> {
  const path = join(directory, 'store')
  const store = await openLmdbStore({
    ...{ path, clock: fixedClock(testTime), timers: systemTimers },
    monotonicMs: () => performance.now(),
  })
  await fill(store, zone, rrsets)
  await store.close()
  return statSync(join(path, 'data.mdb')).size
}

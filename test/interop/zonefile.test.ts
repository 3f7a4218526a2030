import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeRRset, type RRType, type Ttl } from '../../src/rr/index.ts'
import {
  formatName,
  lowerName,
  type Name,
  nameKey,
  parseName,
  toHex,
  WireReader,
} from '../../src/wire/index.ts'
import {
  formatZone,
  type IncludeText,
  type PlainRecord,
  parseMasterFile,
} from '../../src/zonefile/index.ts'
import { runProgram, skipWithoutPeers, transcript } from '../support/peers/programs.ts'

// BIND compiles the tricky zones of the fixtures; danelaw must read the same records from them.

const directory = join(process.cwd(), 'test/fixtures/zonefile')
const origin = parseName('example.test.')
const fixtures = readdirSync(directory).filter((name) => name.endsWith('.zone'))

const include: IncludeText = (path) => ({
  file: path,
  text: readFileSync(join(directory, path), 'utf8'),
})

/** One line for each record of a set, in canonical order; BIND keeps one case for equal names. */
function lines(owner: Name, type: RRType, ttl: Ttl, rdatas: readonly Uint8Array[]): string[] {
  const head = `${formatName(lowerName(owner))} ${ttl} TYPE${type}`
  return makeRRset(owner, type, ttl, rdatas).rdatas.map((rdata) => `${head} ${toHex(rdata)}`)
}

/** The records of a zone in BIND's raw format. */
function readRawZone(octets: Uint8Array): string[] {
  const reader = new WireReader(octets)
  reader.take(24) // format, version, time of the dump, flags, serials
  const found: string[] = []
  while (reader.remaining > 0) {
    reader.take(4 + 2) // length, class
    const type = reader.u16() as RRType
    reader.u16() // type covered
    const ttl = reader.u32() as Ttl
    const count = reader.u32()
    reader.u16()
    const owner = reader.name()
    const rdatas = Array.from({ length: count }, () => reader.take(reader.u16()))
    found.push(...lines(owner, type, ttl, rdatas))
  }
  return found.sort()
}

function setsOf(records: readonly PlainRecord[]): string[] {
  const sets = new Map<string, PlainRecord[]>()
  for (const record of records) {
    const key = `${nameKey(record.owner)} ${record.type}`
    sets.set(key, [...(sets.get(key) ?? []), record])
  }
  return [...sets.values()]
    .flatMap((set) => {
      const [{ owner, type, ttl }] = set as [PlainRecord]
      return lines(
        owner,
        type,
        ttl,
        set.map(({ rdata }) => rdata),
      )
    })
    .sort()
}

/** Compiles a zone; only what makes a zone, not what would make it a good one. */
async function compile(file: string, raw: string) {
  const lenient = ['-i', 'none', '-k', 'ignore', '-n', 'ignore', '-m', 'ignore', '-M', 'ignore']
  const args = ['-q', ...lenient, '-F', 'raw', '-o', raw, 'example.test', file]
  return await runProgram('named-compilezone', args, { cwd: directory })
}

t.test('parseMasterFile: BIND reads the same records from the fixtures', async (t) => {
  if (skipWithoutPeers(t, ['named'])) return
  t.ok(fixtures.length >= 10)
  for (const fixture of fixtures) {
    const raw = join(t.testdir(), 'z.raw')
    const finished = await compile(fixture, raw)
    if (!t.equal(finished.status, 0, `${fixture}: ${transcript(finished)}`)) continue
    const text = readFileSync(join(directory, fixture), 'utf8')
    const items = [...parseMasterFile(text, { file: fixture, origin, include })]
    const records = items.flatMap((item) => (item.kind === 'record' ? [item.record] : []))
    const errors = items.filter(
      (item) => item.kind === 'finding' && item.finding.severity === 'error',
    )
    t.same(errors, [], fixture)
    t.same(setsOf(records), readRawZone(readFileSync(raw)), fixture)
  }
})

t.test('formatZone: BIND reads the same records from what it writes', async (t) => {
  if (skipWithoutPeers(t, ['named'])) return
  for (const fixture of fixtures) {
    const text = readFileSync(join(directory, fixture), 'utf8')
    const records = [...parseMasterFile(text, { file: fixture, origin, include })].flatMap(
      (item) => (item.kind === 'record' ? [item.record] : []),
    )
    const raw = join(t.testdir({ 'z.zone': formatZone(records, { origin }) }), 'z.raw')
    const finished = await compile(join(t.testdirName, 'z.zone'), raw)
    if (!t.equal(finished.status, 0, `${fixture}: ${transcript(finished)}`)) continue
    t.same(readRawZone(readFileSync(raw)), setsOf(records), fixture)
  }
})

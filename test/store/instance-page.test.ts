/** Instances of the embedded store: what one more of them costs, and what no page may look like. */
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { encode } from '../../src/store/codec.ts'
import { type Entry, Environment, type RangeWish } from '../../src/store/environment.ts'
import { instancePageForm } from '../../src/store/forms.ts'
import {
  changedMembers,
  InstanceGatherer,
  type Member,
  readMembers,
  writePages,
} from '../../src/store/instance-page.ts'
import type { KeyRange } from '../../src/store/keyspace.ts'
import { LmdbRRsets, prepareRRsets, type RRsetPut } from '../../src/store/lmdb-rrsets.ts'
import { parseName } from '../../src/wire/index.ts'
import { collect, instance } from './samples.ts'

const apex = parseName('example.')
/** What fits twice into a page of LMDB, its key and header included. */
const valueOctetsMax = 1900

/** An environment that counts what it is asked. */
class CountingEnvironment extends Environment {
  read = 0
  written = 0
  octetsMax = 0

  override get(key: Buffer): Buffer | undefined {
    this.read++
    return super.get(key)
  }

  override range(range: KeyRange, wish?: RangeWish): Entry[] {
    const entries = super.range(range, wish)
    this.read += Math.max(1, entries.length)
    return entries
  }

  override put(key: Buffer, value: Uint8Array): void {
    this.written++
    this.octetsMax = Math.max(this.octetsMax, value.length)
    super.put(key, value)
  }
}

function host(number: number): string {
  return `customer${(number * 7919) % 10_000_019}-example-com`
}

/** The most that one more host reads and writes, of those that come to so many. */
async function costOfOneMore(t: Test, directory: string, hosts: number) {
  const environment = new CountingEnvironment(directory)
  t.teardown(() => environment.close())
  const rrsets = new LmdbRRsets(environment)
  const write = (changes: readonly RRsetPut[]) =>
    environment.write(() => rrsets.write(apex, prepareRRsets(apex, changes)))
  await write(Array.from({ length: hosts }, (_, n) => instance(apex, host(n), n % 2)))
  t.ok(environment.octetsMax <= valueOctetsMax, `${environment.octetsMax} octets at most`)
  const most = { read: 0, written: 0, pages: 0 }
  for (let n = 0; n < 200; n++) {
    environment.read = 0
    environment.written = 0
    await write([instance(apex, host(hosts + n))])
    most.read = Math.max(most.read, environment.read)
    most.written = Math.max(most.written, environment.written)
  }
  t.ok(environment.octetsMax <= valueOctetsMax, `${environment.octetsMax} octets at most`)
  for await (const item of rrsets.content(apex)) if ('labels' in item) most.pages++
  t.equal((await collect(rrsets.all(apex))).length, hosts + 200)
  return most
}

t.test(
  'one more instance reads a page and writes it, or two, however many there are',
  async (t) => {
    const root = t.testdir()
    for (const hosts of [1000, 50_000]) {
      const { read, written, pages } = await costOfOneMore(t, join(root, `${hosts}`), hosts)
      t.equal(read, 1)
      t.ok(written <= 2, `${written} pages are written`)
      t.ok(pages >= hosts / 60 && pages <= hosts / 20, `${hosts} on ${pages} pages`)
    }
  },
)

t.test('a page that is out of order, or ends too early, is refused', (t) => {
  const refused = (text: string, likenesses = ['a', 'b']) => {
    const labels = Buffer.from(text, 'latin1')
    const page = { likenesses: likenesses.map((it) => Buffer.from(it)), labels }
    t.throws(
      () => readMembers(encode(instancePageForm, page)),
      { code: 'store-corrupt' },
      JSON.stringify(text),
    )
  }
  for (const text of ['\x01b\0\x01a\0', '\x01a\0\x01a\0', '\x01a\x02', '\x01a', '\0\0'])
    refused(text)
  refused('\x01a\0', [])
  t.throws(() => readMembers(Buffer.of(1, 9)), { code: 'store-corrupt' })
  t.end()
})

const member: fc.Arbitrary<Member> = fc.record(
  {
    label: fc
      .string({ minLength: 1, maxLength: 63 })
      .map((text) => text.replaceAll(/[^!-~]/g, 'x')),
    likeness: fc.nat(300).map((n) => 'l'.repeat(n % 70) + String(n)),
  },
  { noNullPrototype: true },
)
const members = fc
  .uniqueArray(member, { selector: ({ label }) => label, maxLength: 400 })
  .map((all) => all.sort((a, b) => (a.label < b.label ? -1 : 1)))

t.test('pages hold what was there with what changed, in order and each within its bound', (t) => {
  fc.assert(
    fc.property(members, members, fc.integer({ min: 1, max: 4 }), (before, changes, every) => {
      const wished = changes.map(({ label, likeness }, n) => {
        return { label, likeness: n % every === 0 ? likeness : undefined }
      })
      const expected = new Map(before.map(({ label, likeness }) => [label, likeness]))
      for (const { label, likeness } of wished) {
        if (likeness === undefined) expected.delete(label)
        else expected.set(label, likeness)
      }
      const pages = writePages(changedMembers(before, wished))
      const found = pages.flatMap(({ octets }) => readMembers(octets))
      const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1))
      t.strictSame(
        found.map(({ label, likeness }) => [label, likeness]),
        sorted,
      )
      for (const { first, octets } of pages) {
        t.equal(readMembers(octets)[0]?.label, first)
        if (readMembers(octets).length > 1 && octets.length > 2200) t.fail(`${octets.length}`)
      }
    }),
    { numRuns: 40 },
  )
  t.end()
})

t.test('InstanceGatherer: refuses what is no RRset', (t) => {
  t.throws(() => new InstanceGatherer(apex).take(Buffer.of(1, 200)), { code: 'store-corrupt' })
  t.equal(new InstanceGatherer(apex).give(), undefined)
  t.end()
})

import fc from 'fast-check'
import t from 'tap'
import { checkZone } from '../../src/publish/index.ts'
import type { RRsetEdit } from '../../src/records/index.ts'
import { editKey } from '../../src/records/stored.ts'
import { formatName } from '../../src/wire/index.ts'
import type { ZoneRecord } from '../../src/zonefile/index.ts'
import { apex, basics, creation, drop, put, recording, told } from '../support/recording.ts'

const drafts = 400
const seed = 20261125

/** What may stand where: names that get into each other's way. */
const places: readonly (readonly [owner: string, type: string, ...contents: string[]])[] = [
  ...['h0', 'h1', 'h2', 't0', 'x.t0', 'c'].flatMap((owner) =>
    ['t0', 't1', 'x.t0', 't.c', 'h1', 'no', '@'].map((like) => [owner, 'LIKE', like] as const),
  ),
  ...['h0', 't0', 't0', 't1', 't1', 'x.t0', 'x.t0', 't.c', 't.c', 'x.h1', 'y.x.h2'].map(
    (owner) => [owner, 'TXT', '"x"'] as const,
  ),
  ['*.t1', 'TXT', '"w"'],
  ['y.x.t0', 'NS', 'ns.elsewhere.'],
  ['c', 'NS', 'ns.elsewhere.'],
  ['t1', 'DNAME', 'elsewhere.'],
  ['@', 'DNAME', 'elsewhere.'],
]

const edit: fc.Arbitrary<RRsetEdit> = fc
  .tuple(fc.constantFrom(...places), fc.boolean())
  .map(([[owner, type, ...contents], isPut]) =>
    isPut ? put(owner, type, ...contents) : drop(owner, type),
  )
const edits = fc.uniqueArray(edit, { selector: editKey, minLength: 1, maxLength: 4 })

/** What the rules of zone files say of all of a zone. */
function wholeErrors(content: ReadonlyMap<string, RRsetEdit>): string[] {
  const records: ZoneRecord[] = []
  for (const it of content.values()) {
    if (it.kind !== 'replace') continue
    const place = { file: 'z', line: 1, column: 1 }
    for (const { rdata } of it.records) {
      records.push({ owner: it.owner, type: it.type, ttl: it.ttl, rdata, place })
    }
  }
  const errors = checkZone(apex, records).filter(({ severity }) => severity === 'error')
  return errors.map(({ message }) => message)
}

t.test('what is checked of a change refuses what a check of everything would', async (t) => {
  const node = await recording(t, { empty: true })
  await node.submit({ wish: creation([...basics], { denial: 'minimal' }) })
  let content = new Map<string, RRsetEdit>(basics.map((it) => [editKey(it), it]))
  const counts = { done: 0, refused: 0 }
  for (const some of fc.sample(edits, { seed, numRuns: drafts })) {
    const next = new Map(content)
    for (const it of some) {
      if (it.kind === 'delete') next.delete(editKey(it))
      else next.set(editKey(it), it)
    }
    const errors = wholeErrors(next)
    const result = await node.edit(some, { force: true })
    const said = some.map(({ kind, owner, type }) => `${kind} ${formatName(owner)} ${type}`)
    if (result.kind === 'done') counts.done++
    else counts.refused++
    if ((result.kind === 'done') !== (errors.length === 0)) {
      t.fail(`seed ${seed}: ${said.join(', ')}: ${told(result)}, but ${errors.join('; ')}`)
      return
    }
    if (result.kind === 'done') content = next
  }
  t.ok(counts.done > drafts / 10 && counts.refused > drafts / 10, JSON.stringify(counts))
})

import t from 'tap'
import { editsMax } from '../../src/records/rules.ts'
import type { StoredRRset } from '../../src/store/index.ts'
import { nameKey } from '../../src/wire/index.ts'
import { apex, contents, creation, drop, put, recording, told } from '../support/recording.ts'

t.test('bug: a deletion left nothing in the history to go back to', async (t) => {
  const { submit, edit, records, store, server } = await recording(t)
  const comments = [{ content: 'why', account: 'me', modifiedAt: 5 as never }]
  await edit([put('www', 'A', '192.0.2.80'), { ...put('mx', 'A', '192.0.2.9'), comments } as never])
  await submit({ wish: { kind: 'settings', settings: { denial: 'nsec3', account: 'me' } } })
  const then = await store.sequence()
  const before = await contents(records)
  await edit([drop('www', 'A'), put('new', 'TXT', '"n"')])
  const result = await submit({ wish: { kind: 'delete' } })
  t.equal(result.kind === 'done' && result.changeSet.changes.length, 5)
  const gone = await store.sequence()
  t.equal(server.ask('a.test.', 'SOA').rcode, 5)
  const wish = { kind: 'revert', sequence: then } as const
  t.equal(told(await submit({ wish, dryRun: true })), 'done 2026010103')
  t.equal(records.get(apex), undefined)
  t.equal(told(await submit({ wish })), 'done 2026010103', 'the serial goes on')
  const isSoa = (line: string) => line.includes(' 6 ')
  t.same(
    (await contents(records)).filter((line) => !isSoa(line)),
    before.filter((line) => !isSoa(line)),
  )
  t.match(records.get(apex), {
    ...{ served: true, settings: { denial: 'nsec3', account: 'me' } },
    zone: { tenant: 'acme', version: 6 },
  })
  const [mx] = await store.read([{ apex, owner: put('mx', 'A').owner, type: 1 as never }])
  t.same(mx?.comments, comments)
  t.equal(server.ask('www.a.test.', 'A', { dnssec: true }).answer.length, 2)
  t.equal(
    told(await submit({ wish: { kind: 'revert', sequence: gone } })),
    'invalid draft-invalid',
    'there was no zone right after its deletion',
  )
})

t.test('revert goes over a deletion of a zone that was made anew', async (t) => {
  const { submit, edit, records, store } = await recording(t)
  await edit([put('www', 'A', '192.0.2.80')])
  const then = await store.sequence()
  await submit({ wish: { kind: 'delete' } })
  await submit({ wish: creation() })
  await edit([put('new', 'TXT', '"n"')])
  t.match(told(await submit({ wish: { kind: 'revert', sequence: then } })), /^done/)
  const lines = await contents(records)
  t.ok(lines.some((line) => line.startsWith('www.')))
  t.notOk(lines.some((line) => line.startsWith('new.')))
})

t.test('what another tenant had under the name stays with its history', async (t) => {
  const { submit, edit, store } = await recording(t)
  await edit([put('secret', 'TXT', '"s"')])
  const then = await store.sequence()
  await submit({ wish: { kind: 'delete' } })
  await submit({ wish: { ...creation(), tenant: 'other' } as never })
  const result = await submit({ wish: { kind: 'revert', sequence: then } })
  t.match(result, { as: 'invalid', error: { message: /another tenant's/ } })
})

t.test('a zone too large for the history is deleted, and that is said', async (t) => {
  const { submit, store, records } = await recording(t)
  const real = store.rrsets.bind(store)
  const there: StoredRRset[] = []
  for await (const rrset of real(apex)) there.push(rrset)
  const [first] = there
  if (!first) throw new Error('the zone has RRsets')
  // As many as the history keeps, and one more, without storing them all.
  Object.assign(store, {
    async *rrsets() {
      for (let count = 0; count <= editsMax; count++) yield first
    },
  })
  const then = await store.sequence()
  const result = await submit({ wish: { kind: 'delete' } })
  t.match(result, {
    ...{ kind: 'done', changeSet: { changes: [] } },
    findings: [{ severity: 'warning', code: 'history-incomplete' }],
  })
  Object.assign(store, { rrsets: real })
  const back = await submit({ wish: { kind: 'revert', sequence: then } })
  t.equal(told(back), 'conflict history-incomplete')
  t.match(back, { error: { message: /restore a backup/ } })
  t.equal(records.get(apex), undefined)
  t.equal(nameKey(first.owner), nameKey(apex))
})

t.test('a name that never was a zone is not brought back', async (t) => {
  const { submit } = await recording(t, { empty: true })
  t.equal(told(await submit({ wish: { kind: 'revert', sequence: 0 } })), 'absent zone-absent')
})

import t from 'tap'
import { nameKey, parseName } from '../../src/wire/index.ts'
import { type Served, Zone, ZoneTable } from '../../src/zone/index.ts'

function tableOf(...apexes: string[]): ZoneTable<Served> {
  const table = new ZoneTable<Served>()
  for (const apex of apexes) table.put({ zone: new Zone(parseName(apex)) })
  return table
}

function key(name: string) {
  return nameKey(parseName(name))
}

function found(served: Served | undefined): string | undefined {
  return served?.zone.apexKey
}

t.test('ZoneTable.find: the longest apex at or above the name', (t) => {
  const table = tableOf('.', 'test.', 'b.a.test.')
  t.equal(found(table.find(key('x.b.a.test.'))), key('b.a.test.'))
  t.equal(found(table.find(key('b.a.TEST.'))), key('b.a.test.'))
  t.equal(found(table.find(key('a.test.'))), key('test.'))
  t.equal(found(table.find(key('xtest.'))), key('.'))
  t.equal(found(tableOf('test.').find(key('xtest.'))), undefined)
  t.equal(found(tableOf('test.').find(key('.'))), undefined)
  t.end()
})

t.test(
  'ZoneTable.findForDs: the zone above an apex, where there is one (RFC 4035 §3.1.4.1)',
  (t) => {
    const table = tableOf('.', 'test.', 'b.a.test.')
    t.equal(found(table.findForDs(key('b.a.test.'))), key('test.'))
    t.equal(found(table.findForDs(key('test.'))), key('.'))
    t.equal(found(table.findForDs(key('.'))), key('.'), 'nothing is above the root')
    t.equal(found(table.findForDs(key('a.test.'))), key('test.'), 'no apex: the zone itself')
    t.equal(
      found(tableOf('test.').findForDs(key('test.'))),
      key('test.'),
      'no parent: NODATA there',
    )
    t.end()
  },
)

t.test('ZoneTable: put replaces, delete tells, size and values follow', (t) => {
  const table = tableOf('test.', 'example.')
  const again = { zone: new Zone(parseName('TEST.')) }
  table.put(again)
  t.equal(table.size, 2)
  t.equal(table.get(key('test.')), again)
  t.equal(table.delete(key('test.')), true)
  t.equal(table.delete(key('test.')), false)
  t.strictSame([...table.values()].map(found), [key('example.')])
  t.end()
})

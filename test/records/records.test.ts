import t from 'tap'
import {
  apex,
  basics,
  contents,
  creation,
  drop,
  put,
  recording,
  told,
} from '../support/recording.ts'
import { lines } from '../support/served-zone.ts'

t.test('a zone is made, edited and deleted, each live when it is acknowledged', async (t) => {
  const { submit, edit, server, records, faults } = await recording(t, { empty: true })
  const made = await submit({ wish: creation() })
  t.equal(told(made), 'done 1')
  t.same(lines(server.ask('a.test.', 'NS').answer).length, 2)
  const edited = await edit([put('www', 'A', '192.0.2.80')])
  t.equal(told(edited), 'done 2026010101')
  t.same(lines(server.ask('www.a.test.', 'A', { dnssec: true }).answer), [
    'www.a.test. 3600 A 192.0.2.80',
    'www.a.test. 3600 RRSIG A 13 3',
  ])
  t.equal(told(await edit([drop('www', 'A')])), 'done 2026010102')
  t.equal(server.ask('www.a.test.', 'A').rcode, 3)
  t.equal((await contents(records)).length, basics.length + 1)
  t.equal(told(await submit({ wish: { kind: 'delete' } })), 'done undefined')
  t.equal(server.ask('a.test.', 'SOA').rcode, 5)
  t.equal(records.get(apex), undefined)
  t.same(faults, [])
})

import t from 'tap'
import { suggest } from '../../src/config/suggest.ts'

const known = ['listen', 'policy', 'zones', 'keys', 'tls']

t.test('suggest finds the word that was meant', (t) => {
  t.equal(suggest('lisent', known), 'listen', 'two letters swapped')
  t.equal(suggest('polic', known), 'policy', 'a letter missing')
  t.equal(suggest('ZONE', known), 'zones', 'case and a letter')
  t.equal(suggest('kyes', known), 'keys', 'a short word')
  t.end()
})

t.test('suggest keeps silent when nothing is near', (t) => {
  t.equal(suggest('banana', known), undefined)
  t.equal(suggest('x', known), undefined)
  t.end()
})

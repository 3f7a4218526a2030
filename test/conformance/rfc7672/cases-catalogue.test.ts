/** Whether every row of the catalogue of faults is played, and nothing else under its name. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { catalogue } from './cases/catalogue.ts'
import { certificateCases } from './cases/certificates.ts'
import { lookupCases } from './cases/lookups.ts'
import { sessionCases } from './cases/sessions.ts'
import { stsCases } from './cases/sts.ts'
import { tlsaCases } from './cases/tlsa.ts'

const cases = [...lookupCases, ...tlsaCases, ...certificateCases, ...sessionCases, ...stsCases]

t.test('the cases are those of the catalogue', async (t) => {
  t.strictSame(new Set(cases.map(({ id }) => id)), new Set(catalogue))
  t.equal(new Set(catalogue).size, catalogue.length, 'no id twice')
})

t.test('a case that shares its id says how it varies', async (t) => {
  const titles = cases.map(({ id, variant }) => `${id} ${variant}`)
  t.equal(new Set(titles).size, titles.length)
})

t.test('what was decided is written down, and nothing else is', async (t) => {
  const text = readFileSync('docs/decisions/0012-open-rows-of-the-case-table.md', 'utf8')
  const written = [...text.matchAll(/^\| `([a-z0-9-]+)`/gm)].map(([, id]) => id)
  const decided = cases.filter((one) => one.decided !== undefined).map(({ id }) => id)
  t.strictSame(new Set(written), new Set(decided))
})

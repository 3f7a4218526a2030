import t from 'tap'
import { catalogue, faultById } from '../../src/lab/index.ts'
import { mailCaseById } from '../../src/post/index.ts'
import type { Result } from '../../src/trial/index.ts'
import { fickle, matrixDifferences } from '../support/lab-matrix/differences.ts'
import { matrixDocument, versionsIn } from '../support/lab-matrix/document.ts'
import { matrixOf, type Results } from '../support/lab-matrix/matrix.ts'
import { resolvers } from '../support/lab-matrix/resolvers.ts'
import { postfixDifferences } from '../support/lab-postfix/differences.ts'

// Rows that explain differences are about cases that exist, each about its own; and what nobody has
// explained, or what is met no longer, does not pass for agreement.

t.test('rows name cases, each once for a resolver, and sections', (t) => {
  const explained = [...matrixDifferences, ...fickle].flatMap(({ by, cases }) =>
    by.flatMap((resolver) => cases.map((id) => `${resolver} ${id}`)),
  )
  t.equal(new Set(explained).size, explained.length)
  for (const { id, cases, why } of [...matrixDifferences, ...postfixDifferences]) {
    t.match(why, /RFC \d+ §\d/, id)
    t.ok(cases.length > 0, id)
  }
  const cases = [...matrixDifferences, ...fickle].flatMap((row) => row.cases)
  t.strictSame(
    cases.filter((id) => !faultById(id)),
    [],
  )
  const mail = postfixDifferences.flatMap((row) => row.cases)
  t.strictSame(
    mail.filter((id) => !mailCaseById(id)),
    [],
  )
  t.end()
})

/** All that is expected, but for some. */
function results(others: Readonly<Record<string, Partial<Result>>> = {}): Results {
  const all = catalogue.map(({ id, expect }): Result => {
    const { status, rcode } = expect
    return {
      ...{ id, question: id, expected: expect, agreement: 'as-expected', ede: 'by-the-book' },
      got: { status, rcode, ede: expect.ede.map((code) => ({ code, text: '' })), ttl: 0, told: '' },
      ...{ why: 'made up', elapsedMs: 0 },
      ...others[id],
    }
  })
  return { BIND: all, Unbound: all, 'Knot Resolver': all, 'PowerDNS Recursor': all }
}

const insecure = { status: 'insecure', rcode: 'NOERROR', ede: [], ttl: 0, told: '' } as const

t.test('what nobody has explained is told', (t) => {
  const of = matrixOf(catalogue, results({ valid: { agreement: 'otherwise', got: insecure } }))
  const told = of.unexplained.filter((text) => text.includes(' valid: '))
  t.strictSame(
    told,
    resolvers.map((resolver) => `${resolver}, valid: insecure (made up)`),
  )
  t.end()
})

t.test('what varies may say what it has said before, and nothing else', (t) => {
  const [row] = fickle
  const [id = ''] = row?.cases ?? []
  const [resolver = 'BIND'] = row?.by ?? []
  const { unexplained } = matrixOf(catalogue, results({ [id]: { got: insecure } }))
  t.ok(unexplained.includes(`${resolver}, ${id}: insecure (made up)`))
  t.end()
})

t.test('a row that is met no longer is told', (t) => {
  const { stale } = matrixOf(catalogue, results())
  const all = matrixDifferences.flatMap(({ by, cases }) => by.length * cases.length)
  t.equal(
    stale.length,
    all.reduce((sum, count) => sum + count, 0),
  )
  t.end()
})

t.test('a document tells of which versions it is', (t) => {
  const versions = { BIND: '9.1.2', Unbound: '1.2.3', 'Knot Resolver': '5.6.7' }
  const all = { ...versions, 'PowerDNS Recursor': '4.5.6' }
  t.strictSame(versionsIn(matrixDocument(matrixOf(catalogue, results()), all)), all)
  t.end()
})

import t from 'tap'
import { checkCitations, formatIndex, indexCitations } from '../../tools/rfc-index.ts'
import { parseSource } from '../../tools/source.ts'

t.test('indexCitations: sections are found in lists and over line breaks', async (t) => {
  const index = indexCitations([
    parseSource('src/a.ts', '/** As RFC 4034 §6.2 and §3.1.8.1 say,\n * RFC 4034\n * §6.3. */'),
    parseSource('test/a.ts', "t.test('RFC 5155 App. B and RFC 4034 §6.2, RFC 1982', f)"),
  ])
  t.same(
    [...index].map(([rfc, sections]) => [rfc, [...sections].map(([name, at]) => [name, ...at])]),
    [
      [
        4034,
        [
          ['§6.2', 'src/a.ts', 'test/a.ts'],
          ['§3.1.8.1', 'src/a.ts'],
          ['§6.3', 'src/a.ts'],
        ],
      ],
      [5155, [['App. B', 'test/a.ts']]],
      [1982, [['', 'test/a.ts']]],
    ],
  )
})

t.test('formatIndex: RFCs by number, sections in the order of the RFC', async (t) => {
  const text = formatIndex(
    indexCitations([parseSource('src/a.ts', 'RFC 4035 §3.10, §3.2, RFC 4035, RFC 1034 §3')]),
  )
  const order = ['RFC 1034', 'RFC 4035', 'as a whole', '§3.2', '§3.10'].map((s) => text.indexOf(s))
  t.same(
    order,
    order.toSorted((a, b) => a - b),
  )
  t.notOk(order.includes(-1))
})

t.test('checkCitations: an RFC without a title is taken for a typing error', async (t) => {
  const index = indexCitations([parseSource('src/a.ts', 'RFC 4034 and RFC 40340 and RFC 4043')])
  t.same(
    checkCitations(index).map(({ message }) => message),
    [40340, 4043].map((rfc) => `Correct RFC ${rfc}, or title it in tools/rfc-titles.ts`),
  )
})

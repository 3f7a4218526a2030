import t from 'tap'
import { rrTypes } from '../../src/rr/index.ts'
import { formatErrors, formatTypes } from '../../tools/docs.ts'

t.test('formatTypes: one line for every row, with its fields in order', async (t) => {
  const lines = formatTypes(rrTypes).split('\n')
  t.equal(lines.filter((line) => /^\| [0-9]/.test(line)).length, rrTypes.length)
  t.ok(
    lines.includes(
      '| 15 | MX | mail exchange | `preference` 16-bit number; `exchange` name, compressible ' +
        '| RFC 1035 §3.3.9 |',
    ),
  )
})

t.test('formatErrors: a bar in a meaning does not break the table', async (t) => {
  const lines = formatErrors({ 'a-b': 'One | two.' }).split('\n')
  t.equal(lines.at(-2), '| `a-b` | One \\| two. |')
})

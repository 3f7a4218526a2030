import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { CodedError, formatPlace } from '../../src/base/index.ts'
import { type Hint, parseHints, rootHints } from '../../src/stub/index.ts'
import { formatName } from '../../src/wire/index.ts'

function texts(hints: readonly Hint[]): string[] {
  return hints.map(({ name, address, port }) => `${formatName(name)} ${address} ${port ?? ''}`)
}

const sorted = (hints: readonly Hint[]) =>
  texts(hints)
    .map((text) => text.toLowerCase())
    .sort()

t.test('rootHints: thirteen servers, each with both kinds of address', (t) => {
  t.equal(rootHints.length, 26)
  t.equal(new Set(texts(rootHints)).size, 26)
  t.end()
})

t.test(
  'rootHints: those that the distribution has',
  { skip: existsSync('/usr/share/dns/root.hints') ? false : 'dns-root-data is not installed' },
  (t) => {
    const hints = parseHints(readFileSync('/usr/share/dns/root.hints', 'utf8'), 'root.hints')
    t.strictSame(sorted(hints), sorted(rootHints))
    t.end()
  },
)

t.test('parseHints: the servers that the root names, and no others', (t) => {
  const text = `; hints
.           3600000 NS A.ROOT.
A.ROOT.     3600000 A  127.0.0.1
a.root.     3600000 AAAA ::1
.                   NS b.root.
c.root.             A  127.0.0.3
`
  t.strictSame(texts(parseHints(text, 'hints', 5353)), [
    'A.ROOT. 127.0.0.1 5353',
    'a.root. ::1 5353',
  ])
  t.end()
})

t.test('parseHints: what is wrong and where', (t) => {
  const fault = (text: string): string => {
    try {
      parseHints(text, 'hints')
    } catch (error) {
      if (error instanceof CodedError && error.code === 'hints-invalid') {
        return `${error.place ? formatPlace(error.place) : '?'} ${error.message}`
      }
      throw error
    }
    return 'none'
  }
  t.match(fault(''), /no NS record of the root/)
  t.match(fault('. NS a.\nb. A 127.0.0.1'), /no server has an address/)
  t.match(fault('. NS a.\nexample. NS a.\na. A 127.0.0.1'), /^hints:2:1 .*not of the root/)
  t.match(fault('. NS a.\na. A 127.0.0'), /^hints:2:\d+ /)
  t.end()
})

import fc from 'fast-check'
import t from 'tap'
import type { Certificate } from '../../src/crypto/index.ts'
import { certificateNames, hasReferenceName, meetsConstraints } from '../../src/dane/names.ts'
import { parseName } from '../../src/wire/index.ts'

/** Only the names of a certificate are looked at. */
const named = (dnsNames: readonly string[], commonName?: string): Certificate =>
  ({ dnsNames, commonName }) as Certificate

const has = (presented: readonly string[], reference: string): boolean =>
  hasReferenceName(named(presented), [parseName(reference)])

t.test('certificateNames leaves out what is no host name', async (t) => {
  const odd = ['a b', 'x..y', '', '*', '*.', 'm*.example', '*m.example', 'a.*.b', 'ü.example', 'a.']
  t.same(certificateNames(named([...odd, 'MX.example', '*.Example', '_smtp.example'])), [
    'mx.example',
    '*.example',
    '_smtp.example',
  ])
})

t.test('certificateNames takes the common name only where there is no dNSName', async (t) => {
  t.same(certificateNames(named([], 'Mx.Example')), ['mx.example'])
  t.same(certificateNames(named([], 'Some Company')), [])
  t.same(certificateNames(named(['a.example'], 'b.example')), ['a.example'])
  t.same(certificateNames(named(['not a name'], 'b.example')), [], 'not even then')
  t.same(certificateNames(named([])), [])
})

t.test('hasReferenceName compares whole names, ASCII case ignored', async (t) => {
  t.equal(has(['mx.example'], 'MX.example.'), true)
  t.equal(has(['mx.example'], 'amx.example.'), false)
  t.equal(has(['mx.example'], 'a.mx.example.'), false)
  t.equal(has(['mx.example'], 'example.'), false)
  t.equal(has(['xn--mller-kva.example'], 'xn--mller-kva.example.'), true, 'A-labels')
  t.equal(has(['mx.example'], 'm\\x.example.'), true, 'escapes are of the text')
  t.equal(has(['a.b.example'], 'a\\.b.example.'), false, 'a dot within a label is none between')
})

t.test('meetsConstraints wants one permitted subtree and no excluded one', async (t) => {
  const meets = (name: string, permitted: string[], excluded: string[] = []): boolean =>
    meetsConstraints(name, { permitted, excluded })
  t.equal(meets('mx.example.com', ['example.com']), true)
  t.equal(meets('example.com', ['example.com']), true)
  t.equal(meets('badexample.com', ['example.com']), false)
  t.equal(meets('mx.example.com', ['Example.COM']), true)
  t.equal(meets('mx.example.com', ['.example.com']), true)
  t.equal(meets('example.com', ['.example.com']), false)
  t.equal(meets('*.example.com', ['example.com']), true)
  t.equal(meets('mx.example.com', ['example.net', 'example.com']), true)
  t.equal(meets('mx.example.com', [], ['example.com']), false)
  t.equal(meets('mx.example.com', ['example.com'], ['mx.example.com']), false)
  t.equal(meets('mx.example.com', [], ['']), false)
  t.equal(meets('mx.example.com', []), true)
})

t.test('hasReferenceName lets a wildcard stand for exactly one label', async () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,8}$/)
  const labels = fc.array(label, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(labels, labels, (left, right) => {
      const reference = `${[...left, ...right].join('.')}.`
      return has([`*.${right.join('.')}`], reference) === (left.length === 1)
    }),
  )
})

import fc from 'fast-check'
import t from 'tap'
import { isMailDomain, readToken, tokenOf } from '../../src/provision/token.ts'
import { formatHost, parseName } from '../../src/wire/index.ts'

const token = (domain: string) => tokenOf(parseName(domain))

t.test('tokenOf: hyphens go, dots become hyphens, a suffix tells where hyphens were', async (t) => {
  const cases = {
    'contoso.com': 'contoso-com',
    'test.example.com': 'test-example-com',
    'Contoso.COM': 'contoso-com',
    'ab-cd.example': 'abcd-example0e',
    'abc-de.example': 'abcde-example0i',
    'abcd-ef.example': 'abcdef-example01b',
    'abcde-fg.example': 'abcdefg-example01c',
    'some-thing.example': 'something-example01b',
    'longlabel.five-six.example': 'longlabel-fivesix-example03e',
    'a-b.com': 'ab-com0c',
    'a.b.com': 'a-b-com',
    'a-b-c.com': 'abc-com0k',
    // An A-label has hyphens at the positions 2 and 3.
    'xn--bcher-kva.example': 'xnbcherkva-example0m2c',
  }
  for (const [domain, expected] of Object.entries(cases)) t.equal(token(domain), expected)
})

t.test('tokenOf: a token that would not fit a label ends in a hash', async (t) => {
  const label = 'a'.repeat(59)
  t.equal(token(`${label}.com`), `${label}-com`)
  const long = token(`${label}b.com`)
  t.match(long, /^a{54}-[0-9a-v]{8}$/)
  t.not(token(`${label}c.com`), long)
  t.not(token(`${label.slice(1)}-b.com`), long)
})

const alphabet = [...'abcdefghijklmnopqrstuvwxyz0123456789']
const inner = fc.constantFrom(...alphabet.slice(0, 2), '-', '-', '0', '1')
const end = fc.constantFrom('a', 'b', 'z', '0', '1')
const label = fc.oneof(
  end,
  fc
    .tuple(end, fc.array(inner, { maxLength: 12 }), end)
    .map(([first, middle, last]) => first + middle.join('') + last),
)
/** Few letters, many hyphens, dots and digits: all that tokens could be confused by. */
const domain = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 8 }), fc.constantFrom('a', 'com', 'bb'))
  .map(([labels, top]) => `${labels.join('.')}.${top}`)
  .filter((text) => text.length <= 253)

t.test('tokenOf: no two host names have the same one (property)', async (t) => {
  fc.assert(
    fc.property(fc.array(domain, { minLength: 2, maxLength: 200 }), (domains) => {
      const distinct = new Set(domains)
      return new Set([...distinct].map(token)).size === distinct.size
    }),
    { numRuns: 200 },
  )
  t.pass()
})

t.test('tokenOf: a domain can be told from its token, so none has it twice', async (t) => {
  fc.assert(
    fc.property(domain, (text) => {
      const given = token(text)
      return given.length > 63 || /-[0-9a-v]{8}$/.test(given) || domainOf(given) === text
    }),
  )
  t.pass()
})

/** The rule backwards. */
function domainOf(given: string): string {
  const last = given.lastIndexOf('-') + 1
  const zero = given.indexOf('0', last)
  if (zero < 0) return given.replaceAll('-', '.')
  const hyphens = new Set<number>()
  for (const [, group, letter = ''] of given.slice(zero + 1).matchAll(/(\d*)([a-p])/g)) {
    const bits = letter.charCodeAt(0) - 'a'.charCodeAt(0)
    for (let bit = 0; bit < 4; bit++) if (bits & (1 << bit)) hyphens.add(Number(group) * 4 + bit)
  }
  const rest = [...given.slice(0, zero).replaceAll('-', '.')]
  let text = ''
  while (rest.length > 0) text += hyphens.has(text.length) ? '-' : rest.shift()
  return text
}

t.test('tokenOf: a label, whatever the domain (property)', async (t) => {
  fc.assert(
    fc.property(domain, (text) => {
      const given = token(text)
      return isMailDomain(parseName(text)) && readToken(given) === given
    }),
  )
  t.pass()
})

t.test('readToken: one label of letters, digits and hyphens, in lower case', async (t) => {
  t.equal(readToken('Contoso-COM'), 'contoso-com')
  for (const bad of ['', '-a', 'a-', 'a.b', 'a_b', 'ä', 'a'.repeat(64), '_dane', 'a b']) {
    t.throws(() => readToken(bad), { code: 'token-invalid' }, JSON.stringify(bad))
  }
})

t.test('isMailDomain: host names of two labels or more', async (t) => {
  for (const good of ['contoso.com', 'a-b.c1', 'xn--bcher-kva.example']) {
    t.ok(isMailDomain(parseName(good)), good)
  }
  for (const bad of ['com', '.', '_tcp.contoso.com', '*.contoso.com', 'a-.com', 'a\\.b.com']) {
    t.notOk(isMailDomain(parseName(bad)), bad)
  }
  t.equal(formatHost(parseName('Contoso.com')), 'contoso.com')
})

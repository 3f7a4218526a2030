import fc from 'fast-check'
import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import {
  compareNames,
  equalNames,
  formatHost,
  formatName,
  isSubdomain,
  joinNames,
  labelCount,
  lowerName,
  nameFromLabels,
  nameFromOctets,
  nameLabels,
  parentName,
  parseName,
  prependLabel,
  rootName,
  suffixName,
  toHex,
  wildcardName,
} from '../../src/wire/index.ts'
import { arbitraryName, arbitraryOctets } from '../support/arbitrary.ts'

t.test('parseName: the presentation form of RFC 1035 §5.1', async (t) => {
  const origin = parseName('example.')
  t.equal(toHex(parseName('.')), '00')
  t.equal(toHex(parseName('@', origin)), toHex(origin))
  t.equal(toHex(parseName('a', origin)), '0161076578616d706c6500')
  t.equal(toHex(parseName('a')), '016100', 'without origin it is absolute')
  t.equal(toHex(parseName('a.', origin)), '016100')
  t.equal(toHex(parseName('a\\.b.')), '03612e6200', 'a dot inside a label')
  t.equal(toHex(parseName('\\000\\255\\\\.')), '0300ff5c00')
  t.equal(toHex(parseName('_25._tcp.')), '035f3235045f74637000')
  t.equal(parseName(`${'a.'.repeat(127)}`).length, 255)
})

const refused: readonly (readonly [text: string, why: RegExp])[] = [
  ['', /it is empty/],
  ['@', /no origin/],
  ['a..b', /empty label/],
  ['.a', /empty label/],
  ['..', /empty label/],
  ['a\\', /a backslash must precede/],
  ['a\\25', /a backslash must precede/],
  ['a\\256', /escape \\256 exceeds 255/],
  ['ä.', /outside ASCII; write the A-label/],
  [`${'x'.repeat(64)}.`, /a label exceeds 63 octets/],
  [`${'a.'.repeat(128)}`, /exceeds 255 octets/],
  [`${'a.'.repeat(126)}aa.`, /exceeds 255 octets/],
]

for (const [text, why] of refused) {
  t.test(`parseName ${JSON.stringify(text.slice(0, 30))}: ${why}`, async (t) => {
    t.throws(() => parseName(text), { code: 'name-invalid', message: why })
  })
}

t.test('parseName: a relative name must fit with its origin', async (t) => {
  const origin = parseName('a.'.repeat(126))
  t.equal(parseName('b', origin).length, 255)
  t.throws(() => parseName('bb', origin), { message: /exceeds 255 octets with its origin/ })
})

t.test('formatName: parseName inverts it, whatever the octets', async () => {
  fc.assert(
    fc.property(arbitraryName, (name) => toHex(parseName(formatName(name))) === toHex(name)),
  )
})

t.test('parseName: any text gives a valid name or a CodedError', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      try {
        return nameFromOctets(parseName(text)).length > 0
      } catch (error) {
        return error instanceof CodedError && error.code === 'name-invalid'
      }
    }),
  )
})

t.test('nameFromOctets: only whole, uncompressed names', async (t) => {
  t.equal(nameFromOctets(Uint8Array.of(1, 97, 0)).length, 3)
  for (const octets of [[], [1], [1, 97], [0, 0], [64, 0], [0xc0, 0], [1, 97, 0, 1]]) {
    t.throws(() => nameFromOctets(Uint8Array.from(octets)), { code: 'name-invalid' })
  }
  t.throws(() => nameFromOctets(new Uint8Array(300).fill(1)), { code: 'name-invalid' })
})

t.test('nameFromLabels: bounds of labels and names', async (t) => {
  t.throws(() => nameFromLabels([new Uint8Array(0)]), { message: /length 0 not in 1–63/ })
  t.throws(() => nameFromLabels([new Uint8Array(64)]), { message: /length 64 not in 1–63/ })
  const long = Array.from({ length: 4 }, () => new Uint8Array(63))
  t.throws(() => nameFromLabels(long), { message: 'Cannot build name: length 257 exceeds 255' })
  t.throws(() => joinNames(nameFromLabels(long.slice(2)), nameFromLabels(long.slice(2))), {
    code: 'name-invalid',
  })
})

t.test('nameLabels, labelCount, parentName, suffixName: they agree on every name', async () => {
  fc.assert(
    fc.property(arbitraryName, (name) => {
      const labels = nameLabels(name)
      const [first] = labels
      if (labelCount(name) !== labels.length || !equalNames(nameFromLabels(labels), name)) {
        return false
      }
      if (first === undefined) return parentName(name) === name || parentName(name).length === 1
      const parent = parentName(name)
      return (
        isSubdomain(name, parent) &&
        !isSubdomain(parent, name) &&
        equalNames(prependLabel(first, parent), name) &&
        equalNames(suffixName(name, labels.length - 1), parent) &&
        equalNames(suffixName(name, 0), rootName) &&
        equalNames(joinNames(nameFromLabels([first]), parent), name)
      )
    }),
  )
})

t.test('isSubdomain: labels count, not octets', async (t) => {
  const under = (name: string, ancestor: string) =>
    isSubdomain(parseName(name), parseName(ancestor))
  t.ok(under('a.EXAMPLE.', 'example.'))
  t.ok(under('example.', '.'))
  t.notOk(under('badexample.', 'example.'))
  t.notOk(under('example.', 'a.example.'))
  t.notOk(under('x\\007example.', 'example.'), 'a length octet inside a label is no label')
})

t.test('lowerName: ASCII letters only, the same object when nothing changes', async (t) => {
  const lower = parseName('abc.\\192\\222.')
  t.equal(lowerName(lower), lower)
  t.equal(toHex(lowerName(parseName('AZ@[\\192\\222.'))), '06617a405bc0de00')
})

t.test('wildcardName: fails where no label fits any more', async (t) => {
  t.equal(formatName(wildcardName(parseName('a.'))), '*.a.')
  t.throws(() => wildcardName(parseName('a.'.repeat(127))), { code: 'name-invalid' })
})

t.test('compareNames: a total order that ignores case', async () => {
  fc.assert(
    fc.property(arbitraryName, arbitraryName, arbitraryName, (a, b, c) => {
      const [ab, bc, ac] = [compareNames(a, b), compareNames(b, c), compareNames(a, c)]
      return (
        Math.sign(ab) === -Math.sign(compareNames(b, a)) &&
        (ab === 0) === equalNames(a, b) &&
        compareNames(a, lowerName(a)) === 0 &&
        (ab > 0 || bc > 0 || ac <= 0)
      )
    }),
  )
})

t.test('nameFromOctets: random octets give a name or a CodedError', async () => {
  fc.assert(
    fc.property(arbitraryOctets(300), (octets) => {
      try {
        return nameFromOctets(octets).length === octets.length
      } catch (error) {
        return error instanceof CodedError
      }
    }),
  )
})

t.test('formatHost: lower case, no final dot; the root is empty', async (t) => {
  t.equal(formatHost(parseName('Mail.Example.')), 'mail.example')
  t.equal(formatHost(rootName), '')
})

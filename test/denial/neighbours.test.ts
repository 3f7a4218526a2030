import fc from 'fast-check'
import t from 'tap'
import { lastNameBelow, nameAfter, nameBefore } from '../../src/denial/index.ts'
import {
  compareNames,
  equalNames,
  formatName,
  isSubdomain,
  labelCount,
  lowerName,
  type Name,
  nameFromLabels,
  nameLabels,
  parentName,
  parseName,
} from '../../src/wire/index.ts'

const apex = parseName('test.')
const octet = fc.oneof(
  fc.constantFrom(0, 1, 0x29, 0x2a, 0x2b, 0x40, 0x41, 0x5a, 0x5b, 0x61, 0x7a, 0xfe, 0xff),
  fc.integer({ min: 0, max: 255 }),
)
const label = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.array(octet, { minLength: 1, maxLength: 3 }).map((octets) => Uint8Array.from(octets)),
  fc
    .tuple(fc.integer({ min: 60, max: 63 }), octet, octet)
    .map(([length, fill, last]) => new Uint8Array(length).fill(fill).fill(last, length - 1)),
)
const names = fc
  .array(label, { minLength: 1, maxLength: 4 })
  .filter((labels) => labels.reduce((sum, one) => sum + one.length + 1, 6) <= 255)
  .map((labels) => nameFromLabels([...labels, ...nameLabels(apex)]))

/** Names that fill all 255 octets, where neighbours cannot grow. */
const fullNames = fc.tuple(octet, octet).map(([fill, last]) => {
  const long = (length: number) => new Uint8Array(length).fill(fill).fill(last, length - 1)
  return nameFromLabels([long(56), long(63), long(63), long(63), ...nameLabels(apex)].slice(0, 5))
})
const all = fc.oneof(names, fullNames)

function fail(name: Name, other: Name, why: string): never {
  throw new Error(`${formatName(name)} → ${formatName(other)}: ${why}`)
}

t.test('nameBefore: sorts before, in the zone, never a wildcard, a sibling or the parent', (t) => {
  fc.assert(
    fc.property(all, (name) => {
      const before = nameBefore(name)
      if (compareNames(before, name) >= 0) fail(name, before, 'does not sort before')
      if (before.length > 255 || !isSubdomain(before, apex)) fail(name, before, 'outside')
      if (before[0] === 1 && before[1] === 0x2a) fail(name, before, 'is a wildcard')
      const isSibling = equalNames(parentName(before), parentName(name))
      if (!isSibling && !equalNames(before, parentName(name))) fail(name, before, 'is far away')
      if (!equalNames(before, lowerName(before))) fail(name, before, 'has capitals')
    }),
    { seed: 4470, numRuns: 5000 },
  )
  t.end()
})

t.test('nameAfter: sorts after the name and all below it, and nothing lies between', (t) => {
  fc.assert(
    fc.property(all, all, (name, other) => {
      const after = nameAfter(name, apex)
      if (equalNames(after, apex)) {
        // It wraps: then nothing that is not below the name may sort after it.
        if (compareNames(other, name) > 0 && !isSubdomain(other, name)) {
          fail(name, other, 'the chain wraps before it')
        }
        return
      }
      if (compareNames(after, name) <= 0) fail(name, after, 'does not sort after')
      if (isSubdomain(after, name)) fail(name, after, 'lies below')
      const isBetween = compareNames(other, name) > 0 && compareNames(other, after) < 0
      if (isBetween && !isSubdomain(other, name))
        fail(name, other, `lies before ${formatName(after)}`)
    }),
    { seed: 4470, numRuns: 5000 },
  )
  t.end()
})

t.test('nameAfter, nameBefore: case of the name makes no difference', (t) => {
  for (const text of ['FOO.test.', '[.test.', '@.test.', 'A\\000.test.']) {
    const name = parseName(text)
    t.strictSame(nameBefore(name), nameBefore(lowerName(name)), text)
    t.strictSame(nameAfter(name, apex), nameAfter(lowerName(name), apex), text)
  }
  t.end()
})

const x63 = 'x'.repeat(63)
const max63 = '\\255'.repeat(63)
for (const [name, before, after] of [
  ['b.test.', 'a\\255.test.', 'b\\000.test.'],
  ['\\000.test.', 'test.', '\\000\\000.test.'],
  ['a\\000.test.', 'a.test.', 'a\\000\\000.test.'],
  // `*` itself would claim that the wildcard exists.
  ['*\\000.test.', ')\\255.test.', '*\\000\\000.test.'],
  ['*.test.', ')\\255.test.', '*\\000.test.'],
  // Capital letters are no octets of this order.
  ['[.test.', '\\@\\255.test.', '[\\000.test.'],
  [`${x63}.test.`, `${'x'.repeat(62)}w.test.`, `${'x'.repeat(62)}y.test.`],
  [`${max63}.test.`, `${'\\255'.repeat(62)}\\254.test.`, 'test.'],
] as const) {
  t.test(`nameBefore, nameAfter: neighbours of ${name.slice(0, 24)} at ${name.length}`, (t) => {
    t.equal(formatName(nameBefore(parseName(name))), formatName(parseName(before)))
    t.equal(formatName(nameAfter(parseName(name), apex)), formatName(parseName(after)))
    t.end()
  })
}

t.test('nameAfter: of a name at 253, 254 and 255 octets stays within 255', (t) => {
  for (const length of [253, 254, 255]) {
    const first = length - 255 + 56
    const name = parseName(`${'x'.repeat(first)}.${x63}.${x63}.${x63}.test.`)
    const after = nameAfter(name, apex)
    t.ok(after.length <= 255 && compareNames(after, name) > 0, `${name.length} octets`)
    t.equal(labelCount(after), labelCount(name))
  }
  t.end()
})

t.test('lastNameBelow: below the name, after all else below it, and nothing lies below it', (t) => {
  fc.assert(
    fc.property(all, all, (name, other) => {
      const last = lastNameBelow(name)
      if (!isSubdomain(last, name)) fail(name, last, 'is not below')
      if (last.length < 254) fail(name, last, 'leaves room below')
      const isBelow = isSubdomain(other, name) && !equalNames(other, name)
      if (isBelow && compareNames(other, last) > 0) fail(name, other, 'comes after it')
      const after = nameAfter(name, apex)
      if (!equalNames(after, apex) && compareNames(last, after) >= 0) {
        fail(name, last, 'comes after what follows')
      }
    }),
    { seed: 4471, numRuns: 3000 },
  )
  t.end()
})

import fc from 'fast-check'
import t from 'tap'
import {
  compareNames,
  equalNames,
  isSubdomain,
  isSubdomainKey,
  lowerName,
  nameFromKey,
  nameKey,
  parentKey,
  parentName,
  parseName,
  rootKey,
  rootName,
  toHex,
} from '../../src/wire/index.ts'
import { arbitraryName } from '../support/arbitrary.ts'

t.test('nameKey: its string order is the canonical order of names', async () => {
  fc.assert(
    fc.property(arbitraryName, arbitraryName, (a, b) => {
      const [left, right] = [nameKey(a), nameKey(b)]
      const order = left < right ? -1 : left > right ? 1 : 0
      return order === Math.sign(compareNames(a, b))
    }),
    { numRuns: 2000 },
  )
})

t.test('nameFromKey: gives the name back in lower case', async () => {
  fc.assert(fc.property(arbitraryName, (name) => equalNames(nameFromKey(nameKey(name)), name)))
  fc.assert(
    fc.property(
      arbitraryName,
      (name) => toHex(nameFromKey(nameKey(name))) === toHex(lowerName(name)),
    ),
  )
})

t.test('parentKey, isSubdomainKey: as the names have it', async () => {
  fc.assert(
    fc.property(arbitraryName, arbitraryName, (a, b) => {
      return (
        parentKey(nameKey(a)) === nameKey(parentName(a)) &&
        isSubdomainKey(nameKey(a), nameKey(b)) === isSubdomain(a, b)
      )
    }),
  )
})

t.test('nameKey: starts wherever it is told', async (t) => {
  const octets = Uint8Array.of(9, 9, ...parseName('Mail.Example.'), 9)
  t.equal(nameKey(octets, 2), nameKey(parseName('mail.example.')))
  t.equal(nameKey(rootName), rootKey)
  t.equal(parentKey(rootKey), rootKey)
})

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { nsec3Hash, sha256 } from '../../src/crypto/index.ts'
import { lowerName, nameFromLabels, rootName, toHex } from '../../src/wire/index.ts'

const label = fc.uint8Array({ minLength: 1, maxLength: 63 })
const names = fc.array(label, { maxLength: 3 }).map((labels) => nameFromLabels(labels))

t.test('nsec3Hash is RFC 5155 §5 for any name, salt and count of iterations', async (t) => {
  fc.assert(
    fc.property(
      names,
      fc.integer({ min: 0, max: 20 }),
      fc.uint8Array({ maxLength: 255 }),
      (name, iterations, salt) => {
        let expected: Uint8Array = lowerName(name)
        for (let round = 0; round <= iterations; round++) {
          expected = createHash('sha1').update(expected).update(salt).digest()
        }
        return toHex(nsec3Hash(name, iterations, salt)) === toHex(expected)
      },
    ),
  )
  t.pass('as a plain implementation has it')
})

t.test('nsec3Hash gives fresh octets each time', async (t) => {
  const salt = Uint8Array.of(1, 2)
  const first = nsec3Hash(rootName, 0, salt)
  const before = toHex(first)
  nsec3Hash(nameFromLabels([Uint8Array.of(97)]), 3, salt)
  t.equal(toHex(first), before)
})

t.test('sha256 is SHA-256 (FIPS 180-4, "abc")', async (t) => {
  t.equal(
    toHex(sha256(new TextEncoder().encode('abc'))),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

import fc from 'fast-check'
import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import { formatName, fromHex, readName, scanName } from '../../src/wire/index.ts'
import { arbitraryName, arbitraryOctets } from '../support/arbitrary.ts'

function read(hex: string, start = 0): string {
  const octets = fromHex(hex) ?? new Uint8Array(0)
  const { name, next } = readName(octets, start, octets.length)
  return `${formatName(name)} ${next}`
}

t.test('readName: follows pointers backwards, also chains of them', async (t) => {
  t.equal(read('016100'), 'a. 3')
  t.equal(read('0161000162c000', 3), 'b.a. 7')
  t.equal(read('0161000162c0000163c003c007', 11), 'c.b.a. 13', 'a pointer to a pointer')
  t.equal(read('00c000', 1), '. 3', 'a pointer to the root')
})

/** Pointers at 3, 5, 7 and so on, each to the one before it, down to the root at 0. */
const manyPointers = Array.from({ length: 200 }, (_, n) => (0xc001 + 2 * n).toString(16)).join('')

const refused: readonly (readonly [hex: string, start: number, why: RegExp])[] = [
  ['', 0, /runs past the end/],
  ['01', 0, /a label runs past the end/],
  ['0161', 0, /it runs past the end/],
  ['c0', 0, /its pointer runs past the end/],
  ['c000', 0, /pointer to 0 does not go backwards/],
  ['c002016100', 0, /pointer to 2 does not go backwards/],
  ['0161c000', 0, /pointer to 0 does not go backwards/],
  ['40', 0, /label type 0x40 is not supported/],
  ['8000', 0, /label type 0x80 is not supported/],
  [`${'0161'.repeat(127)}016100`, 0, /exceeds 255 octets/],
  [`00c000${manyPointers}`, 401, /too many pointers/],
]

for (const [hex, start, why] of refused) {
  t.test(`readName ${hex.slice(0, 24)}: ${why}`, async (t) => {
    t.throws(() => read(hex, start), { code: 'wire-malformed', message: why })
  })
}

t.test('readName: random octets give a name or a CodedError, never more', async () => {
  fc.assert(
    fc.property(arbitraryOctets(300), fc.nat(300), (octets, start) => {
      try {
        const { name, next } = readName(octets, start, octets.length)
        return name.length <= 255 && next > start && next <= octets.length
      } catch (error) {
        return error instanceof CodedError && error.code === 'wire-malformed'
      }
    }),
    { numRuns: 2000 },
  )
})

t.test('scanName: ends where readName ends, -1 where the labels are bad', async (t) => {
  fc.assert(fc.property(arbitraryName, (name) => scanName(name, 0, name.length) === name.length))
  fc.assert(
    fc.property(arbitraryOctets(300), (octets) => {
      try {
        const { next } = readName(octets, 0, octets.length)
        return scanName(octets, 0, octets.length) === next
      } catch {
        return true
      }
    }),
  )
  t.equal(scanName(Uint8Array.of(0xc0), 0, 1), -1)
  t.equal(scanName(Uint8Array.of(0xc0, 0), 0, 2), 2)
  t.equal(scanName(Uint8Array.of(64), 0, 1), -1)
  t.equal(scanName(Uint8Array.of(1, 97), 0, 2), -1)
  t.equal(scanName(new Uint8Array(400).fill(1), 0, 400), -1)
})

import fc from 'fast-check'
import { type Name, nameFromLabels, nameLengthMax } from '../../src/wire/index.ts'

/** Octets, up to so many. */
export function arbitraryOctets(max: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: max })
}

// Octets that sorting, escaping and case folding trip over come up often.
const octet = fc.oneof(
  fc.constantFrom(0, 1, 2, 0x2e, 0x5c, 0x22, 0x41, 0x5a, 0x5b, 0x61, 0x7a, 0x7f, 0x80, 0xff),
  fc.integer({ min: 0, max: 255 }),
)
const label = fc.oneof(
  fc.array(octet, { minLength: 1, maxLength: 3 }),
  fc.array(octet, { minLength: 1, maxLength: 63 }),
)

/** A name of any octets and any legal length; short ones, which collide, more often. */
export const arbitraryName: fc.Arbitrary<Name> = fc
  .oneof(fc.array(label, { maxLength: 3 }), fc.array(label, { maxLength: 127 }))
  .map((labels) => {
    const fitting: Uint8Array[] = []
    let length = 1
    for (const octets of labels) {
      length += octets.length + 1
      if (length > nameLengthMax) break
      fitting.push(Uint8Array.from(octets))
    }
    return nameFromLabels(fitting)
  })

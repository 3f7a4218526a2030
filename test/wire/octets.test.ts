import fc from 'fast-check'
import t from 'tap'
import {
  fromBase32hex,
  fromBase64,
  fromHex,
  toBase32hex,
  toBase64,
  toHex,
  WireReader,
  WireWriter,
} from '../../src/wire/index.ts'
import { arbitraryOctets } from '../support/arbitrary.ts'

t.test('toHex, toBase64, toBase32hex: their inverses give the octets back', async () => {
  const same = (octets: Uint8Array, back: Uint8Array | undefined) =>
    back !== undefined && toHex(back) === toHex(octets)
  fc.assert(
    fc.property(arbitraryOctets(100), (octets) => {
      return (
        same(octets, fromHex(toHex(octets).toUpperCase())) &&
        same(octets, fromBase64(toBase64(octets))) &&
        same(octets, fromBase32hex(toBase32hex(octets).toUpperCase()))
      )
    }),
  )
})

t.test('toBase32hex: the vectors of RFC 4648 §10, without padding', async (t) => {
  const vectors = ['', 'co', 'cpng', 'cpnmu', 'cpnmuog', 'cpnmuoj1', 'cpnmuoj1e8']
  vectors.forEach((text, length) => {
    t.equal(toBase32hex(Buffer.from('foobar').subarray(0, length)), text)
  })
})

t.test('fromHex, fromBase64, fromBase32hex: undefined for anything else', async (t) => {
  for (const text of ['0', 'zz', '0 0', '0x00']) t.equal(fromHex(text), undefined, text)
  for (const text of ['A', 'AA', 'AA=', 'A===', 'AA AA', 'AAA-']) {
    t.equal(fromBase64(text), undefined, text)
  }
  for (const text of ['w', 'c', 'cp n', 'cpn', 'cr']) t.equal(fromBase32hex(text), undefined, text)
})

t.test('WireWriter: WireReader reads what it wrote', async (t) => {
  const writer = new WireWriter()
  writer.u8(0xff)
  writer.u16(0xfffe)
  writer.u32(0xfffffffd)
  writer.u48(0xfffffffffffc)
  writer.bytes(new Uint8Array(100))
  writer.patchU16(1, 0x1234)
  const reader = new WireReader(writer.finish())
  t.same(
    [reader.u8(), reader.u16(), reader.u32(), reader.u48()],
    [0xff, 0x1234, 0xfffffffd, 0xfffffffffffc],
  )
  t.equal(reader.rest().length, 100)
  t.throws(() => reader.u8(), {
    code: 'wire-malformed',
    message: 'Cannot read octet at offset 113: 1 octets wanted, 0 left',
  })
})

t.test('WireWriter: stops at its limit', async (t) => {
  const writer = new WireWriter(3)
  writer.u16(1)
  t.throws(() => writer.u16(1), { code: 'wire-overflow' })
  writer.u8(1)
  t.equal(writer.length, 3)
})

import t from 'tap'
import { formatName, readName } from '../../../src/wire/index.ts'

t.test(
  'RFC 1035 §4.1.4: the example of F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root',
  async (t) => {
    const octets = new Uint8Array(93)
    octets.set([1, 0x46, 3, 0x49, 0x53, 0x49, 4, 0x41, 0x52, 0x50, 0x41, 0], 20)
    octets.set([3, 0x46, 0x4f, 0x4f, 0xc0, 20], 40)
    octets.set([0xc0, 26], 64)
    octets.set([0], 92)
    const read = (start: number) => {
      const { name, next } = readName(octets, start, octets.length)
      return [formatName(name), next]
    }
    t.same(read(20), ['F.ISI.ARPA.', 32])
    t.same(read(40), ['FOO.F.ISI.ARPA.', 46])
    t.same(read(64), ['ARPA.', 66])
    t.same(read(92), ['.', 93])
  },
)

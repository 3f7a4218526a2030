import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { defaultSettings, nextSerial, type SoaEditApi } from '../../src/records/index.ts'
import { testTime } from '../support/served-zone.ts'

const cases: readonly (readonly [SoaEditApi, string, number, number])[] = [
  ['DEFAULT', '', 1, 2026010101],
  ['DEFAULT', '', 2025123107, 2026010101],
  ['DEFAULT', '', 2026010101, 2026010102],
  ['DEFAULT', '', 2026010199, 2026010200],
  ['DEFAULT', '', 2030010100, 2030010101],
  ['DEFAULT', '', 4294967295, 2026010101],
  ['INCREASE', '', 41, 42],
  ['INCREASE', '', 4294967295, 0],
  ['EPOCH', '', 41, testTime],
  ['EPOCH', '', testTime, testTime + 1],
  ['SOA-EDIT', 'EPOCH', 41, testTime],
  ['SOA-EDIT', 'INCEPTION-INCREMENT', 41, 2026010101],
  ['SOA-EDIT-INCREASE', '', 41, 42],
  ['OFF', '', 41, 41],
]

t.test('nextSerial follows the mode, and rises (RFC 1982) unless it is OFF', async (t) => {
  for (const [soaEditApi, soaEdit, before, after] of cases) {
    const settings = { ...defaultSettings, soaEditApi, soaEdit }
    t.equal(nextSerial(testTime as UnixSeconds, before, settings), after, `${soaEditApi} ${before}`)
  }
})

import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { defaultSettings, nextSerial, type SoaEditApi } from '../../src/records/index.ts'
import { parseRdata, RR, scanRdataText } from '../../src/rr/index.ts'
import { apex, put, recording, told } from '../support/recording.ts'
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

t.test('bug: an SOA with escapes in a name was spelled wrongly after a change', async (t) => {
  const { edit, records } = await recording(t)
  const soa = async () => (await records.rrset(apex, apex, RR.SOA))?.records[0]
  for (const [mname, serial] of [
    ['ns', 2100000000],
    ['n\\ s', 2100000100],
    ['n\\.s', 2100000200],
  ] as const) {
    const content = `${mname} host.a.test. ${serial} 7200 900 1209600 300`
    t.equal(told(await edit([put('@', 'SOA', content)])), `done ${serial}`)
    t.equal((await soa())?.content, content, 'as it was given')
    t.equal(told(await edit([put('x', 'TXT', `"${serial}"`)])), `done ${serial + 1}`)
    const { content: after = '', rdata } = (await soa()) ?? {}
    t.same(Buffer.from(parseRdata(RR.SOA, scanRdataText(after, apex))), Buffer.from(rdata ?? []))
  }
  t.equal(told(await edit([put('@', 'SOA', 'ns h 2100000900 1 1 1 1')])), 'done 2100000900')
  await edit([put('x', 'TXT', '"y"')])
  t.equal((await soa())?.content, 'ns h 2100000901 1 1 1 1', 'a plain spelling stays')
})

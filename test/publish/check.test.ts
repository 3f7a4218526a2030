import t from 'tap'
import { checkZone } from '../../src/publish/check.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { parseMasterFile } from '../../src/zonefile/index.ts'
import { soundZone } from '../support/bad-zones/bad-zone.ts'
import { badData } from '../support/bad-zones/data.ts'
import { badStructures } from '../support/bad-zones/structure.ts'
import { recordsOf, showFinding } from '../support/zone-items.ts'

const zone = parseName('example.test.')

function check(text: string): string[] {
  const records = recordsOf(parseMasterFile(text, { file: 'z', origin: zone }))
  return checkZone(zone, records).map(showFinding)
}

t.test('checkZone: a sound zone has no findings', async (t) => t.same(check(soundZone), []))

for (const { title, text, isWhole, findings } of [...badStructures, ...badData]) {
  t.test(`checkZone: ${title}`, async (t) =>
    t.same(check(isWhole ? text : `${soundZone}${text}\n`), findings),
  )
}

t.test('checkZone: errors come before warnings, both in bounded number', async (t) => {
  const warnings = 'a A 192.0.2.1\n'.repeat(150)
  const errors = 'x.other. A 192.0.2.1\n'.repeat(120)
  const lines = check(`${soundZone}${warnings}${errors}`)
  t.equal(lines.length, 200)
  t.equal(lines.filter((line) => line.includes(' error ')).length, 120)
  t.match(lines[119], / error /)
  t.match(lines[120], / warning /)
})

t.test('checkZone: a type that only queries use, when it comes past the reader', async (t) => {
  const records = recordsOf(parseMasterFile(soundZone, { file: 'z', origin: zone }))
  const place = { file: 'api', line: 1, column: 1 }
  const any = { owner: zone, type: RR.ANY, ttl: 60 as Ttl, rdata: new Uint8Array(0), place }
  t.same(checkZone(zone, [...records, any]).map(showFinding), [
    'api:1:1 error type-meta: example.test. ANY cannot stand in a zone (RFC 6895 §3.1)',
  ])
})

t.test('checkZone: the root as a zone', async (t) => {
  const root = parseName('.')
  const text = '. 60 SOA ns. h. 1 7200 900 1209600 300\n. 60 NS ns.\nns. 60 A 192.0.2.1\n'
  const records = recordsOf(parseMasterFile(text, { file: 'z', origin: root }))
  t.same(checkZone(root, records), [])
})

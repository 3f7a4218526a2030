import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type BadZone, soundZone, type Verdict } from '../support/bad-zones/bad-zone.ts'
import { badData } from '../support/bad-zones/data.ts'
import { badStructures } from '../support/bad-zones/structure.ts'
import { runProgram, skipWithoutPeers, transcript } from '../support/peers/programs.ts'

// What danelaw refuses, BIND and Knot refuse too, and the other way round; where they do not, the
// table of bad zones says which RFC decides. `check.test.ts` holds danelaw to the same table.

const zones: readonly BadZone[] = [...badStructures, ...badData]

function verdictOfDanelaw({ findings }: BadZone): Verdict {
  return findings.some((line) => line.includes(' error ')) ? 'refused' : 'served'
}

async function judge(
  t: Test,
  program: 'named-checkzone' | 'kzonecheck',
  args: readonly string[],
): Promise<void> {
  const file = join(t.testdir(), 'z.zone')
  const expectation = program === 'kzonecheck' ? 'knot' : 'bind'
  for (const zone of zones) {
    writeFileSync(file, zone.isWhole ? `${zone.text}\n` : `${soundZone}${zone.text}\n`)
    const finished = await runProgram(program, [...args, file])
    const verdict = finished.status === 0 ? 'served' : 'refused'
    t.equal(verdict, zone[expectation], `${zone.title}: ${transcript(finished)}`)
  }
}

t.test('badZones: named-checkzone gives the verdicts of the table', async (t) => {
  if (skipWithoutPeers(t, ['named'])) return
  await judge(t, 'named-checkzone', ['-i', 'local', 'example.test'])
})

t.test('badZones: kzonecheck gives the verdicts of the table', async (t) => {
  if (skipWithoutPeers(t, ['kzonecheck'])) return
  await judge(t, 'kzonecheck', ['-o', 'example.test'])
})

t.test('badZones: where verdicts differ, the table names the RFC', async (t) => {
  for (const zone of zones) {
    const ours = verdictOfDanelaw(zone)
    const differs = zone.bind !== ours || zone.knot !== ours
    t.equal(/^RFC [0-9]+ §/.test(zone.why ?? ''), differs, zone.title)
  }
})

/** The stub finds, over real sockets, what the catalogue expects of every fault. */
import t, { type Test } from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { catalogue } from '../../src/lab/index.ts'
import { agrees, casesOf, formatResults, formatSummary, verify } from '../../src/trial/index.ts'
import { buildWorld, catalogueWorld, openWorld } from '../../src/world/index.ts'
import { testTime } from '../support/served-zone.ts'
import { seededRandom } from '../support/stub-parts.ts'

const clock = fixedClock(testTime)

async function trial(t: Test, front?: string) {
  const faults = catalogue.filter(({ group }) => group !== 'mail')
  const world = buildWorld(
    catalogueWorld({ seed: 'verify', now: clock.now, faults, ...(front && { front }) }),
  )
  const open = await openWorld(world, { port: 0, ...(front && { front }) })
  t.teardown(() => open.close())
  const cases = casesOf(world)
  const results = await verify({
    ...{ world, open, cases, clock, timers: systemTimers },
    ...{ monotonicMs: () => performance.now(), random: seededRandom('verify') },
  })
  t.comment(formatSummary(results))
  for (const line of formatResults(results.filter((result) => !agrees(result)))) t.comment(line)
  return results
}

t.test('at the addresses of the servers, on any port', async (t) => {
  const results = await trial(t)
  t.ok(results.length > 200)
})
t.test('at one address', async (t) => {
  const results = await trial(t, '127.0.0.1')
  t.ok(results.length > 200)
})

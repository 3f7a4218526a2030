import type { Test } from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { catalogue, type Fault } from '../../src/lab/index.ts'
import { agrees, casesOf, formatResults, formatSummary, verify } from '../../src/trial/index.ts'
import { buildWorld, catalogueWorld, type OpenOptions, openWorld } from '../../src/world/index.ts'
import { testTime } from './served-zone.ts'
import { seededRandom } from './stub-parts.ts'

/** Raises the world of some faults, and asks the stub about each of them. */
export async function trial(t: Test, options: OpenOptions, faults: readonly Fault[] = catalogue) {
  const { front } = options
  const clock = fixedClock(testTime)
  const spec = { seed: 'trial', now: clock.now, faults, ...(front !== undefined && { front }) }
  const world = buildWorld(catalogueWorld(spec))
  const open = await openWorld(world, options)
  t.teardown(() => open.close())
  const results = await verify({
    ...{ world, open, cases: casesOf(world), clock, timers: systemTimers },
    ...{ monotonicMs: () => performance.now(), random: seededRandom('trial') },
  })
  t.comment(formatSummary(results))
  const wrong = results.filter((result) => !agrees(result))
  t.strictSame(wrong, [], formatResults(wrong).join('\n'))
  return results
}

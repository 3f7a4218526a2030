import { randomBytes } from 'node:crypto'
import t from 'tap'
import { fixedClock } from '../../src/base/index.ts'
import { mailCases } from '../../src/post/index.ts'
import { agrees, casesOf, verify } from '../../src/trial/index.ts'
import { openPostWorld } from '../support/open-post.ts'
import { testTime } from '../support/served-zone.ts'

t.setTimeout(120_000)

t.test('faults of mail zones are what a validator takes them for', async (t) => {
  const cases = mailCases.filter(({ fault }) => fault)
  const { world, open, timers, close } = await openPostWorld({ cases })
  t.teardown(close)
  const { monotonicMs } = timers
  const clock = fixedClock(testTime)
  const asked = casesOf(world)
  t.equal(asked.length, cases.length)
  const trial = { world, open, timers, monotonicMs, clock, random: randomBytes }
  for (const result of await verify({ ...trial, cases: asked })) {
    t.ok(agrees(result), `${result.id}: ${result.question}`, { why: result.why })
  }
})

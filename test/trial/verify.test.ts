/** The stub finds, over real sockets, what the catalogue expects of every fault. */
import t from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { catalogue, type Fault, faultById } from '../../src/lab/index.ts'
import { casesOf, verify } from '../../src/trial/index.ts'
import { buildWorld, catalogueWorld, openWorld } from '../../src/world/index.ts'
import { testTime } from '../support/served-zone.ts'
import { echo, smallWorld } from '../support/small-world.ts'
import { seededRandom } from '../support/stub-parts.ts'
import { trial } from '../support/trials.ts'

t.test('every case, at the addresses of the servers', async (t) => {
  const results = await trial(t, { port: 0 })
  t.strictSame(
    results.map(({ id }) => id),
    catalogue.map(({ id }) => id),
  )
  t.ok(results.every(({ got }) => got))
})

t.test('every case that shows at one address', async (t) => {
  const results = await trial(t, { port: 0, front: '127.0.0.1' })
  const needServers = ({ acts }: Fault) =>
    acts.some(
      (act) =>
        act.kind === 'glue' ||
        ('server' in act && act.server !== undefined) ||
        (act.kind === 'behave' && (act.when.server !== undefined || act.as.kind === 'upward')),
    )
  t.strictSame(
    results.flatMap(({ id, agreement }) => (agreement === 'not-asked' ? [id] : [])),
    catalogue.filter(needServers).map(({ id }) => id),
  )
})

function fault(id: string): Fault {
  const found = faultById(id)
  if (!found) throw new Error(`There is no fault ${id}`)
  return found
}

async function parts(t: { teardown(end: () => unknown): void }, faults: readonly Fault[]) {
  const clock = fixedClock(testTime)
  const world = buildWorld(catalogueWorld({ seed: 'parts', now: clock.now, faults }))
  const open = await openWorld(world, { port: 0 })
  t.teardown(() => open.close())
  return {
    ...{ world, open, cases: casesOf(world), clock, timers: systemTimers },
    ...{ monotonicMs: () => performance.now(), random: seededRandom('parts') },
  }
}

t.test('what is not as expected is told', async (t) => {
  const expired = fault('rrsig-exp-a')
  const sound = fault('valid')
  const results = await verify(
    await parts(t, [
      { ...expired, expect: sound.expect },
      { ...sound, expect: expired.expect },
    ]),
  )
  t.strictSame(
    results.map(({ agreement, ede }) => [agreement, ede]),
    [
      ['otherwise', 'another'],
      ['otherwise', 'none'],
    ],
  )
  t.match(results[0]?.why, /^bogus instead of secure; RRSIG of rrsig-exp-a\.lab\.test\. A expired/)
  t.match(results[1]?.why, /^secure instead of bogus; /)
})

t.test('no query leaves the world', async (t) => {
  const options = await parts(t, [fault('v4-loopback')])
  const elsewhere = await openWorld(smallWorld(echo, '127.0.0.1'), { port: options.open.port })
  t.teardown(() => elsewhere.close())
  const [result] = await verify(options)
  t.equal(result?.got?.status, 'unreachable')
  t.match(result?.why, /127\.0\.0\.1 is not of this world/)
})

t.test('who gives up asks no more', async (t) => {
  const giveUp = new AbortController()
  const results = await verify({
    ...(await parts(t, [fault('valid'), fault('silent'), fault('unsigned')])),
    concurrency: 1,
    signal: giveUp.signal,
    onResult: () => giveUp.abort(),
  })
  t.strictSame(
    results.map(({ agreement, why }) => (agreement === 'not-asked' ? why : agreement)),
    ['as-expected', 'given up', 'given up'],
  )
})

import * as fc from 'fast-check'
import t from 'tap'
import { CodedError, type UnixSeconds } from '../../src/base/index.ts'
import { isKnown, planRollover } from '../../src/rollover/plan.ts'
import { withDeployed, withKeys, withRetired } from '../../src/rollover/steps.ts'
import type { KeyFact } from '../../src/rollover/types.ts'
import type { Ttl } from '../../src/rr/index.ts'
import { keyNumber, World } from './model.ts'

const ids = Array.from({ length: 6 }, (_, number) => keyNumber(number).id)
const idOf = (number: number): string => ids[number] ?? ''

/** A world in which servers present key 0, published and known to all. */
function begun(ttl = 60, lag = 10, servers = 2): World {
  const world = new World(ttl, lag, Array(servers).fill(idOf(0)))
  world.commit((rollover, now) => withKeys(rollover, [keyNumber(0)], true, now))
  world.watch()
  world.pass(1)
  return world
}

/** Imports a key to come. */
function announce(world: World, number: number): void {
  world.commit((rollover, now) => withKeys(rollover, [keyNumber(number)], false, now))
}

t.test('a rollover by the plan: held, deployed, seen, retired, withdrawn', async (t) => {
  const world = begun()
  t.ok(planRollover(world.rollover, world.now).isSafeToDeploy)
  announce(world, 1)
  const { safeAt, isSafeToDeploy, publish } = planRollover(world.rollover, world.now)
  t.notOk(isSafeToDeploy)
  t.equal(safeAt, world.now + 2 * 60 + 10)
  t.equal(publish.length, 2)
  world.pass(130)
  t.ok(planRollover(world.rollover, world.now).isSafeToDeploy)
  world.deploy(0, idOf(1))
  world.watch()
  t.equal(planRollover(world.rollover, world.now).stages.get(idOf(0)), 'live', 'on one of two')
  world.deploy(1, idOf(1))
  world.watch()
  t.equal(planRollover(world.rollover, world.now).stages.get(idOf(0)), 'retiring')
  world.pass(129)
  world.commit((rollover) => rollover)
  t.equal(planRollover(world.rollover, world.now).publish.length, 2)
  world.pass(1)
  world.commit((rollover) => rollover)
  t.equal(planRollover(world.rollover, world.now).publish.length, 1)
  t.same(world.mismatches, [])
})

t.test('what the model is for: it sees what goes wrong', async (t) => {
  await t.test('deployed a second before it is safe', async (t) => {
    const world = begun()
    announce(world, 1)
    world.pass(129)
    world.deploy(0, idOf(1))
    t.equal(world.mismatches.length, 1)
  })
  await t.test('withdrawn while a server presents it', async (t) => {
    const world = begun()
    announce(world, 1)
    world.pass(130)
    world.deploy(0, idOf(1))
    world.watch()
    const how = { now: true, force: true }
    world.commit((rollover, now) => withRetired(rollover, idOf(0), how, now))
    t.equal(world.mismatches.length, 1)
  })
  await t.test('deployed by a TTL that was lowered just now', async (t) => {
    const world = begun(600)
    world.commit((rollover) => ({ ...rollover, ttl: 10 as Ttl }))
    announce(world, 1)
    world.pass(2 * 10 + 10)
    t.notOk(planRollover(world.rollover, world.now).isSafeToDeploy, 'the plan knows better')
    world.deploy(0, idOf(1))
    t.equal(world.mismatches.length, 1)
  })
})

t.test('retiring: refused while servers present it, or caches have nothing else', async (t) => {
  const world = begun()
  const code = (number: number, how = {}) => {
    try {
      world.commit((rollover, now) => withRetired(rollover, idOf(number), how, now))
      return 'done'
    } catch (error) {
      return error instanceof CodedError ? error.code : 'bug'
    }
  }
  t.equal(code(5), 'tlsa-key-absent')
  t.equal(code(0), 'tlsa-in-use', 'the only one')
  announce(world, 1)
  t.equal(code(0), 'tlsa-in-use', 'presented')
  world.deploy(0, idOf(1))
  world.deploy(1, idOf(1))
  world.commit((rollover, now) => withDeployed(rollover, idOf(1), now))
  t.equal(code(0), 'tlsa-in-use', 'a successor that caches may not know')
  world.pass(130)
  world.watch()
  t.equal(planRollover(world.rollover, world.now).stages.get(idOf(0)), 'retiring')
  t.equal(code(0, { now: true }), 'tlsa-in-use', 'not before its time')
  t.equal(code(0, { now: true, force: true }), 'done')
  announce(world, 2)
  t.equal(code(2), 'done', 'a key that never was anywhere goes at once')
  t.equal(planRollover(world.rollover, world.now).publish.length, 1)
})

t.test('bug: the successor that is deployed and the one that caches know were two', (t) => {
  const world = begun(60, 10, 0)
  announce(world, 1)
  world.pass(130)
  world.commit((rollover, now) => withKeys(rollover, [keyNumber(2)], true, now))
  const retire = () => withRetired(world.rollover, idOf(0), {}, world.now)
  t.throws(retire, { code: 'tlsa-in-use', message: /caches may know no other/ })
  world.pass(130)
  t.doesNotThrow(retire)
  t.end()
})

t.test('bug: a second key of the same second was held to be the first', async (t) => {
  const world = new World(60, 10, [idOf(0)])
  announce(world, 0)
  announce(world, 1)
  t.notOk(planRollover(world.rollover, world.now).isSafeToDeploy)
})

t.test('the first key is safe at once; none at all is not', async (t) => {
  const world = new World(60, 10, [idOf(0)])
  t.match(planRollover(world.rollover, world.now), { isSafeToDeploy: false, safeAt: undefined })
  announce(world, 0)
  t.match(planRollover(world.rollover, world.now), { isSafeToDeploy: true })
})

t.test('a key that comes back while it goes is no longer going', async (t) => {
  const world = begun()
  announce(world, 1)
  world.pass(130)
  world.deploy(0, idOf(1))
  world.deploy(1, idOf(1))
  world.watch()
  announce(world, 0)
  t.equal(planRollover(world.rollover, world.now).stages.get(idOf(0)), 'ready')
  world.pass(1_000_000)
  world.commit((rollover) => rollover)
  t.equal(planRollover(world.rollover, world.now).publish.length, 2)
})

t.test('a key on some server too early is no safer on the next one', async (t) => {
  const world = begun()
  announce(world, 1)
  world.deploy(0, idOf(1))
  world.watch()
  const plan = planRollover(world.rollover, world.now)
  t.match(plan, { isSafeToDeploy: false, safeAt: world.now + 130 })
  t.match(plan.notes, [{ severity: 'warning', text: /before all caches knew it/ }])
})

t.test('notes: what expires, what is unmatched, what nobody knows of', async (t) => {
  const world = begun()
  const day = 86_400
  const settings = { ...world.rollover.settings, warnSeconds: 14 * day }
  const ends = (days: number) => ({
    ...{ ...world.rollover, settings },
    keys: world.rollover.keys.map((key) => ({
      ...{ ...key, notAfter: (world.now + days * day) as UnixSeconds },
    })),
  })
  const texts = (days: number) => planRollover(ends(days), world.now).notes
  t.same(texts(15), [])
  t.match(texts(13), [{ severity: 'warning', text: /expires in 13 days/ }])
  t.match(texts(-1), [{ severity: 'error', text: /has expired/ }])
  t.equal(planRollover(ends(15), world.now).nextAt, world.now + day)
  world.deploy(1, idOf(3))
  world.watch()
  const unmatched = planRollover(world.rollover, world.now).notes
  t.match(unmatched, [{ severity: 'error', text: /^192\.0\.2\.2 presents a key that no/ }])
})

/** What an operator, or time, does next. */
type Act =
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'import' | 'retire'; readonly key: number }
  | { readonly kind: 'deploy'; readonly server: number; readonly key: number }
  | { readonly kind: 'watch' | 'due' }
  | { readonly kind: 'ttl'; readonly ttl: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), seconds: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('import'), key: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retire'), key: fc.nat(4) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('deploy'), server: fc.nat(1), key: fc.nat(4) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('watch', 'due') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('ttl'), ttl: fc.integer({ min: 5, max: 90 }) }),
  },
) as fc.Arbitrary<Act>

function mayDeploy({ rollover, now }: World, key: KeyFact): boolean {
  if (key.retiredAt !== undefined || key.withdrawnAt !== undefined) return false
  return isKnown(rollover, key, now)
}

/** Does what an operator who obeys would do; gives whether anything was deployed. */
function obey(world: World, step: Act): boolean {
  switch (step.kind) {
    case 'pass':
      world.pass(step.seconds)
      return false
    case 'import':
      announce(world, step.key)
      return false
    case 'watch':
      world.watch()
      return false
    case 'due':
      world.watch()
      world.commit((rollover) => rollover)
      return false
    case 'ttl':
      world.commit((rollover) => ({ ...rollover, ttl: step.ttl as Ttl }))
      return false
    case 'retire':
      world.watch()
      refusable(() =>
        world.commit((rollover, now) => withRetired(rollover, idOf(step.key), {}, now)),
      )
      return false
    case 'deploy': {
      const mayBe = world.rollover.keys.filter((key) => mayDeploy(world, key))
      const key = mayBe[step.key % mayBe.length]
      if (!key) return false
      const isNew = world.servers[step.server] !== key.id
      world.deploy(step.server, key.id)
      return isNew
    }
  }
}

function refusable(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
}

t.test(
  'property: whoever obeys the plan never hurts a sender, whatever it has cached',
  async (t) => {
    let deployed = 0
    void fc.assert(
      fc.property(fc.array(act, { minLength: 10, maxLength: 80 }), (acts) => {
        const world = begun(60, 10)
        for (const step of acts) if (obey(world, step)) deployed++
        return world.mismatches.length === 0
      }),
      { numRuns: 500 },
    )
    t.ok(deployed > 150, `${deployed} deployments`)
  },
)

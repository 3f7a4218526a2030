import fc from 'fast-check'
import t from 'tap'
import type { Direction, MigrationStep } from '../../src/migration/index.ts'
import { type Beginning, MigrationWorld } from '../support/migration-world.ts'

const legacyName = 'contoso-com.mail.protection.outlook.com'
const signedName = 'contoso-com.o-v1.mx.microsoft'

/** Walks from beginnings at random, in each direction. */
const walksMax = 300

/** Steps that anybody may need to get to the end. */
const stepsMax = 60

/**
 * Goes a way to its end, looking between steps and in the midst of waiting; says where mail was
 * lost, or where the way did not end.
 */
function go(world: MigrationWorld, direction: Direction): string | undefined {
  for (let count = 0; count < stepsMax; count++) {
    const { next } = world.look(direction)
    if (!next) return undefined
    if (next.state === 'wait' && next.until !== undefined) {
      const half = Math.floor((next.until - world.now) / 2)
      world.advance(half)
      const lost = world.lost()
      if (lost !== undefined) return `${world.done.join(', ')}, ${next.id}: ${lost}`
      world.look(direction)
    }
    world.follow(next)
    const lost = world.lost()
    if (lost !== undefined) return `${world.done.join(', ')}: ${lost}`
    world.look(direction)
    world.advance(7)
  }
  return `no end: ${world.done.join(', ')}`
}

const before: Beginning = {
  mx: ['0 legacy'],
  ttl: 3600,
  isSigned: false,
  ...{ isEnabled: false, hasDane: false, hasLegacy: true },
}

const there: Beginning = {
  mx: ['0 signed'],
  ttl: 3600,
  isSigned: true,
  ...{ isEnabled: true, hasDane: true, hasLegacy: false },
}

t.test('The way there, as the guide goes', (t) => {
  const world = new MigrationWorld(before)
  t.equal(go(world, 'enable'), undefined)
  t.same(world.done, [
    'sign-zone',
    'lower-mx-ttl',
    'lower-mx-ttl: wait',
    'enable-dnssec',
    'enable-dnssec: wait',
    'add-signed-mx',
    'test',
    'swap',
    'swap: wait',
    'drop-legacy',
    'raise-mx-ttl',
    'enable-dane',
    'tlsa: wait',
  ])
  const { status, next } = world.look('enable')
  t.equal(next, undefined)
  t.match(status, { feature: 'Enabled', dns: { support: 'Valid' }, mx: { status: 'Valid' } })
  t.end()
})

t.test('The way there with MTA-STS, and back', (t) => {
  const policy = { mode: 'enforce', mx: [legacyName] } as const
  const world = new MigrationWorld({ ...before, policy, maxAge: 604_800 })
  t.equal(go(world, 'enable'), undefined)
  t.same(
    world.done.filter((step) => step.startsWith('sts')),
    ['sts-testing', 'sts-expired: wait', 'sts-mx', 'sts-enforce'],
  )
  t.equal(world.done.indexOf('sts-mx') + 1, world.done.indexOf('add-signed-mx'))
  t.match(world.look('enable').status, { sts: { status: 'Valid', mode: 'Enforce' } })

  world.advance(1_000_000)
  world.done.length = 0
  t.equal(go(world, 'disable'), undefined)
  t.same(world.done, [
    'disable-dane',
    'sts-testing',
    'sts-mx',
    'add-legacy-mx: wait',
    'add-legacy-mx',
    'add-legacy-mx: wait',
    'test-legacy',
    'sts-expired: wait',
    'disable-dnssec',
    'drop-signed-mx',
    'restore-preference',
    'sts-enforce',
  ])
  t.equal(world.look('disable').next, undefined)
  t.end()
})

t.test('The way back, as the guide goes', (t) => {
  const world = new MigrationWorld(there)
  t.equal(go(world, 'disable'), undefined)
  t.same(
    world.done.filter((step) => !step.endsWith('wait')),
    [
      'disable-dane',
      'add-legacy-mx',
      'test-legacy',
      'disable-dnssec',
      'drop-signed-mx',
      'restore-preference',
    ],
  )
  t.end()
})

const policies = [
  undefined,
  { mode: 'enforce', mx: [legacyName] },
  { mode: 'enforce', mx: [signedName, legacyName] },
  { mode: 'enforce', mx: [signedName, legacyName, 'mx.gateway.test'] },
  { mode: 'testing', mx: [signedName] },
  { mode: 'testing', mx: ['mx.gateway.test'] },
] as const

const beginnings: fc.Arbitrary<Beginning> = fc.record({
  mx: fc
    .uniqueArray(fc.constantFrom('signed', 'legacy', 'other'), { minLength: 1 })
    .chain((hosts) =>
      fc.tuple(
        ...hosts.map((host) => fc.constantFrom(0, 5, 10, 20, 30).map((at) => `${at} ${host}`)),
      ),
    ),
  ttl: fc.constantFrom(0, 30, 120, 3600, 86_400),
  policy: fc.constantFrom(...policies),
  maxAge: fc.constantFrom(60, 86_400),
  preference: fc.constantFrom(0, 10),
  ...{ isSigned: fc.boolean(), isEnabled: fc.boolean() },
  ...{ hasDane: fc.boolean(), hasLegacy: fc.boolean() },
}) as fc.Arbitrary<Beginning>

for (const direction of ['enable', 'disable'] as const) {
  t.test(`From anywhere the way to ${direction} has an end, and no mail is lost on it`, (t) => {
    const property = fc.property(beginnings, (beginning) => {
      const world = new MigrationWorld(beginning)
      fc.pre(world.lost() === undefined)
      const trouble = go(world, direction)
      if (trouble !== undefined) throw new Error(trouble)
    })
    t.doesNotThrow(() => fc.assert(property, { numRuns: walksMax }))
    t.end()
  })
}

t.test('Who forgets what was seen does not wait, and says no more than that', (t) => {
  const world = new MigrationWorld(before)
  const walk: MigrationStep[] = []
  for (let next = world.look('enable', true).next; next; next = world.look('enable', true).next) {
    walk.push(next)
    // Without a memory somebody has to say that the host took mail.
    if (next.id === 'test') break
    world.follow(next)
  }
  t.notOk(walk.some(({ id, state }) => id === 'lower-mx-ttl' && state === 'wait'))
  t.equal(walk.at(-1)?.id, 'test')
  t.end()
})

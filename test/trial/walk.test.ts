/**
 * The whole catalogue in one process: a stub goes from the root of a world down to every fault,
 * without a socket, and finds what is expected by the book.
 */
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { catalogue, faultById } from '../../src/lab/index.ts'
import type { Resolution, StubOptions } from '../../src/stub/index.ts'
import { casesOf, compare, rcodeFor, type Said } from '../../src/trial/index.ts'
import { buildWorld, catalogueWorld, faultApex, type World } from '../../src/world/index.ts'
import { testTime } from '../support/served-zone.ts'
import { worldStub } from '../support/world-stub.ts'

const now = () => testTime as UnixSeconds
const standard = { seesFailures: true, holdsEde: true }

function said({ security, rcode, reason, ttl }: Resolution): Said {
  const status = security === 'indeterminate' ? 'unreachable' : security
  return {
    ...{ status, rcode: rcodeFor(status, rcode), ttl, told: reason.text },
    ede: reason.ede === undefined ? [] : [{ code: reason.ede, text: reason.text }],
  }
}

/** Asks about every fault, with a stub that knows nothing of the others. */
async function walk(world: World, more: Partial<StubOptions> = {}) {
  const results: { id: string; resolution: Resolution; agreement: string; why: string }[] = []
  for (const { fault, name, type } of casesOf(world)) {
    const stub = worldStub(world, fault.id, more)
    const resolution = await stub.resolve(name, type)
    const comparison = compare(fault.expect, said(resolution), standard)
    results.push({ id: fault.id, resolution, ...comparison })
    await stub.close()
  }
  return results
}

/** Where danelaw's validator uses the freedom that the book leaves. */
const alsoRight = ['compact-ok', 'edns-badvers', 'nodata-ent-nx', 'not-aa', 'split-ent']

t.test('the stub finds what is expected of every fault', async (t) => {
  const world = buildWorld(catalogueWorld({ seed: 'catalogue', now }))
  const results = await walk(world)
  t.equal(results.length, catalogue.length)
  for (const { id, agreement, why } of results) {
    const expected = alsoRight.includes(id) ? 'also-right' : 'as-expected'
    t.equal(agreement, expected, `${id}: ${why}`)
  }
})

t.test('what is bounded costs a stub no more than anything else', async (t) => {
  const faults = catalogue.filter(({ expect }) => expect.bounded)
  t.ok(faults.length >= 4)
  const world = buildWorld(catalogueWorld({ seed: 'bounded', now, faults }))
  for (const { id, resolution } of await walk(world)) t.ok(resolution.queries <= 16, id)
})

t.test('without its faults every zone is in order', async (t) => {
  const world = buildWorld(catalogueWorld({ seed: 'healed', now }))
  for (const { fault, name, type } of casesOf(world)) {
    world.setFaults(faultApex(fault.id), [])
    if (fault.acts.length === 0) continue
    const stub = worldStub(world, fault.id)
    const { security, reason } = await stub.resolve(name, type)
    t.equal(security, fault.setting.ds ? 'secure' : 'insecure', `${fault.id}: ${reason.text}`)
    await stub.close()
  }
})

t.test('one front address speaks for all of them', async (t) => {
  const front = '127.0.0.1'
  const world = buildWorld(catalogueWorld({ seed: 'front', now, front }))
  const results = await walk(world, {
    mode: { kind: 'forward', servers: [{ address: front, port: 53, via: 'udp' }] },
  })
  for (const { id, agreement, why } of results) {
    // Who asks a front address follows no glue.
    const isGlue = faultById(id)?.acts.some(({ kind }) => kind === 'glue')
    if (!isGlue) t.not(agreement, 'otherwise', `${id}: ${why}`)
  }
})

import t, { type Test } from 'tap'
import { CodedError } from '../../src/base/index.ts'
import { type RolloverOptions, safetyOf, type WatchedOwner } from '../../src/rollover/index.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import type { ProbeResult } from '../../src/smtp/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { authority, chainPem, type Issued, issue } from '../support/certificates.ts'
import { certificates } from '../support/chain-cases.ts'
import { apex, basics, creation, drop, put, recording, told } from '../support/recording.ts'
import { rolloversOf } from '../support/rollover.ts'

const owner = parseName('_25._tcp.mail.a.test.')
const host = parseName('mail.a.test.')
const issuer = await authority()
const first = await issue({ names: ['mail.a.test'], issuer })
const second = await issue({ names: ['mail.a.test'], issuer })
const someone = { token: 'tok', tenant: 'acme', from: 'local' }
const pem = (...chain: readonly Issued[]) => [{ text: chainPem(...chain), source: 'test' }]

/** What a mail server that presents a chain, or has no TLS, shows to a probe. */
function shown(address: string, chain: readonly Issued[] | undefined): ProbeResult {
  const common = { address, port: 25, helo: 'mail', extensions: [], injected: false, steps: [] }
  if (!chain) {
    return { ...common, elapsedMs: 0, outcome: { kind: 'unreachable', text: 'it is gone' } }
  }
  const facts = { protocol: 'TLSv1.3', cipher: 'x', webPkiError: undefined }
  const tls = { ...facts, chain: certificates(...chain) }
  return { ...common, elapsedMs: 0, outcome: { kind: 'tls', tls, reply: undefined } }
}

async function opened(t: Test, more: Partial<RolloverOptions> = {}) {
  const node = await recording(t)
  const faults: string[] = []
  const notes: string[] = []
  const presented = new Map<string, readonly Issued[] | undefined>()
  const rollovers = rolloversOf({
    ...{ records: node.records, store: node.store, clock: node.clock },
    probe: ({ address }) => Promise.resolve(shown(address, presented.get(address))),
    onFault: (error) => faults.push(error instanceof CodedError ? error.code : String(error)),
    onNote: (_, { text }) => notes.push(text),
    ...more,
  })
  const published = async () =>
    (await node.records.rrset(apex, owner, RR.TLSA))?.records.map(({ content }) =>
      content.slice(0, 14),
    ) ?? []
  return { ...node, rollovers, faults, notes, presented, published }
}

const servers = [{ host, addresses: ['192.0.2.1', '192.0.2.2'] }]

t.test('records of an owner and its document are written together, and read back', async (t) => {
  const { rollovers, published, store } = await opened(t)
  await t.rejects(rollovers.status(owner), { code: 'tlsa-untracked' })
  await t.rejects(rollovers.importKeys(owner, pem(first), {}, someone), { code: 'tlsa-untracked' })
  await t.rejects(rollovers.track(host, {}, someone), { code: 'tlsa-owner' })
  const elsewhere = parseName('_25._tcp.mail.b.test.')
  await t.rejects(rollovers.track(elsewhere, {}, someone), { code: 'zone-absent' })
  await rollovers.track(owner, { ttl: 60 as Ttl }, someone)
  t.notOk((await rollovers.track(owner, { ttl: 60 as Ttl }, someone)).changed)
  t.same(await published(), [])
  const imported = await rollovers.importKeys(owner, pem(first), { deployed: true }, someone)
  t.match(imported, { changed: true, plan: { isSafeToDeploy: true } })
  t.equal((await published()).length, 1)
  const again = await rollovers.importKeys(owner, pem(first), {}, someone)
  t.notOk(again.changed, 'what is there already')
  const { rollover } = await rollovers.status(owner)
  t.same(rollover, imported.rollover)
  t.match(await store.document('tlsa', formatName(owner)), { tenant: 'acme', version: 2 })
  t.match(await rollovers.list({ limit: 10 }), { items: [{ rollover: { ttl: 60 } }] })
  await rollovers.remove(owner, someone)
  t.match(await rollovers.list({ limit: 10 }), { items: [] })
  t.equal((await published()).length, 1, 'what is published stays')
  await rollovers.track(owner, {}, someone)
  t.same((await rollovers.status(owner)).rollover.keys, [], 'begun anew')
})

t.test('a set that a server would not match is refused, unless forced', async (t) => {
  const { rollovers, published, presented } = await opened(t)
  await rollovers.track(owner, { servers }, someone)
  presented.set('192.0.2.1', [first]).set('192.0.2.2', [second])
  const refused = rollovers.importKeys(owner, pem(first), {}, someone)
  await t.rejects(refused, { code: 'tlsa-unmatched', message: /192\.0\.2\.2 presents key/ })
  t.same(await published(), [])
  const both = [...pem(first), ...pem(second)]
  const imported = await rollovers.importKeys(owner, both, {}, someone)
  t.same([...imported.plan.stages.values()], ['live', 'live'], 'both were seen')
  const third = await issue({ names: ['mail.a.test'] })
  presented.set('192.0.2.1', [third])
  await t.rejects(rollovers.importKeys(owner, pem(await issue()), {}, someone), {
    code: 'tlsa-unmatched',
  })
  await rollovers.importKeys(owner, pem(third), {}, someone)
  t.equal((await published()).length, 3)
})

t.test('2 1 1 of the issuer matches what it issued, known or not', async (t) => {
  const { rollovers, published, presented } = await opened(t)
  await rollovers.track(owner, { servers, issuer: true }, someone)
  for (const address of ['192.0.2.1', '192.0.2.2']) presented.set(address, [second, issuer])
  const imported = await rollovers.importKeys(owner, pem(first, issuer), {}, someone)
  t.equal(imported.changed, true)
  t.match(await published(), [/^2 1 1/, /^3 1 1/])
  presented.set('192.0.2.1', [await issue({ names: ['other.test'], issuer }), issuer])
  const watched = await rollovers.watch(owner, someone)
  t.match(watched.plan.notes[0], { severity: 'error' }, 'the name has to fit (RFC 7672 §3.2.3)')
})

t.test('a server that cannot be looked at keeps the old key where it is', async (t) => {
  const { rollovers, presented, clock, published } = await opened(t)
  await rollovers.track(owner, { servers, ttl: 60 as Ttl, lagSeconds: 0 }, someone)
  for (const address of ['192.0.2.1', '192.0.2.2']) presented.set(address, [first])
  await rollovers.importKeys(owner, pem(first), {}, someone)
  await rollovers.importKeys(owner, pem(second), {}, someone)
  clock.advance(121)
  presented.set('192.0.2.1', [second]).set('192.0.2.2', undefined)
  const watched = await rollovers.watch(owner, someone)
  t.same([...watched.plan.stages.values()], ['live', 'live'])
  const id = watched.rollover.keys[0]?.id ?? ''
  await t.rejects(rollovers.retire(owner, id, {}, someone), { code: 'tlsa-in-use' })
  presented.set('192.0.2.2', [second])
  await rollovers.watch(owner, someone)
  clock.advance(119)
  presented.set('192.0.2.2', [first])
  await rollovers.lookAfter()
  clock.advance(2)
  await rollovers.lookAfter()
  t.equal((await published()).length, 2, 'seen again while it went')
  presented.set('192.0.2.2', [second])
  clock.advance(301)
  await rollovers.lookAfter()
  t.equal((await published()).length, 1, 'bug: it was noted as withdrawn, and stayed')
})

t.test('other ways to change the set are refused, unless forced', async (t) => {
  const { rollovers, edit, submit, published } = await opened(t)
  await rollovers.track(owner, {}, someone)
  await rollovers.importKeys(owner, pem(first), { deployed: true }, someone)
  const set = `3 1 1 ${'ab'.repeat(32)}`
  t.equal(told(await edit([put('_25._tcp.mail', 'TLSA', set)])), 'conflict tlsa-tracked')
  t.equal(told(await edit([drop('_25._tcp.mail', 'TLSA')])), 'conflict tlsa-tracked')
  t.match(told(await edit([put('_25._tcp.other', 'TLSA', set)])), /^done/)
  t.match(told(await edit([put('mail', 'A', '192.0.2.1')])), /^done/)
  t.equal(told(await submit({ wish: { kind: 'delete' } })), 'conflict tlsa-tracked')
  const soa = put('@', 'SOA', 'ns hostmaster 2100000000 7200 900 1209600 300')
  const rrsets = [soa, ...basics.slice(1)]
  t.equal(told(await submit({ wish: { kind: 'replaceAll', rrsets } })), 'conflict tlsa-tracked')
  t.equal(told(await submit({ wish: { kind: 'revert', sequence: 1 } })), 'conflict tlsa-tracked')
  t.equal((await published()).length, 1)
  t.match(told(await edit([drop('_25._tcp.mail', 'TLSA')], { force: true })), /^done/)
  t.same(await published(), [])
  t.match(told(await submit({ wish: { kind: 'delete' }, force: true })), /^done/)
})

t.test('bug: a delegation hid a set that follows certificates', async (t) => {
  const { rollovers, edit } = await opened(t)
  await rollovers.track(owner, {}, someone)
  await rollovers.importKeys(owner, pem(first), { deployed: true }, someone)
  t.equal(told(await edit([put('mail', 'NS', 'ns.example.')])), 'conflict tlsa-tracked')
  t.equal(told(await edit([put('mail', 'DNAME', 'mail.example.')])), 'invalid record-occluded')
  t.match(told(await edit([put('www', 'NS', 'ns.example.')])), /^done/)
  t.match(told(await edit([put('@', 'NS', 'ns', 'ns3.example.')])), /^done/)
  t.match(told(await edit([put('mail', 'NS', 'ns.example.')], { force: true })), /^done/)
})

t.test('files: a renewed certificate is imported, a broken one is not', async (t) => {
  const files = new Map<string, string>()
  const watched: WatchedOwner[] = [
    { owner, certificates: ['a.pem'], wish: { ttl: 60 as Ttl, lagSeconds: 0 } },
  ]
  const { rollovers, faults, notes, clock, published } = await opened(t, {
    watched: () => watched,
    readPem: async (path, stamp) => {
      const text = files.get(path)
      if (text === undefined) throw new CodedError('file-unreadable', `Cannot read ${path}`)
      return text === stamp ? undefined : { text, source: path, stamp: text }
    },
  })
  await rollovers.lookAfter()
  await rollovers.lookAfter()
  t.same(faults, ['file-unreadable'], 'said once')
  const fault = [['_25._tcp.mail.a.test.', 'Cannot read a.pem']]
  t.same([...rollovers.faults()], fault, 'bug: health knew of no owner that was never followed')
  files.set('a.pem', first.pem)
  await rollovers.lookAfter()
  t.match((await rollovers.status(owner)).plan, { isSafeToDeploy: true, publish: { length: 1 } })
  files.set('a.pem', second.pem.slice(0, 100))
  await rollovers.lookAfter()
  t.same(faults, ['file-unreadable', 'pem-invalid'], 'half written')
  t.equal((await published()).length, 1)
  clock.advance(60)
  files.set('a.pem', second.pem)
  await rollovers.lookAfter()
  t.match((await rollovers.status(owner)).plan, { isSafeToDeploy: false, publish: { length: 2 } })
  clock.advance(120)
  t.ok((await rollovers.status(owner)).plan.isSafeToDeploy)
  const { version } = (await rollovers.status(owner)).rollover
  await rollovers.lookAfter()
  const after = (await rollovers.status(owner)).rollover.version
  t.equal(after, version + 1, 'due once')
  await rollovers.lookAfter()
  t.equal((await rollovers.status(owner)).rollover.version, after)
  t.same(notes, [])
  t.equal(rollovers.faults().size, 0)
  files.delete('a.pem')
  await rollovers.lookAfter()
  t.equal(rollovers.faults().size, 1)
  watched.pop()
  await rollovers.lookAfter()
  t.equal(rollovers.faults().size, 0, 'nobody asks for it any more')
})

t.test('certificates that end are told of once', async (t) => {
  const { rollovers, notes, clock } = await opened(t)
  await rollovers.track(owner, {}, someone)
  const soon = await issue({ names: ['mail.a.test'], to: clock.now() + 20 * 86_400 })
  await rollovers.importKeys(owner, pem(soon), { deployed: true }, someone)
  await rollovers.lookAfter()
  t.same(notes, [])
  clock.advance(7 * 86_400)
  await rollovers.lookAfter()
  await rollovers.lookAfter()
  t.match(notes, [/expires in 13 days/])
  t.match(rollovers.facts(), [{ plan: { notes: [{ severity: 'warning' }] } }])
})

t.test('bug: a look at the servers withdrew by force what one of them presented', async (t) => {
  const { rollovers, presented, clock, published } = await opened(t)
  await rollovers.track(owner, { servers, ttl: 14_400 as Ttl, lagSeconds: 0 }, someone)
  for (const address of ['192.0.2.1', '192.0.2.2']) presented.set(address, [first])
  await rollovers.importKeys(owner, pem(first), {}, someone)
  await rollovers.importKeys(owner, pem(second), {}, someone)
  clock.advance(28_801)
  for (const address of ['192.0.2.1', '192.0.2.2']) presented.set(address, [second])
  await rollovers.watch(owner, someone)
  presented.set('192.0.2.2', [first])
  await rollovers.watch(owner, someone)
  presented.set('192.0.2.2', undefined)
  clock.advance(28_801)
  const watched = await rollovers.watch(owner, someone)
  t.ok(watched.changed, 'the sighting of the other server was old')
  t.equal((await published()).length, 2, 'it may come back as it went')
  presented.set('192.0.2.2', [second])
  await rollovers.lookAfter()
  t.equal((await published()).length, 1, 'what is overdue is not forgotten')
})

t.test('bug: a clock that was set back stopped the looks at the servers', async (t) => {
  const looks: string[] = []
  const { rollovers, clock } = await opened(t, {
    probe: ({ address }) => {
      looks.push(address)
      return Promise.resolve(shown(address, [first]))
    },
  })
  await rollovers.track(owner, { servers }, someone)
  await rollovers.lookAfter()
  await rollovers.lookAfter()
  t.equal(looks.length, 2)
  clock.advance(-86_400)
  await rollovers.lookAfter()
  t.equal(looks.length, 4)
})

t.test('bug: a key deployed too early was told of anew every minute', async (t) => {
  const { rollovers, clock, notes } = await opened(t)
  await rollovers.track(owner, {}, someone)
  await rollovers.importKeys(owner, pem(first), { deployed: true }, someone)
  clock.advance(60)
  await rollovers.importKeys(owner, pem(second), { deployed: true }, someone)
  await rollovers.lookAfter()
  clock.advance(60)
  await rollovers.lookAfter()
  t.match(notes, [/was deployed before all caches knew it/])
  t.equal(notes.length, 1)
})

t.test('bug: a set that somebody forced was not noticed, and a key stayed safe', async (t) => {
  const { rollovers, clock, notes, edit, published } = await opened(t)
  await rollovers.track(owner, { ttl: 60 as Ttl, lagSeconds: 0 }, someone)
  await rollovers.importKeys(owner, pem(first), { deployed: true }, someone)
  const { rollover } = await rollovers.importKeys(owner, pem(second), {}, someone)
  const id = rollover.keys[1]?.id ?? ''
  clock.advance(119)
  const foreign = `3 1 1 ${'ab'.repeat(32)}`
  await edit([put('_25._tcp.mail', 'TLSA', foreign)], { force: true })
  clock.advance(2)
  await rollovers.lookAfter()
  await rollovers.lookAfter()
  t.same(await published(), [foreign.slice(0, 14)], 'what was forced is left alone')
  t.equal(notes.filter((text) => /changed by force/.test(text)).length, 1)
  const strayed = await rollovers.status(owner)
  t.match(strayed.plan, { isSafeToDeploy: false, notes: [{ severity: 'error' }] })
  t.match(safetyOf(strayed, id, clock.now()), { isSafe: false, text: /force/ })
  t.match(rollovers.facts(), [{ plan: { isStray: true } }])
  const mended = await rollovers.importKeys(owner, pem(second), {}, someone)
  t.match(mended, { changed: true, plan: { isStray: false, isSafeToDeploy: false } })
  t.equal((await published()).length, 2)
  clock.advance(2 * 3600 - 1)
  const late = await rollovers.status(owner)
  t.match(safetyOf(late, id, clock.now()), { isSafe: false }, 'caches may have the forced one')
  clock.advance(1)
  t.match(safetyOf(await rollovers.status(owner), id, clock.now()), { isSafe: true })
})

t.test('bug: whoever had a zone next got the keys and servers of who had it before', async (t) => {
  const { rollovers, submit, published } = await opened(t)
  await rollovers.track(owner, { servers, warnSeconds: 1 }, someone)
  await rollovers.importKeys(owner, pem(first), { force: true, deployed: true }, someone)
  await submit({ wish: { kind: 'delete' }, force: true })
  const actor = { ...someone, tenant: 'other' }
  const wish = creation()
  if (wish.kind !== 'create') throw new Error('no creation')
  t.match(told(await submit({ wish: { ...wish, tenant: 'other' }, actor })), /^done/)
  await t.rejects(rollovers.status(owner), { code: 'tlsa-untracked' })
  await t.rejects(rollovers.watch(owner, actor), { code: 'tlsa-untracked' })
  const { rollover } = await rollovers.track(owner, {}, actor)
  t.match(rollover, { tenant: 'other', keys: [], sightings: [], settings: { servers: [] } })
  await rollovers.importKeys(owner, pem(second), { deployed: true }, actor)
  t.equal((await published()).length, 1)
})

t.test('bug: an owner whose zone was gone stayed due for ever', async (t) => {
  const { rollovers, submit, store, clock, faults } = await opened(t)
  await rollovers.track(owner, { lagSeconds: 0 }, someone)
  await rollovers.importKeys(owner, pem(first), { deployed: true }, someone)
  const { plan } = await rollovers.importKeys(owner, pem(second), {}, someone)
  const due = async () => (await store.dueDocuments('tlsa', clock.now(), 10)).length
  clock.advance((plan.nextAt ?? 0) - clock.now())
  t.equal(await due(), 1)
  await submit({ wish: { kind: 'delete' }, force: true })
  t.equal(await rollovers.runDue(10), 1)
  t.same(faults, [])
  t.equal(await due(), 0)
  clock.advance(86_400)
  t.equal(await due(), 1, 'in a day again: the zone may be back')
  await rollovers.remove(owner, someone)
  t.equal(await due(), 0)
  t.match(await rollovers.list({ limit: 10 }), { items: [] })
})

t.test('bug: a TTL lowered while nothing was published forgot what caches had', async (t) => {
  const { rollovers, clock } = await opened(t)
  await rollovers.track(owner, { ttl: 86_400 as Ttl, lagSeconds: 0 }, someone)
  const { rollover } = await rollovers.importKeys(owner, pem(first), {}, someone)
  await rollovers.retire(owner, rollover.keys[0]?.id ?? '', { now: true }, someone)
  await rollovers.track(owner, { ttl: 60 as Ttl }, someone)
  clock.advance(600)
  const imported = await rollovers.importKeys(owner, pem(second), {}, someone)
  t.notOk(imported.plan.isSafeToDeploy, 'caches may have the first one for a day')
})

t.test('bug: a zone that was made below hid a set, and nobody said so', async (t) => {
  const { rollovers, submit, store } = await opened(t)
  await rollovers.track(owner, {}, someone)
  await rollovers.importKeys(owner, pem(first), { deployed: true }, someone)
  const soa = put('mail', 'SOA', 'ns.a.test. hostmaster.a.test. 1 7200 900 1209600 300')
  const wish = creation([soa, put('mail', 'NS', 'ns.a.test.')])
  t.match(told(await submit({ apex: host, wish })), /^done/)
  t.match(await rollovers.status(owner), { plan: { isStray: true, isSafeToDeploy: false } })
  const moved = await rollovers.track(owner, {}, someone)
  t.equal(formatName(moved.rollover.zone), 'mail.a.test.')
  t.equal((await store.read([{ apex: host, owner, type: RR.TLSA }])).length, 1)
  t.match(await rollovers.status(owner), { plan: { isStray: false } })
})

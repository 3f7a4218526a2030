import t from 'tap'
import type { Draft, ParentDs, ZoneSettings } from '../../src/records/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { nameKey } from '../../src/wire/index.ts'
import {
  apex,
  basics,
  contents,
  creation,
  drop,
  nameOf,
  put,
  putFor,
  recording,
  told,
} from '../support/recording.ts'
import { lines } from '../support/served-zone.ts'

const settings = (wished: object): Pick<Draft, 'wish'> => ({
  wish: { kind: 'settings', settings: wished },
})

t.test('create refuses what is no zone, and one that is there', async (t) => {
  const { submit, store, records } = await recording(t, { empty: true })
  t.equal(told(await submit({ wish: creation(basics.slice(1)) })), 'invalid zone-soa')
  t.equal(told(await submit({ wish: creation([basics[0] as never]) })), 'invalid zone-ns-missing')
  t.same(await store.keys(apex), [])
  t.equal(told(await submit({ wish: creation() })), 'done 1')
  t.equal(told(await submit({ wish: creation() })), 'conflict zone-exists')
  t.equal((await records.keys(apex)).length, 1)
  t.same(
    (await records.keys(apex)).map(({ id }) => id),
    [1],
  )
})

t.test('one of two who make the same zone at once gets it', async (t) => {
  const { submit, records } = await recording(t, { empty: true })
  const results = await Promise.all([1, 2].map(() => submit({ wish: creation() })))
  t.same(results.map(told), ['done 1', 'conflict zone-exists'])
  t.equal((await records.keys(apex)).length, 1)
})

t.test('settings: denial changes aside, other settings leave the answers alone', async (t) => {
  const { submit, server, records, served, edit } = await recording(t)
  const { zone } = served()
  t.equal(told(await submit(settings({ account: 'me', soaEditApi: 'INCREASE' }))), 'done 1')
  t.equal(served().zone, zone)
  t.match(records.get(apex)?.settings, { account: 'me', soaEditApi: 'INCREASE', dnssec: true })
  t.equal(told(await edit([put('www', 'A', '192.0.2.80')])), 'done 2', 'and count at once')
  for (const denial of ['nsec3', 'compact', 'minimal', 'nsec'] as const) {
    const result = await submit(settings({ denial }))
    t.equal(told(result), 'done 2')
    t.ok(result.kind === 'done' && result.checks.some(({ what }) => what === 'nxdomain'))
    t.equal(served().signing?.denial.kind, denial)
    t.equal(server.ask('www.a.test.', 'A').answer.length, 1)
  }
  t.equal(records.get(apex)?.zone.version, 7)
})

t.test('dnssec off and on again keeps the keys; what signing made is gone meanwhile', async (t) => {
  const { submit, server, records, edit } = await recording(t)
  const keys = await records.keys(apex)
  t.equal(told(await submit(settings({ dnssec: false }))), 'done 1')
  t.same(lines(server.ask('a.test.', 'SOA', { dnssec: true }).answer).length, 1)
  t.equal(server.ask('a.test.', 'DNSKEY').answer.length, 0)
  t.equal(told(await edit([put('@', 'CDS', '0 0 0 00')])), 'done 2026010101', 'may have its own')
  t.equal(server.ask('a.test.', 'CDS').answer.length, 1)
  t.equal(told(await submit(settings({ dnssec: true }))), 'done 2026010101')
  t.same(
    (await records.keys(apex)).map(({ key }) => key.keyTag),
    keys.map(({ key }) => key.keyTag),
  )
  t.not(lines(server.ask('a.test.', 'CDS').answer)[0], 'a.test. 3600 CDS 0 0 0 00')
})

t.test('guard: with DS at the parent a zone does not become unsigned', async (t) => {
  let state: Awaited<ReturnType<ParentDs>> = 'present'
  const asked: string[] = []
  const parentDs: ParentDs = async () => {
    asked.push(state)
    return state
  }
  const { submit, records } = await recording(t, { parentDs })
  const [key] = await records.keys(apex)
  const last = { kind: 'keys', edit: { kind: 'remove', id: key?.id ?? 0 } } as const
  for (const wish of [settings({ dnssec: false }).wish, last, { kind: 'delete' } as const]) {
    t.equal(told(await submit({ wish })), 'conflict ds-at-parent', wish.kind)
  }
  t.equal(asked.length, 3)
  t.equal(told(await submit(settings({ account: 'x' }))), 'done 1', 'what keeps it signed may be')
  state = 'unknown'
  const result = await submit({ wish: { kind: 'delete' }, dryRun: true })
  t.match(result, { kind: 'done', findings: [{ severity: 'warning', code: 'ds-at-parent' }] })
  state = 'present'
  t.equal(told(await submit({ wish: { kind: 'delete' }, force: true })), 'done undefined')
})

t.test('keys come and go; the last one takes DNSSEC with it', async (t) => {
  const { submit, server, records, clock } = await recording(t)
  const dnskeys = () => server.ask('a.test.', 'DNSKEY').answer.length
  const keys = (edit: Extract<Draft['wish'], { kind: 'keys' }>['edit']) =>
    submit({ wish: { kind: 'keys', edit } })
  const add = { kind: 'generate', role: 'csk', algorithm: undefined } as const
  t.equal(told(await keys({ ...add, active: false, published: false })), 'done 1')
  t.equal(dnskeys(), 1)
  const ids = async () => (await records.keys(apex)).map(({ id }) => id)
  t.same(await ids(), [1, 2])
  clock.advance(5)
  t.equal(told(await keys({ kind: 'set', id: 2, active: false, published: true })), 'done 1')
  t.equal(dnskeys(), 2)
  t.equal(told(await keys({ kind: 'set', id: 2, active: true, published: true })), 'done 1')
  t.equal(server.ask('a.test.', 'SOA', { dnssec: true }).answer.length, 3, 'two signatures')
  t.equal(told(await keys({ kind: 'remove', id: 1 })), 'done 1')
  t.same(await ids(), [2])
  t.equal(told(await keys({ kind: 'remove', id: 1 })), 'absent key-absent')
  clock.advance(5)
  t.equal(told(await keys({ kind: 'set', id: 2, active: false, published: true })), 'done 1')
  t.match(records.get(apex), { settings: { dnssec: false }, served: true })
  t.equal(server.ask('a.test.', 'SOA', { dnssec: true }).answer.length, 1)
  t.equal(told(await keys({ ...add, active: true, published: true })), 'done 1')
  t.match(records.get(apex), { settings: { dnssec: true }, served: true })
  t.ok(((await ids()).at(-1) ?? 0) > 2, 'no id comes again')
})

t.test('revert brings back what was after a change set, and rises', async (t) => {
  const { submit, edit, records, store } = await recording(t)
  const now = async () => (await contents(records)).filter((line) => !line.includes(' 6 '))
  await edit([put('www', 'A', '192.0.2.80'), put('@', 'MX', '1 www')])
  const then = await store.sequence()
  const content = await now()
  await edit([putFor(7200, 'www', 'A', '192.0.2.81'), drop('@', 'MX')])
  await edit([put('new', 'TXT', '"n"')])
  const result = await submit({ wish: { kind: 'revert', sequence: then } })
  t.equal(told(result), 'done 2026010104')
  t.same(await now(), content)
  t.equal(told(await submit({ wish: { kind: 'revert', sequence: 0 } })), 'invalid draft-invalid')
  t.equal(told(await submit({ wish: { kind: 'revert', sequence: then } })), 'done 2026010104')
})

t.test('replaceAll leaves nothing of before but comments and keys', async (t) => {
  const { submit, edit, records, server, served } = await recording(t)
  await edit([put('www', 'A', '192.0.2.80'), put('ftp', 'A', '192.0.2.81')])
  const { zone } = served()
  const rrsets = [...basics.slice(1), put('@', 'SOA', 'ns h 0 7200 900 1209600 300')]
  const wish = (soa: string): Draft['wish'] => ({
    kind: 'replaceAll',
    rrsets: [...basics.slice(1), put('@', 'SOA', soa), put('ftp', 'A', '192.0.2.81')],
  })
  t.equal(
    told(await submit({ wish: { kind: 'replaceAll', rrsets } })),
    'conflict zone-serial-backwards',
  )
  t.equal(
    told(await submit({ wish: wish('ns h 2026010150 7200 900 1209600 300') })),
    'done 2026010150',
  )
  t.equal(served().zone, zone, 'in place, so that the rest keeps its signatures')
  t.equal(server.ask('www.a.test.', 'A').rcode, 3)
  t.equal((await contents(records)).length, 5)
  t.equal(
    told(await submit({ wish: { kind: 'replaceAll', rrsets: basics.slice(1) } })),
    'invalid zone-soa',
  )
})

t.test('replaceAll with settings is one change set, and another way to sign', async (t) => {
  const { submit, edit, records, server, served } = await recording(t)
  await edit([put('www', 'A', '192.0.2.80')])
  const soa = put('@', 'SOA', 'ns h 2026010150 7200 900 1209600 300')
  const rrsets = [...basics.slice(1), soa, put('ftp', 'A', '192.0.2.81')]
  const both = (wished: Partial<ZoneSettings>): Draft['wish'] => {
    return { kind: 'replaceAll', rrsets, settings: wished }
  }
  const wish = both({ denial: 'nsec3', account: 'me' })
  t.equal(told(await submit({ wish, dryRun: true })), 'done 2026010150')
  t.equal(records.get(apex)?.zone.version, 2, 'nothing was done')
  const result = await submit({ wish })
  t.equal(told(result), 'done 2026010150')
  t.match(result, { changeSet: { kind: 'settings', version: 3, serialBefore: 2026010101 } })
  t.match(records.get(apex), { settings: { account: 'me' }, zone: { serial: 2026010150 } })
  t.equal(served().policy.denial, 'nsec3')
  t.equal(server.ask('www.a.test.', 'A').rcode, 3)
  t.equal(server.ask('ftp.a.test.', 'A').rcode, 0)
  const back = await submit({ wish: { kind: 'revert', sequence: 2 } })
  t.equal(told(back), 'done 2026010151')
  t.equal(server.ask('www.a.test.', 'A').rcode, 0)
  const unsigned = await submit({ wish: both({ dnssec: false }), force: true })
  t.equal(unsigned.kind, 'done', told(unsigned))
  t.equal(served().policy.dnssec, false)
})

t.test('a draft too large for one turn goes live aside, whole', async (t) => {
  const { edit, records, served, server } = await recording(t)
  const { zone } = served()
  const many = Array.from({ length: 2100 }, (_, at) => put(`h${at}`, 'A', '192.0.2.80'))
  const bad = await edit([...many, put('h1', 'CNAME', 'x')])
  t.match(bad, { as: 'invalid', error: { code: 'cname-and-other' }, edit: 1 })
  t.equal(told(await edit(many)), 'done 2026010101')
  t.not(served().zone, zone)
  t.equal(server.ask('h2099.a.test.', 'A', { dnssec: true }).answer.length, 2)
  t.equal((await contents(records)).length, 4 + 2100)
  t.equal(told(await edit([put('h1', 'A', '192.0.2.81')])), 'done 2026010102')
})

t.test('an unsigned zone is checked as well', async (t) => {
  const { submit, edit, server, records } = await recording(t, { empty: true })
  t.equal(told(await submit({ wish: creation(basics, { dnssec: false }) })), 'done 1')
  const result = await edit([put('www', 'A', '192.0.2.80'), put('*.w', 'A', '192.0.2.1')])
  t.ok(result.kind === 'done' && result.checks.every(({ security }) => security === 'insecure'))
  t.equal(server.ask('www.a.test.', 'A', { dnssec: true }).answer.length, 1)
  t.same(await records.keys(apex), [])
})

t.test('rrset of a name that is not in the zone is not there', async (t) => {
  const { records } = await recording(t)
  const com = (await import('../../src/wire/index.ts')).parseName('com.')
  t.equal(await records.rrset(apex, com, parseType('A')), undefined)
})

t.test('bug: a new key cost all signatures of a zone, those of other keys as well', async (t) => {
  const { submit, edit, served, clock } = await recording(t)
  await edit([put('www', 'A', '192.0.2.80')])
  const signatures = () => {
    const { zone, signing } = served()
    const rrset = zone.node(nameKey(nameOf('www')))?.rrsets[0]
    return rrset && signing?.signer.signatures(rrset, clock.now())
  }
  const add = (role: 'ksk' | 'zsk') => {
    const made = { kind: 'generate', role, algorithm: 13, active: true, published: true } as const
    return submit({ wish: { kind: 'keys', edit: made } })
  }
  t.equal(told(await add('zsk')), 'done 2026010101', 'which signs from now on')
  const before = signatures()
  t.equal(told(await add('ksk')), 'done 2026010101')
  t.equal(served().keys.length, 3)
  t.equal(signatures(), before, 'a KSK signs keys alone')
  t.equal(told(await submit(settings({ denial: 'nsec3' }))), 'done 2026010101')
  t.equal(signatures(), before, 'nor does the kind of denial matter')
  t.equal(told(await add('zsk')), 'done 2026010101')
  t.equal(signatures()?.length, 2, 'another key that signs the zone does')
})

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import { Publisher, systemDisk } from '../../src/publish/index.ts'
import { directoryKeys, type KeySource } from '../../src/records/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { SignatureCache } from '../../src/signer/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { configOf, noPause } from '../support/publishing.ts'
import {
  apex,
  basics,
  contents,
  creation,
  drop,
  nameOf,
  put,
  record,
  recording,
  told,
} from '../support/recording.ts'
import { lines } from '../support/served-zone.ts'

t.test('a zone is made, edited and deleted, each live when it is acknowledged', async (t) => {
  const { submit, edit, server, records, faults } = await recording(t, { empty: true })
  const made = await submit({ wish: creation() })
  t.equal(told(made), 'done 1')
  t.same(lines(server.ask('a.test.', 'NS').answer).length, 2)
  const edited = await edit([put('www', 'A', '192.0.2.80')])
  t.equal(told(edited), 'done 2026010101')
  t.same(lines(server.ask('www.a.test.', 'A', { dnssec: true }).answer), [
    'www.a.test. 3600 A 192.0.2.80',
    'www.a.test. 3600 RRSIG A 13 3',
  ])
  t.match(records.get(apex), { served: true, zone: { version: 2, serial: 2026010101 } })
  t.equal(told(await edit([drop('www', 'A')])), 'done 2026010102')
  t.equal(server.ask('www.a.test.', 'A').rcode, 3)
  t.equal((await contents(records)).length, basics.length + 1)
  t.equal(told(await submit({ wish: { kind: 'delete' } })), 'done undefined')
  t.equal(server.ask('a.test.', 'SOA').rcode, 5)
  t.equal(records.get(apex), undefined)
  t.equal(told(await edit([])), 'absent zone-absent')
  t.same(faults, [])
})

t.test('what was acknowledged is there after a restart, with the same keys', async (t) => {
  const first = await recording(t)
  await first.edit([put('www', 'A', '192.0.2.80'), put('*.w', 'TXT', '"wild"')])
  const { keys } = first.served()
  await first.records.close()
  const { store, directory } = first
  const source = directoryKeys(openKeyDirectory(join(directory, 'keys')), store, {})
  const again = await recording(t, { store, directory, keys: source, empty: true })
  t.match(again.records.get(apex), { served: true, zone: { version: 2, serial: 2026010101 } })
  t.same(
    again.served().keys.map(({ keyTag }) => keyTag),
    keys.map(({ keyTag }) => keyTag),
  )
  t.equal(again.server.ask('x.w.a.test.', 'TXT').answer.length, 1)
  t.equal(told(await again.edit([put('www', 'A', '192.0.2.81')])), 'done 2026010102')
})

t.test('a record keeps its spelling until another one means the same', async (t) => {
  const { edit, records } = await recording(t)
  t.equal(told(await edit([put('@', 'MX', '10 MAIL.A.test.', '20 mx2')])), 'done 2026010101')
  const rrset = () => records.rrset(apex, apex, parseType('MX'))
  const spelled = async () => (await rrset())?.records.map(({ content }) => content)
  t.same(await spelled(), ['10 MAIL.A.test.', '20 mx2'])
  const mx = parseType('MX')
  const other = record('MX', '10 mail.a.test.')
  await edit([{ kind: 'extend', owner: apex, type: mx, ttl: undefined, record: other }])
  t.same(await spelled(), ['10 mail.a.test.', '20 mx2'])
  const gone = record('MX', '20 MX2.a.test.')
  await edit([{ kind: 'prune', owner: apex, type: mx, record: gone }])
  t.same(await spelled(), ['10 mail.a.test.'])
  const comments = [{ content: 'why', account: 'me', modifiedAt: 5 as never }]
  const before = await records.rrset(apex, apex, parseType('SOA'))
  await edit([{ kind: 'comments', owner: apex, type: mx, comments }])
  t.same((await rrset())?.comments, comments)
  t.same(await records.rrset(apex, apex, parseType('SOA')), before, 'no answer changed')
  await edit([put('@', 'MX', '10 mail')])
  t.same((await rrset())?.comments, comments, 'comments stay unless others come')
})

t.test('a disabled record is kept and not served', async (t) => {
  const { edit, server, records } = await recording(t)
  const records2 = [record('A', '192.0.2.1'), record('A', '192.0.2.2', true)]
  await edit([{ ...put('www', 'A'), records: records2 } as never])
  t.same(lines(server.ask('www.a.test.', 'A').answer), ['www.a.test. 3600 A 192.0.2.1'])
  const kept = await records.rrset(apex, nameOf('www'), parseType('A'))
  t.equal(kept?.records.length, 2)
})

t.test('what is as wished already makes no version', async (t) => {
  const { edit, records } = await recording(t)
  await edit([put('www', 'A', '192.0.2.80')])
  t.match(await edit([put('www', 'A', '192.0.2.80'), drop('no', 'A')]), {
    kind: 'done',
    changeSet: { changes: [], version: 2, sequence: 0 },
  })
  t.equal(records.get(apex)?.zone.version, 2)
})

t.test('dryRun works everything out and leaves no trace', async (t) => {
  const { edit, submit, server, records, store, served } = await recording(t)
  const sequence = await store.sequence()
  const soa = served().zone.soa
  const result = await edit([put('www', 'A', '192.0.2.80')], { dryRun: true })
  t.match(result, {
    kind: 'done',
    dryRun: true,
    changeSet: { sequence: 0, changes: { length: 2 } },
  })
  t.ok(result.kind === 'done' && result.checks.length > 2)
  t.equal(server.ask('www.a.test.', 'A').rcode, 3)
  t.equal(served().zone.soa, soa, 'the very SOA of before, with its signatures')
  t.equal(told(await submit({ dryRun: true, wish: { kind: 'delete' } })), 'done undefined')
  const other = parseName('b.test.')
  const made = await submit({ apex: other, dryRun: true, wish: creation(basicsOf('b.test.')) })
  t.equal(told(made), 'done 1')
  t.same(await store.keys(other), [])
  t.equal(records.get(other), undefined)
  t.equal(await store.sequence(), sequence)
  t.equal(records.get(apex)?.zone.version, 1)
})

/** The same zone under another name. */
function basicsOf(name: string) {
  const owners = [name, name, `ns.${name}`]
  return basics.map((edit, at) => ({ ...edit, owner: parseName(owners[at] ?? name) }))
}

t.test('If-Match: another version than the one that was seen is refused', async (t) => {
  const { edit, submit } = await recording(t)
  t.equal(told(await edit([put('a', 'A', '192.0.2.1')], { ifVersion: 1 })), 'done 2026010101')
  const late = await edit([put('b', 'A', '192.0.2.1')], { ifVersion: 1 })
  t.equal(told(late), 'version zone-version')
  t.equal(told(await submit({ ifVersion: 1, wish: { kind: 'delete' } })), 'version zone-version')
})

t.test('many at a time: each is atomic, none is lost, the bad one alone is refused', async (t) => {
  const { edit, records, store } = await recording(t)
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      at === 20
        ? edit([put('bad', 'CNAME', 'x'), put('bad', 'A', '192.0.2.1'), put('n', 'A', '1.2.3.4')])
        : edit([put(`w${at}`, 'A', '192.0.2.80'), put(`w${at}`, 'TXT', `"${at}"`)]),
    ),
  )
  t.equal(results.filter(({ kind }) => kind === 'done').length, 39)
  t.match(results[20], { kind: 'refused', as: 'invalid', error: { code: 'cname-and-other' } })
  t.equal(records.get(apex)?.zone.version, 40)
  t.equal((await contents(records)).length, 4 + 2 * 39)
  const { items } = await store.history({ apex, newestFirst: false, limit: 100 })
  t.same(
    items.map(({ version }) => version),
    Array.from({ length: 40 }, (_, at) => at + 1),
  )
  const serials = items.map(({ serialAfter }) => serialAfter)
  t.equal(new Set(serials).size, 40, 'every change set has a serial of its own')
})

t.test('only one of those that saw the same version gets through', async (t) => {
  const { edit } = await recording(t)
  const results = await Promise.all(
    [1, 2, 3, 4].map((at) => edit([put('one', 'A', `192.0.2.${at}`)], { ifVersion: 1 })),
  )
  t.same(results.map(told), ['done 2026010101', ...Array(3).fill('version zone-version')])
})

t.test('the zone of a file is read-only here, and wins over one of the store', async (t) => {
  const first = await recording(t)
  const { directory, table, clock, records, server } = first
  const zones = join(directory, 'zones')
  mkdirSync(zones)
  const publisher = new Publisher({
    ...{ table, clock, disk: systemDisk, makeKeys: true, makePace: () => noPause },
    keys: openKeyDirectory(join(directory, 'keys')),
    cache: new SignatureCache(1 << 16),
  })
  const config = configOf(`{zones: {directory: ${zones}}}`, zones)
  t.same((await publisher.publish(config)).zones, [], 'a zone of the store is not withdrawn')
  t.ok(records.get(apex)?.served)
  const text = '$TTL 60\n@ SOA ns h 9 7 6 99 3\n@ NS ns\nns A 1.1.1.1\n'
  writeFileSync(join(zones, 'a.test.zone'), text)
  const report = await publisher.publish(config)
  t.match(report.zones, [{ verdict: 'updated', serial: 9, findings: [{ code: 'zone-twice' }] }])
  t.match(await records.reload(config), [{ code: 'zone-twice' }])
  t.ok(records.isFromFile(apex))
  t.match(records.get(apex), { served: false, trouble: [{ code: 'zone-twice' }] })
  t.equal(told(await first.edit([put('a', 'A', '192.0.2.1')])), 'conflict zone-from-file')
  t.equal(told(await first.submit({ wish: creation() })), 'conflict zone-from-file')
  rmSync(join(zones, 'a.test.zone'))
  await publisher.publish(config)
  t.same(await records.reload(config), [])
  t.equal(server.ask('ns.a.test.', 'A').answer.length, 1, 'and comes back when the file is gone')
  t.equal(told(await first.edit([put('a', 'A', '192.0.2.1')])), 'done 2026010101')

  writeFileSync(join(zones, 'a.test.zone'), text)
  await publisher.publish(config)
  await records.reload(config)
  t.match(await first.submit({ wish: { kind: 'delete' } }), { kind: 'done' }, 'out of the store')
  t.equal(records.get(apex), undefined)
  t.equal(server.ask('ns.a.test.', 'A').answer.length, 1, 'and still served by the file')
  t.match(await first.submit({ wish: { kind: 'delete' } }), { error: { code: 'zone-from-file' } })
  t.same(await records.reload(config), [])
})

t.test('a zone whose keys are gone stays out, with a reason, and gets no others', async (t) => {
  const first = await recording(t)
  await first.records.close()
  const keys = directoryKeys(openKeyDirectory(join(first.directory, 'none')), first.store, {})
  const again = await recording(t, {
    ...{ store: first.store, directory: first.directory, keys, empty: true },
  })
  t.match(again.records.get(apex), { served: false, trouble: [{ code: 'key-absent' }] })
  t.equal(told(await again.edit([put('a', 'A', '192.0.2.1')])), 'invalid key-absent')
  t.equal(again.server.ask('a.test.', 'SOA').rcode, 5)
})

t.test('self-check: what a sabotaged signer makes never goes live', async (t) => {
  const sabotage = { on: false }
  const alterKeys = (good: KeySource): KeySource => ({
    ...good,
    generate(...asked) {
      const key = good.generate(...asked)
      const sign = (data: Uint8Array) => {
        const signature = key.private.sign(data)
        if (sabotage.on) signature[5] = (signature[5] ?? 0) ^ 1
        return signature
      }
      return { ...key, private: { ...key.private, sign } }
    },
  })
  const { edit, submit, server, records, store } = await recording(t, { alterKeys })
  sabotage.on = true
  const results = await Promise.all([
    edit([put('www', 'A', '192.0.2.80')]),
    edit([put('ftp', 'A', '192.0.2.81')]),
  ])
  t.same(results.map(told), Array(2).fill('invalid self-check-failed'))
  t.match(results[0], { findings: [{ message: /www\.a\.test\. A: .*RRSIG/ }] })
  t.equal(
    told(await submit({ wish: creation(), apex: parseName('a.test.') })),
    'conflict zone-exists',
  )
  const other = parseName('b.test.')
  const made = await submit({ apex: other, wish: creation(basicsOf('b.test.')) })
  t.equal(told(made), 'invalid self-check-failed')
  t.same(await store.keys(other), [])
  sabotage.on = false
  t.equal(server.ask('www.a.test.', 'A').rcode, 3)
  t.equal(records.get(apex)?.zone.version, 1)
  t.equal(told(await edit([put('www', 'A', '192.0.2.80')])), 'done 2026010101')
})

t.test('self-check: the culprit of a group is found, and the others get through', async (t) => {
  const alterKeys = (good: KeySource): KeySource => ({
    ...good,
    generate(...asked) {
      const key = good.generate(...asked)
      const sign = (data: Uint8Array) => {
        const signature = key.private.sign(data)
        if (Buffer.from(data).includes('evil')) signature.fill(1)
        return signature
      }
      return { ...key, private: { ...key.private, sign } }
    },
  })
  const { edit, server } = await recording(t, { alterKeys })
  const results = await Promise.all(
    ['www', 'ftp', 'evil', 'mail'].map((name) => edit([put(name, 'A', '192.0.2.80')])),
  )
  t.same(results.map(told), [
    ...['done 2026010101', 'done 2026010102'],
    ...['invalid self-check-failed', 'done 2026010103'],
  ])
  t.equal(server.ask('evil.a.test.', 'A').rcode, 3)
  t.equal(server.ask('mail.a.test.', 'A').answer.length, 1)
})

t.test('what one draft trips over does not hurt those beside it', async (t) => {
  const { edit, faults } = await recording(t)
  const soa = { rdata: new Uint8Array(2), content: 'no rdata of any kind', disabled: false }
  const broken = { ...put('@', 'SOA'), records: [soa] } as never
  const results = await Promise.allSettled([
    edit([put('a', 'A', '192.0.2.1')]),
    edit([broken]),
    edit([put('b', 'A', '192.0.2.1')]),
  ])
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  t.equal(faults.length, 1)
  t.equal(told(await edit([put('c', 'A', '192.0.2.1')])), 'done 2026010103')
})

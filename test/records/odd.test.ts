import t from 'tap'
import { apex, basics, creation, drop, put, record, recording, told, nameOf } from '../support/recording.ts'
import { RR } from '../../src/rr/index.ts'

const odd: Record<string, any[]> = {
  apexWildcard: [put('*', 'A', '192.0.2.9'), put('x', 'TXT', '"t"')],
  apexWildcardCname: [put('*', 'CNAME', 'ns')],
  wildcardTxt: [put('*.w', 'TXT', '"a"'), put('a.b.c.w', 'A', '192.0.2.1')],
  dname: [put('d', 'DNAME', 'elsewhere.test.'), put('d', 'A', '192.0.2.4')],
  apexDname: [],
  wildcardDname: [put('*.q', 'DNAME', 'elsewhere.test.')],
  cut: [put('kid', 'NS', 'ns.kid'), put('ns.kid', 'A', '192.0.2.7')],
  cutDs: [put('kid', 'NS', 'ns.kid'), put('ns.kid', 'A', '192.0.2.7'), put('kid', 'DS', `1 13 2 ${'ab'.repeat(32)}`)],
  ent: [put('a.b.c.d', 'A', '192.0.2.3')],
  cnames: Array.from({ length: 12 }, (_, i) => put(`c${i}`, 'CNAME', `c${i + 1}`)),
  cnameLoop: [put('l1', 'CNAME', 'l2'), put('l2', 'CNAME', 'l1')],
  all: [put('*', 'A', '192.0.2.9'), put('*.w', 'CNAME', 'nowhere'), put('kid', 'NS', 'ns.kid'), put('d', 'DNAME', 'kid'), put('a.b.c.d2', 'A', '192.0.2.3')],
}
for (const denial of ['nsec', 'nsec3', 'minimal', 'compact'] as const) {
  for (const optOut of denial === 'nsec3' ? [false, true] : [false]) {
    for (const [name, edits] of Object.entries(odd)) {
      t.test(`${denial} ${optOut} ${name}`, async (t) => {
        const one = await recording(t, { empty: true })
        const r = await one.submit({ wish: creation([...basics, ...edits], { denial, optOut }) })
        t.match(told(r), /^done/, `create ${r.kind === 'refused' ? r.error.message + JSON.stringify(r.findings) : ''}`)
        if (r.kind === 'done') t.comment(r.checks.map((c) => `${c.what}:${c.security}`).join(' '))
        const two = await recording(t, { directory: t.testdir() + '/x', empty: true })
        await two.submit({ wish: creation(basics, { denial, optOut }) })
        const e = await two.edit(edits)
        t.match(told(e), /^done/, `edit ${e.kind === 'refused' ? e.error.message + JSON.stringify(e.findings) : ''}`)
        const back = await two.edit(edits.map((x) => ({ kind: 'delete', owner: x.owner, type: x.type })))
        t.match(told(back), /^done/, `undo ${back.kind === 'refused' ? back.error.message + JSON.stringify(back.findings) : ''}`)
      })
    }
  }
}
t.test('soa', async (t) => {
  const one = await recording(t)
  for (const c of ['ns host\\ master 2100000000 7200 900 1209600 300', 'ns host\\.master 2100000001 7200 900 1209600 300']) {
    t.comment(told(await one.edit([put('@', 'SOA', c)], { force: true })))
    t.comment((await one.records.rrset(apex, apex, RR.SOA))?.records[0]?.content)
    t.comment(told(await one.edit([put('x', 'TXT', `"${c.length}"`)])))
    t.comment((await one.records.rrset(apex, apex, RR.SOA))?.records[0]?.content)
  }
  t.comment(told(await one.edit([{ ...put('@', 'SOA', 'ns h 2100000009 1 1 1 1'), records: [record('SOA', 'ns h 2100000009 1 1 1 1', true)] } as any])))
  t.comment(told(await one.edit([drop('@', 'SOA')])))
  t.comment(told(await one.edit([drop('@', 'NS')])))
  t.comment(told(await one.edit([put('@', 'SOA', 'ns h 2100000009 1 1 1 1', 'ns h 2100000010 1 1 1 1')])))
  t.comment(told(await one.edit([put('@', 'NSEC3PARAM', '1 0 0 -')])))
  t.comment(told(await one.submit({wish: {kind:'replaceAll', rrsets: [basics[1], basics[2]]as any}})))
  t.comment(told(await one.submit({wish: {kind:'replaceAll', rrsets: []}})))
  for (let i = 0; i < 8; i++) {
    const es = Array.from({ length: 255 }, (_, j) => ({ kind: 'extend', owner: nameOf('big'), type: RR.A, ttl: undefined, record: record('A', `10.${i}.0.${j}`) })) as any
    t.comment(told(await one.edit(es)))
  }
  t.same(one.faults, [])
})

import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makePace } from '../../src/publish/index.ts'
import { RR } from '../../src/rr/index.ts'
import { nameKey, parseName } from '../../src/wire/index.ts'
import { findRRset } from '../../src/zone/index.ts'
import { codes, publishing, verdicts, zoneText } from '../support/publishing.ts'

const bad = `${zoneText(2)}mail A 192.0.2.256\n`

t.test('publish: instances need minimal or compact denial, or none', async (t) => {
  const text = zoneText(1, 't A 192.0.2.7\nhost LIKE t')
  const publisher = publishing(t, { 'a.test.zone': text })
  for (const denial of ['nsec', 'nsec3']) {
    const report = await publisher.publish(`policy: { denial: ${denial} }`)
    t.same(verdicts(report), ['a.test.: refused'])
    t.same(codes(report), ['like-denial'])
  }
  t.same(verdicts(await publisher.publish('policy: { denial: compact }')), ['a.test.: published'])
  t.equal(publisher.served('a.test.').zone.instances?.count, 1)
  const kept = await publisher.publish('policy: { denial: nsec }')
  t.same(verdicts(kept), ['a.test.: kept'])
  publisher.write('a.test.zone', zoneText(2, 't A 192.0.2.7\nother LIKE t\nhost LIKE t'))
  t.same(verdicts(await publisher.publish('policy: { denial: compact }')), ['a.test.: updated'])
  t.equal(publisher.served('a.test.').zone.instances?.count, 2)
})

t.test('publish serves every zone of the directory, signed with keys that it makes', async (t) => {
  const publisher = publishing(t, {
    'a.test.zone': zoneText(1),
    'b.test.yaml': '"":\n  type: NS\n  values: [ns1.example., ns2.example.]\n',
    'notes.txt': 'not a zone',
  })
  const report = await publisher.publish()
  t.same(verdicts(report), ['a.test.: published', 'b.test.: published'])
  t.same(report.findings, [])
  t.equal(publisher.zone('a.test.')?.zone.serial, 1)
  t.equal(publisher.zone('a.test.')?.signing?.denial.kind, 'nsec')
  t.equal(report.zones[0]?.keysMade.length, 1)
  t.equal(readdirSync(join(publisher.directory, 'keys')).length, 4, 'two files for each key')
})

t.test('publish again: nothing is read, nothing changes, no key is made', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) })
  await publisher.publish()
  const before = publisher.zone('a.test.')
  const report = await publisher.publish()
  t.same(verdicts(report), ['a.test.: unchanged'])
  t.equal(publisher.zone('a.test.'), before, 'the very same object')
})

t.test('publish applies a change of the file and keeps the signatures of the rest', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1, 'mail A 192.0.2.25') })
  await publisher.publish()
  const { zone, signing } = publisher.served('a.test.')
  const signaturesOfNs = () => {
    const ns = findRRset(zone.apexNode, RR.NS)
    return ns && signing?.signer.signatures(ns, publisher.clock.now())
  }
  const signatures = signaturesOfNs()
  publisher.write('a.test.zone', zoneText(2, 'mail A 192.0.2.26\nnew A 192.0.2.27'))
  const report = await publisher.publish()
  t.match(report.zones, [{ verdict: 'updated', serial: 2, changes: 3, findings: [] }])
  t.ok(publisher.has('a.test.', 'mail.a.test.', 'A', '192.0.2.26'))
  t.ok(publisher.has('a.test.', 'new.a.test.', 'A', '192.0.2.27'))
  const after = publisher.zone('a.test.')
  t.equal(after?.zone, zone, 'the zone goes on')
  t.equal(after?.signing?.signer, signing?.signer, 'and its signer')
  t.equal(signatures?.length, 1)
  t.equal(signaturesOfNs(), signatures)
})

t.test('publish warns when a zone changed and its serial did not rise', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(5) })
  await publisher.publish()
  publisher.write('a.test.zone', zoneText(5, 'new A 192.0.2.1'))
  t.same(codes(await publisher.publish()), ['zone-serial-stale'])
  t.ok(publisher.has('a.test.', 'new.a.test.', 'A', '192.0.2.1'), 'and serves it all the same')
  publisher.write('a.test.zone', zoneText(4))
  t.same(codes(await publisher.publish()), ['zone-serial-stale'], 'a serial that falls')
  publisher.write('a.test.zone', zoneText(2 ** 31 + 3, 'more A 192.0.2.1'))
  t.same(codes(await publisher.publish()), [], 'half around the circle is forward (RFC 1982)')
})

t.test('publish keeps the version before when a file has gone bad', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1, 'mail A 192.0.2.25') })
  await publisher.publish()
  const before = publisher.zone('a.test.')
  publisher.write('a.test.zone', bad)
  const report = await publisher.publish()
  t.match(report.zones, [{ verdict: 'kept', serial: 1 }])
  const [finding] = report.zones[0]?.findings ?? []
  t.match(finding, { severity: 'error', code: 'rdata-invalid', place: { line: 7, column: 8 } })
  t.match(finding?.message, /192\.0\.2\.256/)
  t.equal(publisher.zone('a.test.'), before)
  publisher.write('a.test.zone', zoneText(3))
  t.match(verdicts(await publisher.publish()), ['a.test.: updated'], 'and recovers')
})

t.test('publish refuses a zone that is bad from the start, and serves the others', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': bad, 'b.test.zone': zoneText(1) })
  t.same(verdicts(await publisher.publish()), ['a.test.: refused', 'b.test.: published'])
  t.equal(publisher.zone('a.test.'), undefined)
  t.notOk(
    readdirSync(join(publisher.directory, 'keys')).some((file) => file.startsWith('Ka.test')),
    'no key for a zone that is not served',
  )
})

t.test('publish refuses a zone without SOA', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': '$TTL 60\n@ NS ns.example.\n' })
  const report = await publisher.publish()
  t.same(verdicts(report), ['a.test.: refused'])
  t.ok(report.zones[0]?.findings.some(({ message }) => message.includes('SOA')))
})

t.test('publish withdraws a zone whose file is gone', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1), 'b.test.zone': zoneText(1) })
  await publisher.publish()
  publisher.remove('a.test.zone')
  t.same(verdicts(await publisher.publish()), ['b.test.: unchanged', 'a.test.: withdrawn'])
  t.equal(publisher.zone('a.test.'), undefined)
})

t.test('publish withdraws nothing when the directory cannot be read', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) })
  await publisher.publish()
  const report = await publisher.publish('zones: { directory: ./elsewhere }')
  t.same(codes(report), ['zone-file-failed'])
  t.same(report.zones, [])
  t.ok(publisher.zone('a.test.'))
})

t.test('publish only what is named, and that always', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1), 'b.test.zone': zoneText(1) })
  await publisher.publish()
  publisher.write('b.test.zone', zoneText(2))
  const report = await publisher.publish('', ['A.test.', 'c.test.'])
  t.same(verdicts(report), ['a.test.: unchanged'])
  t.same(codes(report), ['zone-absent'])
  t.equal(publisher.zone('b.test.')?.zone.serial, 1)
})

t.test('publish takes up a change of policy', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) })
  await publisher.publish()
  const before = publisher.zone('a.test.')
  t.same(verdicts(await publisher.publish('policy: { denial: nsec3 }')), ['a.test.: updated'])
  const nsec3 = publisher.served('a.test.')
  t.equal(nsec3.signing?.denial.kind, 'nsec3')
  t.ok(nsec3.zone.nsec3, 'the zone has the chain')
  t.ok(findRRset(nsec3.zone.apexNode, RR.NSEC3PARAM))
  t.equal(nsec3.signing?.signer, before?.signing?.signer, 'signatures stay good')
  t.same(verdicts(await publisher.publish('policy: { dnssec: off }')), ['a.test.: updated'])
  const plain = publisher.zone('a.test.')
  t.equal(plain?.signing, undefined)
  t.equal(plain?.zone.nsec3, undefined)
  t.equal(plain && findRRset(plain.zone.apexNode, RR.DNSKEY), undefined)
})

t.test('publish tells of an override for a zone that is not there, with its place', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) })
  const report = await publisher.publish('overrides:\n  b.test: { denial: nsec3 }\n')
  t.match(report.findings, [
    { severity: 'warning', code: 'config-override-unused', place: { line: 2, column: 3 } },
  ])
})

t.test('publish serves zones of zones.files, the root among them', async (t) => {
  const publisher = publishing(t, { 'odd name.db': zoneText(1, 'ns2.example A 192.0.2.2') })
  const yaml = 'zones: { directory: off, files: { .: "zones/odd name.db" } }'
  t.same(verdicts(await publisher.publish(yaml)), ['.: published'])
  t.ok(publisher.has('.', 'ns.', 'A', '192.0.2.1'))
})

t.test('publish refuses the second file of a zone', async (t) => {
  const publisher = publishing(t, { 'a.test.yaml': '{}', 'a.test.zone': zoneText(1) })
  t.same(codes(await publisher.publish()).slice(-1), ['zone-twice'])
})

t.test('publish notices a change in an included file', async (t) => {
  const text = zoneText(1, '$INCLUDE "hosts.inc"')
  const publisher = publishing(t, { 'a.test.zone': text, 'hosts.inc': 'h A 192.0.2.1\n' })
  await publisher.publish()
  t.ok(publisher.has('a.test.', 'h.a.test.', 'A', '192.0.2.1'))
  t.same(verdicts(await publisher.publish()), ['a.test.: unchanged'])
  publisher.write('hosts.inc', 'h A 192.0.2.2\n')
  t.same(verdicts(await publisher.publish()), ['a.test.: updated'])
  t.ok(publisher.has('a.test.', 'h.a.test.', 'A', '192.0.2.2'))
  publisher.remove('hosts.inc')
  const report = await publisher.publish()
  t.match(report.zones, [{ verdict: 'kept', findings: [{ code: 'include-failed' }] }])
})

t.test('publish keeps a zone whose keys can no longer be used', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1), 'b.test.zone': zoneText(1) })
  await publisher.publish()
  const keys = join(publisher.directory, 'keys')
  for (const file of readdirSync(keys)) {
    if (file.startsWith('Ka.test') && file.endsWith('.private')) chmodSync(join(keys, file), 0o644)
  }
  const report = await publisher.publish()
  t.same(verdicts(report), ['a.test.: kept', 'b.test.: unchanged'], 'the other is not touched')
  t.same(codes(report), ['key-exposed'])
})

t.test('publish without makeKeys says which key is missing and how to make it', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) }, { makeKeys: false })
  const report = await publisher.publish()
  t.match(report.zones, [{ verdict: 'refused', findings: [{ code: 'key-absent' }] }])
  t.match(report.zones[0]?.findings[0]?.message, /danelaw key generate a\.test\. --role csk/)
})

t.test('a published ZSK takes over when its time has come', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) })
  await publisher.publish()
  const yaml = 'policy: { keys: ksk+zsk, dnskeyTtl: 2h }'
  const report = await publisher.publish(yaml)
  t.match(report.zones, [{ verdict: 'updated', keysMade: [{ flags: 256 }] }])
  const roles = () => {
    const { keySigning, zoneSigning, published } = publisher.zone('a.test.')?.signing?.signer
      .keys ?? { keySigning: [], zoneSigning: [], published: [] }
    return [keySigning.length, zoneSigning[0] === keySigning[0], published.length]
  }
  t.same(roles(), [1, true, 2], 'published, and the old key still signs everything')
  publisher.clock.advance(2 * 3600)
  t.same(publisher.publisher.refreshKeys(), [], 'not before every cache can have seen it')
  publisher.clock.advance(3600)
  t.same(publisher.publisher.refreshKeys(), [parseName('a.test.')])
  t.same(roles(), [1, false, 2])
  t.same(publisher.publisher.refreshKeys(), [], 'once')
})

t.test('records that signing makes are left out of a signed zone', async (t) => {
  const records = [
    'x A 192.0.2.1',
    '@ NSEC3PARAM 1 0 0 -',
    'x NSEC y A RRSIG NSEC',
    '@ DNSKEY 257 3 13 AAAA',
  ]
  const publisher = publishing(t, { 'a.test.zone': zoneText(1, records.join('\n')) })
  await publisher.publish()
  const { zone } = publisher.served('a.test.')
  t.equal(findRRset(zone.apexNode, RR.NSEC3PARAM), undefined)
  t.equal(findRRset(zone.apexNode, RR.DNSKEY)?.rdatas.length, 1)
  t.notOk(publisher.has('a.test.', 'a.test.', 'DNSKEY', '257 3 13 AAAA'))
  const x = zone.node(nameKey(parseName('x.a.test.')))
  t.same(
    x?.rrsets.map(({ type }) => type),
    [RR.A],
  )
})

t.test('a large zone is read in slices, and queries see it whole or not at all', async (t) => {
  let pauses = 0
  let tick = 0
  const seen = new Set<number>()
  const makePacer = () =>
    makePace({
      sliceMs: 5,
      now: () => tick++,
      turn: async () => {
        pauses++
        seen.add(publisher.zone('a.test.')?.zone.nodeCount ?? 0)
      },
    })
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, i) => `h${i} A 192.0.2.1`).join('\n')
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) }, { makePace: makePacer })
  await publisher.publish()
  publisher.write('a.test.zone', zoneText(2, hosts(6000)))
  await publisher.publish()
  // Reading, checking in five passes, building and comparing take 12 steps a host, 160 a slice.
  t.ok(pauses >= 400, `${pauses} pauses`)
  t.same([...seen], [2], 'while it is being read, the version before is served')
  t.equal(publisher.zone('a.test.')?.zone.nodeCount, 6002)
})

t.test('two publications do not overlap', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) })
  const [first, second] = await Promise.all([publisher.publish(), publisher.publish()])
  t.same([verdicts(first), verdicts(second)], [['a.test.: published'], ['a.test.: unchanged']])
})

t.test('bug: publish reads a zone anew whose file is another one', async (t) => {
  const publisher = publishing(t, {
    'one.db': zoneText(1, 'mail A 192.0.2.1'),
    'two.db': zoneText(2, 'mail A 192.0.2.2'),
  })
  await publisher.publish('zones: { files: { a.test: zones/one.db } }')
  t.ok(publisher.has('a.test.', 'mail.a.test.', 'A', '192.0.2.1'))
  await publisher.publish('zones: { files: { a.test: zones/two.db } }')
  t.ok(publisher.has('a.test.', 'mail.a.test.', 'A', '192.0.2.2'))
})

t.test('bug: publish refuses NSEC3 for a name that leaves no room for a hash', async (t) => {
  const label = (octets: number) => 'x'.repeat(octets)
  const fits = `${label(63)}.${label(63)}.${label(63)}.${label(28)}`
  const long = `${label(63)}.${label(63)}.${label(63)}.${label(29)}`
  const publisher = publishing(t, { [`${fits}.zone`]: zoneText(1), [`${long}.zone`]: zoneText(1) })
  const report = await publisher.publish('policy: { denial: nsec3 }')
  t.same(verdicts(report), [`${fits}.: published`, `${long}.: refused`])
  t.match(codes(report), ['apex-too-long'])
  t.same(verdicts(await publisher.publish('policy: { denial: nsec }'))[1], `${long}.: published`)
})

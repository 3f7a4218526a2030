import t, { type Test } from 'tap'
import { exportRecords, formatExported, plainRecords } from '../../src/publish/export.ts'
import { formatType, RR } from '../../src/rr/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { type Publishing, publishing, zoneText } from '../support/publishing.ts'

const records = [
  'host A 192.0.2.1',
  'unsigned NS ns.unsigned',
  'ns.unsigned A 192.0.2.2',
  'signed NS ns.elsewhere.example.',
  `signed DS 1 13 2 ${'00'.repeat(32)}`,
].join('\n')

/** Owner and types of what is exported; signatures as RRSIG(type covered). */
async function exported(t: Test, yaml: string): Promise<Map<string, string[]>> {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1, records) })
  await publisher.publish(yaml)
  const types = new Map<string, string[]>()
  for (const record of exportRecords(publisher.served('a.test.'), publisher.clock.now())) {
    const { type, rdata } = record
    const covered = ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0)
    const text = type === 46 ? `RRSIG(${formatType(covered as typeof type)})` : formatType(type)
    const owner = formatName(record.owner)
    const known = types.get(owner) ?? []
    if (!known.includes(text)) known.push(text)
    types.set(owner, known)
  }
  return types
}

for (const denial of ['nsec', 'minimal', 'compact']) {
  t.test(`exportRecords: a zone with ${denial} denial has the NSEC chain`, async (t) => {
    const types = await exported(t, `policy: { denial: ${denial} }`)
    t.same(Object.fromEntries(types), {
      'a.test.': [
        ...['SOA', 'RRSIG(SOA)', 'NS', 'RRSIG(NS)', 'DNSKEY', 'RRSIG(DNSKEY)'],
        ...['CDS', 'RRSIG(CDS)', 'CDNSKEY', 'RRSIG(CDNSKEY)', 'NSEC', 'RRSIG(NSEC)'],
      ],
      'host.a.test.': ['A', 'RRSIG(A)', 'NSEC', 'RRSIG(NSEC)'],
      'ns.a.test.': ['A', 'RRSIG(A)', 'NSEC', 'RRSIG(NSEC)'],
      'signed.a.test.': ['NS', 'DS', 'RRSIG(DS)', 'NSEC', 'RRSIG(NSEC)'],
      'unsigned.a.test.': ['NS', 'NSEC', 'RRSIG(NSEC)'],
      'ns.unsigned.a.test.': ['A'],
    })
  })
}

t.test(
  'exportRecords: opt-out leaves the unsigned delegation out of the NSEC3 chain',
  async (t) => {
    const types = await exported(t, 'policy: { denial: nsec3, optOut: on }')
    const chain = [...types].filter(([, present]) => present.includes('NSEC3'))
    t.equal(chain.length, 4, 'apex, host, ns and signed')
    t.ok(chain.every(([, present]) => present.includes('RRSIG(NSEC3)')))
    t.ok(types.get('a.test.')?.includes('RRSIG(NSEC3PARAM)'))
    t.notOk([...types.values()].flat().includes('NSEC'))
  },
)

t.test('exportRecords: an unsigned zone is what its file says', async (t) => {
  const types = await exported(t, 'policy: { dnssec: off }')
  const all = new Set([...types.values()].flat())
  t.same([...all].sort(), ['A', 'DS', 'NS', 'SOA'])
})

t.test('plainRecords and formatExported: a master file with the SOA first', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(7) })
  await publisher.publish('policy: { dnssec: off }')
  const lines = [...plainRecords(publisher.served('a.test.').zone)].map(formatExported)
  t.same(lines, [
    'a.test.\t3600\tIN\tSOA\tns.a.test. hostmaster.a.test. 7 7200 900 1209600 300',
    'a.test.\t3600\tIN\tNS\tns.a.test.',
    'a.test.\t3600\tIN\tNS\tns2.example.',
    'ns.a.test.\t3600\tIN\tA\t192.0.2.1',
  ])
})

/** Lines of an export but for keys; of signatures what they cover and when they hold. */
function exportedLines({ served, clock }: Publishing): string[] {
  const keys: readonly number[] = [RR.DNSKEY, RR.CDS, RR.CDNSKEY]
  const records = [...exportRecords(served('a.test.'), clock.now())]
  return records.flatMap((record) => {
    if (keys.includes(record.type)) return []
    const line = formatExported(record)
    return record.type === RR.RRSIG ? line.split(' ').slice(0, 6).join(' ') : line
  })
}

t.test('exportRecords: instances are written out, in their places', async (t) => {
  const template = ['_m A 192.0.2.1', '_m AAAA 2001:db8::1', '_25._tcp._m TXT x'].join('\n')
  const others = ['cut NS ns.cut', 'ns.cut A 192.0.2.2', 'n TXT x', 'zz TXT x'].join('\n')
  const hosts = ['zzz', 'a', 'cut-1', 'm', 'nn']
  const likes = hosts.map((host) => `${host} LIKE _m`).join('\n')
  const written = hosts.map((host) => template.replaceAll('_m', host)).join('\n')
  for (const yaml of ['policy: { denial: minimal }', 'policy: { dnssec: off }']) {
    const instances = publishing(t, {})
    instances.write('a.test.zone', zoneText(1, [template, others, likes].join('\n')))
    await instances.publish(yaml)
    const lines = exportedLines(instances)
    const plain = publishing(t, {})
    plain.write('a.test.zone', zoneText(1, [template, others, written].join('\n')))
    await plain.publish(yaml)
    t.same(lines, exportedLines(plain))
  }
})

t.test('plainRecords: instances stay what they are', async (t) => {
  const text = zoneText(7, 'b LIKE t\nt TXT x\na LIKE t')
  const publisher = publishing(t, { 'a.test.zone': text })
  await publisher.publish('policy: { dnssec: off }')
  const owners = [...plainRecords(publisher.served('a.test.').zone)].map(formatExported)
  t.same(owners.slice(-4), [
    'a.a.test.\t3600\tIN\tLIKE\tt.a.test.',
    'b.a.test.\t3600\tIN\tLIKE\tt.a.test.',
    'ns.a.test.\t3600\tIN\tA\t192.0.2.1',
    't.a.test.\t3600\tIN\tTXT\t"x"',
  ])
})

import t from 'tap'
import { RR, type RRType } from '../../src/rr/index.ts'
import { createStub, resolutionToJson, type Upstream } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { anchorOf, serveDns } from '../support/served-dns.ts'
import { buildZone } from '../support/served-zone.ts'
import { stubParts } from '../support/stub-parts.ts'

const text = [
  '@ SOA ns host 1 7200 900 1209600 300',
  '@ NS ns',
  '*.wild TXT "a b" c',
  'old DNAME new',
  'www.new A 192.0.2.1',
].join('\n')

t.test('resolutionToJson: wildcards, aliases, limits, and what was not found', async (t) => {
  const parts = stubParts(t.name)
  const zone = buildZone('example.', text, { denial: 'nsec' })
  const { address, port } = await serveDns(t, [zone], parts.clock)
  const servers: Upstream[] = [{ address, port, via: 'udp' }]
  const stub = createStub({
    ...parts,
    limits: { ...parts.limits, queries: 4 },
    mode: { kind: 'forward', servers },
    anchors: [anchorOf(zone)],
  })
  t.teardown(() => stub.close())
  const json = async (name: string, type: RRType) =>
    resolutionToJson(await stub.resolve(parseName(name), type))

  const wild = await json('X.wild.example.', RR.TXT)
  t.match(wild, {
    question: { name: 'X.wild.example.', type: 'TXT' },
    status: 'secure',
    rcode: 'NOERROR',
    ede: null,
    answer: [{ name: 'X.wild.example.', type: 'TXT', ttl: 3600, data: '"a b" "c"' }],
    authority: [{ type: 'NSEC', status: 'secure' }],
    hops: [{ data: { wildcard: '*.wild.example.', data: { length: 1 }, rrsigs: { length: 1 } } }],
  })
  t.match(wild.hops[0]?.data?.rrsigs[0], /^TXT 13 2 3600 /)

  t.match(await json('www.old.example.', RR.A), {
    status: 'secure',
    answer: [
      { type: 'DNAME', data: 'new.example.' },
      { type: 'CNAME', data: 'www.new.example.' },
      { type: 'A', data: '192.0.2.1' },
    ],
    hops: [
      { kind: 'alias', name: 'www.old.example.', dname: { name: 'old.example.' } },
      { kind: 'end', name: 'www.new.example.' },
    ],
    chain: [{ zone: 'example.', by: 'anchor', keys: [{ algorithm: 13, keyTag: Number }] }],
  })

  t.match(await json('none.example.', RR.A), {
    status: 'secure',
    rcode: 'NXDOMAIN',
    answer: [],
    authority: [{ type: 'SOA' }, { type: 'NSEC' }],
  })
  const foreign = await json('example.org.', RR.A)
  t.match(foreign, { status: 'indeterminate', rcode: 'REFUSED', ede: 23, answer: [], hops: [{}] })
  t.notOk('limit' in foreign)
})

/**
 * RFC 5155 §8 and App. B, read by the validator: each denial of the examples is proved by the
 * records that came with it, and no longer when one of them is missing. The zone of App. A is
 * opt-out, so that what a covered next closer name proves is never secure (§9.2); beside it stands
 * the same zone without.
 */
import t from 'tap'
import { nsec3Hash } from '../../../src/crypto/index.ts'
import { parseName, toBase32hex } from '../../../src/wire/index.ts'
import { denialsIn, denialsOf, eachLeftOut, judge } from '../../support/denials.ts'
import { rfc5155Zone } from '../../support/rfc-zones.ts'
import { buildZone, TestServer } from '../../support/served-zone.ts'
import { hex } from '../../support/signed-data.ts'

const salted = { iterations: 12, salt: hex('aabbccdd') }

function asking(optOut: boolean) {
  const nsec3 = { ...salted, optOut }
  const server = new TestServer([buildZone('example.', rfc5155Zone, { denial: 'nsec3', nsec3 })])
  return (name: string, type: string) =>
    denialsIn(server.ask(name, type, { dnssec: true }), 'example.')
}
const open = asking(true)
const closed = asking(false)

const hashOf = (name: string) => toBase32hex(nsec3Hash(parseName(name), 0, new Uint8Array(0)))

/** NSEC3 of a name of `example.`: the next hash is given, or is its own, so that it covers all. */
function nsec3(name: string, types: string, fields = '1 0 0 -', next = name): string {
  return `${hashOf(name)} NSEC3 ${fields} ${hashOf(next)} ${types}`
}

t.test('RFC 5155 §8.1: NSEC3 RRs of an unknown hash algorithm are ignored', (t) => {
  const of = (algorithm: number) =>
    judge.nodata(
      'a.example.',
      'MX',
      denialsOf('example.', nsec3('a.example.', 'A RRSIG', `${algorithm} 0 0 -`)),
    )
  t.equal(of(1), 'proven: NSEC3 of a.example. lists no MX')
  for (const algorithm of [0, 2, 255]) {
    t.equal(
      of(algorithm),
      'unproven EDE 12: no NSEC or NSEC3 of example. came with the response',
      `algorithm ${algorithm}`,
    )
  }
  t.end()
})

t.test('RFC 5155 §8.2: NSEC3 RRs with flags other than 0 and 1 are ignored', (t) => {
  for (const [flags, kind] of [
    [0, /^proven: /],
    [1, /^proven: /],
    [2, /^unproven EDE 12/],
    [3, /^unproven EDE 12/],
    [128, /^unproven EDE 12/],
  ] as const) {
    const denials = denialsOf('example.', nsec3('a.example.', 'A RRSIG', `1 ${flags} 0 -`))
    t.match(judge.nodata('a.example.', 'MX', denials), kind, `flags ${flags}`)
  }
  t.end()
})

t.test('RFC 5155 §8.2: the NSEC3 RRs of a response share iterations and salt', (t) => {
  for (const fields of ['1 0 1 -', '1 0 0 aa']) {
    const denials = denialsOf(
      'example.',
      `${nsec3('a.example.', 'A RRSIG')}\n${nsec3('b.example.', 'A RRSIG', fields)}`,
    )
    t.equal(
      judge.nodata('a.example.', 'MX', denials),
      'unproven EDE 12: NSEC3 of example. differ in iterations or salt, so none of them counts',
      fields,
    )
  }
  t.end()
})

t.test('RFC 5155 §8.3: the closest encloser is no name with DNAME, and no delegation', (t) => {
  for (const [types, kind] of [
    ['A RRSIG', /^proven: /],
    ['', /^proven: /],
    ['NS SOA RRSIG', /^proven: /],
    ['NS RRSIG', /^unproven EDE 6: NSEC3 of a\.example\. comes from above a zone cut/],
    ['NS DS RRSIG', /^unproven EDE 6/],
    ['DNAME RRSIG', /^unproven EDE 6: NSEC3 of a\.example\. lists DNAME/],
    ['NS SOA DNAME RRSIG', /^unproven EDE 6/],
  ] as const) {
    const denials = denialsOf('example.', nsec3('a.example.', types))
    t.match(judge.nxdomain('x.a.example.', denials), kind, types)
  }
  t.end()
})

t.test('RFC 5155 §8.3: the name below the closest encloser must be covered', (t) => {
  // Neither it nor the wildcard lies between the hash of the encloser and the one given as next.
  const from = hashOf('a.example.')
  const next = Buffer.from(from)
  next[31] = next[31] === 0x76 ? 0x30 : (next[31] as number) + 1
  const lie = `${from} NSEC3 1 0 0 - ${next.toString()} A RRSIG`
  t.equal(
    judge.nxdomain('y.x.a.example.', denialsOf('example.', lie)),
    'unproven EDE 12: NSEC3 of a.example. is there, but none that covers x.a.example.',
  )
  t.end()
})

t.test('RFC 5155 §8.4, App. B.1: name error', (t) => {
  const denials = closed('a.c.x.w.example.', 'A')
  t.match(
    judge.nxdomain('a.c.x.w.example.', denials),
    new RegExp(
      '^proven: NSEC3 of x\\.w\\.example\\. shows the closest encloser, ' +
        'NSEC3 \\w{32}\\.example\\. covers c\\.x\\.w\\.example\\.; ' +
        'NSEC3 \\w{32}\\.example\\. covers \\*\\.x\\.w\\.example\\.$',
    ),
  )
  const fewer = eachLeftOut(denials)
  t.equal(fewer.length, 3)
  for (const some of fewer) {
    t.match(judge.nxdomain('a.c.x.w.example.', some), /^unproven EDE 12: /)
    t.match(judge.nodata('a.c.x.w.example.', 'A', some), /^unproven EDE /)
  }
  const opened = judge.nxdomain('a.c.x.w.example.', open('a.c.x.w.example.', 'A'))
  t.match(opened, /^optOut: .* covers c\.x\.w\.example\., with opt-out; /, '§9.2')
  t.end()
})

t.test('RFC 5155 §8.4: a name that is there, or a wildcard, is no name error', (t) => {
  t.match(
    judge.nxdomain('ns1.example.', closed('ns1.example.', 'MX')),
    /^unproven EDE 6: NSEC3 of ns1\.example\. shows that the name exists$/,
  )
  t.match(
    judge.nxdomain('a.z.w.example.', closed('a.z.w.example.', 'AAAA')),
    /^unproven EDE 6: .*; NSEC3 of \*\.w\.example\. shows that the name exists$/,
  )
  t.end()
})

t.test('RFC 5155 §8.5, App. B.2: no data error', (t) => {
  for (const asked of [open, closed]) {
    const denials = asked('ns1.example.', 'MX')
    t.equal(
      judge.nodata('ns1.example.', 'MX', denials),
      'proven: NSEC3 of ns1.example. lists no MX',
    )
    t.equal(
      judge.nodata('ns1.example.', 'A', denials),
      'unproven EDE 6: NSEC3 of ns1.example. lists A',
    )
  }
  t.end()
})

t.test('RFC 5155 §8.5, App. B.2.1: an empty non-terminal has a record without types', (t) => {
  const denials = open('y.w.example.', 'A')
  t.equal(judge.nodata('y.w.example.', 'A', denials), 'proven: NSEC3 of y.w.example. lists no A')
  t.equal(
    judge.nodata('y.w.example.', 'ANY', denials),
    'proven: NSEC3 of y.w.example. lists no ANY',
  )
  t.end()
})

t.test('RFC 5155 §8.6: DS is denied by a match, or left open by opt-out', (t) => {
  const matched = closed('c.example.', 'DS')
  t.equal(judge.nodata('c.example.', 'DS', matched), 'proven: NSEC3 of c.example. lists no DS')
  const covered = open('c.example.', 'DS')
  t.match(
    judge.nodata('c.example.', 'DS', covered),
    /^optOut: .* covers c\.example\., with opt-out$/,
  )
  for (const some of eachLeftOut(covered)) {
    t.match(judge.nodata('c.example.', 'DS', some), /^unproven EDE 12: /)
  }
  t.match(judge.noDs('ai.example.', closed('ai.example.', 'DS')), /^proven: /, 'no delegation')
  t.match(judge.noDs('a.example.', open('a.example.', 'TXT')), /^unproven/, 'signed')
  t.end()
})

t.test('RFC 5155 §8.6, App. B.6: the child has no DS of its own apex to deny', (t) => {
  t.equal(
    judge.nodata('example.', 'DS', open('example.', 'DS')),
    'unproven EDE 6: NSEC3 of example. comes from below the zone cut, where DS is not',
  )
  t.end()
})

t.test('RFC 5155 §8.7, App. B.5: wildcard no data error', (t) => {
  const denials = closed('a.z.w.example.', 'AAAA')
  t.match(
    judge.nodata('a.z.w.example.', 'AAAA', denials),
    /^proven: NSEC3 of w\.example\. shows .*; NSEC3 of \*\.w\.example\. lists no AAAA$/,
  )
  t.match(
    judge.nodata('a.z.w.example.', 'MX', denials),
    /^unproven EDE 6: .*; NSEC3 of \*\.w\.example\. lists MX$/,
  )
  for (const some of eachLeftOut(denials)) {
    t.match(judge.nodata('a.z.w.example.', 'AAAA', some), /^unproven EDE 12: /)
  }
  t.match(judge.nodata('a.z.w.example.', 'AAAA', open('a.z.w.example.', 'AAAA')), /^optOut: /)
  t.end()
})

t.test('RFC 5155 §8.8, App. B.4: wildcard answer', (t) => {
  const denials = closed('a.z.w.example.', 'MX')
  t.match(
    judge.expansion('a.z.w.example.', 2, denials),
    /^proven: NSEC3 \w{32}\.example\. covers z\.w\.example\.$/,
  )
  t.match(
    judge.expansion('a.z.w.example.', 2, open('a.z.w.example.', 'MX')),
    /^optOut: .*, with opt-out$/,
  )
  t.match(
    judge.expansion('a.z.w.example.', 2, closed('ns1.example.', 'MX')),
    /^unproven EDE 12: no NSEC3 matches or covers z\.w\.example\.$/,
  )
  t.match(judge.expansion('x.y.w.example.', 2, closed('y.w.example.', 'A')), /^unproven EDE 6: /)
  t.end()
})

t.test('RFC 5155 §8.9, App. B.3: referral to an unsigned zone', (t) => {
  const covered = open('mc.c.example.', 'MX')
  t.match(judge.noDs('c.example.', covered), /^optOut: .* covers c\.example\., with opt-out$/)
  for (const some of eachLeftOut(covered))
    t.match(judge.noDs('c.example.', some), /^unproven EDE 12/)
  const matched = closed('mc.c.example.', 'MX')
  t.equal(judge.noDs('c.example.', matched), 'proven cut: NSEC3 of c.example. lists no DS')
  t.end()
})

t.test('bug: a wildcard beside an opt-out span says nothing of what is in the span', (t) => {
  // The span that leaves the delegation open is that of the wildcard, which has a CNAME.
  const denials = denialsOf(
    'example.',
    `${nsec3('example.', 'NS SOA RRSIG', '1 1 0 -', '*.example.')}
     ${nsec3('*.example.', 'CNAME RRSIG', '1 1 0 -', 'example.')}`,
  )
  t.match(judge.nodata('sub.example.', 'DS', denials), /^optOut: /)
  t.match(judge.noDs('sub.example.', denials), /^optOut: /)
  t.match(judge.nodata('ent.example.', 'A', denials), /^optOut: /)
  t.end()
})

/**
 * RFC 4035 §5.4 and App. B, read by the validator: each denial of the examples is proved by the
 * records that came with it, and no longer when one of them is missing.
 */
import t from 'tap'
import { denialsIn, denialsOf, eachLeftOut, judge } from '../../support/denials.ts'
import { rfc4035Zone } from '../../support/rfc-zones.ts'
import { buildZone, TestServer } from '../../support/served-zone.ts'

const server = new TestServer([buildZone('example.', rfc4035Zone, { denial: 'nsec' })])

const asked = (name: string, type: string) =>
  denialsIn(server.ask(name, type, { dnssec: true }), 'example.')

t.test('RFC 4035 App. B.2: name error', (t) => {
  const denials = asked('ml.example.', 'A')
  t.equal(
    judge.nxdomain('ml.example.', denials),
    'proven: NSEC of b.example. covers ml.example. up to ns1.example.; ' +
      'NSEC of example. covers *.example. up to a.example.',
  )
  t.strictSame(
    eachLeftOut(denials)
      .map((fewer) => judge.nxdomain('ml.example.', fewer))
      .sort(),
    [
      'unproven EDE 12: NSEC of b.example. covers ml.example. up to ns1.example.; ' +
        'no NSEC matches or covers *.example.',
      'unproven EDE 12: no NSEC matches or covers ml.example.',
    ],
  )
  t.end()
})

t.test('RFC 4035 App. B.3: no data error', (t) => {
  const denials = asked('ns1.example.', 'MX')
  t.equal(judge.nodata('ns1.example.', 'MX', denials), 'proven: NSEC of ns1.example. lists no MX')
  t.equal(
    judge.nodata('ns1.example.', 'A', denials),
    'unproven EDE 6: NSEC of ns1.example. lists A',
  )
  t.equal(
    judge.nxdomain('ns1.example.', denials),
    'unproven EDE 6: NSEC of ns1.example. shows that the name exists',
  )
  t.end()
})

t.test('RFC 4035 App. B.5: referral to unsigned zone', (t) => {
  const denials = asked('mc.b.example.', 'MX')
  t.equal(judge.noDs('b.example.', denials), 'proven cut: NSEC of b.example. lists no DS')
  t.equal(
    judge.noDs('b.example.', denialsOf('example.', '')),
    'unproven EDE 12: no NSEC or NSEC3 of example. came with the response',
  )
  t.end()
})

t.test('RFC 4035 App. B.6: wildcard expansion', (t) => {
  const denials = asked('a.z.w.example.', 'MX')
  t.equal(
    judge.expansion('a.z.w.example.', 2, denials),
    'proven: NSEC of x.y.w.example. covers z.w.example. up to xx.example.',
  )
  t.equal(
    judge.expansion('a.z.w.example.', 2, asked('ns1.example.', 'MX')),
    'unproven EDE 12: no NSEC matches or covers z.w.example.',
  )
  t.end()
})

t.test('RFC 4035 App. B.7: wildcard no data error', (t) => {
  const denials = asked('a.z.w.example.', 'AAAA')
  t.equal(
    judge.nodata('a.z.w.example.', 'AAAA', denials),
    'proven: NSEC of x.y.w.example. covers a.z.w.example. up to xx.example.; ' +
      'NSEC of *.w.example. lists no AAAA',
  )
  t.match(
    judge.nodata('a.z.w.example.', 'MX', denials),
    /^unproven EDE 6: .*; NSEC of \*\.w\.example\. lists MX$/,
  )
  for (const fewer of eachLeftOut(denials)) {
    t.match(judge.nodata('a.z.w.example.', 'AAAA', fewer), /^unproven EDE 12: /)
  }
  t.match(judge.nxdomain('a.z.w.example.', denials), /^unproven EDE 6: .* name exists$/)
  t.end()
})

t.test('RFC 4035 App. B.8: the child has no DS of its own apex to deny', (t) => {
  t.equal(
    judge.nodata('example.', 'DS', asked('example.', 'DS')),
    'unproven EDE 6: NSEC of example. comes from below the zone cut, where DS is not',
  )
  t.end()
})

t.test('RFC 4035 §5.4: an NSEC proves only what it says', (t) => {
  const chain = denialsOf(
    'example.',
    `
    @    NSEC  b SOA NS RRSIG NSEC
    b    NSEC  x.d A RRSIG NSEC
    x.d  NSEC  @ A RRSIG NSEC`,
  )
  t.match(judge.nxdomain('c.example.', chain), /^proven: NSEC of b.*; NSEC of example\. covers/)
  t.equal(
    judge.nodata('d.example.', 'A', chain),
    'proven: NSEC of b.example. leads to x.d.example., with nothing at d.example.',
    'an empty non-terminal exists',
  )
  t.match(judge.nxdomain('d.example.', chain), /^unproven EDE 6: .*, so the name exists$/)
  t.match(
    judge.nxdomain('y.example.', chain),
    /^proven: NSEC of x\.d\.example\. covers y\.example\. up to example\.; /,
    'the last NSEC leads back to the apex',
  )
  t.match(judge.nodata('c.example.', 'A', chain), /^unproven EDE 6: .* there is no such name$/)
  t.equal(judge.nxdomain('example.net.', chain), 'unproven EDE 6: example.net. is not in example.')
  t.end()
})

t.test('RFC 4035 §5.4: the last NSEC leads to the apex and nowhere else', (t) => {
  const back = denialsOf('example.', 'm NSEC c A RRSIG NSEC')
  t.match(judge.nxdomain('z.example.', back), /^unproven EDE 6: .* which is not the apex$/)
  const out = denialsOf('example.', 'm NSEC a.exampleb. A RRSIG NSEC')
  t.match(judge.nxdomain('z.example.', out), /^unproven EDE 6: .* outside its zone$/)
  t.end()
})

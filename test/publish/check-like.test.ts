import t from 'tap'
import { checkZone } from '../../src/publish/check.ts'
import { parseName } from '../../src/wire/index.ts'
import { parseMasterFile } from '../../src/zonefile/index.ts'
import { soundZone } from '../support/bad-zones/bad-zone.ts'
import { recordsOf, showFinding } from '../support/zone-items.ts'

const zone = parseName('example.test.')
const template = '_t A 192.0.2.1\n_25._tcp._t TLSA 3 1 1 '.concat('ab'.repeat(32))

function check(text: string): string[] {
  const whole = `${soundZone}${template}\n${text}\n`
  const records = recordsOf(parseMasterFile(whole, { file: 'z', origin: zone }))
  return checkZone(zone, records).map(showFinding)
}

/** What follows the template, from line 7 on, and what is said of it. */
const cases: readonly (readonly [title: string, text: string, ...findings: readonly string[]])[] = [
  ['instances', 'a LIKE _t\nb-c LIKE _t\nd_e LIKE _T'],
  ['a template after its instances', 'a LIKE later\nlater A 192.0.2.1'],
  ['hosts that are instances', '@ MX 10 a\n@ NS a\na LIKE _t'],
  [
    'a host that is an instance without address',
    '@ MX 10 a\na LIKE bare\nbare TXT x',
    'z:7:1 warning target-unaddressed: MX of example.test. points to a.example.test., ' +
      'which has no address',
  ],
  [
    'a host below an instance',
    '@ MX 10 x.a\n@ MX 10 y.a\na LIKE _t\nx._t AAAA 2001:db8::1',
    'z:8:1 warning target-unaddressed: MX of example.test. points to y.a.example.test., ' +
      'which has no address',
  ],
  [
    'not below the apex',
    'a.b LIKE _t\n@ LIKE _t',
    'z:2:1 error like-misplaced: example.test. has SOA beside its LIKE',
    'z:3:1 error like-misplaced: example.test. has NS beside its LIKE',
    'z:8:1 error like-misplaced: example.test. has LIKE: that belongs one label below the apex',
    'z:7:1 error like-misplaced: a.b.example.test. has LIKE: that belongs one label below the apex',
  ],
  [
    'not a host',
    '* LIKE _t\na\\000 LIKE _t',
    'z:7:1 error like-misplaced: *.example.test. has LIKE: its label must have letters, ' +
      'digits, "-" and "_" alone',
    'z:8:1 error like-misplaced: a\\000.example.test. has LIKE: its label must have letters, ' +
      'digits, "-" and "_" alone',
  ],
  [
    'not alone',
    'a LIKE _t\na LIKE ns\na TXT x\n_x.y.a TXT x',
    'z:8:1 error like-misplaced: a.example.test. has more than one LIKE',
    'z:9:1 error like-misplaced: a.example.test. has TXT beside its LIKE',
    'z:10:1 error like-misplaced: _x.y.a.example.test. lies below a.example.test., ' +
      'which is an instance (LIKE)',
  ],
  [
    'bug: a template had a wildcard that owns nothing, which its instances did not have',
    'a LIKE _t\nx.*._t TXT x\nb LIKE x.*\nx.* TXT x',
    'z:8:1 error like-template: Cannot have a wildcard at x.*._t.example.test., ' +
      'in template _t.example.test.',
  ],
  [
    'no template',
    'a LIKE no\nb LIKE a\nc LIKE c\nd LIKE @\ne LIKE x.\nf LIKE _tcp._t\ng LIKE x.a',
    'z:7:1 error like-template: a.example.test. cannot be like no.example.test.: ' +
      'there is nothing at that name',
    'z:8:1 error like-template: b.example.test. cannot be like a.example.test.: ' +
      'a.example.test. is an instance itself',
    'z:9:1 error like-template: c.example.test. cannot be like c.example.test.: ' +
      'c.example.test. is an instance itself',
    'z:10:1 error like-template: d.example.test. cannot be like example.test.: it is the apex',
    'z:11:1 error like-template: e.example.test. cannot be like x.: it is not in the zone',
    'z:12:1 error like-template: f.example.test. cannot be like _tcp._t.example.test.: ' +
      'there is nothing at that name',
    'z:13:1 error like-template: g.example.test. cannot be like x.a.example.test.: ' +
      'a.example.test. is an instance itself',
  ],
  [
    'a template that cannot be said again',
    'a LIKE _t\nx._t NS ns\n*.y._t TXT x\nb LIKE r\nr DNAME x.',
    'z:8:1 error like-template: Cannot have NS at x._t.example.test., ' +
      'in template _t.example.test.',
    'z:9:1 error like-template: Cannot have a wildcard at *.y._t.example.test., ' +
      'in template _t.example.test.',
    'z:11:1 error like-template: Cannot have DNAME at r.example.test., in template r.example.test.',
  ],
  [
    'a template that is hidden',
    'a LIKE x.cut\ncut NS ns.elsewhere.\nx.cut A 192.0.2.1',
    'z:7:1 error like-template: a.example.test. cannot be like x.cut.example.test.: ' +
      'it is hidden by cut.example.test.',
  ],
  [
    'a template of very many names',
    `a LIKE _t\n${Array.from({ length: 15 }, (_, n) => `x${n}._t TXT x`).join('\n')}`,
    'z:22:1 error like-template: Template _t.example.test. has more than 16 names',
  ],
]

for (const [title, text, ...findings] of cases) {
  t.test(`checkLike: ${title}`, async (t) => t.same(check(text), findings))
}

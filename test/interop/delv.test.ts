import { readFileSync } from 'node:fs'
import t from 'tap'
import { install, startDanelaw, type TestZone } from '../support/danelaw.ts'
import { mapLimited } from '../support/peers/client.ts'
import { fixture } from '../support/peers/paths.ts'
import { runProgram, skipWithoutPeers, transcript } from '../support/peers/programs.ts'

// Must be shown: delv, with nothing but the anchor that danelaw prints, validates every kind of
// answer, in every denial mode and algorithm.

const algorithms = [13, 14, 15]
const modes = [
  { label: 'nsec', policy: 'denial: nsec' },
  { label: 'nsec3', policy: 'denial: nsec3' },
  { label: 'optout', policy: 'denial: nsec3, optOut: true' },
  { label: 'minimal', policy: 'denial: minimal' },
  { label: 'compact', policy: 'denial: compact' },
]

/** What delv must print, and for which question. */
interface Case {
  readonly what: string
  readonly owner: string
  readonly type: string
  readonly expect: readonly RegExp[]
  /** Where compact denial says NODATA for a name that does not exist (RFC 9824 §3.1). */
  readonly compact?: readonly RegExp[]
  /** Under opt-out a wildcard is no proof: the next closer name may be an unsigned delegation, so
   * the answer is insecure (RFC 5155 §9.2, RFC 6840 §5.10). */
  readonly optout?: readonly RegExp[]
}

const validated = /^; fully validated$/m
const denied = /^; (?:negative response, )?fully validated$/m
const unsigned = /^; unsigned answer$/m
const nodata = /resolution failed: ncache nxrrset/
const nxdomain = /resolution failed: ncache nxdomain/

const cases: readonly Case[] = [
  { what: 'positive', owner: '', type: 'MX', expect: [validated, /\tMX\t10 mail\./] },
  { what: 'NODATA', owner: 'mail', type: 'TXT', expect: [denied, nodata] },
  {
    what: 'NXDOMAIN',
    owner: 'nope',
    type: 'A',
    expect: [denied, nxdomain],
    compact: [denied, nodata],
  },
  {
    what: 'wildcard',
    owner: 'a.b.wild',
    type: 'MX',
    expect: [validated, /\tMX\t10 mail\./],
    optout: [unsigned, /\tMX\t10 mail\./],
  },
  { what: 'wildcard NODATA', owner: 'a.b.wild', type: 'AAAA', expect: [denied, nodata] },
  { what: 'empty non-terminal', owner: 'b.ent', type: 'A', expect: [denied, nodata] },
  { what: 'CNAME', owner: 'alias3', type: 'A', expect: [validated, /types\..*192\.0\.2\.2/] },
  { what: 'CNAME to a wildcard', owner: 'alias-wild', type: 'A', expect: [validated] },
  {
    what: 'CNAME to nothing',
    owner: 'alias-nx',
    type: 'A',
    expect: [denied, nxdomain],
    compact: [denied, nodata],
  },
  { what: 'DNAME', owner: 'web.dname', type: 'A', expect: [validated, /192\.0\.2\.80/] },
  { what: 'no DS at a delegation', owner: 'insecure', type: 'DS', expect: [denied, nodata] },
  {
    what: 'insecure delegation',
    owner: 'www.insecure',
    type: 'A',
    expect: [unsigned, /192\.0\.2\.99/],
  },
  { what: 'DS', owner: 'secure', type: 'DS', expect: [validated, /12345 13 2/] },
  { what: 'DNSKEY', owner: '', type: 'DNSKEY', expect: [validated] },
  { what: 'CDS', owner: '', type: 'CDS', expect: [validated] },
]

const rich = readFileSync(fixture('rich.zone'), 'utf8')
/** The child that the insecure delegation leads to; it is in the same server. */
const child =
  '@ 60 IN SOA ns hostmaster 1 2 1 4 60\n@ 60 NS ns\nns 60 A 192.0.2.60\nwww 60 A 192.0.2.99\n'

t.test('delv validates every kind of answer', async (t) => {
  if (skipWithoutPeers(t, ['delv'])) return
  const zones = modes.flatMap(({ label, policy }) =>
    algorithms.flatMap((algorithm): TestZone[] => {
      const name = `${label}${algorithm}.test.`
      return [
        { name, text: rich, policy: `{ ${policy}, algorithm: ${algorithm} }` },
        { name: `insecure.${name}`, text: child, policy: '{ dnssec: off }' },
      ]
    }),
  )
  const danelaw = await startDanelaw(t, install(t, zones))
  for (const { label } of modes) {
    for (const algorithm of algorithms) {
      const name = `${label}${algorithm}.test.`
      const anchor = danelaw.zones.find(({ zone }) => zone === name)?.anchor ?? ''
      const server = ['@127.0.0.1', '-p', String(danelaw.port), '-a', anchor, `+root=${name}`]
      await t.test(`${label}, algorithm ${algorithm}`, async (t) => {
        await mapLimited(cases, 4, async ({ what, owner, type, expect, compact, optout }) => {
          const qname = owner === '' ? name : `${owner}.${name}`
          const finished = await runProgram('delv', [...server, qname, type])
          const special = label === 'compact' ? compact : label === 'optout' ? optout : undefined
          const wanted = special ?? expect
          const text = transcript(finished)
          for (const pattern of wanted) t.match(text, pattern, what)
        })
      })
    }
  }
})

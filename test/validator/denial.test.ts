import t from 'tap'
import { nsec3Hash } from '../../src/crypto/index.ts'
import { makeRRset, RR, type RRType, type Ttl } from '../../src/rr/index.ts'
import { proveNodata, proveNxdomain, readDenials } from '../../src/validator/denial.ts'
import { parseName, toBase32hex } from '../../src/wire/index.ts'
import { briefly, budgetOf, denialsOf, judge, limits } from '../support/denials.ts'
import { parseRRsets } from '../support/served-zone.ts'
import { hex } from '../support/signed-data.ts'

const zone = parseName('test.')

/** How many records come of one RRset with RDATA in hexadecimal. */
function kept(owner: string, type: RRType, ...rdatas: string[]): number {
  const rrset = makeRRset(parseName(owner), type, 300 as Ttl, rdatas.map(hex))
  const { nsec, nsec3 } = readDenials(zone, [{ rrset }])
  return nsec.length + nsec3.length
}

const bitmap = '000140' // A
const next = `016d04746573 7400`.replace(' ', '')

t.test('readDenials: takes NSEC apart', (t) => {
  const [rrset] = parseRRsets('a NSEC m A RRSIG NSEC', zone)
  const { nsec, nsec3 } = readDenials(zone, [{ rrset: rrset as NonNullable<typeof rrset> }])
  t.strictSame(nsec3, [])
  t.match(nsec, [{ owner: parseName('a.test.'), next: parseName('m.test.'), isExpanded: false }])
  const wildcard = parseName('*.test.')
  const expanded = readDenials(zone, [{ rrset: rrset as NonNullable<typeof rrset>, wildcard }])
  t.match(expanded.nsec, [{ isExpanded: true }])
  t.end()
})

t.test('readDenials: drops NSEC that is malformed, out of the zone, or one of several', (t) => {
  t.equal(kept('a.test.', RR.NSEC, next + bitmap), 1)
  t.equal(kept('a.test.', RR.NSEC, next), 1, 'no types at all')
  t.equal(kept('a.test.', RR.NSEC, `${next}0001`), 0, 'a block cut short')
  t.equal(kept('a.test.', RR.NSEC, `${next}000100`), 0, 'a block ending in zero')
  t.equal(kept('a.test.', RR.NSEC, '0a6d'), 0, 'a name cut short')
  t.equal(kept('a.test.', RR.NSEC, 'c000'), 0, 'a name that points')
  t.equal(kept('a.example.', RR.NSEC, next + bitmap), 0)
  t.equal(kept('a.test.', RR.NSEC, next + bitmap, next), 0)
  t.equal(kept('a.test.', RR.A, 'c0000201'), 0)
  t.end()
})

const hash = '0123456789abcdef0123456789abcdef01234567'
const owner = `${toBase32hex(hex(hash))}.test.`

t.test('readDenials: drops NSEC3 that is malformed, or whose owner is no hash', (t) => {
  const rdata = (length: string, octets: string) => `0100000000${length}${octets}${bitmap}`
  t.equal(kept(owner, RR.NSEC3, rdata('14', hash)), 1)
  t.equal(kept(owner.toUpperCase(), RR.NSEC3, rdata('14', hash)), 1)
  t.equal(kept(owner, RR.NSEC3, rdata('13', hash.slice(2))), 0, 'a hash of 19 octets')
  t.equal(kept(owner, RR.NSEC3, rdata('00', '')), 0)
  t.equal(kept(owner, RR.NSEC3, '01000000ff'), 0, 'a salt cut short')
  t.equal(kept(owner, RR.NSEC3, ''), 0)
  t.equal(kept(`a.${owner}`, RR.NSEC3, rdata('14', hash)), 0, 'not directly below the apex')
  t.equal(kept(`w${owner.slice(1)}`, RR.NSEC3, rdata('14', hash)), 0, 'no base32hex')
  t.equal(kept('00.test.', RR.NSEC3, rdata('14', hash)), 0, 'one octet')
  t.equal(kept('test.', RR.NSEC3, rdata('14', hash)), 0)
  t.equal(kept('.', RR.NSEC3, rdata('14', hash)), 0)
  const rrset = makeRRset(parseName(owner), RR.NSEC3, 300 as Ttl, [hex(rdata('14', hash))])
  const { nsec3 } = readDenials(zone, [{ rrset, wildcard: parseName('*.test.') }])
  t.strictSame(nsec3, [], 'no wildcard expands to a hash')
  t.end()
})

t.test('prove…: NSEC and NSEC3 side by side: one that proves is enough', (t) => {
  const hashed = toBase32hex(nsec3Hash(parseName('a.test.'), 0, new Uint8Array(0)))
  const nsec3 = `${hashed} NSEC3 1 0 0 - ${hashed} A RRSIG`
  const mixed = denialsOf('test.', `m NSEC z A RRSIG NSEC\n${nsec3}`)
  t.equal(judge.nodata('m.test.', 'MX', mixed), 'proven: NSEC of m.test. lists no MX')
  t.equal(judge.nodata('a.test.', 'MX', mixed), 'proven: NSEC3 of a.test. lists no MX')
  t.match(judge.nodata('b.test.', 'MX', mixed), /^unproven EDE 12: no NSEC3 matches/)
  t.end()
})

t.test('prove…: what exceeds the budget is unproven, whatever was found by then', (t) => {
  const apex = toBase32hex(nsec3Hash(zone, 0, new Uint8Array(0)))
  const all = denialsOf('test.', `${apex} NSEC3 1 1 0 - ${apex} NS SOA RRSIG`)
  const q = { name: parseName('b.a.test.'), type: RR.A }
  const told = (rounds: number) => briefly(proveNxdomain(q, all, budgetOf(rounds), limits))
  t.match(told(4), /^optOut: /, 'the name, a, the apex, and the wildcard')
  for (const rounds of [0, 1, 2, 3]) {
    t.match(told(rounds), /^unproven EDE 6: the search for the NSEC3 of .* exceeds the limit/)
    const proof = proveNxdomain(q, all, budgetOf(rounds), limits)
    t.equal(proof.reason.limit, 'nsec3Hashes')
  }
  t.match(briefly(proveNodata(q, all, budgetOf(3), limits)), /^optOut: /)
  t.end()
})

t.test('proveExpansion: the labels of the signature name a wildcard in the zone', (t) => {
  const chain = denialsOf('test.', '@ NSEC * NS SOA RRSIG NSEC\n* NSEC @ A RRSIG NSEC')
  t.match(judge.expansion('b.a.test.', 1, chain), /^proven: /)
  t.match(judge.expansion('b.a.test.', 0, chain), /^unproven EDE 6: no wildcard of 1 labels/)
  t.match(judge.expansion('b.a.test.', 3, chain), /^unproven EDE 6/)
  t.match(judge.expansion('b.a.test.', 255, chain), /^unproven EDE 6/)
  t.end()
})

t.test('proveNodata: the subject of its reason is the record that decides', (t) => {
  const chain = denialsOf('test.', '* NSEC a A RRSIG NSEC\na NSEC @ A RRSIG NSEC')
  const q = { name: parseName('b.test.'), type: RR.MX }
  const { reason } = proveNodata(q, chain, budgetOf(0), limits)
  t.strictSame(reason.subject, { owner: parseName('*.test.'), type: RR.NSEC })
  t.end()
})

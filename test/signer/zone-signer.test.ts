import t from 'tap'
import { fixedClock, type UnixSeconds } from '../../src/base/index.ts'
import { generatePrivateKey, keyTag, type PrivateKey } from '../../src/crypto/index.ts'
import { makeRRset, RR, type RRType, type Ttl } from '../../src/rr/index.ts'
import {
  type ActiveKey,
  apexRRsets,
  renewals,
  SignatureCache,
  standardPolicy,
  type ZoneKeys,
  ZoneSigner,
} from '../../src/signer/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { Zone, zoneRRset } from '../../src/zone/index.ts'
import { labelsOf } from '../support/labels.ts'
import { parseRRsets, testTime } from '../support/served-zone.ts'
import { readRrsig, verifyRRset } from '../support/verify.ts'

const apex = parseName('test.')
const now = testTime as UnixSeconds

function publicPart(key: PrivateKey, flags: 256 | 257): Uint8Array {
  return Uint8Array.from([flags >>> 8, flags & 0xff, 3, key.algorithm, ...key.publicKey])
}

interface Pair {
  readonly active: ActiveKey
  readonly dnskey: Uint8Array
}

function pair(algorithm: number, flags: 256 | 257): Pair {
  const key = generatePrivateKey(algorithm)
  const dnskey = publicPart(key, flags)
  return { active: { keyTag: keyTag(dnskey), private: key }, dnskey }
}

const ksk = pair(13, 257)
const zsk = pair(13, 256)
const split: ZoneKeys = {
  keySigning: [ksk.active],
  zoneSigning: [zsk.active],
  published: [ksk.dnskey, zsk.dnskey],
  secureEntryPoints: [ksk.dnskey],
}

function signerWith(keys: ZoneKeys, cache = new SignatureCache(1 << 20)): ZoneSigner {
  return new ZoneSigner(apex, keys, standardPolicy, cache)
}

function rrsetOf(text: string, kept: boolean, type?: RRType) {
  const rrset = parseRRsets(text, apex).find((one) => type === undefined || one.type === type)
  if (!rrset) throw new Error(`no RRset in ${text}`)
  return zoneRRset(rrset.owner, rrset.type, rrset.ttl, rrset.rdatas, kept)
}

function verify(rrset: ReturnType<typeof rrsetOf>, rdata: Uint8Array, dnskeys: Uint8Array[]) {
  const { owner, type, ttl, rdatas } = rrset
  const records = rdatas.map((one) => ({ owner, type, ttl, class: 1, rdata: one }))
  return verifyRRset(records, rdata, labelsOf(apex), dnskeys, testTime)
}

for (const algorithm of [13, 14, 15]) {
  t.test(`ZoneSigner.signatures: algorithm ${algorithm} verifies by RFC 4034 §3.1.8.1`, (t) => {
    const { active, dnskey } = pair(algorithm, 257)
    const keys = {
      keySigning: [active],
      zoneSigning: [active],
      published: [dnskey],
      secureEntryPoints: [dnskey],
    }
    const signer = signerWith(keys)
    for (const text of [
      'a A 192.0.2.2\na A 192.0.2.1\na A 10.0.0.1',
      'WWW 60 MX 10 Mail.EXAMPLE.',
      '*.wild TXT "x"',
      '@ 600 SOA Ns.test. Host.test. 1 2 3 4 5',
      'srv SRV 1 2 3 Target.Test.',
    ]) {
      for (const kept of [true, false]) {
        const rrset = rrsetOf(text, kept)
        const [rdata] = signer.signatures(rrset, now)
        t.doesNotThrow(() => verify(rrset, rdata as Uint8Array, [dnskey]), text)
      }
    }
    t.end()
  })
}

t.test('ZoneSigner.signatures: DNSKEY, CDS and CDNSKEY by the KSK, all else by the ZSK', (t) => {
  const signer = signerWith(split)
  const made = apexRRsets(apex, split, { ttl: 3600 as Ttl, cds: true })
  const tags = new Map(
    [...made, rrsetOf('a A 192.0.2.1', true)].map(({ owner, type, ttl, rdatas }) => {
      const rdatasMade = signer.signatures(zoneRRset(owner, type, ttl, rdatas, true), now)
      return [type as number, rdatasMade.map((rdata) => readRrsig(rdata).keyTag)]
    }),
  )
  t.strictSame(tags.get(RR.DNSKEY), [ksk.active.keyTag])
  t.strictSame(tags.get(RR.CDS), [ksk.active.keyTag])
  t.strictSame(tags.get(RR.CDNSKEY), [ksk.active.keyTag])
  t.strictSame(tags.get(RR.A), [zsk.active.keyTag])
  t.end()
})

t.test('ZoneSigner.signatures: one for each zone-signing key', (t) => {
  const second = pair(15, 256)
  const signer = signerWith({ ...split, zoneSigning: [zsk.active, second.active] })
  const made = signer.signatures(rrsetOf('a A 192.0.2.1', true), now)
  t.strictSame(
    made.map((rdata) => readRrsig(rdata).algorithm),
    [13, 15],
  )
  t.end()
})

t.test('ZoneSigner.signatures: made once, kept until the window ends, then made anew', (t) => {
  const signer = signerWith(split)
  const rrset = rrsetOf('a A 192.0.2.1', true)
  const first = signer.signatures(rrset, now)
  t.equal(signer.signatures(rrset, now), first)
  t.equal(signer.counters.made, 1)
  const { renewAt = 0 } = rrset.signatures ?? {}
  t.equal(signer.signatures(rrset, (renewAt - 1) as UnixSeconds), first)
  t.not(signer.signatures(rrset, renewAt as UnixSeconds), first)
  t.equal(signer.counters.made, 2)
  t.end()
})

t.test('ZoneSigner.signatures: what another signer made is not given out', (t) => {
  const rrset = rrsetOf('a A 192.0.2.1', true)
  const old = signerWith(split)
  old.signatures(rrset, now)
  old.renew(rrset, now, standardPolicy.validitySeconds)
  const fresh = pair(13, 256)
  const signer = signerWith({ ...split, zoneSigning: [fresh.active] })
  const [rdata] = signer.signatures(rrset, now)
  t.equal(readRrsig(rdata as Uint8Array).keyTag, fresh.active.keyTag)
  const { renewAt = 0 } = rrset.signatures ?? {}
  const [later] = signer.signatures(rrset, renewAt as UnixSeconds)
  t.equal(readRrsig(later as Uint8Array).keyTag, fresh.active.keyTag, 'nor its next ones')
  t.end()
})

t.test(
  'ZoneSigner.renew: makes the next window ahead of time, once, only for what was asked',
  (t) => {
    const signer = signerWith(split)
    const rrset = rrsetOf('a A 192.0.2.1', true)
    const year = 365 * 86400
    t.equal(signer.renew(rrset, now, year), false, 'nobody has asked for it')
    const [present] = signer.signatures(rrset, now)
    t.equal(signer.renew(rrset, now, 0), false, 'not due')
    t.equal(signer.renew(rrset, now, year), true)
    t.equal(signer.renew(rrset, now, year), false, 'once')
    t.strictSame(signer.counters, { made: 1, renewed: 1 })
    t.equal(signer.signatures(rrset, now)[0], present, 'the present one serves on')
    const { renewAt = 0 } = rrset.signatures ?? {}
    t.not(signer.signatures(rrset, renewAt as UnixSeconds)[0], present)
    t.equal(signer.counters.made, 1, 'the turn costs nothing')
    t.end()
  },
)

t.test(
  'renewals: goes over all that was signed, and on where it was when the zone changes',
  (t) => {
    const zone = new Zone(apex)
    const text =
      '@ SOA ns.test. host.test. 1 2 3 4 5\n@ NS ns.elsewhere.\na A 192.0.2.1\nb A 192.0.2.2'
    zone.apply(parseRRsets(text, apex).map((rrset) => ({ ...rrset, rrset })))
    const signer = signerWith(split)
    const rrsets = [...zone.nodes()].flatMap((node) => [...node.rrsets, zone.nsecAt(node)])
    for (const rrset of rrsets) signer.signatures(rrset, now)
    const clock = fixedClock(testTime)
    const lead = standardPolicy.validitySeconds
    const done = [...renewals(zone, signer, clock, lead)]
    t.equal(done.filter(Boolean).length, rrsets.length, 'data and denials')
    t.equal([...renewals(zone, signer, clock, lead)].filter(Boolean).length, 0, 'nothing is left')
    const pass = renewals(zone, signer, clock, lead)
    pass.next()
    const b = parseName('b', apex)
    zone.apply([{ owner: b, type: RR.A, rrset: undefined }])
    t.equal([...pass].length, rrsets.length - 4, 'without the name that went and the NSEC to it')
    t.end()
  },
)

t.test('SignatureCache: bounded in octets; the least recently used go first', (t) => {
  const octetsMax = 20_000
  const cache = new SignatureCache(octetsMax)
  for (let n = 0; n < 1000; n++) {
    cache.set(`key ${n}`, new Uint8Array(100))
    cache.get('key 0')
    if (cache.usage.octets > octetsMax) t.fail(`${cache.usage.octets} octets are held`)
  }
  t.ok(cache.usage.signatures > 10)
  t.ok(cache.get('key 0'), 'what is used stays')
  t.equal(cache.get('key 1'), undefined, 'what is not goes')
  t.end()
})

t.test('SignatureCache: keyed by what is signed and by whom, never given to another', (t) => {
  const cache = new SignatureCache(1 << 20)
  const other = pair(13, 256)
  const mine = signerWith(split, cache)
  const theirs = signerWith({ ...split, zoneSigning: [other.active] }, cache)
  const rrset = () => rrsetOf('a A 192.0.2.1', false)
  const [first] = mine.signatures(rrset(), now)
  t.equal(mine.signatures(rrset(), now)[0], first, 'the same octets, the same signature')
  t.equal(mine.counters.made, 1)
  t.not(theirs.signatures(rrset(), now)[0], first)
  t.not(mine.signatures(rrsetOf('a 60 A 192.0.2.1', false), now)[0], first, 'another TTL')
  t.not(mine.signatures(rrsetOf('b A 192.0.2.1', false), now)[0], first, 'another owner')
  const later = (testTime + standardPolicy.validitySeconds) as UnixSeconds
  t.not(mine.signatures(rrset(), later)[0], first, 'another window')
  t.equal(mine.signatures(rrsetOf('A A 192.0.2.1', false), now)[0], first, 'case is not signed')
  t.end()
})

t.test(
  'apexRRsets: CDS is SHA-256 of the entry point; NSEC3PARAM has no flags (RFC 5155 §4.1.2)',
  (t) => {
    const nsec3 = { iterations: 258, salt: Uint8Array.of(0xaa, 0xbb), optOut: true }
    const made = apexRRsets(apex, split, { ttl: 60 as Ttl, cds: true, nsec3 })
    const find = (type: RRType) => made.find((rrset) => rrset.type === type)
    t.equal(find(RR.DNSKEY)?.rdatas.length, 2)
    t.equal(find(RR.CDS)?.rdatas[0]?.[3], 2)
    t.equal(find(RR.CDS)?.rdatas[0]?.length, 4 + 32)
    t.strictSame(find(RR.CDNSKEY)?.rdatas, [ksk.dnskey])
    t.strictSame([...(find(RR.NSEC3PARAM)?.rdatas[0] ?? [])], [1, 0, 1, 2, 2, 0xaa, 0xbb])
    const none = apexRRsets(apex, split, { ttl: 60 as Ttl, cds: false })
    t.strictSame(
      none.map(({ type }) => type),
      [RR.DNSKEY],
    )
    t.end()
  },
)

t.test('makeRRset: the order of records makes no difference to what is signed', (t) => {
  const signer = signerWith(split)
  const rdatas = [Uint8Array.of(192, 0, 2, 9), Uint8Array.of(10, 0, 0, 1)]
  const owner = parseName('a.test.')
  const sign = (list: Uint8Array[]) => {
    const { rdatas: sorted } = makeRRset(owner, RR.A, 60 as Ttl, list)
    return signer.signatures(zoneRRset(owner, RR.A, 60 as Ttl, sorted, false), now)[0]
  }
  t.equal(sign(rdatas), sign(rdatas.toReversed()))
  t.end()
})

/**
 * Answers a second of `answer()`, in one process, without sockets.
 *
 * "Signing" is the share of the time that went into signatures: their number times what one costs
 * by itself, measured in the same run.
 */
import { systemClock } from '../src/base/index.ts'
import { generatePrivateKey, keyTag } from '../src/crypto/index.ts'
import {
  compactDenial,
  type Denial,
  minimalDenial,
  nsec3Denial,
  nsecDenial,
} from '../src/denial/index.ts'
import { ednsFlagDo, writeMessage } from '../src/message/index.ts'
import { AnswerContext, answer, type ServedZone } from '../src/query/index.ts'
import { makeRRset, parseRdata, parseType, scanRdataText, type Ttl } from '../src/rr/index.ts'
import { apexRRsets, SignatureCache, standardPolicy, ZoneSigner } from '../src/signer/index.ts'
import { type Name, parseName } from '../src/wire/index.ts'
import { type Change, Zone, ZoneTable } from '../src/zone/index.ts'
import type { Table } from './table.ts'

const hosts = 10_000
const algorithm = 13
const runs = 3
const key = generatePrivateKey(algorithm)

function rrset(owner: Name, type: string, rdata: string, origin: Name): Change {
  const rrType = parseType(type)
  const rdatas = [parseRdata(rrType, scanRdataText(rdata, origin))]
  return { owner, type: rrType, rrset: makeRRset(owner, rrType, 3600 as Ttl, rdatas) }
}

/** A zone of many mail hosts, each with addresses and TLSA. */
function makeZone(denial: Denial): ServedZone {
  const apex = parseName(`${denial.kind}.test.`)
  const nsec3 =
    denial.kind === 'nsec3' ? { iterations: 0, salt: new Uint8Array(0), optOut: false } : undefined
  const zone = new Zone(apex, nsec3 ? { nsec3 } : {})
  const dnskey = Uint8Array.from([1, 1, 3, algorithm, ...key.publicKey])
  const active = { keyTag: keyTag(dnskey), private: key }
  const keys = {
    keySigning: [active],
    zoneSigning: [active],
    published: [dnskey],
    secureEntryPoints: [dnskey],
  }
  const add = (owner: string, type: string, rdata: string) =>
    rrset(parseName(owner, apex), type, rdata, apex)
  const changes: Change[] = [
    add('@', 'SOA', 'ns1 hostmaster 1 7200 900 1209600 300'),
    add('@', 'NS', 'ns1'),
    add('@', 'MX', '10 host1'),
    add('*.wild', 'MX', '10 host1'),
    add('child', 'NS', 'ns.child'),
    add('ns.child', 'A', '192.0.2.1'),
  ]
  for (let n = 0; n < hosts; n++) {
    changes.push(add(`host${n}`, 'A', '192.0.2.2'))
    changes.push(add(`host${n}`, 'AAAA', '2001:db8::2'))
    changes.push(add(`_25._tcp.host${n}`, 'TLSA', `3 1 1 ${'ab'.repeat(32)}`))
  }
  const apexSets = apexRRsets(apex, keys, { ttl: 3600 as Ttl, cds: true, nsec3 })
  for (const set of apexSets) changes.push({ owner: apex, type: set.type, rrset: set })
  zone.apply(changes)
  const signer = new ZoneSigner(apex, keys, standardPolicy, new SignatureCache(64 << 20))
  return { zone, signing: { signer, denial } }
}

function query(name: string, type: string, dnssec: boolean): Uint8Array {
  return writeMessage({
    id: 1,
    flags: 0,
    opcode: 0,
    rcode: 0,
    questions: [{ name: parseName(name), type: parseType(type), class: 1 }],
    answer: [],
    authority: [],
    additional: [],
    edns: { udpOctets: 1232, version: 0, flags: dnssec ? ednsFlagDo : 0, options: [] },
  })
}

interface Row {
  readonly what: string
  readonly denial: string
  readonly perSecond: number
  readonly signaturesEach: number
  readonly signingShare: number
}

/** Seconds that one signature takes by itself. */
function signatureSeconds(): number {
  const data = new Uint8Array(200)
  for (let n = 0; n < 2000; n++) key.sign(data)
  const count = 10_000
  const start = performance.now()
  for (let n = 0; n < count; n++) key.sign(data)
  return (performance.now() - start) / 1000 / count
}

/** Times one pass over queries that are made beforehand; the best of several passes counts. */
function measure(
  what: string,
  served: ServedZone,
  makeQueries: (run: number) => readonly Uint8Array[],
  signature: number,
): Row {
  const zones = new ZoneTable<ServedZone>()
  zones.put(served)
  const ctx = new AnswerContext({
    zones,
    clock: systemClock,
    datagramOctetsMax: 1232,
    udpOctets: 1232,
    identity: undefined,
    version: undefined,
  })
  const out = new Uint8Array(65535)
  const counters = served.signing?.signer.counters ?? { made: 0 }
  let best = { perSecond: 0, signaturesEach: 0, signingShare: 0 }
  for (let run = 0; run <= runs; run++) {
    const queries = makeQueries(run)
    const made = counters.made
    const start = performance.now()
    for (const octets of queries) answer(octets, out, ctx)
    const seconds = (performance.now() - start) / 1000
    const signatures = counters.made - made
    const perSecond = queries.length / seconds
    // The first pass warms caches and the compiler up.
    if (run === 0 || perSecond <= best.perSecond) continue
    best = {
      perSecond,
      signaturesEach: signatures / queries.length,
      signingShare: Math.min(1, (signatures * signature) / seconds),
    }
  }
  return { what, denial: served.signing?.denial.kind ?? 'off', ...best }
}

function repeat(count: number, make: (n: number) => Uint8Array): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => make(n))
}

function rowsFor(denial: Denial, signature: number): Row[] {
  const apex = `${denial.kind}.test.`
  const served = makeZone(denial)
  const host = (n: number) => `host${n % hosts}.${apex}`
  const hot = query(apex, 'MX', true)
  const wild = query(`x.wild.${apex}`, 'MX', true)
  const row = (what: string, make: (run: number) => readonly Uint8Array[]) =>
    measure(what, served, make, signature)
  // Each pass of the uncached rows asks for names that no pass before has asked for.
  const third = Math.floor(hosts / (runs + 1))
  return [
    row('positive, uncached', (run) =>
      repeat(third, (n) => query(host(run * third + n), 'A', true)),
    ),
    row('positive, cached', () => repeat(20_000, (n) => query(host(n), 'A', true))),
    row('positive, cached, one name', () => repeat(20_000, () => hot)),
    row('positive, no DNSSEC asked', () => repeat(20_000, (n) => query(host(n), 'A', false))),
    row('wildcard, cached', () => repeat(20_000, () => wild)),
    row('NODATA, cached', () => repeat(20_000, (n) => query(host(n % 2000), 'TXT', true))),
    row('referral, cached', () => repeat(20_000, () => query(`x.child.${apex}`, 'A', true))),
    row('NXDOMAIN, random names', (run) =>
      repeat(5_000, (n) => query(`r${run}x${(n * 7919) % 1_000_003}.${apex}`, 'A', true)),
    ),
    row('NXDOMAIN, no DNSSEC asked', () =>
      repeat(20_000, (n) => query(`r${n}.${apex}`, 'A', false)),
    ),
  ]
}

/** Runs it: some seconds. */
export function answerTables(): Table[] {
  const signature = signatureSeconds()
  const denials = [nsecDenial, nsec3Denial, minimalDenial, compactDenial]
  const rows = denials.flatMap((denial) => rowsFor(denial, signature))
  return [
    {
      title: 'Answers',
      note: `ECDSA P-256: ${Math.round(1 / signature)} signatures a second by themselves.`,
      columns: ['answer', 'denial', 'answers/s', 'signatures each', 'signing'],
      rows: rows.map(({ what, denial, perSecond, signaturesEach, signingShare }) => [
        ...[what, denial, perSecond, signaturesEach],
        `${Math.round(signingShare * 100)} %`,
      ]),
    },
  ]
}

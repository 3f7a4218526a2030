/**
 * A partition with a million hosts answers, denies and changes like one with a thousand, octet for
 * octet, and takes a small part of the memory that the same hosts take as records of their own.
 * How fast it is, `bench/hosts.ts` tells.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import { ednsFlagDo, readMessage, writeMessage } from '../../src/message/index.ts'
import type { ServedZone } from '../../src/query/index.ts'
import { parseRdata, RR, type RRType, scanRdataText, type Ttl } from '../../src/rr/index.ts'
import { type Name, nameFromOctets, parseName, toHex } from '../../src/wire/index.ts'
import { type Change, Zone } from '../../src/zone/index.ts'
import { buildZone, TestServer } from '../support/served-zone.ts'

const many = 1_000_000
const few = 1000
/** Hosts that are compared with as many as plain records: more would only take longer. */
const plainHosts = 20_000
/** What a host may cost beside its template, in octets. */
const octetsEachMax = 150
const questions = 500
const changesAtOnce = 1000
const apex = 'p.test.'
/** Its signatures are the same every time (RFC 8032 §5.1.6). */
const key = generatePrivateKey(15)

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function octetsInUse(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function hostName(number: number): Name {
  return parseName(`customer${(number * 7919) % 10_000_019}-example-com.${apex}`)
}

function put(owner: Name, type: RRType, text: string): Change {
  const rdatas = [parseRdata(type, scanRdataText(text))]
  return { owner, type, rrset: { owner, type, ttl: 300 as Ttl, rdatas } }
}

const like = parseRdata(RR.LIKE, scanRdataText(`_dane.${apex}`))

function asInstance(number: number): Change[] {
  const owner = hostName(number)
  const rrset = { owner, type: RR.LIKE, ttl: 300 as Ttl, rdatas: [like] }
  return [{ owner, type: RR.LIKE, rrset }]
}

function asRecords(number: number): Change[] {
  const owner = hostName(number)
  const mail = parseName(`_25._tcp.customer${(number * 7919) % 10_000_019}-example-com.${apex}`)
  return [
    put(owner, RR.A, '192.0.2.1'),
    put(owner, RR.AAAA, '2001:db8::1'),
    put(mail, RR.TLSA, `3 1 1 ${'ab'.repeat(32)}`),
  ]
}

/** Adds hosts to a zone, and tells what each costs. */
function grow(zone: Zone, hosts: number, form: (number: number) => Change[]): number {
  const before = octetsInUse()
  for (let first = 0; first < hosts; first += changesAtOnce) {
    const changes: Change[] = []
    for (let n = first; n < Math.min(hosts, first + changesAtOnce); n++) changes.push(...form(n))
    zone.apply(changes)
  }
  return (octetsInUse() - before) / hosts
}

function partition(denial: 'minimal' | 'compact'): ServedZone {
  const lines = [
    '@ SOA ns.elsewhere. host.elsewhere. 1 7200 900 1209600 300',
    '@ NS ns.elsewhere.',
    '_dane A 192.0.2.1',
    '_dane AAAA 2001:db8::1',
    `_25._tcp._dane TLSA 3 1 1 ${'ab'.repeat(32)}`,
  ]
  return buildZone(apex, lines.join('\n'), { denial, key })
}

function ask(server: TestServer, name: Name, type: RRType): string {
  const query = writeMessage({
    ...{ id: 1, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name, type, class: 1 }],
    edns: { udpOctets: 1232, version: 0, flags: ednsFlagDo, options: [] },
  })
  return toHex(server.exchange(query) ?? new Uint8Array(0))
}

/** Names of hosts that both have, and of hosts that neither has, with what is below them. */
function* asked(): Generator<[Name, RRType]> {
  const below = Buffer.from('\x03_25\x04_tcp')
  const tlsa = (name: Name) => nameFromOctets(Buffer.concat([below, name]))
  for (let n = 0; n < questions; n++) {
    const there = hostName((n * 31) % few)
    const absent = hostName(many + n * 977)
    yield* [
      [there, RR.A],
      [there, RR.MX],
      [absent, RR.A],
    ] as [Name, RRType][]
    yield* [
      [tlsa(there), RR.TLSA],
      [tlsa(absent), RR.TLSA],
    ] as [Name, RRType][]
  }
}

t.test('Zone: a host of a million costs little, and little beside its own records', (t) => {
  const each = grow(new Zone(parseName(apex)), many, asInstance)
  const plain = grow(new Zone(parseName(apex)), plainHosts, asRecords)
  t.comment(`${each.toFixed(0)} octets as an instance, ${plain.toFixed(0)} as records`)
  t.ok(each <= octetsEachMax, `${each.toFixed(0)} octets`)
  t.ok(each * 10 < plain, `${plain.toFixed(0)} octets as records`)
  t.end()
})

for (const denial of ['minimal', 'compact'] as const) {
  t.test(`${denial}: a million hosts are answered and denied as a thousand are`, (t) => {
    const [large, small] = [partition(denial), partition(denial)]
    grow(large.zone, many, asInstance)
    grow(small.zone, few, asInstance)
    t.equal(large.zone.instances?.count, many)
    const [one, other] = [new TestServer([large]), new TestServer([small])]
    for (const [name, type] of asked()) {
      if (ask(one, name, type) !== ask(other, name, type)) t.fail('not the same octets')
    }
    const moved = put(parseName(`_dane.${apex}`), RR.A, '192.0.2.99')
    large.zone.apply([moved])
    small.zone.apply([moved])
    for (const [name, type] of asked()) {
      const answer = ask(one, name, type)
      if (answer !== ask(other, name, type)) t.fail('not the same octets after a change')
    }
    const message = readMessage(Buffer.from(ask(one, hostName(7), RR.A), 'hex'))
    t.strictSame(message.answer[0]?.rdata, new Uint8Array([192, 0, 2, 99]), 'one change for all')
    t.equal(message.answer.length, 2, 'signed')
    t.end()
  })
}

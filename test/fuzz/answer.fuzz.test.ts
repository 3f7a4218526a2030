import t from 'tap'
import { systemClock } from '../../src/base/index.ts'
import { Flag, readMessage, writeMessage } from '../../src/message/index.ts'
import { AnswerContext, aliasesMax, answer, type ServedZone } from '../../src/query/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { ZoneTable } from '../../src/zone/index.ts'
import { type Random, seededRandom } from '../support/peers/random.ts'
import { buildZone } from '../support/served-zone.ts'

// Must be shown: a million mutated packets into `answer()`: no exception, no answer longer than
// allowed, bounded work for each. The seed is printed; DANELAW_FUZZ_SEED repeats a run.

const packets = 1_000_000
const seed = Number(process.env['DANELAW_FUZZ_SEED'] ?? 20261123)
const serverOctetsMax = 1232
const streamOctetsMax = 65535
/** Every how many answers one is decoded whole: decoding all would take most of the time. */
const decodeEvery = 8

const zoneText = `
@ SOA ns1 hostmaster 1 7200 900 1209600 300
@ NS ns1
@ MX 10 mail
ns1 A 192.0.2.53
mail A 192.0.2.25
mail AAAA 2001:db8::25
_25._tcp.mail TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
*.wild TXT "wildcard"
down.deep.er A 192.0.2.1
alias CNAME mail
chain CNAME alias
loop CNAME loop2
loop2 CNAME loop
self.loop DNAME loop
old DNAME wild
grow DNAME a-label-that-grows.a-label-that-grows.grow
unsigned NS ns.unsigned
ns.unsigned A 192.0.2.62
signed NS ns.signed
signed DS 12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
ns.signed A 192.0.2.61
${Array.from({ length: 90 }, (_, n) => `big A 198.51.100.${n}`).join('\n')}
`

const names = [
  ...['', 'mail.', '_25._tcp.mail.', 'nope.', 'x.wild.', 'er.', 'alias.', 'chain.', 'loop.'],
  ...['x.self.loop.', 'x.old.', 'x.grow.', 'x.unsigned.', 'x.signed.', 'signed.', 'big.'],
]
const types = [
  'A',
  'AAAA',
  'MX',
  'TXT',
  'TLSA',
  'NS',
  'SOA',
  'DS',
  'DNSKEY',
  'ANY',
  'RRSIG',
  'NSEC',
]

function seeds(apexes: readonly string[]): Uint8Array[] {
  const list: Uint8Array[] = []
  for (const apex of apexes) {
    for (const name of names) {
      for (const type of types) {
        const options = [{ code: 10, data: new Uint8Array(8) }]
        const edns = { udpOctets: 4096, version: 0, flags: 0x8000, options }
        list.push(
          writeMessage({
            id: list.length & 0xffff,
            flags: Flag.RD,
            opcode: 0,
            rcode: 0,
            questions: [{ name: parseName(`${name}${apex}`), type: parseType(type), class: 1 }],
            answer: [],
            authority: [],
            additional: [],
            edns: list.length % 3 === 0 ? undefined : edns,
          }),
        )
      }
    }
  }
  return list
}

/** Octets that decide something: lengths, pointers, counts, types, the edges of numbers. */
const tellingOctets = [0, 1, 2, 12, 41, 63, 64, 127, 128, 192, 250, 252, 255]

type Mutation = (packet: Uint8Array, random: Random) => Uint8Array
const mutations: readonly Mutation[] = [
  (packet, random) => {
    packet[random.below(packet.length)] = random.pick(tellingOctets)
    return packet
  },
  (packet, random) => {
    const at = random.below(packet.length)
    packet[at] = (packet[at] ?? 0) ^ (1 << random.below(8))
    return packet
  },
  (packet, random) => packet.subarray(0, random.below(packet.length + 1)),
  (packet, random) => {
    const at = random.below(packet.length)
    const more = Uint8Array.from({ length: random.below(12) }, () => random.below(256))
    return Uint8Array.from([...packet.subarray(0, at), ...more, ...packet.subarray(at)])
  },
  (packet, random) => {
    const [from, to] = [random.below(packet.length), random.below(packet.length)]
    packet.copyWithin(to, from, from + random.below(16))
    return packet
  },
  (packet, random) => {
    // One of the four counts.
    packet[5 + 2 * random.below(4)] = random.below(5)
    return packet
  },
]

function mutate(seedPacket: Uint8Array, random: Random): Uint8Array {
  let packet = seedPacket.slice()
  for (let n = 1 + random.below(3); n > 0; n--) {
    if (packet.length > 0) packet = random.pick(mutations)(packet, random).slice()
  }
  return packet
}

t.test('answer, a million mutated packets', { timeout: 280_000 }, (t) => {
  t.comment(`seed ${seed}`)
  const zones = new ZoneTable<ServedZone>()
  const served = (['nsec', 'nsec3', 'minimal', 'compact'] as const).map((denial) =>
    buildZone(`${denial}.test.`, zoneText, { denial, algorithm: 15 }),
  )
  for (const zone of [...served, buildZone('plain.test.', zoneText)]) zones.put(zone)
  const common = {
    zones,
    clock: systemClock,
    udpOctets: serverOctetsMax,
    identity: Buffer.from('fuzz'),
    version: 'fuzz',
  }
  const contexts = [
    new AnswerContext({ ...common, datagramOctetsMax: serverOctetsMax }),
    new AnswerContext({ ...common, datagramOctetsMax: undefined }),
  ] as const
  const corpus = seeds([...zones.values()].map(({ zone }) => formatName(zone.apex)))
  const random = seededRandom(seed)
  const out = new Uint8Array(streamOctetsMax)
  const made = () =>
    served.reduce((sum, { signing }) => sum + (signing?.signer.counters.made ?? 0), 0)
  const tally = { answered: 0, silent: 0, decoded: 0, signaturesMost: 0, octetsMost: 0 }
  const faults: string[] = []
  let before = made()
  for (let n = 0; n < packets && faults.length < 5; n++) {
    const packet = mutate(random.pick(corpus), random)
    const stream = n % 4 === 0
    let length = 0
    try {
      length = answer(packet, out, contexts[stream ? 1 : 0])
    } catch (error) {
      faults.push(`throws ${String(error)} at ${hex(packet)}`)
      continue
    }
    const now = made()
    tally.signaturesMost = Math.max(tally.signaturesMost, now - before)
    before = now
    if (length === 0) {
      tally.silent++
      continue
    }
    tally.answered++
    tally.octetsMost = Math.max(tally.octetsMost, stream ? 0 : length)
    const echoed = out[0] === packet[0] && out[1] === packet[1]
    if (!echoed || ((out[2] ?? 0) & 0x80) === 0) faults.push(`no answer to it: ${hex(packet)}`)
    if (length > (stream ? streamOctetsMax : serverOctetsMax))
      faults.push(`${length} octets for ${hex(packet)}`)
    if (n % decodeEvery === 0) {
      tally.decoded++
      try {
        readMessage(out.subarray(0, length))
      } catch (error) {
        faults.push(`answer is malformed, ${String(error)}: ${hex(packet)}`)
      }
    }
  }
  t.same(faults, [])
  t.ok(tally.answered > packets / 4, 'many are answered')
  t.ok(tally.silent > 1000, 'some are dropped')
  // An answer of one name signs at most SOA and three denials; an alias chain so much for each.
  t.ok(tally.signaturesMost <= 5 * (aliasesMax + 1), `${tally.signaturesMost} signatures at most`)
  t.comment(JSON.stringify(tally))
  t.end()
})

t.test('answer, a datagram without EDNS is never over 512 octets', (t) => {
  const zones = new ZoneTable<ServedZone>()
  zones.put(buildZone('plain.test.', zoneText))
  const ctx = new AnswerContext({
    zones,
    clock: systemClock,
    udpOctets: serverOctetsMax,
    identity: undefined,
    version: undefined,
    datagramOctetsMax: serverOctetsMax,
  })
  const out = new Uint8Array(streamOctetsMax)
  let most = 0
  for (const packet of seeds(['plain.test.'])) {
    // Every third seed has no OPT: ARCOUNT is zero.
    if (packet[11] === 0) most = Math.max(most, answer(packet, out, ctx))
  }
  t.ok(most > 100 && most <= 512, `${most} octets at most`)
  t.end()
})

function hex(packet: Uint8Array): string {
  return Buffer.from(packet).toString('hex')
}

import t from 'tap'
import { Class, Flag, Rcode, readMessage, writeMessage } from '../../src/message/index.ts'
import { type Mnemonic, parseRdata, RR, scanRdataText, type Ttl } from '../../src/rr/index.ts'
import { formatName, fromHex, nameLabels, parseName } from '../../src/wire/index.ts'
import { decodeWithDns2, decodeWithDnsPacket } from '../support/foreign-decoders.ts'

// Messages that danelaw writes, read by decoders that others wrote.

interface Case {
  readonly type: Mnemonic
  readonly text: string
  /** What dns-packet has for data. */
  readonly packet: unknown
  /** What dns2 has in the record, where it knows the type. */
  readonly dns2?: Readonly<Record<string, unknown>>
}

const digest = 'ab'.repeat(32)
const digestOctets = Buffer.from(digest, 'hex')
const soa = { serial: 1, refresh: 2, retry: 3, minimum: 5 }

const cases: readonly Case[] = [
  { type: 'A', text: '192.0.2.1', packet: '192.0.2.1', dns2: { address: '192.0.2.1' } },
  { type: 'AAAA', text: '2001:db8::1', packet: '2001:db8::1', dns2: { address: '2001:db8::1' } },
  { type: 'NS', text: 'ns.example.', packet: 'ns.example', dns2: { ns: 'ns.example' } },
  { type: 'CNAME', text: 'a.b.', packet: 'a.b', dns2: { domain: 'a.b' } },
  { type: 'PTR', text: 'p.example.', packet: 'p.example', dns2: { domain: 'p.example' } },
  {
    type: 'SOA',
    text: 'ns. m. 1 2 3 4 5',
    packet: { mname: 'ns', rname: 'm', expire: 4, ...soa },
    dns2: { primary: 'ns', admin: 'm', expiration: 4, ...soa },
  },
  {
    type: 'MX',
    text: '10 mx.example.',
    packet: { preference: 10, exchange: 'mx.example' },
    dns2: { priority: 10, exchange: 'mx.example' },
  },
  {
    type: 'TXT',
    text: '"a b" c',
    packet: [Buffer.from('a b'), Buffer.from('c')],
    dns2: { data: ['a b', 'c'] },
  },
  {
    type: 'SRV',
    text: '1 2 3 s.example.',
    packet: { priority: 1, weight: 2, port: 3, target: 's.example' },
    dns2: { priority: 1, weight: 2, port: 3, target: 's.example' },
  },
  {
    type: 'CAA',
    text: '0 issue "ca.example"',
    packet: { flags: 0, tag: 'issue', value: 'ca.example' },
    dns2: { flags: 0, tag: 'issue', value: 'ca.example' },
  },
  {
    type: 'DNSKEY',
    text: '257 3 13 AAAA',
    packet: { flags: 257, algorithm: 13, key: Buffer.alloc(3) },
    dns2: { flags: 257, protocol: 3, algorithm: 13, key: 'AAAA' },
  },
  {
    type: 'RRSIG',
    text: 'A 13 2 300 20260301000000 20260201000000 1 example. AAAA',
    packet: { typeCovered: 'A', expiration: 1772323200, inception: 1769904000, keyTag: 1 },
    dns2: { sigType: 1, expiration: '20260301000000', inception: '20260201000000' },
  },
  { type: 'HINFO', text: 'cpu os', packet: { cpu: 'cpu', os: 'os' } },
  {
    type: 'DS',
    text: `1 13 2 ${digest}`,
    packet: { keyTag: 1, algorithm: 13, digestType: 2, digest: digestOctets },
  },
  {
    type: 'TLSA',
    text: `3 1 1 ${digest}`,
    packet: { usage: 3, selector: 1, matchingType: 1, certificate: digestOctets },
  },
  {
    type: 'NSEC',
    text: 'n.example. A MX TXT CAA',
    packet: { nextDomain: 'n.example', rrtypes: ['A', 'MX', 'TXT', 'CAA'] },
  },
  {
    type: 'NSEC3',
    text: '1 1 7 aabb 2t7b4g4vsa5smi47k61mv5bv1a22bojr A MX',
    packet: { algorithm: 1, flags: 1, iterations: 7, salt: Buffer.of(0xaa, 0xbb) },
  },
  {
    type: 'NAPTR',
    text: '1 2 s sv "" r.example.',
    packet: { order: 1, preference: 2, flags: 's', services: 'sv', replacement: 'r.example' },
  },
  { type: 'SSHFP', text: `4 2 ${digest}`, packet: { algorithm: 4, hash: 2 } },
  { type: 'DNAME', text: 'd.example.', packet: 'd.example' },
  { type: 'RP', text: 'a. b.', packet: { mbox: 'a', txt: 'b' } },
]

const owner = parseName('Mail.Example.')
const octets = writeMessage({
  id: 7,
  flags: Flag.QR | Flag.AA,
  opcode: 0,
  rcode: Rcode.NXDOMAIN,
  questions: [{ name: owner, type: RR.A, class: Class.IN }],
  answer: cases.map(({ type, text }) => ({
    owner,
    type: RR[type],
    class: Class.IN,
    ttl: 300 as Ttl,
    rdata: parseRdata(RR[type], scanRdataText(text)),
  })),
  authority: [],
  additional: [],
  edns: { udpOctets: 1232, version: 0, flags: 0x8000, options: [] },
})

t.test('writeMessage: dns-packet reads every record', async (t) => {
  const message = decodeWithDnsPacket(octets)
  t.match(message, { id: 7, rcode: 'NXDOMAIN', questions: [{ name: 'Mail.Example', type: 'A' }] })
  t.equal(message.additionals[0]?.udpPayloadSize, 1232)
  cases.forEach(({ type, packet }, index) => {
    t.match(message.answers[index], { name: 'Mail.Example', type, ttl: 300, data: packet })
  })
})

t.test('writeMessage: dns2 reads every record of the types it knows', async (t) => {
  const message = decodeWithDns2(octets)
  t.match(message.header, { id: 7, qr: 1, aa: 1, rcode: 3, ancount: cases.length, arcount: 1 })
  cases.forEach(({ type, dns2 }, index) => {
    t.match(message.answers[index], { name: 'Mail.Example', type: RR[type], ttl: 300, ...dns2 })
  })
})

function question(hex: string): Uint8Array {
  const octets = fromHex(`000000000001000000000000${hex}00010001`)
  return octets ?? new Uint8Array(0)
}

// Names that decoders to dotted strings cannot tell apart, or mangle.

t.test('readMessage: a dot inside a label is no separator', async (t) => {
  const [asked] = readMessage(question('03612e6200')).questions
  t.equal(nameLabels(asked?.name ?? owner).length, 1)
  t.equal(formatName(asked?.name ?? owner), 'a\\.b.')
  t.equal(decodeWithDns2(question('03612e6200')).questions[0]?.name, 'a.b', 'dns2 loses it')
})

t.test('readMessage: labels may have any octets', async (t) => {
  const [asked] = readMessage(question('04ff00c32000')).questions
  t.equal(formatName(asked?.name ?? owner), '\\255\\000\\195\\032.')
})

t.test('readMessage: chains of pointers are followed, loops are refused', async (t) => {
  const chain = fromHex(
    '000000000003000000000000' +
      ['016100', '0162c00c', '0163c013'].map((name) => `${name}00010001`).join(''),
  )
  const names = readMessage(chain ?? octets).questions.map(({ name }) => formatName(name))
  t.same(names, ['a.', 'b.a.', 'c.b.a.'])
  t.throws(() => readMessage(question('c00c')), { code: 'wire-malformed' })
  t.throws(() => readMessage(question('0161c00c')), { code: 'wire-malformed' })
})

/**
 * Golden answers: fixed keys, RFC 6979 nonces and a fixed clock make every answer the same octets
 * on every machine. `DANELAW_GOLDEN=update` writes the files anew: read the difference before
 * committing it, for each line is a change in what the world gets to see.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { privateKeyFromSecret } from '../../src/crypto/index.ts'
import { ednsFlagCompact, ednsFlagDo, readMessage, writeMessage } from '../../src/message/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { fromHex, parseName, toHex } from '../../src/wire/index.ts'
import { buildZone, type DenialKind, lines, TestServer } from '../support/served-zone.ts'

/** This file runs compiled; what it compares with stays in the sources. */
function goldenFile(name: string): string {
  let directory = import.meta.dirname
  const source = join('test', 'golden', 'golden.test.ts')
  while (!existsSync(join(directory, source))) directory = dirname(directory)
  return join(directory, 'test', 'golden', name)
}

const text = `
  @            SOA   ns1 hostmaster 2026010100 7200 3600 1209600 300
  @            NS    ns1
  @            NS    ns2
  @            MX    10 mail
  ns1          A     192.0.2.1
  ns1          AAAA  2001:db8::1
  ns2          A     192.0.2.2
  mail         A     192.0.2.25
  _25._tcp.mail TLSA 3 1 1 ${'0123456789abcdef'.repeat(4)}
  www    300   CNAME web
  web    300   A     192.0.2.80
  web    300   AAAA  2001:db8::80
  *.wild       TXT   "wild"
  a.ent        TXT   "below an empty non-terminal"
  secure       NS    ns.secure
  secure       DS    12345 13 2 ${'fedcba9876543210'.repeat(4)}
  ns.secure    A     192.0.2.53
  insecure     NS    ns.insecure
  ns.insecure  AAAA  2001:db8::53
  old          DNAME new
  x.new        A     192.0.2.99`

/** QNAME, QTYPE, EDNS flags; undefined asks without EDNS. */
const questions: readonly (readonly [name: string, type: string, ednsFlags?: number])[] = [
  ['example.', 'SOA', ednsFlagDo],
  ['example.', 'DNSKEY', ednsFlagDo],
  ['example.', 'CDS', ednsFlagDo],
  ['example.', 'MX', ednsFlagDo],
  ['example.', 'DS', ednsFlagDo],
  ['MAIL.example.', 'A'],
  ['_25._tcp.mail.example.', 'TLSA', ednsFlagDo],
  ['www.example.', 'A', ednsFlagDo],
  ['web.example.', 'TXT', ednsFlagDo],
  ['web.example.', 'ANY', ednsFlagDo],
  ['nope.example.', 'A', ednsFlagDo],
  ['nope.example.', 'A', ednsFlagDo | ednsFlagCompact],
  ['nope.example.', 'A'],
  ['ent.example.', 'A', ednsFlagDo],
  ['a.b.wild.example.', 'TXT', ednsFlagDo],
  ['a.b.wild.example.', 'A', ednsFlagDo],
  ['host.secure.example.', 'A', ednsFlagDo],
  ['host.insecure.example.', 'A', ednsFlagDo],
  ['insecure.example.', 'DS', ednsFlagDo],
  ['x.old.example.', 'A', ednsFlagDo],
  ['example.', 'AXFR', 0],
  ['www.elsewhere.', 'A', 0],
]

/** Each mode with another algorithm, all with secrets of octets that count up. */
const modes = [
  ['nsec', 13, 32],
  ['nsec3', 14, 48],
  ['minimal', 15, 32],
  ['compact', 13, 32],
] as const satisfies readonly (readonly [DenialKind, number, number])[]

function serverFor(denial: DenialKind, algorithm: number, octets: number): TestServer {
  const secret = Uint8Array.from({ length: octets }, (_, at) => at + 1)
  const key = privateKeyFromSecret(algorithm, secret, { deterministic: true })
  return new TestServer([buildZone('example.', text, { denial, key })])
}

function answerTo(server: TestServer, name: string, type: string, ednsFlags?: number): string {
  const query = writeMessage({
    id: 0x1234,
    flags: 0,
    opcode: 0,
    rcode: 0,
    questions: [{ name: parseName(name), type: parseType(type), class: 1 }],
    answer: [],
    authority: [],
    additional: [],
    edns:
      ednsFlags === undefined
        ? undefined
        : { udpOctets: 1232, version: 0, flags: ednsFlags, options: [] },
  })
  return toHex(server.exchange(query) ?? new Uint8Array(0))
}

/** An answer in words, for whoever has to find out what changed. */
function inWords(hex: string): unknown {
  const octets = fromHex(hex)
  if (!octets) return hex
  const { flags, rcode, answer, authority, additional, edns } = readMessage(octets)
  const sections = [answer, authority, additional].map(lines)
  return { flags, rcode, edns: edns?.flags, sections }
}

for (const [denial, algorithm, octets] of modes) {
  t.test(`golden answers, ${denial}, algorithm ${algorithm}`, async (t) => {
    const server = serverFor(denial, algorithm, octets)
    const actual = questions.map(([name, type, ednsFlags]) => {
      const asked = ednsFlags === undefined ? 'plain' : `edns=${ednsFlags.toString(16)}`
      return `${name} ${type} ${asked} ${answerTo(server, name, type, ednsFlags)}`
    })
    const file = goldenFile(`${denial}.txt`)
    if (process.env['DANELAW_GOLDEN'] === 'update') writeFileSync(file, `${actual.join('\n')}\n`)
    t.ok(existsSync(file), `${denial}.txt exists; DANELAW_GOLDEN=update writes it`)
    const expected = readFileSync(file, 'utf8').trimEnd().split('\n')
    t.equal(expected.length, actual.length, 'one line for each question')
    for (const [at, line] of actual.entries()) {
      const [question, hex = ''] = split(line)
      const [expectedQuestion, expectedHex = ''] = split(expected[at] ?? '')
      t.equal(question, expectedQuestion)
      if (hex !== expectedHex) t.same(inWords(hex), inWords(expectedHex), question)
      t.equal(hex, expectedHex, `${question}: octet for octet`)
    }
  })
}

/** The question of a line, and its answer. */
function split(line: string): [question: string, hex: string] {
  const at = line.lastIndexOf(' ')
  return [line.slice(0, at), line.slice(at + 1)]
}

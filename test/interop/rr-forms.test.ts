import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Mnemonic, parseRdata, RR, scanRdataText } from '../../src/rr/index.ts'
import { formatName, toHex, WireReader } from '../../src/wire/index.ts'
import { runProgram, skipWithoutPeers, transcript } from '../support/peers/programs.ts'
import { rdataSamples } from '../support/rr-samples.ts'

// The same text, read by BIND, by dnspython and by danelaw, must give the same octets.

interface Case {
  readonly type: Mnemonic
  readonly text: string
  readonly wire: string
}

const cases: readonly Case[] = rdataSamples.flatMap(({ type, text, also = [] }) =>
  [text, ...also].map((form) => ({
    type,
    text: form,
    wire: toHex(parseRdata(RR[type], scanRdataText(form))),
  })),
)

function casesBut(beginnings: readonly string[]): readonly Case[] {
  return cases.filter(
    ({ type, text }) => !beginnings.some((begin) => `${type} ${text}`.startsWith(begin)),
  )
}

/** Begins of what BIND 9.18 does not take in this zone. */
const beyondBind: readonly string[] = [
  'MD ', // obsolete, so BIND refuses it
  'MF ',
  'LIKE ', // of private use, and danelaw's own
  'SOA ', // not at the apex
  'SIG TXT RSASHA256', // SIG takes no mnemonic of an algorithm there
  'IPSECKEY 10 3 0', // RFC 4025 §2.4 has algorithm 0 without a key
  'LOC 42 21 54 n', // lower-case hemispheres
  'SVCB 1 . ohttp', // RFC 9540, too new
  'AMTRELAY 10 1 0', // RFC 8777 §4.3.1 lets the relay out
]

/** The RDATA of every owner in a zone of BIND's raw format, in hexadecimal. */
function readRawZone(octets: Uint8Array): Map<string, string> {
  const reader = new WireReader(octets)
  reader.take(24) // format, version, time of the dump, flags, serials
  const found = new Map<string, string>()
  while (reader.remaining > 0) {
    reader.take(4 + 2 + 2 + 2 + 4) // length, class, type, type covered, TTL
    const count = reader.u32()
    reader.u16()
    const owner = formatName(reader.name())
    for (let n = 0; n < count; n++) found.set(owner, toHex(reader.take(reader.u16())))
  }
  return found
}

/** What was read otherwise than danelaw reads it, as `type text: reading, not wire`. */
function differences(shared: readonly Case[], readings: readonly (string | undefined)[]): string[] {
  return shared.flatMap(({ type, text, wire }, index) =>
    readings[index] === wire ? [] : [`${type} ${text}: ${readings[index]}, not ${wire}`],
  )
}

t.test('parseRdata: BIND reads the same octets from the same text', async (t) => {
  if (skipWithoutPeers(t, ['named'])) return
  const shared = casesBut(beyondBind)
  const lines = shared.map(({ type, text }, index) => `r${index} IN ${type} ${text}`)
  const [zone, raw] = [join(t.testdir(), 'z.zone'), join(t.testdirName, 'z.raw')]
  writeFileSync(zone, ['$TTL 60', '@ SOA ns m 1 2 3 4 5', '@ NS n.', ...lines, ''].join('\n'))
  const lenient = ['-i', 'none', '-k', 'ignore', '-n', 'ignore', '-m', 'ignore', '-M', 'ignore']
  const args = ['-q', ...lenient, '-s', 'full', '-F', 'raw', '-o', raw, 'z.', zone]
  const finished = await runProgram('named-compilezone', args)
  if (!t.equal(finished.status, 0, transcript(finished))) return
  const compiled = readRawZone(readFileSync(raw))
  const readings = shared.map((_, index) => compiled.get(`r${index}.z.`))
  t.same(differences(shared, readings), [])
})

const dnspythonScript = `
import sys, json, dns.rdata
answers = []
for number, type, text in json.load(sys.stdin):
    if dns.rdata.get_rdata_class(1, number) is dns.rdata.GenericRdata:
        answers.append(None)
        continue
    try:
        answers.append(dns.rdata.from_text('IN', type, text).to_wire().hex())
    except Exception as error:
        answers.append(type + ' ' + text + ': ' + repr(error))
json.dump(answers, sys.stdout)
`

/** Begins of what dnspython 2.3 does not take. */
const beyondDnspython: readonly string[] = [
  'DS 60485 RSASHA1', // mnemonics of algorithms
  'CDS 60485 RSASHA1',
  'DLV 60485 RSASHA1',
  'IPSECKEY 10 3 0', // RFC 4025 §2.4 has algorithm 0 without a key
  'LOC 42 21 54 n', // lower-case hemispheres
  'SVCB 1 . dohpath', // RFC 9461, too new
  'SVCB 1 . ohttp', // RFC 9540, too new
  'NID 10 14', // groups without leading zeros
  'AMTRELAY 10 1 0', // RFC 8777 §4.3.1 lets the relay out
]

t.test('parseRdata: dnspython reads the same octets from the same text', async (t) => {
  if (skipWithoutPeers(t, ['dnspython'])) return
  const shared = casesBut(beyondDnspython)
  const finished = await runProgram('python3', ['-c', dnspythonScript], {
    input: JSON.stringify(shared.map(({ type, text }) => [RR[type], type, text])),
  })
  if (!t.equal(finished.status, 0, transcript(finished))) return
  const readings = JSON.parse(finished.stdout) as readonly (string | null)[]
  // It gives null for a type it does not know.
  t.ok(readings.filter((reading) => reading !== null).length > shared.length / 2)
  t.same(
    differences(
      shared,
      shared.map(({ wire }, index) => readings[index] ?? wire),
    ),
    [],
  )
})

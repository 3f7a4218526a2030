/**
 * Validations a second of `validate()`, in one process, without sockets.
 *
 * "Cold" begins with nothing but the trust anchor; "warm" knows the keys of every zone on the way.
 */
import { generatePrivateKey, verifyingKey } from '../src/crypto/index.ts'
import type { Message } from '../src/message/index.ts'
import { formatType, parseType } from '../src/rr/index.ts'
import {
  drive,
  type Lookup,
  type LookupResult,
  type TrustStore,
  validate,
} from '../src/validator/index.ts'
import { formatName, parseName } from '../src/wire/index.ts'
import type { DenialKind } from '../test/support/served-zone.ts'
import {
  apexText,
  buildTree,
  contextFor,
  type Tree,
  trustStore,
} from '../test/support/signed-tree.ts'
import type { Table } from './table.ts'

const runs = 3
const validationsEach = 1500

const zoneText = `${apexText}
  @ MX 10 mx
  mx A 192.0.2.25
  mx AAAA 2001:db8::25
  _25._tcp.mx TLSA 3 1 1 ${'ab'.repeat(32)}
  alias CNAME mx
  *.wild MX 10 mx
`

function treeOf(denial: DenialKind): Tree {
  const signing = { denial }
  return buildTree([
    { apex: '.', text: apexText, signing: { denial: 'nsec' } },
    { apex: 'test.', text: apexText, signing },
    { apex: 'example.test.', text: zoneText, signing },
    { apex: 'plain.test.', text: `${apexText}\nmx A 192.0.2.25` },
  ])
}

/** Verifications that one key does by itself in a second. */
function verificationSeconds(): number {
  const key = generatePrivateKey(13)
  const verifying = verifyingKey(13, key.publicKey)
  if (typeof verifying === 'string') throw new Error('Cannot verify: algorithm 13 is gone')
  const data = new Uint8Array(200)
  const signature = key.sign(data)
  const count = 3000
  for (let n = 0; n < count / 10; n++) verifying.verify(data, signature)
  const start = performance.now()
  for (let n = 0; n < count; n++) verifying.verify(data, signature)
  return (performance.now() - start) / 1000 / count
}

/** Answers every lookup from what was answered before, so that only validating takes time. */
function fromTable({ server }: Tree): (lookup: Lookup) => LookupResult {
  const answers = new Map<string, Message>()
  return ({ name, type }) => {
    const question = `${formatName(name)} ${formatType(type)}`
    let message = answers.get(question)
    if (!message) {
      message = server.ask(formatName(name), formatType(type), { dnssec: true, stream: true })
      answers.set(question, message)
    }
    return { kind: 'message', message }
  }
}

interface Rate {
  readonly perSecond: number
  readonly security: string
}

function rateOf(tree: Tree, name: string, type: string, trust: () => TrustStore): Rate {
  const question = { name: parseName(name), type: parseType(type) }
  const answer = fromTable(tree)
  const once = () => drive(validate(question, contextFor(tree.anchors, { trust: trust() })), answer)
  const { security } = once()
  let perSecond = 0
  // The first pass warms the compiler up.
  for (let run = 0; run <= runs; run++) {
    const start = performance.now()
    for (let n = 0; n < validationsEach; n++) once()
    const rate = validationsEach / ((performance.now() - start) / 1000)
    if (run > 0) perSecond = Math.max(perSecond, rate)
  }
  return { perSecond, security }
}

const questions = [
  ['TLSA', '_25._tcp.mx.example.test.', 'TLSA'],
  ['alias', 'alias.example.test.', 'A'],
  ['wildcard', 'x.wild.example.test.', 'MX'],
  ['NODATA', 'mx.example.test.', 'TXT'],
  ['NXDOMAIN', 'no.example.test.', 'A'],
  ['unsigned zone', 'mx.plain.test.', 'A'],
] as const

function validations(): Table {
  const kinds: readonly DenialKind[] = ['nsec', 'nsec3', 'compact']
  const rows = kinds.flatMap((denial) => {
    const tree = treeOf(denial)
    return questions.map(([what, name, type]) => {
      const cold = rateOf(tree, name, type, trustStore)
      const kept = trustStore()
      const warm = rateOf(tree, name, type, () => kept)
      return [what, denial, cold.security, cold.perSecond, warm.perSecond]
    })
  })
  return {
    title: 'Validations',
    note:
      'Answers at hand, decoded; three zones on the way. ECDSA P-256: ' +
      `${Math.round(1 / verificationSeconds())} verifications a second by themselves.`,
    columns: ['answer', 'denial', 'verdict', 'cold/s', 'warm/s'],
    rows,
  }
}

/** Runs it: some seconds. */
export function validationTables(): Table[] {
  return [validations()]
}

/**
 * That a partition does not betray its hosts: neither by what its denials say, nor by how they
 * look from outside (issue of provisioned hosts; RFC 5155 §1.1 says why names should not be listed,
 * RFC 4470 §1 and RFC 9824 §1 how they are not).
 */
import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import { ednsFlagDo, readMessage, writeMessage } from '../../src/message/index.ts'
import type { ServedZone } from '../../src/query/index.ts'
import { RR } from '../../src/rr/index.ts'
import {
  type Name,
  type NameKey,
  nameFromOctets,
  nameKey,
  nameLabels,
  parseName,
  toHex,
} from '../../src/wire/index.ts'
import { buildZone, TestServer } from '../support/served-zone.ts'

const hosts = 3000
const questions = 500
const walkSteps = 2000
/** Its signatures are the same every time (RFC 8032 §5.1.6). */
const key = generatePrivateKey(15)

/** Labels that look alike, and are spread as customers' names are. */
function label(kind: string, number: number): string {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0
  return `${mixed.toString(36)}-${kind}-com`
}

function partition(denial: 'minimal' | 'compact', kind: string): ServedZone {
  const lines = [
    '@ SOA ns.elsewhere. host.elsewhere. 1 7200 900 1209600 300',
    '@ NS ns.elsewhere.',
    '_dane A 192.0.2.1',
    `_25._tcp._dane TLSA 3 1 1 ${'ab'.repeat(32)}`,
    ...Array.from({ length: hosts }, (_, n) => `${label(kind, n)} LIKE _dane`),
  ]
  return buildZone('p.test.', lines.join('\n'), { denial, key })
}

function ask(server: TestServer, name: Name): Uint8Array {
  const query = writeMessage({
    ...{ id: 1, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name, type: RR.A, class: 1 }],
    edns: { udpOctets: 1232, version: 0, flags: ednsFlagDo, options: [] },
  })
  return server.exchange(query) ?? new Uint8Array(0)
}

/** Owners and next names of the NSEC records of an answer. */
function namesIn(answer: Uint8Array): Name[] {
  return readMessage(answer).authority.flatMap(({ owner, type, rdata }) => {
    if (type !== RR.NSEC) return []
    let end = 0
    while (rdata[end]) end += (rdata[end] ?? 0) + 1
    return [owner, nameFromOctets(rdata.subarray(0, end + 1))]
  })
}

for (const denial of ['minimal', 'compact'] as const) {
  const one = partition(denial, 'one')
  const two = partition(denial, 'two')
  const existing = new Set<NameKey>(
    Array.from({ length: hosts }, (_, n) => nameKey(parseName(`${label('one', n)}.p.test.`))),
  )
  const isHost = (name: Name) => [...prefixesOf(name)].some((part) => existing.has(part))

  t.test(`${denial}: hosts are there`, async (t) => {
    const server = new TestServer([one])
    const host = parseName(`${label('one', 7)}.p.test.`)
    t.equal(readMessage(ask(server, host)).answer.length, 2)
  })

  t.test(
    `${denial}: who is denied hears no name of a host, and nothing that hangs on them`,
    (t) => {
      const [first, second] = [new TestServer([one]), new TestServer([two])]
      const signed = () => [one, two].map(({ signing }) => signing?.signer.counters.made ?? 0)
      for (let n = 0; n < questions; n++) {
        const prefix = n % 3 === 0 ? '_25._tcp.' : ''
        const name = parseName(`${prefix}${label('none', n)}.p.test.`)
        const before = signed()
        const [answer, other] = [ask(first, name), ask(second, name)]
        const made = signed().map((count, at) => count - (before[at] ?? 0))
        if (toHex(answer) !== toHex(other)) t.fail('other hosts, other octets')
        if (made[0] !== made[1]) t.fail('other hosts, other work')
        if (namesIn(answer).some(isHost)) t.fail('a host is named')
        if (readMessage(answer).answer.length > 0) t.fail('it is there')
      }
      t.end()
    },
  )

  t.test(`${denial}: whoever walks from denial to denial finds nobody`, async (t) => {
    const { seen, found } = walkThrough(one, isHost)
    t.ok(seen > 100, 'it was walked')
    t.equal(found, 0)
  })
}

t.test('the same walk finds hosts where a chain lists them', async (t) => {
  const lines = ['@ SOA a. b. 1 2 3 4 300', '@ NS a.', 'x TXT x', 'y TXT x', 'z TXT x']
  const text = lines.join('\n')
  const names = new Set(['x', 'y', 'z'].map((it) => nameKey(parseName(`${it}.p.test.`))))
  const served = buildZone('p.test.', text, { denial: 'nsec', key })
  t.ok(walkThrough(served, (name) => names.has(nameKey(name))).found > 0)
})

/** Asks for names that denials name, and for those next to them, on and on. */
function walkThrough(served: ServedZone, isHost: (name: Name) => boolean) {
  const server = new TestServer([served])
  const seen = new Set<NameKey>()
  const queue: Name[] = [parseName('p.test.'), parseName('nobody.p.test.')]
  let found = 0
  for (let steps = 0; steps < walkSteps; steps++) {
    const name = queue.shift()
    if (!name) break
    for (const next of namesIn(ask(server, name))) {
      if (isHost(next)) found++
      for (const near of [next, ...around(next)]) {
        if (seen.has(nameKey(near))) continue
        seen.add(nameKey(near))
        if (!isHost(near)) queue.push(near)
      }
    }
  }
  return { seen: seen.size, found }
}

function* prefixesOf(name: Name): Generator<NameKey> {
  const labels = nameLabels(name).length
  for (let at = 0, left = labels; left > 2; left--) {
    yield nameKey(name.subarray(at))
    at += (name[at] ?? 0) + 1
  }
}

/** Names next to another: what somebody asks for who looks for the next one that exists. */
function around(name: Name): Name[] {
  const length = name[0] ?? 0
  if (name.length > 200 || length === 0 || length > 60) return []
  const longer = Uint8Array.from([length + 1, ...name.subarray(1, length + 1), 0x61])
  const after = Uint8Array.from(name)
  after[length] = ((after[length] ?? 0) + 1) & 0xff
  return [
    nameFromOctets(Uint8Array.from([...longer, ...name.subarray(length + 1)])),
    nameFromOctets(after),
  ]
}

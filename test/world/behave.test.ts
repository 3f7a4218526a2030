/** Every behaviour, by every way to narrow it, on the answers of a zone that is in order. */
import t from 'tap'
import type { Act, Behaviour } from '../../src/lab/index.ts'
import {
  Ede,
  Flag,
  type Message,
  Rcode,
  readMessage,
  writeMessage,
} from '../../src/message/index.ts'
import { formatType, parseType, RR } from '../../src/rr/index.ts'
import { formatName, lowerName, parseName } from '../../src/wire/index.ts'
import { behave, type Stand } from '../../src/world/behave.ts'
import { buildTree } from '../support/signed-tree.ts'

type When = Extract<Act, { readonly kind: 'behave' }>['when']

const text = `@ 600 SOA ns1 hostmaster 1 7200 3600 1209600 300
  @ NS ns1
  ns1 A 192.0.2.53
  @ A 192.0.2.80
  big TXT ${Array.from({ length: 8 }, () => `"${'x'.repeat(200)}"`).join(' ')}`
const { server } = buildTree([{ apex: 'shop.test.', text, signing: { denial: 'nsec' } }])

interface Asking extends Partial<Stand['asked']> {
  readonly name?: string
  readonly type?: string
  readonly index?: number
  /** Undefined: no EDNS. */
  readonly udpOctets?: number | undefined
}

function queryOf({ name = 'Shop.test.', type = 'A', ...more }: Asking): Message {
  const udpOctets = 'udpOctets' in more ? more.udpOctets : 1232
  return {
    ...{ id: 4711, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name: parseName(name), type: parseType(type), class: 1 }],
    edns:
      udpOctets === undefined ? undefined : { udpOctets, version: 0, flags: 0x8000, options: [] },
  }
}

/** What is said, and how often the zone was asked for the truth. */
function say(query: Uint8Array, acts: readonly Act[], asking: Asking = {}) {
  const { via = 'udp', from = '127.0.0.9', index = 0 } = asking
  const asked = { server: '127.53.0.3', via, from }
  const heard: Uint8Array[] = []
  const stand = { apex: parseName('shop.test.'), server: index, asked }
  const reply = behave(query, acts, stand, (octets) => {
    heard.push(octets)
    return server.exchange(octets, via === 'tcp')
  })
  return { ...reply, heard }
}

function told(as: Behaviour, asking: Asking = {}, when: When = {}) {
  const query = writeMessage(queryOf(asking))
  const acts: Act[] = [{ kind: 'behave', as, when }]
  const { octets, delayMs, heard } = say(query, acts, asking)
  const honest = server.exchange(query, asking.via === 'tcp')
  if (!honest) throw new Error('no answer')
  const truth = readMessage(honest)
  return { said: octets && readMessage(octets), octets, delayMs, heard, query, truth, honest }
}

const empty = { answer: [], authority: [], additional: [] }

t.test('where nothing is at work the octets go out as they are', async (t) => {
  const query = writeMessage(queryOf({}))
  const honest = server.exchange(query)
  const others: Act[] = [
    { kind: 'ds', edit: { kind: 'none' } },
    { kind: 'behave', as: { kind: 'drop' }, when: { types: [RR.TLSA] } },
  ]
  for (const acts of [[], others]) {
    t.strictSame(say(query, acts), { octets: honest, delayMs: 0, heard: [query] })
  }
})

t.test('whatever is no query is answered as it would be', async (t) => {
  const drop: Act[] = [{ kind: 'behave', as: { kind: 'drop' }, when: {} }]
  const query = writeMessage(queryOf({}))
  const [question] = queryOf({}).questions
  const oddities = [
    new Uint8Array(0),
    query.subarray(0, 20),
    writeMessage({ ...queryOf({}), questions: [] }),
    writeMessage({ ...queryOf({}), questions: question ? [question, question] : [] }),
    writeMessage({ ...queryOf({}), opcode: 4 }),
    writeMessage({ ...queryOf({}), flags: Flag.QR }),
  ]
  for (const odd of oddities) {
    t.strictSame(say(odd, drop), { octets: server.exchange(odd), delayMs: 0, heard: [odd] })
  }
})

t.test('a behaviour is narrowed', async (t) => {
  const cases: readonly [When, Asking, boolean][] = [
    [{ owners: ['@'] }, {}, true],
    [{ owners: ['@'] }, { name: 'ns1.shop.test.' }, false],
    [{ owners: ['h', 'NS1'] }, { name: 'ns1.shop.test.' }, true],
    [{ types: [RR.TLSA, RR.A] }, {}, true],
    [{ types: [RR.TLSA] }, {}, false],
    [{ via: 'udp' }, { via: 'udp' }, true],
    [{ via: 'udp' }, { via: 'tcp' }, false],
    [{ server: 1 }, { index: 1 }, true],
    [{ server: 1 }, { index: 0 }, false],
    [{ notFrom: ['127.0.0.1'] }, { from: '127.0.0.2' }, true],
    [{ notFrom: ['127.0.0.1'] }, { from: '127.0.0.1' }, false],
    [{ owners: ['@'], types: [RR.A], via: 'tcp', server: 0 }, { via: 'tcp' }, true],
    [{ owners: ['@'], types: [RR.A], via: 'tcp', server: 0 }, { via: 'udp' }, false],
  ]
  for (const [when, asking, isAtWork] of cases) {
    const { octets } = told({ kind: 'drop' }, asking, when)
    t.equal(octets === undefined, isAtWork, JSON.stringify({ when, asking }))
  }
})

t.test('an rcode, with sections or without', async (t) => {
  const { said, truth } = told({ kind: 'rcode', rcode: Rcode.REFUSED, sections: 'empty' })
  const flags = truth.flags & ~Flag.AA
  t.strictSame(said, { ...truth, ...empty, rcode: Rcode.REFUSED, flags })
  const kept = told({ kind: 'rcode', rcode: Rcode.SERVFAIL, sections: 'kept' })
  t.strictSame(kept.said, { ...kept.truth, rcode: Rcode.SERVFAIL })
  t.ok(kept.truth.answer.length > 0)
  const nothing = told({ kind: 'rcode', rcode: Rcode.NXDOMAIN, sections: 'empty' })
  t.ok((nothing.said?.flags ?? 0) & Flag.AA, 'who denies a name speaks for the zone')
})

t.test('an extended error, where EDNS is understood (RFC 8914 §2)', async (t) => {
  const { said, truth } = told({ kind: 'ede', code: 10_000 })
  const option = { code: 15, data: Uint8Array.of(0x27, 0x10) }
  t.strictSame(said?.edns?.options, [...(truth.edns?.options ?? []), option])
  t.strictSame(said?.answer, truth.answer)
  const plain = told({ kind: 'ede', code: 6 }, { udpOctets: undefined })
  t.strictSame(plain.said, plain.truth)
})

t.test('silence, of one transport or both, does not ask for the truth', async (t) => {
  for (const [kind, via, isSilent] of [
    ['drop', 'udp', true],
    ['drop', 'tcp', true],
    ['refuseTcp', 'udp', false],
    ['refuseTcp', 'tcp', true],
    ['refuseUdp', 'udp', true],
    ['refuseUdp', 'tcp', false],
  ] as const) {
    const { octets, heard, honest } = told({ kind }, { via })
    t.strictSame(octets, isSilent ? undefined : honest, `${kind} ${via}`)
    t.equal(heard.length, isSilent ? 0 : 1)
  }
})

t.test('a delay leaves the octets, and delays add up', async (t) => {
  const { octets, honest, delayMs, query } = told({ kind: 'delay', ms: 300 })
  t.strictSame(octets, honest)
  t.equal(delayMs, 300)
  const twice = [300, 50].map(
    (ms): Act => ({ kind: 'behave', as: { kind: 'delay', ms }, when: {} }),
  )
  t.equal(say(query, twice).delayMs, 350)
})

t.test('truncation', async (t) => {
  const { said, truth } = told({ kind: 'truncate' })
  t.strictSame(said, { ...truth, ...empty, flags: truth.flags | Flag.TC })
})

t.test('without EDNS the answer is one to a query without (RFC 6891 §7)', async (t) => {
  const { said } = told({ kind: 'stripEdns' })
  t.equal(said?.edns, undefined)
  t.strictSame(
    said?.answer.map(({ type }) => formatType(type)),
    ['A'],
  )
  const long = told({ kind: 'stripEdns' }, { name: 'big.shop.test.', type: 'TXT' })
  t.ok((long.said?.flags ?? 0) & Flag.TC)
  const without = told({ kind: 'stripEdns' }, { udpOctets: undefined })
  t.strictSame(without.octets, without.honest)
})

t.test('without DO there is EDNS, and no DNSSEC (RFC 3225 §3)', async (t) => {
  const { said } = told({ kind: 'stripDnssec' })
  t.equal(said?.edns?.flags, 0)
  t.strictSame(
    said?.answer.map(({ type }) => formatType(type)),
    ['A'],
  )
})

t.test('a version of EDNS that is not understood (RFC 6891 §6.1.3)', async (t) => {
  const { said } = told({ kind: 'badVersion' })
  t.equal(said?.rcode, Rcode.BADVERS)
  t.strictSame(said?.answer, [])
  const plain = told({ kind: 'badVersion' }, { udpOctets: undefined })
  t.strictSame(plain.said, plain.truth)
})

t.test('a server that has no such zone', async (t) => {
  const { said } = told({ kind: 'lame' })
  t.equal(said?.rcode, Rcode.REFUSED)
  t.equal((said?.flags ?? 0) & Flag.AA, 0)
  t.strictSame(said?.edns?.options.at(-1)?.data, Uint8Array.of(0, Ede.NOT_AUTHORITATIVE))
  const up = told({ kind: 'upward' }).said
  t.equal(up?.rcode, Rcode.NOERROR)
  t.equal((up?.flags ?? 0) & Flag.AA, 0)
  t.strictSame(
    up?.authority.map(({ owner, type }) => `${formatName(owner)} ${formatType(type)}`),
    ['. NS'],
  )
})

t.test('answers that do not fit', async (t) => {
  const { said, truth } = told({ kind: 'wrongId' })
  t.strictSame(said && { ...said, id: truth.id }, truth)
  t.not(said?.id, truth.id)
  const other = told({ kind: 'wrongQuestion' })
  t.strictSame(other.said && { ...other.said, questions: other.truth.questions }, other.truth)
  t.equal(other.said?.questions[0]?.type, RR.TXT)
  t.equal(told({ kind: 'wrongQuestion' }, { type: 'TXT' }).said?.questions[0]?.type, RR.A)
  const lower = told({ kind: 'caseLost' })
  const asked = lower.truth.questions[0]
  t.ok(asked && formatName(asked.name) === 'Shop.test.')
  t.strictSame(lower.said?.questions, asked && [{ ...asked, name: lowerName(asked.name) }])
  const not = told({ kind: 'notAuthoritative' })
  t.strictSame(not.said, { ...not.truth, flags: not.truth.flags & ~Flag.AA })
})

t.test('an RRset that nobody asked for', async (t) => {
  for (const section of ['answer', 'authority', 'additional'] as const) {
    const { said, truth } = told({ kind: 'inject', section })
    t.strictSame(said?.[section].slice(0, -1), truth[section])
    const last = said?.[section].at(-1)
    t.equal(last && formatName(last.owner), 'injected.shop.test.')
  }
})

t.test('what is said has no more octets than the client takes', async (t) => {
  const asking = { name: 'big.shop.test.', type: 'TXT' }
  const over = told({ kind: 'ede', code: 6 }, { ...asking, via: 'tcp' })
  t.ok((over.octets?.length ?? 0) > 1600)
  t.strictSame(over.said?.answer, over.truth.answer)
  for (const udpOctets of [undefined, 512, 1232, 4096]) {
    const { octets, said } = told({ kind: 'notAuthoritative' }, { ...asking, udpOctets })
    t.ok((octets?.length ?? 0) <= (udpOctets === 512 || !udpOctets ? 512 : 1232))
    t.ok((said?.flags ?? 0) & Flag.TC)
  }
})

t.test('behaviours go one after the other', async (t) => {
  const acts: Act[] = [
    { kind: 'behave', as: { kind: 'rcode', rcode: Rcode.SERVFAIL, sections: 'empty' }, when: {} },
    { kind: 'behave', as: { kind: 'ede', code: 22 }, when: {} },
    { kind: 'behave', as: { kind: 'delay', ms: 5 }, when: {} },
    { kind: 'behave', as: { kind: 'drop' }, when: { via: 'tcp' } },
  ]
  const { octets, delayMs } = say(writeMessage(queryOf({})), acts)
  const said = octets && readMessage(octets)
  t.equal(said?.rcode, Rcode.SERVFAIL)
  t.strictSame(said?.edns?.options.at(-1)?.data, Uint8Array.of(0, 22))
  t.equal(delayMs, 5)
})

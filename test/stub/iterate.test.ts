import t, { type Test } from 'tap'
import { Rcode, readMessage } from '../../src/message/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { Errand } from '../../src/stub/errand.ts'
import { createStub, type Hint, type StubLimits } from '../../src/stub/index.ts'
import { Iterate } from '../../src/stub/iterate.ts'
import { Peers } from '../../src/stub/peers.ts'
import { makeQuery } from '../../src/stub/query.ts'
import { parseName } from '../../src/wire/index.ts'
import { type Received, replyTo, type Script, scriptedServer } from '../support/scripted-dns.ts'
import { anchorOf, dsOf, serveDns } from '../support/served-dns.ts'
import { buildZone, type DenialKind } from '../support/served-zone.ts'
import { stubParts } from '../support/stub-parts.ts'

const soa = (ns: string): string => `@ SOA ${ns} host. 1 7200 900 1209600 300\n@ NS ${ns}`

/** Root, test., leaf.test. (signed) and plain.test. (not), on 127.0.0.2, .3, .4 and .4. */
function smallInternet(denial: DenialKind) {
  const leafText = [
    soa('ns.leaf.test.'),
    'ns A 127.0.0.4',
    '@ MX 10 mail.plain.test.',
    'mail A 192.0.2.1',
    'to.plain CNAME www.plain.test.',
    'deep.er.names TXT here',
  ].join('\n')
  const leaf = buildZone('leaf.test.', leafText, { denial })
  const plain = buildZone(
    'plain.test.',
    `${soa('ns.leaf.test.')}\nwww A 192.0.2.2\nmail A 192.0.2.3`,
  )
  const tldText = [
    soa('ns.test.'),
    'ns A 127.0.0.3',
    'leaf NS ns.leaf',
    'ns.leaf A 127.0.0.4',
    dsOf(leaf, 'leaf'),
    'plain NS ns.leaf',
  ].join('\n')
  const tld = buildZone('test.', tldText, { denial })
  const rootText = [
    soa('a.root-servers.test.'),
    'test. NS ns.test.',
    'ns.test. A 127.0.0.3',
    dsOf(tld, 'test.'),
  ].join('\n')
  const root = buildZone('.', rootText, { denial })
  return { root, tld, leaf, plain }
}

function hintsOf(address: string, port?: number): Hint[] {
  const name = parseName('a.root-servers.test.')
  return [port === undefined ? { name, address } : { name, address, port }]
}

for (const denial of ['nsec', 'nsec3', 'minimal', 'compact'] as const) {
  t.test(`iterate: root, top level, leaf on servers of their own, ${denial}`, async (t) => {
    const parts = stubParts(t.name)
    const { root, tld, leaf, plain } = smallInternet(denial)
    const top = await serveDns(t, [root], parts.clock, { address: '127.0.0.2' })
    const { port } = top
    await serveDns(t, [tld], parts.clock, { address: '127.0.0.3', port })
    await serveDns(t, [leaf, plain], parts.clock, { address: '127.0.0.4', port })
    const mode = { kind: 'iterate', hints: hintsOf('127.0.0.2'), port } as const
    const stub = createStub({ ...parts, mode, anchors: [anchorOf(root)] })
    t.teardown(() => stub.close())
    await asksAll(t, stub)
    const asked = top.queries()
    await stub.resolve(parseName('other.leaf.test.'), RR.A)
    t.equal(top.queries(), asked, 'the root is not asked about what it has delegated')
  })
}

/** What must come of it, however the zones are spread over servers. */
async function asksAll(t: Test, stub: ReturnType<typeof createStub>): Promise<void> {
  const resolve = (name: string, type = RR.A) => stub.resolve(parseName(name), type)
  t.match(await resolve('mail.leaf.test.'), { security: 'secure', rcode: 0 })
  t.match(await resolve('leaf.test.', RR.MX), { security: 'secure', rcode: 0, queries: 1 })
  t.match(await resolve('none.leaf.test.'), { security: 'secure', rcode: Rcode.NXDOMAIN })
  t.match(await resolve('er.names.leaf.test.'), { security: 'secure', rcode: 0, data: undefined })
  t.match(await resolve('leaf.test.', RR.DS), { security: 'secure', rcode: 0 })
  t.match(await resolve('leaf.test.', RR.DNSKEY), { security: 'secure', rcode: 0 })
  t.match(await resolve('plain.test.', RR.DS), { security: 'secure', data: undefined })
  t.match(await resolve('www.plain.test.'), { security: 'insecure', rcode: 0 })
  t.match(await resolve('none.plain.test.'), { security: 'insecure', rcode: Rcode.NXDOMAIN })
  t.match(await resolve('to.plain.leaf.test.'), {
    security: 'insecure',
    hops: [{ security: 'secure' }, { security: 'insecure' }],
  })
  t.match(await resolve('none.', RR.NS), { security: 'secure', rcode: Rcode.NXDOMAIN })
  t.match(await resolve('.', RR.NS), { security: 'secure', rcode: 0 })
}

t.test(
  'iterate: all zones on one server, which answers as the leaf when asked as the root',
  async (t) => {
    const parts = stubParts(t.name)
    const { root, tld, leaf, plain } = smallInternet('nsec')
    const { port } = await serveDns(t, [root, tld, leaf, plain], parts.clock)
    const mode = { kind: 'iterate', hints: hintsOf('127.0.0.1', port), port: 1 } as const
    const stub = createStub({ ...parts, mode, anchors: [anchorOf(root)] })
    t.teardown(() => stub.close())
    await asksAll(t, stub)
  },
)

/** A query for www.test., as a server gets it. */
const rootQuery: Received = {
  message: readMessage(
    makeQuery(
      { name: parseName('www.test.'), type: RR.A, isRecursive: false },
      { id: 1, sent: parseName('www.test.'), udpOctets: 1232, cookie: undefined, isPadded: false },
    ).octets,
  ),
  octets: new Uint8Array(0),
  via: 'udp',
  count: 1,
  port: 1,
}

/** A stub that iterates through one scripted server, which plays everybody. */
async function scripted(t: Test, script: Script, limits: Partial<StubLimits> = {}) {
  const parts = stubParts(t.fullname, { limits })
  const server = await scriptedServer(t, script)
  const { port } = server
  const mode = { kind: 'iterate', hints: hintsOf('127.0.0.1'), port } as const
  const stub = createStub({
    ...parts,
    mode,
    anchors: [{ zone: parseName('.'), ds: [], dnskeys: [] }],
  })
  t.teardown(() => stub.close())
  const resolve = (name: string, type = RR.A) => stub.resolve(parseName(name), type, parts)
  const asked = () =>
    server.received.map(({ message }) => {
      const [question] = message.questions
      const mnemonic = question?.type === RR.A ? 'A' : question?.type === RR.AAAA ? 'AAAA' : 'other'
      return `${String.fromCharCode(...(question?.name ?? [])).toLowerCase()} ${mnemonic}`
    })
  return { ...parts, server, resolve, asked }
}

/** The labels of the name that a query is for, lower case, with dots. */
function nameIn({ message }: Parameters<Script>[0]): string {
  return formatRdata(RR.NS, message.questions[0]?.name as Uint8Array).toLowerCase()
}

const referral = (zone: string, servers: readonly string[], glue: readonly string[] = []) => ({
  flags: 0x8000,
  authority: servers.map((ns) => `${zone} 300 NS ${ns}`),
  additional: glue,
})

t.test('iterate: a server without glue is looked up, and its address is kept', async (t) => {
  const { resolve, server } = await scripted(t, (query) => {
    const name = nameIn(query)
    if (name === 'ns.other.') return [replyTo(query, { answer: ['ns.other. 300 A 127.0.0.1'] })]
    const isReferred = server.received.some((other) => nameIn(other) === 'ns.other.')
    if (!isReferred) return [replyTo(query, referral('test.', ['ns.other.']))]
    return [replyTo(query, { answer: [`${name} 300 A 192.0.2.1`] })]
  })
  t.match(await resolve('www.test.'), { security: 'insecure', rcode: 0 })
  t.match(await resolve('two.test.'), { security: 'insecure', rcode: 0, queries: 1 })
})

t.test('iterate: NXNSAttack: no more names of servers are looked up than the limit', async (t) => {
  const many = Array.from({ length: 100 }, (_, n) => `ns${n}.victim.`)
  const { resolve, server } = await scripted(
    t,
    (query) => [
      nameIn(query).endsWith('victim.')
        ? replyTo(query, { rcode: Rcode.NXDOMAIN, authority: ['victim. 9 SOA a. b. 1 2 3 4 5'] })
        : replyTo(query, referral('test.', many)),
    ],
    { serverNames: 5 },
  )
  const resolution = await resolve('www.test.')
  t.match(resolution, { security: 'indeterminate', reason: { limit: 'serverNames', ede: 22 } })
  const victims = server.received.map(nameIn).filter((name) => name.endsWith('victim.'))
  t.equal(new Set(victims).size, 5)
  t.equal(victims.length, 10, 'A and AAAA of each')
})

t.test('iterate: servers of two zones that need each other lead nowhere, soon', async (t) => {
  const { resolve, server } = await scripted(t, (query) => {
    const isOne = nameIn(query).endsWith('one.')
    return [replyTo(query, isOne ? referral('one.', ['ns.two.']) : referral('two.', ['ns.one.']))]
  })
  t.match(await resolve('www.one.'), { security: 'indeterminate', reason: { ede: 22 } })
  t.ok(server.received.length < 30, `${server.received.length} queries`)
})

t.test('iterate: lookups within lookups end at the depth', async (t) => {
  const { resolve, server } = await scripted(
    t,
    (query) => {
      const [, level = '0'] = /z(\d+)\.$/.exec(nameIn(query)) ?? []
      return [replyTo(query, referral(`z${level}.`, [`ns.z${Number(level) + 1}.`]))]
    },
    { depth: 3 },
  )
  t.match(await resolve('www.z0.'), { security: 'indeterminate' })
  const levels = server.received.map((query) => Number(/z(\d+)\.$/.exec(nameIn(query))?.[1]))
  t.equal(Math.max(...levels), 3)
})

t.test('bug: a zone of strangers had a lookup of others kept as a failure', async (t) => {
  // The servers of victim. are in hoster.; those of attack. are said to be in victim.
  const seen = new Set<string>()
  const { resolve } = await scripted(
    t,
    (query) => {
      const name = nameIn(query)
      if (name.endsWith('attack.')) return [replyTo(query, referral('attack.', ['mx.victim.']))]
      const isAgain = seen.has('ns.hoster.') && name !== 'ns.hoster.'
      if (name.endsWith('victim.') && !isAgain) {
        return [replyTo(query, referral('victim.', ['ns.hoster.']))]
      }
      seen.add(name)
      return [replyTo(query, { answer: [`${name} 300 A 127.0.0.1`] })]
    },
    { depth: 1 },
  )
  t.match(await resolve('www.attack.'), { security: 'indeterminate' })
  t.match(await resolve('mx.victim.'), { security: 'insecure', rcode: 0, data: {} })
})

t.test('iterate: referrals that go on and on end at the limit', async (t) => {
  const { resolve, server } = await scripted(
    t,
    (query) => {
      const labels = nameIn(query).split('.').slice(0, -1)
      const zone = `${labels.slice(-query.count).join('.')}.`
      return [replyTo(query, referral(zone, [`ns.${zone}`], [`ns.${zone} 300 A 127.0.0.1`]))]
    },
    { referrals: 6 },
  )
  const name = `${Array.from({ length: 20 }, (_, n) => `l${n}`).join('.')}.`
  t.match(await resolve(name), { security: 'indeterminate', reason: { limit: 'referrals' } })
  t.equal(server.received.length, 7)
})

t.test('iterate: referrals upwards, sideways and to the same zone are lame', async (t) => {
  for (const zone of ['.', 'test.', 'other.', 'side.test.']) {
    const { resolve, troubles, server } = await scripted(t, (query) => {
      const isFirst = query.count === 1
      const owner = isFirst ? 'test.' : zone
      return [replyTo(query, referral(owner, ['ns.test.'], ['ns.test. 300 A 127.0.0.1']))]
    })
    t.match(await resolve('www.test.'), {
      security: 'indeterminate',
      reason: { text: /referral upwards|answer without authority/ },
    })
    t.equal(server.received.length, 2, `${zone}: ${troubles().join()}`)
  }
})

t.test('iterate: a lame server is passed over for one that has authority', async (t) => {
  const glue = ['a.test. 9 A 127.0.0.1', 'a.test. 9 A 127.0.0.2']
  const { resolve, server, troubles } = await scripted(t, (query) => [
    replyTo(query, referral('test.', ['a.test.'], glue)),
  ])
  const script: Script = (query) => [
    replyTo(
      query,
      query.count === 1 ? { rcode: Rcode.REFUSED } : { answer: ['y.test. 9 A 192.0.2.1'] },
    ),
  ]
  const address = '127.0.0.2'
  const other = await scriptedServer(t, script, { address, port: server.port, isUdpOnly: true })
  t.match(await resolve('www.test.'), { security: 'indeterminate', rcode: Rcode.REFUSED })
  t.strictSame(troubles().sort(), ['REFUSED', 'referral upwards'])
  t.match(await resolve('y.test.'), { security: 'insecure', rcode: 0 })
  t.equal(other.received.length, 2)
})

t.test('iterate: a referral to this machine itself is not followed, but in a lab', async (t) => {
  const own = ['127.0.0.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '224.0.0.1', 'ff02::1']
  for (const address of own) {
    const type = address.includes(':') ? 'AAAA' : 'A'
    const glue = [`ns.test. 9 ${type} ${address}`]
    const exchange = {
      ask: async () => {
        const octets = replyTo(rootQuery, referral('test.', ['ns.test.'], glue))
        return { kind: 'response', message: readMessage(octets) } as const
      },
    }
    const parts = stubParts(t.name)
    const peers = new Peers(parts)
    const asked: string[] = []
    const iterate = new Iterate({
      ...parts,
      peers,
      exchange: {
        ask: (server) => {
          asked.push(server.address)
          return exchange.ask()
        },
      },
      hints: [{ name: parseName('a.root.'), address: '192.0.2.1' }],
      port: 53,
      findWithin: async () => ({ kind: 'failed', reason: { text: '', ede: 22 }, rcode: 2 }),
    })
    const lookup = { name: parseName('www.test.'), type: RR.A, purpose: 'answer' } as const
    const found = await iterate.find(lookup, new Errand(10, undefined), new Set())
    t.equal(found.kind, 'failed')
    t.strictSame(asked, ['192.0.2.1'], address)
  }
})

t.test('iterate: glue for names outside the zone that gives it does not count', async (t) => {
  const { resolve, server } = await scripted(t, (query) => {
    const name = nameIn(query)
    if (name === 'ns.bank.') return [replyTo(query, { answer: ['ns.bank. 9 A 127.0.0.1'] })]
    if (query.count === 1) {
      return [replyTo(query, referral('evil.', ['ns.evil.'], ['ns.evil. 9 A 127.0.0.1']))]
    }
    const glue = ['ns.bank. 9 A 127.0.0.66']
    if (query.count === 2) return [replyTo(query, referral('sub.evil.', ['ns.bank.'], glue))]
    return [replyTo(query, { answer: [`${name} 9 A 192.0.2.1`] })]
  })
  t.match(await resolve('www.sub.evil.'), { security: 'insecure', rcode: 0 })
  t.ok(server.received.map(nameIn).includes('ns.bank.'), 'its address is looked up')
})

t.test('iterate: what a server says of names outside its zone is dropped', async (t) => {
  const { resolve } = await scripted(t, (query) => {
    const name = nameIn(query)
    if (query.count === 1) {
      return [replyTo(query, referral('evil.', ['ns.evil.'], ['ns.evil. 9 A 127.0.0.1']))]
    }
    if (name === 'www.bank.') return [replyTo(query, { answer: ['www.bank. 9 A 192.0.2.1'] })]
    const answer = ['www.evil. 9 CNAME www.bank.', 'www.bank. 9 A 203.0.113.66']
    return [replyTo(query, { answer })]
  })
  const resolution = await resolve('www.evil.')
  t.match(resolution, { security: 'insecure', rcode: 0 })
  t.strictSame(resolution.data?.rrset.rdatas, [Uint8Array.of(192, 0, 2, 1)])
})

t.test(
  'iterate: when the servers of a kept delegation are gone, the parent is asked anew',
  async (t) => {
    let isMoved = false
    const { resolve, clock } = await scripted(t, (query) => {
      const name = nameIn(query)
      const old = ['ns.test. 300 A 127.0.0.66']
      const now = ['ns.test. 300 A 127.0.0.1']
      if (name !== 'three.test.') return [replyTo(query, referral('test.', ['ns.test.'], old))]
      if (!isMoved) {
        isMoved = true
        return [replyTo(query, referral('test.', ['ns.test.'], now))]
      }
      return [replyTo(query, { answer: ['three.test. 9 A 192.0.2.1'] })]
    })
    t.match(await resolve('one.test.'), { security: 'indeterminate' })
    clock.advance(5)
    t.match(await resolve('three.test.'), { security: 'insecure', rcode: 0 })
  },
)

import { createSocket } from 'node:dgram'
import t, { type Test } from 'tap'
import { EdnsOption, Flag, Rcode } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { Errand } from '../../src/stub/errand.ts'
import { Exchange } from '../../src/stub/exchange.ts'
import type { StubLimits, Upstream } from '../../src/stub/index.ts'
import { Peers } from '../../src/stub/peers.ts'
import { socketNetwork } from '../../src/stub/sockets.ts'
import { formatName, type Name, parseName } from '../../src/wire/index.ts'
import { selfSigned } from '../support/certificate.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { replyTo, type ScriptedServer, scriptedServer } from '../support/scripted-dns.ts'
import { stubParts } from '../support/stub-parts.ts'

const asked = { name: parseName('Mail.Example.'), type: RR.A, isRecursive: true }
const answer = ['mail.example. 60 A 192.0.2.1']

/** An exchange whose time a test turns by hand. */
function exchangeWith(t: Test, limits: Partial<StubLimits> = {}, seed = t.fullname) {
  const timers = manualTimers()
  const parts = stubParts(seed, { timers, limits })
  const peers = new Peers(parts)
  const network = socketNetwork(parts)
  t.teardown(() => network.close())
  const exchange = new Exchange({ ...parts, peers, network })
  const errand = new Errand(parts.limits.queries, parts.onTrace)
  const ask = (server: Upstream, tries = 1) => exchange.ask(server, asked, errand, tries)
  return { ...parts, timers, peers, errand, ask }
}

function over(via: Upstream['via'], { address, port }: ScriptedServer): Upstream {
  return { address, port, via }
}

t.test('Exchange: asks with RD, CD, DO, 1232 octets, mixed case and a cookie', async (t) => {
  const server = await scriptedServer(t, (query) => [replyTo(query, { answer })])
  const { ask } = exchangeWith(t)
  const result = await ask(over('udp', server))
  const query = server.received[0]?.message
  t.match(query, { flags: Flag.RD | Flag.CD, opcode: 0, answer: [] })
  t.match(query?.edns, { udpOctets: 1232, version: 0, flags: 0x8000 })
  t.match(query?.edns?.options, [{ code: EdnsOption.COOKIE, data: { length: 8 } }])
  const sent = formatName(query?.questions[0]?.name as Name)
  t.equal(sent.toLowerCase(), 'mail.example.')
  t.not(sent, 'Mail.Example.', 'the case is drawn, not that of the caller')
  t.match(result, { kind: 'response', message: { rcode: 0, answer: { length: 1 } } })
})

t.test('Exchange: of an authority, neither RD nor CD is asked', async (t) => {
  const server = await scriptedServer(t, (query) => [replyTo(query, { answer })])
  const parts = stubParts(t.name)
  const exchange = new Exchange({
    ...parts,
    peers: new Peers(parts),
    network: socketNetwork(parts),
  })
  const errand = new Errand(1, undefined)
  await exchange.ask(over('udp', server), { ...asked, isRecursive: false }, errand, 1)
  t.equal(server.received[0]?.message.flags, 0)
})

t.test('Exchange: ids, ports and cases differ from query to query', async (t) => {
  const server = await scriptedServer(t, (query) => [replyTo(query, { answer })])
  const { ask } = exchangeWith(t)
  for (let n = 0; n < 20; n++) await ask(over('udp', server))
  const distinct = (values: unknown[]): number => new Set(values).size
  t.equal(distinct(server.received.map(({ message }) => message.id)), 20)
  t.ok(distinct(server.received.map(({ port }) => port)) > 15)
  t.ok(server.received.every(({ port }) => port >= 1024))
  const names = server.received.map(({ message }) => message.questions[0]?.name as Name)
  t.ok(distinct(names.map(formatName)) > 15)
})

t.test(
  'Exchange: names that point at the question come back in the case of the caller',
  async (t) => {
    const server = await scriptedServer(t, (query) => {
      const sent = formatName(query.message.questions[0]?.name as Name)
      const parent = sent.slice(sent.indexOf('.') + 1)
      return [
        replyTo(query, {
          answer: [`${sent} 60 CNAME OTHER.${parent}`, `OTHER.${parent} 60 A 192.0.2.1`],
          authority: ['ELSEWHERE. 60 NS ns.ELSEWHERE.'],
        }),
      ]
    })
    const { ask } = exchangeWith(t)
    const result = await ask(over('udp', server))
    if (result.kind !== 'response') throw new Error(result.kind)
    const [alias, data] = result.message.answer
    t.equal(formatName(alias?.owner as Name), 'Mail.Example.')
    t.equal(formatName(alias?.rdata as Name), 'OTHER.Example.')
    t.equal(formatName(data?.owner as Name), 'OTHER.Example.')
    t.equal(formatName(result.message.authority[0]?.owner as Name), 'ELSEWHERE.')
  },
)

t.test('Exchange: ignores what does not fit, and takes the answer after it', async (t) => {
  const other = parseName('other.example.')
  const server = await scriptedServer(t, (query) => {
    const good = replyTo(query, { answer })
    const { questions } = query.message
    return [
      Uint8Array.of(1, 2, 3),
      replyTo(query, { id: query.message.id ^ 1 }),
      replyTo(query, { flags: 0 }),
      replyTo(query, { opcode: 4 }),
      replyTo(query, { questions: [{ name: other, type: RR.A, class: 1 }] }),
      replyTo(query, { questions: questions.map((question) => ({ ...question, type: RR.MX })) }),
      replyTo(query, { questions: questions.map((question) => ({ ...question, class: 3 })) }),
      replyTo(query, { questions: [] }),
      replyTo(query, { questions: [...questions, ...questions] }),
      good.subarray(0, good.length - 1),
      good,
    ]
  })
  const { ask, troubles } = exchangeWith(t)
  t.match(await ask(over('udp', server)), { kind: 'response', message: { rcode: 0 } })
  t.match(troubles(), [
    '3 octets are no message',
    'answer with another id',
    'a query instead of an answer',
    'answer with another opcode',
    ...Array(5).fill('answer to another question'),
    /^malformed answer: /,
  ])
  t.equal(server.received.length, 1, 'one query')
})

t.test('Exchange: gives a server up after so many datagrams that do not fit', async (t) => {
  const server = await scriptedServer(t, (query) =>
    Array(40).fill(replyTo(query, { id: query.message.id ^ 1 })),
  )
  const { ask } = exchangeWith(t, { strays: 10 })
  t.match(await ask(over('udp', server)), {
    kind: 'failed',
    text: '10 datagrams that are no answer',
  })
})

t.test('Exchange: what comes from another address or port is never heard', async (t) => {
  const stranger = createSocket('udp4')
  t.teardown(() => stranger.close())
  const server = await scriptedServer(t, async (query) => {
    const forged = replyTo(query, { answer: ['mail.example. 60 A 203.0.113.66'] })
    await new Promise((resolve) => stranger.send(forged, query.port, '127.0.0.1', resolve))
    return [replyTo(query, { answer })]
  })
  const { ask, troubles } = exchangeWith(t)
  const result = await ask(over('udp', server))
  if (result.kind !== 'response') throw new Error(result.kind)
  t.strictSame(result.message.answer[0]?.rdata, Uint8Array.of(192, 0, 2, 1))
  t.strictSame(troubles(), [])
})

t.test('Exchange: a question in another case is asked again by TCP, unmixed', async (t) => {
  const server = await scriptedServer(t, (query) => {
    const questions = query.message.questions.map((question) => ({ ...question, name: asked.name }))
    return [replyTo(query, { questions, answer })]
  })
  const { ask, troubles } = exchangeWith(t)
  t.match(await ask(over('udp', server)), { kind: 'response' })
  t.strictSame(
    server.received.map(({ via }) => via),
    ['udp', 'tcp'],
  )
  t.equal(formatName(server.received[1]?.message.questions[0]?.name as Name), 'Mail.Example.')
  t.strictSame(troubles(), ['case of the question not kept, asking by TCP'])
})

t.test('Exchange: a stream may change the case of the question', async (t) => {
  const lowered = parseName('mail.example.')
  const server = await scriptedServer(t, (query) => {
    const questions = query.message.questions.map((question) => ({ ...question, name: lowered }))
    return [replyTo(query, { questions, answer })]
  })
  t.match(await exchangeWith(t).ask(over('tcp', server)), { kind: 'response' })
})

t.test('Exchange: truncated, so asked again by TCP', async (t) => {
  const server = await scriptedServer(t, (query) => {
    const whole = replyTo(query, { answer })
    if (query.via === 'tcp') return [whole]
    const cut = replyTo(query, { answer, flags: Flag.QR | Flag.TC })
    return [cut.subarray(0, cut.length - 5)]
  })
  const { ask, troubles } = exchangeWith(t)
  t.match(await ask(over('udp', server)), { kind: 'response', message: { answer: { length: 1 } } })
  t.strictSame(troubles(), ['truncated, asking by TCP'])
})

t.test('Exchange: truncated by TCP too is a failure, not a loop', async (t) => {
  const server = await scriptedServer(t, (query) => [replyTo(query, { flags: Flag.QR | Flag.TC })])
  t.match(await exchangeWith(t).ask(over('udp', server)), {
    kind: 'failed',
    text: 'truncated even over a stream',
  })
  t.equal(server.received.length, 2)
})

t.test('Exchange: truncated, and TCP refused', async (t) => {
  const script = (query: Parameters<typeof replyTo>[0]) => [
    replyTo(query, { flags: Flag.QR | Flag.TC }),
  ]
  const server = await scriptedServer(t, script, { isUdpOnly: true })
  t.match(await exchangeWith(t).ask(over('udp', server)), {
    kind: 'failed',
    text: 'connection refused',
  })
})

t.test('Exchange: silence ends with the time, which doubles with each try', async (t) => {
  const server = await scriptedServer(t, () => [])
  const { ask, timers, limits } = exchangeWith(t)
  for (const tries of [1, 2, 3]) {
    const result = ask(over('udp', server), tries)
    await server.heard(tries)
    const ms = limits.udpTimeoutMs * 2 ** (tries - 1)
    t.strictSame(timers.waiting(), [ms])
    timers.advance(ms)
    t.strictSame(await result, { kind: 'silent', text: `no answer within ${ms} ms` })
  }
})

t.test('Exchange: an answer that comes after its time goes nowhere', async (t) => {
  const { ask, timers } = exchangeWith(t)
  const server = await scriptedServer(t, (query) => {
    if (query.count === 1) timers.advance(1500)
    return [replyTo(query, { answer })]
  })
  t.match(await ask(over('udp', server)), { kind: 'silent' })
  t.match(await ask(over('udp', server), 2), { kind: 'response' })
  t.equal(server.received.length, 2)
})

t.test('Exchange: nobody listens', async (t) => {
  const gone = createSocket('udp4')
  await new Promise<void>((resolve) => gone.bind(0, '127.0.0.1', resolve))
  const { port } = gone.address()
  await new Promise<void>((resolve) => gone.close(() => resolve()))
  const { ask } = exchangeWith(t)
  const refused = { kind: 'failed', text: 'connection refused' }
  t.match(await ask({ address: '127.0.0.1', port, via: 'udp' }), refused)
  t.match(await ask({ address: '127.0.0.1', port, via: 'tcp' }), refused)
})

t.test('Exchange: given up while it waits', async (t) => {
  const server = await scriptedServer(t, () => [])
  for (const via of ['udp', 'tcp'] as const) {
    const { ask, errand, timers } = exchangeWith(t, {}, `${t.name} ${via}`)
    const result = ask(over(via, server))
    await server.heard(via === 'udp' ? 1 : 2)
    errand.abandon('enough')
    t.strictSame(await result, { kind: 'abandoned' })
    t.strictSame(await ask(over(via, server)), { kind: 'abandoned' }, 'nor is anything sent then')
    timers.advance(60_000)
  }
  t.equal(server.received.length, 2)
})

t.test('Exchange: no more queries than the question may cost', async (t) => {
  const server = await scriptedServer(t, (query) => [replyTo(query, { answer })])
  const { ask, errand } = exchangeWith(t, { queries: 2 })
  await ask(over('udp', server))
  await ask(over('udp', server))
  t.strictSame(await ask(over('udp', server)), { kind: 'abandoned' })
  t.match(errand.over, { limit: 'queries' })
  t.equal(server.received.length, 2)
})

t.test('Exchange: FORMERR, NOTIMP and BADVERS to EDNS lead to a query without', async (t) => {
  for (const rcode of [Rcode.FORMERR, Rcode.NOTIMP, Rcode.BADVERS]) {
    const server = await scriptedServer(t, (query) => {
      if (!query.message.edns) return [replyTo(query, { answer })]
      // BADVERS needs OPT for its upper bits; who knows nothing of EDNS has none.
      const edns = rcode > 15 ? query.message.edns : undefined
      const questions = rcode === Rcode.FORMERR ? [] : query.message.questions
      return [replyTo(query, { rcode, edns, questions })]
    })
    const { ask, troubles } = exchangeWith(t, {}, `${rcode}`)
    t.match(await ask(over('udp', server)), { kind: 'response', message: { rcode: 0 } })
    t.strictSame(troubles(), ['EDNS refused, asking without'])
    t.equal(server.received.length, 2)
  }
})

t.test('Exchange: who refuses without EDNS too has answered', async (t) => {
  const server = await scriptedServer(t, (query) => [
    replyTo(query, { rcode: Rcode.FORMERR, questions: [] }),
  ])
  t.match(await exchangeWith(t).ask(over('udp', server)), {
    kind: 'response',
    message: { rcode: Rcode.FORMERR },
  })
  t.equal(server.received.length, 2)
})

t.test('Streams: one connection serves queries after each other, and at a time', async (t) => {
  const server = await scriptedServer(t, (query) => [replyTo(query, { answer })])
  const { ask, timers, limits } = exchangeWith(t)
  t.match(await ask(over('tcp', server)), { kind: 'response' })
  const both = await Promise.all([ask(over('tcp', server)), ask(over('tcp', server))])
  t.match(both, [{ kind: 'response' }, { kind: 'response' }])
  t.equal(server.connections(), 1)
  t.strictSame(timers.waiting(), [limits.streamIdleMs])
  timers.advance(limits.streamIdleMs)
  t.match(await ask(over('tcp', server)), { kind: 'response' })
  t.equal(server.connections(), 2, 'who was idle for too long is closed')
})

t.test('Streams: a connection that the server closed is opened again', async (t) => {
  const server = await scriptedServer(t, (query) => {
    // The second query finds the server closing: RFC 7766 §6.2.4 lets it, at any time.
    if (query.count === 2) server.hangUp()
    return query.count === 2 ? [] : [replyTo(query, { answer })]
  })
  const { ask } = exchangeWith(t)
  t.match(await ask(over('tcp', server)), { kind: 'response' })
  t.match(await ask(over('tcp', server)), { kind: 'response' })
  t.equal(server.connections(), 2)
})

t.test('Streams: answers in any order, and octets cut anywhere', async (t) => {
  const held: Uint8Array[] = []
  const server = await scriptedServer(t, (query) => {
    held.unshift(replyTo(query, { answer }))
    return held.length === 3 ? held : []
  })
  const { ask } = exchangeWith(t)
  const results = await Promise.all([1, 2, 3].map(() => ask(over('tcp', server))))
  t.ok(results.every(({ kind }) => kind === 'response'))
})

t.test('Streams: no more connections than may be open', async (t) => {
  const servers = []
  for (let n = 0; n < 3; n++) {
    servers.push(await scriptedServer(t, (query) => [replyTo(query, { answer })]))
  }
  const { ask, timers } = exchangeWith(t, { streams: 2 })
  for (const server of servers) t.match(await ask(over('tcp', server)), { kind: 'response' })
  t.equal(timers.waiting().length, 2)
})

t.test('DNS over TLS', async (t) => {
  const credentials = selfSigned('dot.example')
  const script = (query: Parameters<typeof replyTo>[0]) => [replyTo(query, { answer })]
  const server = await scriptedServer(t, script, { credentials })
  const tls = over('tls', server)
  const tlsCa = credentials.certificate

  t.test('opportunistic: any certificate will do (RFC 8310 §5)', async (t) => {
    t.match(await exchangeWith(t).ask(tls), { kind: 'response' })
  })

  t.test('strict: name and authority must be as given', async (t) => {
    const { ask } = exchangeWith(t)
    const good = { ...tls, tlsName: 'dot.example', tlsCa }
    t.match(await ask(good), { kind: 'response' })
    t.match(await ask({ ...good, tlsName: 'other.example' }), {
      kind: 'failed',
      text: /does not match certificate/,
    })
    t.match(await ask({ ...tls, tlsName: 'dot.example' }), {
      kind: 'failed',
      text: /self-signed/,
    })
  })

  t.test('queries are padded to blocks of 128 octets, and have no cookie', async (t) => {
    await exchangeWith(t).ask(tls)
    const last = server.received.at(-1)
    t.equal((last?.octets.length ?? 1) % 128, 0)
    t.strictSame(
      last?.message.edns?.options.map(({ code }) => code),
      [EdnsOption.PADDING],
    )
  })
})

import t, { type Test } from 'tap'
import { EdnsOption, Rcode } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { Errand } from '../../src/stub/errand.ts'
import { Exchange } from '../../src/stub/exchange.ts'
import type { Upstream } from '../../src/stub/index.ts'
import { Peers } from '../../src/stub/peers.ts'
import { socketNetwork } from '../../src/stub/sockets.ts'
import { parseName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import {
  type Received,
  replyTo,
  type ScriptedServer,
  scriptedServer,
} from '../support/scripted-dns.ts'
import { stubParts } from '../support/stub-parts.ts'

const asked = { name: parseName('mail.example.'), type: RR.A, isRecursive: true }
const answer = ['mail.example. 60 A 192.0.2.1']

function asker(t: Test) {
  const timers = manualTimers()
  const parts = stubParts(t.fullname, { timers })
  const network = socketNetwork(parts)
  t.teardown(() => network.close())
  const exchange = new Exchange({ ...parts, peers: new Peers(parts), network })
  const errand = new Errand(100, parts.onTrace)
  const ask = ({ address, port }: ScriptedServer, via: Upstream['via'] = 'udp') =>
    exchange.ask({ address, port, via }, asked, errand, 1)
  return { ...parts, timers, ask }
}

/** The cookie of a query, the client's part and the server's. */
function cookieIn({ message }: Received): { client: Uint8Array; server: Uint8Array } {
  const data = message.edns?.options.find(({ code }) => code === EdnsOption.COOKIE)?.data
  if (!data) throw new Error('no cookie')
  return { client: data.slice(0, 8), server: data.slice(8) }
}

function cookie(client: Uint8Array, server: string) {
  return { code: EdnsOption.COOKIE, data: Buffer.concat([client, Buffer.from(server)]) }
}

/** A reply with a cookie that is as it should be. */
function cookied(query: Received, server: string, parts: { rcode?: number } = {}): Uint8Array {
  const options = [cookie(cookieIn(query).client, server)]
  return replyTo(query, { answer: parts.rcode ? [] : answer, options, ...parts })
}

t.test('RFC 7873 §5.1: a server gets its own cookie back, and the same one of ours', async (t) => {
  const server = await scriptedServer(t, (query) => [cookied(query, 'cookie-1')])
  const { ask } = asker(t)
  await ask(server)
  await ask(server)
  const [first, second] = server.received.map(cookieIn)
  t.equal(first?.server.length, 0)
  t.same(second?.server, Buffer.from('cookie-1'))
  t.same(second?.client, first?.client)
})

t.test('RFC 9018 §3: every server gets another client cookie', async (t) => {
  const { ask } = asker(t)
  const clients: string[] = []
  for (let n = 0; n < 3; n++) {
    const server = await scriptedServer(t, (query) => [cookied(query, 'cookie-1')])
    await ask(server)
    clients.push(...server.received.map((query) => cookieIn(query).client.join()))
  }
  t.equal(new Set(clients).size, 3)
})

t.test('RFC 7873 §5.3: a response with another client cookie is discarded', async (t) => {
  const server = await scriptedServer(t, (query) => [
    replyTo(query, { answer, options: [cookie(new Uint8Array(8), 'cookie-1')] }),
    cookied(query, 'cookie-2'),
  ])
  const { ask, troubles } = asker(t)
  t.match(await ask(server), { kind: 'response' })
  t.strictSame(troubles(), ['answer with a cookie that is not ours'])
  await ask(server)
  t.same(cookieIn(server.received[1] as Received).server, Buffer.from('cookie-2'))
})

t.test('RFC 7873 §5.3: a response with a cookie of illegal length is discarded', async (t) => {
  const server = await scriptedServer(t, (query) => [
    cookied(query, 'short'),
    cookied(query, 'x'.repeat(33)),
    cookied(query, 'x'.repeat(32)),
  ])
  const { ask, troubles } = asker(t)
  t.match(await ask(server), { kind: 'response' })
  t.equal(troubles().length, 2)
})

t.test('RFC 7873 §5.3: who has given a cookie must not leave it out', async (t) => {
  const server = await scriptedServer(t, (query) => {
    const bare = replyTo(query, { answer: ['mail.example. 60 A 203.0.113.66'] })
    return query.count === 1 ? [cookied(query, 'cookie-1')] : [bare, cookied(query, 'cookie-1')]
  })
  const { ask, troubles } = asker(t)
  await ask(server)
  t.match(await ask(server), {
    kind: 'response',
    message: { answer: [{ rdata: Uint8Array.of(192, 0, 2, 1) }] },
  })
  t.strictSame(troubles(), ['answer without the cookie that the server has given before'])
})

t.test('RFC 7873 §5.3: a server that has given up cookies is asked by TCP', async (t) => {
  const server = await scriptedServer(t, (query) =>
    query.count === 1 ? [cookied(query, 'cookie-1')] : [replyTo(query, { answer })],
  )
  const { ask, timers, troubles } = asker(t)
  await ask(server)
  const result = ask(server)
  while (troubles().length === 0) await new Promise(setImmediate)
  timers.advance(1500)
  t.match(await result, { kind: 'response' })
  t.match(await ask(server), { kind: 'response' }, 'from then on nothing is expected of it')
  t.strictSame(
    server.received.map(({ via }) => via),
    ['udp', 'udp', 'tcp', 'udp'],
  )
})

t.test('RFC 7873 §5.3: BADCOOKIE with a new cookie is asked again with it', async (t) => {
  const { BADCOOKIE } = Rcode
  const server = await scriptedServer(t, (query) => {
    const isGood = Buffer.from(cookieIn(query).server).toString() === 'cookie-2'
    return [cookied(query, 'cookie-2', isGood ? {} : { rcode: BADCOOKIE })]
  })
  const { ask, troubles } = asker(t)
  t.match(await ask(server), { kind: 'response', message: { rcode: 0 } })
  t.strictSame(troubles(), ['BADCOOKIE, asking again by UDP'])
})

t.test('RFC 7873 §5.3: BADCOOKIE twice is asked by TCP, and there it is a failure', async (t) => {
  const { BADCOOKIE } = Rcode
  let isStubborn = false
  const server = await scriptedServer(t, (query) => {
    const isRefused = query.via === 'udp' || isStubborn
    return [cookied(query, `cookie-${query.count}`, isRefused ? { rcode: BADCOOKIE } : {})]
  })
  const { ask } = asker(t)
  t.match(await ask(server), { kind: 'response', message: { rcode: 0 } })
  t.strictSame(
    server.received.map(({ via }) => via),
    ['udp', 'udp', 'tcp'],
  )
  isStubborn = true
  t.match(await ask(server), { kind: 'failed', text: 'BADCOOKIE even over a stream' })
})

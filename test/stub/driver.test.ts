import t, { type Test } from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { Rcode } from '../../src/message/index.ts'
import { RR, type RRType, type Ttl } from '../../src/rr/index.ts'
import { makeStub } from '../../src/stub/create.ts'
import type { Validate } from '../../src/stub/driver.ts'
import type { StubLimits, StubOptions, Upstream } from '../../src/stub/index.ts'
import type { Security, Verdict, ZoneTrust } from '../../src/validator/index.ts'
import { formatName, type Name, nameKey, parseName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { replyTo, type Script, scriptedServer } from '../support/scripted-dns.ts'
import { stubParts } from '../support/stub-parts.ts'

/** A verdict on what the message holds, with the words and the time to keep it that are given. */
function verdictOn(
  question: { name: Name; type: RRType },
  security: Security,
  text: string,
  ttl: number,
): Verdict {
  const reason = { text, ede: undefined }
  const rrset = { owner: question.name, type: question.type, ttl: ttl as Ttl, rdatas: [] }
  const data = { rrset, rrsigs: [], security, reason }
  return {
    question,
    security,
    rcode: Rcode.NOERROR,
    reason,
    hops: [{ name: question.name, kind: 'end', security, reason, data, dname: data }],
    data,
    answer: [data],
    authority: [data],
    chain: [],
    ttl,
  }
}

/** Looks the question up, and calls it bogus when its first record says 192.0.2.66. */
const simple: Validate = function* (question) {
  const result = yield { ...question, purpose: 'answer' }
  if (result.kind === 'failed') return verdictOn(question, 'indeterminate', result.reason.text, 0)
  const [record] = result.message.answer
  const security = record?.rdata[3] === 66 ? 'bogus' : 'secure'
  return verdictOn(question, security, record?.rdata.join('.') ?? 'nothing', record?.ttl ?? 0)
}

const answering =
  (address: string, ttl = 60): Script =>
  (query) => [replyTo(query, { answer: [`x.example. ${ttl} A ${address}`] })]

async function stubWith(
  t: Test,
  scripts: readonly Script[],
  limits: Partial<StubLimits> = {},
  validate = simple,
  more: Pick<StubOptions, 'looksTwice'> = {},
) {
  const timers = manualTimers()
  const parts = stubParts(t.fullname, { timers, limits })
  const servers = []
  for (const script of scripts) servers.push(await scriptedServer(t, script))
  const upstreams = servers.map(({ address, port }): Upstream => ({ address, port, via: 'udp' }))
  const mode = { kind: 'forward', servers: upstreams } as const
  const stub = makeStub({ ...parts, ...more, mode, anchors: [] }, validate)
  t.teardown(() => stub.close())
  const resolve = (name = 'x.example.') => stub.resolve(parseName(name), RR.A, parts)
  return { ...parts, timers, servers, stub, resolve }
}

/** As many turns of the event loop as it takes, at most, for what is local to happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

t.test('resolve: a verdict is kept for its time, and its TTLs run down', async (t) => {
  const { resolve, clock, servers, events } = await stubWith(t, [answering('192.0.2.1')])
  t.match(await resolve(), { security: 'secure', ttl: 60, queries: 1 })
  clock.advance(20)
  const kept = await resolve('X.Example.')
  t.match(kept, { ttl: 40, queries: 0, data: { rrset: { ttl: 40 } } })
  t.match(kept.hops, [{ data: { rrset: { ttl: 40 } }, dname: { rrset: { ttl: 40 } } }])
  t.match([kept.answer, kept.authority], [[{ rrset: { ttl: 40 } }], [{ rrset: { ttl: 40 } }]])
  t.strictSame(kept.question.name, parseName('X.Example.'), 'the question is that of the caller')
  t.match(events.at(-1), { kind: 'cached', text: /verdict on X\.Example\. A: kept for 20 s/ })
  clock.advance(40)
  t.match(await resolve(), { ttl: 60, queries: 1 })
  t.equal(servers[0]?.received.length, 2)
})

t.test('resolve: TTL 0 is used once and not kept', async (t) => {
  const { resolve } = await stubWith(t, [answering('192.0.2.1', 0)])
  t.match(await resolve(), { queries: 1 })
  t.match(await resolve(), { queries: 1 })
})

t.test('resolve: nothing is kept longer than ttlSecondsMax', async (t) => {
  const { resolve, clock } = await stubWith(t, [answering('192.0.2.1', 2 ** 31 - 1)])
  await resolve()
  clock.advance(86_399)
  t.match(await resolve(), { queries: 0 })
  clock.advance(1)
  t.match(await resolve(), { queries: 1 })
})

t.test('resolve: what is bogus is asked once more, of another server', async (t) => {
  const { resolve, servers } = await stubWith(t, [answering('192.0.2.66'), answering('192.0.2.1')])
  const retriedAfter = { text: '192.0.2.66' }
  const reason = { text: '192.0.2.1' }
  t.match(await resolve(), { security: 'secure', reason, retriedAfter, queries: 2 })
  t.match(await resolve(), { security: 'secure', reason, retriedAfter, queries: 0 })
  t.strictSame(
    servers.map(({ received }) => received.length),
    [1, 1],
  )
})

t.test('resolve: bogus everywhere is bogus, for failureSeconds, and then asked anew', async (t) => {
  let address = '192.0.2.66'
  const script: Script = (query) => answering(address)(query)
  const { resolve, clock } = await stubWith(t, [script, script])
  t.match(await resolve(), { security: 'bogus', queries: 2 })
  address = '192.0.2.1'
  t.match(await resolve(), { security: 'bogus', queries: 0 })
  clock.advance(5)
  t.match(await resolve(), { security: 'secure', queries: 1 }, 'the bogus message was not kept')
})

t.test('resolve: with one server, what is bogus is not asked twice', async (t) => {
  const { resolve } = await stubWith(t, [answering('192.0.2.66')])
  t.match(await resolve(), { security: 'bogus', queries: 1 })
})

t.test(
  'resolve: who does not look twice asks nobody else, and forgets what was bogus',
  async (t) => {
    const scripts = [answering('192.0.2.66'), answering('192.0.2.1')]
    const { resolve, clock } = await stubWith(t, scripts, {}, simple, { looksTwice: false })
    const first = await resolve()
    t.match(first, { security: 'bogus', queries: 1 })
    t.equal(first.retriedAfter, undefined)
    clock.advance(5)
    t.match(await resolve(), { queries: 1 })
  },
)

/** Bogus where the addresses of two names differ: as when a DS is older than the DNSKEY. */
const comparing: Validate = function* (question) {
  const older = yield { ...question, name: parseName('older.example.'), purpose: 'ds' }
  const result = yield { ...question, purpose: 'answer' }
  const addressOf = (found: typeof result) =>
    found.kind === 'message' ? found.message.answer[0]?.rdata.join('.') : undefined
  const isEqual = addressOf(older) === addressOf(result)
  return verdictOn(question, isEqual ? 'secure' : 'bogus', '', 60)
}

for (const looksTwice of [true, false]) {
  const what = looksTwice ? 'forgotten, and asked for again' : 'kept for its TTL'
  t.test(`resolve, looksTwice ${looksTwice}: what was kept before is ${what}`, async (t) => {
    let address = '192.0.2.1'
    const script: Script = (query) => {
      const [question] = query.message.questions
      const isOlder =
        question !== undefined && formatName(question.name).length > 'x.example.'.length
      return answering(address, isOlder ? 600 : 60)(query)
    }
    const { resolve, clock } = await stubWith(t, [script], {}, comparing, { looksTwice })
    t.match(await resolve(), { security: 'secure', queries: 2 })
    address = '192.0.2.2'
    clock.advance(60)
    const then = looksTwice ? 'secure' : 'bogus'
    t.match(await resolve(), { security: then })
    clock.advance(539)
    t.match(await resolve(), { security: then })
    clock.advance(5)
    t.match(await resolve(), { security: 'secure' })
  })
}

t.test('resolve: bogus stays so when the other server fails', async (t) => {
  const refusing: Script = (query) => [replyTo(query, { rcode: Rcode.REFUSED })]
  const { resolve } = await stubWith(t, [answering('192.0.2.66'), refusing])
  t.match(await resolve(), { security: 'bogus', reason: { text: '192.0.2.66' } })
})

t.test('resolve: a failure is kept for failureSeconds (RFC 9520 §3.2)', async (t) => {
  const failing: Script = (query) => [replyTo(query, { rcode: Rcode.SERVFAIL })]
  const { resolve, clock, servers } = await stubWith(t, [failing])
  t.match(await resolve(), { security: 'indeterminate' })
  t.match(await resolve(), { security: 'indeterminate', queries: 0 })
  clock.advance(4)
  t.match(await resolve(), { queries: 0 })
  clock.advance(1)
  t.match(await resolve(), { queries: 1 })
  t.equal(servers[0]?.received.length, 2)
})

t.test('resolve: who asks the same at the same time shares one query', async (t) => {
  let answer: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    answer = resolve
  })
  const { resolve, servers } = await stubWith(t, [
    async (query) => {
      await gate
      return await answering('192.0.2.1')(query)
    },
  ])
  const all = [resolve(), resolve(), resolve('X.EXAMPLE.')]
  await servers[0]?.heard(1)
  answer()
  const resolutions = await Promise.all(all)
  t.match(resolutions, Array(3).fill({ security: 'secure' }))
  t.strictSame(
    resolutions.map(({ queries }) => queries),
    [1, 0, 0],
  )
  t.equal(servers[0]?.received.length, 1)
})

t.test('resolve: when the one who asked gives up, the next asks for itself', async (t) => {
  const { stub, resolve, servers } = await stubWith(t, [
    (query) => (query.count === 1 ? [] : answering('192.0.2.1')(query)),
  ])
  const controller = new AbortController()
  const { signal } = controller
  const first = stub.resolve(parseName('x.example.'), RR.A, { signal })
  const others = [resolve(), resolve()]
  await servers[0]?.heard(1)
  controller.abort()
  t.match(await first, { security: 'indeterminate', reason: { text: 'Given up by the caller' } })
  t.match(await Promise.all(others), Array(2).fill({ security: 'secure' }))
  t.equal(servers[0]?.received.length, 2)
})

t.test('bug: a domain of six hosts had Node warn of a leak of abort listeners', async (t) => {
  const { stub, servers } = await stubWith(t, [answering('192.0.2.1')])
  const warnings: string[] = []
  const hear = ({ name }: Error) => void warnings.push(name)
  process.on('warning', hear)
  t.teardown(() => process.off('warning', hear))
  const { signal } = new AbortController()
  const names = Array.from({ length: 12 }, (_, n) => parseName(`n${n}.example.`))
  const all = names.map((name) => stub.resolve(name, RR.A, { signal }))
  await servers[0]?.heard(names.length)
  t.match(await Promise.all(all), Array(12).fill({ security: 'secure' }))
  t.strictSame(warnings, [])
})

t.test('resolve: ends indeterminate when its time is up, whatever waits', async (t) => {
  const { resolve, timers, servers } = await stubWith(t, [() => []], {
    udpTimeoutMs: 60_000,
    resolveTimeoutMs: 20_000,
  })
  const both = [resolve(), resolve()]
  await servers[0]?.heard(1)
  timers.advance(20_000)
  const text = 'No verdict within 20000 ms'
  t.match(await Promise.all(both), Array(2).fill({ security: 'indeterminate', reason: { text } }))
  t.strictSame(timers.waiting(), [], 'no timer is left behind')
})

t.test('resolve: no more questions at a time than the limit, in order', async (t) => {
  const held: (() => void)[] = []
  const { resolve, servers } = await stubWith(
    t,
    [
      async (query) => {
        await new Promise<void>((resolve) => held.push(resolve))
        return [replyTo(query, { answer: ['x.example. 60 A 192.0.2.1'] })]
      },
    ],
    { concurrency: 2, waiting: 1 },
  )
  const asked = ['a.', 'b.', 'c.', 'd.'].map((name) => resolve(name))
  t.match(await asked[3], { security: 'indeterminate', reason: { limit: 'waiting' }, queries: 0 })
  await servers[0]?.heard(2)
  await settle()
  t.equal(servers[0]?.received.length, 2, 'the third waits')
  held[0]?.()
  await asked[0]
  await servers[0]?.heard(3)
  held[1]?.()
  held[2]?.()
  t.match(await Promise.all(asked.slice(0, 3)), Array(3).fill({ security: 'secure' }))
})

t.test('resolve: who waits for a turn can give up, and leaves no place taken', async (t) => {
  const held: (() => void)[] = []
  const { stub, resolve, servers } = await stubWith(
    t,
    [
      async (query) => {
        await new Promise<void>((resolve) => held.push(resolve))
        return [replyTo(query, { answer: ['x.example. 60 A 192.0.2.1'] })]
      },
    ],
    { concurrency: 1 },
  )
  const first = resolve('a.')
  const controller = new AbortController()
  const { signal } = controller
  const second = stub.resolve(parseName('b.'), RR.A, { signal })
  const third = resolve('c.')
  await servers[0]?.heard(1)
  controller.abort()
  t.match(await second, { security: 'indeterminate', queries: 0 })
  held[0]?.()
  await first
  await servers[0]?.heard(2)
  held[1]?.()
  t.match(await third, { security: 'secure' })
})

t.test('close: ends what is under way, and what comes after', async (t) => {
  const { stub, resolve, servers, timers } = await stubWith(t, [() => []])
  const waiting = resolve()
  await servers[0]?.heard(1)
  await stub.close()
  t.match(await waiting, { security: 'indeterminate', reason: { text: 'The stub is closed' } })
  t.match(await resolve(), { security: 'indeterminate', queries: 0 })
  t.strictSame(timers.waiting(), [])
})

t.test(
  'trust: failures of zones are forgotten with what was bogus, the rest is kept',
  async (t) => {
    const trust = (security: Security, expires: number): ZoneTrust => ({
      link: {
        zone: parseName('example.'),
        security,
        by: 'none',
        keys: [],
        reason: { text: '', ede: undefined },
      },
      dnskeys: [],
      expires: expires as UnixSeconds,
    })
    const good = nameKey(parseName('good.'))
    const bad = nameKey(parseName('bad.'))
    const seen: string[] = []
    let isBogus = true
    const { resolve, clock } = await stubWith(
      t,
      [answering('192.0.2.1', 0)],
      {},
      function* (question, { trust: store, now }) {
        yield { ...question, purpose: 'answer' }
        seen.push(
          `good ${store.get(good, now)?.link.security}, bad ${store.get(bad, now)?.link.security}`,
        )
        if (seen.length === 1) store.set(good, trust('secure', now + 100))
        store.set(bad, trust('bogus', now + 100))
        return verdictOn(question, isBogus ? 'bogus' : 'secure', '', 0)
      },
    )
    await resolve('a.')
    await resolve('b.')
    isBogus = false
    await resolve('c.')
    await resolve('d.')
    clock.advance(5)
    await resolve('e.')
    clock.advance(95)
    await resolve('f.')
    t.strictSame(seen, [
      'good undefined, bad undefined',
      'good secure, bad undefined',
      'good secure, bad undefined',
      'good secure, bad bogus',
      'good secure, bad undefined',
      'good undefined, bad undefined',
    ])
  },
)

/** What a resolver says of a question, its opinion and what it had when that is not wanted. */
import t, { type Test } from 'tap'
import { systemTimers } from '../../src/base/index.ts'
import { Flag, Rcode, writeMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { askOpinion, type OpinionOptions } from '../../src/stub/opinion.ts'
import { saidErrors } from '../../src/stub/query.ts'
import { formatName, type Name, parseName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { replyTo, type Script, scriptedServer } from '../support/scripted-dns.ts'
import { seededRandom } from '../support/stub-parts.ts'

const answer = ['mail.example. 60 A 192.0.2.1']

async function resolver(t: Test, script: Script, more: Partial<OpinionOptions> = {}) {
  const server = await scriptedServer(t, script)
  const { address, port } = server
  const options: OpinionOptions = {
    ...{ name: parseName('Mail.Example.'), type: RR.A },
    ...{ checkingDisabled: false, compactOk: false },
    ...{ resolver: { address, port, via: 'udp' }, timeoutMs: 60_000, attempts: 1 },
    ...{ timers: systemTimers, random: seededRandom(t.fullname) },
    signal: new AbortController().signal,
    ...more,
  }
  return { server, opinion: () => askOpinion(options) }
}

t.test('its opinion is asked for with RD and DO, and without CD', async (t) => {
  const { server, opinion } = await resolver(t, (query) => [
    replyTo(query, { answer, flags: Flag.QR | Flag.RA | Flag.AD }),
  ])
  const said = await opinion()
  t.match(said, { kind: 'message', message: { rcode: 0, answer: { length: 1 } } })
  t.ok(said.kind === 'message' && said.message.flags & Flag.AD)
  const query = server.received[0]?.message
  t.equal(query?.flags, Flag.RD)
  t.strictSame(query?.edns, { udpOctets: 1232, version: 0, flags: 0x8000, options: [] })
  t.equal(formatName(query?.questions[0]?.name as Name), 'mail.example.')
})

t.test('what it had is asked for with CD (RFC 4035 §3.2.2)', async (t) => {
  const { server, opinion } = await resolver(t, (query) => [replyTo(query, { answer })], {
    checkingDisabled: true,
  })
  await opinion()
  t.equal(server.received[0]?.message.flags, Flag.RD | Flag.CD)
})

t.test('compact answers are welcome with CO (RFC 9824 §5.1)', async (t) => {
  const script: Script = (query) => [replyTo(query, { answer })]
  const { server, opinion } = await resolver(t, script, { compactOk: true })
  await opinion()
  t.equal(server.received[0]?.message.edns?.flags, 0xc000)
})

t.test('what is truncated is asked by TCP', async (t) => {
  const { server, opinion } = await resolver(t, (query) => [
    replyTo(query, query.via === 'udp' ? { flags: Flag.QR | Flag.TC } : { answer }),
  ])
  t.match(await opinion(), { kind: 'message', message: { answer: { length: 1 } } })
  t.strictSame(
    server.received.map(({ via }) => via),
    ['udp', 'tcp'],
  )
  const endless = await resolver(t, (query) => [replyTo(query, { flags: Flag.QR | Flag.TC })])
  t.strictSame(await endless.opinion(), {
    ...{ kind: 'nothing', text: 'truncated even over a stream' },
  })
})

t.test('what answers another query is passed over', async (t) => {
  const { opinion } = await resolver(t, (query) => [
    Uint8Array.of(1, 2, 3),
    writeMessage({ ...query.message, id: query.message.id ^ 1, flags: Flag.QR }),
    replyTo(query, { rcode: Rcode.SERVFAIL }),
  ])
  t.match(await opinion(), { kind: 'message', message: { rcode: Rcode.SERVFAIL } })
})

t.test('silence is waited for, twice as long each time', async (t) => {
  const timers = manualTimers()
  const { server, opinion } = await resolver(t, () => [], { timers, timeoutMs: 100, attempts: 3 })
  const said = opinion()
  for (const [count, waited] of [
    [1, 100],
    [2, 200],
    [3, 400],
  ] as const) {
    await server.heard(count)
    t.strictSame(timers.waiting(), [waited])
    timers.advance(waited)
  }
  t.strictSame(await said, { kind: 'nothing', text: 'no answer within 400 ms' })
  t.strictSame(timers.waiting(), [])
})

t.test('who gives up is told nothing', async (t) => {
  const giveUp = new AbortController()
  const { server, opinion } = await resolver(t, () => [], { signal: giveUp.signal, attempts: 3 })
  const said = opinion()
  await server.heard(1)
  giveUp.abort()
  t.strictSame(await said, { kind: 'nothing', text: 'given up' })
})

t.test('where nobody listens, that is what is told', async (t) => {
  const { opinion } = await resolver(t, () => [], {
    resolver: { address: '127.0.0.1', port: 1, via: 'tcp' },
    attempts: 2,
  })
  t.strictSame(await opinion(), { kind: 'nothing', text: 'connection refused' })
})

t.test('extended errors are read as far as they are sound (RFC 8914 §2)', async (t) => {
  const option = (...octets: readonly number[]) => ({ code: 15, data: Uint8Array.from(octets) })
  const { opinion } = await resolver(t, (query) => [
    replyTo(query, {
      rcode: Rcode.SERVFAIL,
      options: [option(0, 6), option(1), option(0, 22, 0x61, 0x07, 0x62, 0xc3, 0xa9)],
    }),
  ])
  const said = await opinion()
  t.strictSame(said.kind === 'message' && saidErrors(said.message), [
    { code: 6, text: '' },
    { code: 22, text: 'abé' },
  ])
})

t.test('bug: many questions that share a signal are no leak', async (t) => {
  const warnings: Error[] = []
  const warn = (warning: Error) => void warnings.push(warning)
  process.on('warning', warn)
  t.teardown(() => process.off('warning', warn))
  const giveUp = new AbortController()
  const { server, opinion } = await resolver(t, () => [], { signal: giveUp.signal })
  const said = Array.from({ length: 12 }, opinion)
  await server.heard(12)
  giveUp.abort()
  await Promise.all(said)
  t.strictSame(warnings, [])
})

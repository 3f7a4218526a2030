import t from 'tap'
import { fixedClock } from '../../src/base/index.ts'
import { checkDomain } from '../../src/check/run.ts'
import type { CheckRequest, CheckWorld } from '../../src/check/world.ts'
import { StsCache } from '../../src/mtasts/index.ts'
import type { TraceEvent } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { type MailLab, openMailLab } from '../support/mail-lab/lab.ts'
import { labStub } from '../support/mail-lab/stub.ts'
import { testTime } from '../support/served-zone.ts'

const zone = `
  @ MX 10 one
  @ MX 20 two
  one A {one}
  two A {two}
  _25._tcp.one TLSA {no 3 1 1}
  _25._tcp.two TLSA {two 3 1 1}
`
const lab = await openMailLab({ zone, hosts: { one: {}, two: {} } })
t.teardown(() => lab.close())

function requestIn({ mail, ca }: MailLab): CheckRequest {
  return {
    domain: parseName('example.test.'),
    mode: 'dane',
    policy: 'opportunistic',
    profiles: ['rfc'],
    families: 'strict',
    port: mail.port,
    ehloName: 'sender.test',
    ca,
    stsPort: 443,
  }
}

async function run(request: Partial<CheckRequest>, world: Partial<CheckWorld> = {}) {
  const stub = labStub(lab)
  try {
    return await checkDomain(
      { ...requestIn(lab), ...request },
      {
        stub,
        clock: fixedClock(testTime),
        monotonicMs: lab.timers.monotonicMs,
        timers: lab.timers,
        stsCache: new StsCache(),
        ...world,
      },
    )
  } finally {
    await stub.close()
  }
}

t.test('checkDomain meets every host, and tells what it is about', async (t) => {
  const said: string[] = []
  const events: TraceEvent[] = []
  const report = await run(
    {},
    { onProgress: (text) => said.push(text), onTrace: (event) => events.push(event) },
  )
  t.match(report.verdicts.rfc, { outcome: 'delivers', host: 'two.example.test.' })
  t.equal(report.hosts.flatMap(({ addresses }) => addresses).length, 2)
  t.match(said, [/^looking up where mail for example\.test\. goes$/, /^1 of 2 /, /^2 of 2 /])
  const queries = events.filter(({ kind }) => kind === 'query').length
  t.equal(report.queries, queries, 'every query is counted')
})

t.test('checkDomain keeps to its limit of conversations', async (t) => {
  const report = await run({}, { limits: { conversationsTotal: 1 } })
  t.same(
    report.hosts.map(({ addresses }) => addresses.length),
    [1, 0],
  )
  t.equal(report.verdicts.rfc.outcome, 'delayed')
})

t.test('checkDomain in dnssec-only connects to nobody, and asks for no policies', async (t) => {
  const before = lab.mail.serverNames.length
  const report = await run({ mode: 'dnssec-only' })
  t.equal(lab.mail.serverNames.length, before)
  t.match(report, { sts: undefined, tlsRpt: undefined, verdicts: { rfc: { isProtected: true } } })
})

t.test('checkDomain that is given up ends all the same', async (t) => {
  const report = await run({}, { signal: AbortSignal.abort() })
  t.match(report.verdicts.rfc, { outcome: 'delayed' })
})

t.test('checkDomain of a name that has no room for prefixes', async (t) => {
  const long = Array(4).fill('a'.repeat(60)).join('.')
  const report = await run({ domain: parseName(`${long}.test.`) })
  t.match(report, { tlsRpt: undefined, sts: { kind: 'none' } })
})

import t, { type Test } from 'tap'
import { fixedClock, type UnixSeconds } from '../../src/base/index.ts'
import { exchangeHttps, type HttpsRequest } from '../../src/https/index.ts'
import { openMint } from '../../src/post/mint.ts'
import { openWeb, type Site } from '../../src/post/web.ts'
import { compressReport, writeReport } from '../../src/tlsrpt/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { exampleReport } from '../support/report.ts'
import { testTime } from '../support/served-zone.ts'

const mint = openMint('web', testTime as UnixSeconds)
const limits = {
  ...{ timeoutMs: 60_000, connectTimeoutMs: 10_000 },
  ...{ bodyOctets: 2 ** 20, headerOctets: 8192 },
}
const json = writeReport(exampleReport)

function site(host: string, policy: Site['policy'], names = [host]): Site {
  return { host, policy, credential: mint.present(host, names) }
}

async function opened(t: Test, ...sites: readonly Site[]) {
  const host = 'reports.example'
  const reports = { host, credential: mint.present(host, [host]) }
  const clock = fixedClock(testTime)
  const web = await openWeb({ address: '127.0.0.1', port: 0, sites, reports, clock })
  t.teardown(() => web.close())
  const ask = (changes: Partial<HttpsRequest>) =>
    exchangeHttps(
      {
        ...{ method: 'GET', host, port: web.port, path: '/.well-known/mta-sts.txt' },
        ...{ addresses: ['127.0.0.1'], ca: mint.authority, verify: true, limits },
        ...changes,
      },
      { timers: manualTimers() },
    )
  return { web, ask }
}

t.test('openWeb: each host has its policy and its certificate', async (t) => {
  const { web, ask } = await opened(
    t,
    site('one.example', { body: 'first' }),
    site('two.example', { body: 'second', status: 404, type: 'text/html' }),
    site('three.example', { body: 'third' }, ['elsewhere.example']),
    site('four.example', { status: 302, location: 'https://five.example/' }),
  )
  const one = await ask({ host: 'one.example' })
  t.match(one, { kind: 'response', status: 200, headers: { 'content-type': 'text/plain' } })
  t.equal(one.kind === 'response' && Buffer.from(one.body).toString(), 'first')
  t.match(await ask({ host: 'one.example', path: '/' }), { status: 404 })
  t.match(await ask({ host: 'two.example' }), {
    ...{ kind: 'response', status: 404, headers: { 'content-type': 'text/html' } },
  })
  t.match(await ask({ host: 'three.example' }), { kind: 'certificate' })
  t.match(await ask({ host: 'four.example' }), {
    headers: { location: 'https://five.example/' },
  })
  t.match(await ask({ host: 'five.example', verify: false }), { status: 404 })
  t.match(web.requests, ['one.example/.well-known/mta-sts.txt', 'one.example/'])
})

t.test('openWeb: reports are taken, plain or in gzip, and shown', async (t) => {
  const { web, ask } = await opened(t)
  const post = { method: 'POST', path: '/v1/reports' } as const
  t.match(await ask({ ...post, body: Buffer.from(json) }), { status: 201 })
  t.match(await ask({ ...post, body: compressReport(json) }), { status: 201 })
  t.match(web.reports, [
    { at: testTime, path: '/v1/reports', report: { id: exampleReport.id } },
    { report: { policies: { length: exampleReport.policies.length } } },
  ])
  const shown = await ask({ path: '/v1/reports' })
  const body = shown.kind === 'response' ? Buffer.from(shown.body).toString() : ''
  t.strictSame(JSON.parse(body), JSON.parse(JSON.stringify({ reports: web.reports })))
})

t.test('openWeb: what is no report is refused, and forgotten', async (t) => {
  const { web, ask } = await opened(t)
  t.match(await ask({ method: 'POST', body: Buffer.from('{}') }), { status: 400 })
  t.match(await ask({ method: 'POST', body: Buffer.from([0x1f, 0x8b, 1]) }), { status: 400 })
  const large = await ask({ method: 'POST', body: new Uint8Array(2 ** 20 + 1) })
  // Some clients still write when the server has answered and gone.
  t.ok(large.kind === 'failed' || (large.kind === 'response' && large.status === 413), large.kind)
  t.strictSame(web.reports, [])
})

t.test('openWeb: the latest hundred reports are kept', async (t) => {
  const { web, ask } = await opened(t)
  for (let n = 0; n < 103; n++) {
    const report = writeReport({ ...exampleReport, id: `${n}` })
    await ask({ method: 'POST', body: Buffer.from(report) })
  }
  const ids = web.reports.map(({ report }) => report.id)
  t.strictSame([ids.length, ids[0], ids.at(-1)], [100, '3', '102'])
})

t.test('openWeb: it closes, though a request was never answered', async (t) => {
  const { web, ask } = await opened(t, site('slow.example', { isSilent: true }))
  const asked = ask({ host: 'slow.example' })
  while (web.requests.length === 0) await new Promise(setImmediate)
  await web.close()
  t.match(await asked, { kind: 'failed' })
})

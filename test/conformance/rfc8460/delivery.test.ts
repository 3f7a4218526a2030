/**
 * Not applicable to a check, which reports on itself when it is asked to: the random delay of up to
 * four hours before a day's report is sent (RFC 8460 §4.1); sending by mail, for which a DKIM key
 * would be needed, and leaving that session out of the next report (§3, §5.3).
 */
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { UnixSeconds } from '../../../src/base/index.ts'
import { exchangeHttps } from '../../../src/https/index.ts'
import {
  compressReport,
  describeMail,
  readReport,
  reportFileName,
  retryDelaysSeconds,
  submitReport,
  writeReport,
} from '../../../src/tlsrpt/index.ts'
import { formatName } from '../../../src/wire/index.ts'
import { authority, issue } from '../../support/certificates.ts'
import { manualTimers } from '../../support/manual-timers.ts'
import { exampleReport } from '../../support/report.ts'
import { webServer } from '../../support/web-server.ts'

const root = await authority({ subject: 'CN=Report Authority' })
const collector = await issue({ names: ['rpt.example'], issuer: root })
const stranger = await issue({ names: ['rpt.example'] })
const json = writeReport(exampleReport)
const file = {
  submitter: 'mail.sndr.example.com',
  domain: 'example.net',
  begin: 1_470_013_207 as UnixSeconds,
  end: 1_470_186_007 as UnixSeconds,
  isCompressed: true,
}

/** A collector that replies with `status`; what it was sent, and how it is handed a report. */
async function collecting(t: Test, status: number, tls = collector) {
  const seen: { type: string | undefined; path: string | undefined; body: Buffer }[] = []
  const looked: string[] = []
  const { port } = await webServer(t, { key: tls.keyPem, cert: tls.pem }, async (asked, reply) => {
    const pieces: Buffer[] = []
    for await (const piece of asked) pieces.push(piece as Buffer)
    const type = asked.headers['content-type']
    seen.push({ type, path: asked.url, body: Buffer.concat(pieces) })
    reply.writeHead(status, { location: '/elsewhere' }).end('thanks')
  })
  const submit = (rua: string[], changes: { compress?: boolean; verify?: boolean } = {}) =>
    submitReport({
      json,
      rua: rua.map((uri) => uri.replace('PORT', String(port))),
      compress: true,
      verify: true,
      ca: root.pem,
      lookUpAddresses: async (host) => {
        looked.push(formatName(host))
        return ['127.0.0.1']
      },
      exchange: (request) => exchangeHttps(request, { timers: manualTimers() }),
      ...changes,
    })
  return { seen, looked, submit }
}

t.test('RFC 8460 §5.1: the name of the file', (t) => {
  const stem = 'mail.sndr.example.com!example.net!1470013207!1470186007'
  t.equal(reportFileName(file), `${stem}.json.gz`)
  t.equal(reportFileName({ ...file, isCompressed: false }), `${stem}.json`)
  t.equal(reportFileName({ ...file, uniqueId: '0-1+ab/c' }), `${stem}!01abc.json.gz`)
  const hostile = reportFileName({ ...file, domain: '../../etc!x\0' })
  t.equal(hostile, 'mail.sndr.example.com!.._.._etc_x_!1470013207!1470186007.json.gz')
  t.end()
})

t.test('RFC 8460 §5.2: reports are compressed by gzip', (t) => {
  t.equal(gunzipSync(compressReport(json)).toString(), json)
  t.end()
})

t.test('RFC 8460 §5.3: what a mail with a report says', (t) => {
  const mail = describeMail(exampleReport, 'company-y.example', true)
  const id = '5065427c-23d3-47ca-b6e0-946ea0e8c4be'
  t.same(mail.headers, {
    Subject:
      'Report Domain: company-y.example Submitter: company-x.example ' +
      `Report-ID: <${id}@company-x.example>`,
    'TLS-Report-Domain': 'company-y.example',
    'TLS-Report-Submitter': 'company-x.example',
    'MIME-Version': '1.0',
    'Content-Type': 'multipart/report; report-type="tlsrpt"',
  })
  t.equal(mail.mediaType, 'application/tlsrpt+gzip')
  t.match(mail.fileName, /^company-x\.example!company-y\.example!1459468800!.*\.json\.gz$/)
  const odd = describeMail({ ...exampleReport, id: '1@x>\r\n' }, 'company-y.example', false)
  t.match(odd.headers['Subject'], /Report-ID: <1\.x\.\.\.@company-x\.example>$/)
  t.equal(odd.mediaType, 'application/tlsrpt+json')
  const bent = { ...exampleReport, contact: 'a@b.example\r\nBcc: x' }
  t.equal(describeMail(bent, 'y.example', true).headers['TLS-Report-Submitter'], 'b.exampleBcc:x')
  t.end()
})

t.test('RFC 8460 §5.4: reports are posted, in gzip or plain, and 2xx is success', async (t) => {
  for (const status of [200, 201, 202, 204]) {
    const { seen, looked, submit } = await collecting(t, status)
    const rua = 'https://RPT.example:PORT/v1?a=b'
    t.match(await submit([rua]), [{ kind: 'accepted', text: `the server replied ${status}` }])
    t.match(await submit([rua], { compress: false }), [{ kind: 'accepted' }])
    t.match(seen, [
      { type: 'application/tlsrpt+gzip', path: '/v1?a=b' },
      { type: 'application/tlsrpt+json', path: '/v1?a=b' },
    ])
    for (const { body } of seen) t.same(readReport(body), exampleReport)
    t.same(looked, ['rpt.example.', 'rpt.example.'])
  }
})

t.test('RFC 8460 §5.4: anything but 2xx is failure, and no redirect is followed', async (t) => {
  for (const status of [301, 307, 400, 404, 500]) {
    const { seen, submit } = await collecting(t, status)
    const text = `the server replied ${status}`
    t.match(await submit(['https://rpt.example:PORT/']), [{ kind: 'failed', text }])
    t.equal(seen.length, 1)
  }
})

t.test('RFC 8460 §3: certificates may be ignored, if so wanted', async (t) => {
  const { seen, submit } = await collecting(t, 200, stranger)
  const rua = ['https://rpt.example:PORT/']
  t.match(await submit(rua), [{ kind: 'failed', text: /DEPTH_ZERO_SELF_SIGNED_CERT/ }])
  t.equal(seen.length, 0)
  t.match(await submit(rua, { verify: false }), [{ kind: 'accepted' }])
})

t.test('RFC 8460 §3: each address has its result; mail is not sent', async (t) => {
  const { submit } = await collecting(t, 200)
  const label = 'a'.repeat(64)
  const results = await submit([
    ...['mailto:a@b.example', 'https://other.example:PORT/', 'http://rpt.example/'],
    ...[
      'https://127.0.0.1:PORT/',
      'https://[::1]/',
      `https://${label}.example/`,
      'https://0x7f.1/',
    ],
    'https://rpt.example.:PORT/',
  ])
  t.same(
    results.map(({ kind }) => kind),
    ['mail', ...Array.from({ length: 6 }, () => 'failed'), 'accepted'],
  )
})

t.test('RFC 8460 §5.5: further attempts take longer each time, and end within a day', (t) => {
  let sum = 0
  retryDelaysSeconds.forEach((delay, index) => {
    t.ok(index === 0 || delay === 2 * (retryDelaysSeconds[index - 1] ?? 0))
    sum += delay
  })
  t.ok(sum <= 86_400 && sum + 2 * (retryDelaysSeconds.at(-1) ?? 0) > 86_400)
  t.end()
})

t.test('RFC 8460 §5.6: what a report says of itself counts, not the name of its file', (t) => {
  t.equal(readReport(Buffer.from(json)).id, exampleReport.id)
  t.end()
})

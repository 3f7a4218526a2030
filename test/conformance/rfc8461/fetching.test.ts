import t from 'tap'
import { issue } from '../../support/certificates.ts'
import { policyText, serving, stsAuthority, stsDomain, stsTxt } from '../../support/sts.ts'

const start = 1_800_000_000

t.test('RFC 8461 §3.3: a policy comes from the well-known path', async (t) => {
  const domain = await stsDomain(t)
  t.match(await domain.at(0), {
    kind: 'policy',
    from: 'fetched',
    id: '1',
    policy: { mode: 'enforce', mx: ['mx.example.com'] },
    expires: start + 86_400,
    problem: undefined,
  })
})

t.test('RFC 8461 §3.3: 200 only, and no redirect is followed', async (t) => {
  for (const status of [201, 204, 301, 302, 307, 308, 404, 500]) {
    const domain = await stsDomain(t)
    domain.respond = (_, response) => {
      const headers = { 'content-type': 'text/plain', location: '/.well-known/mta-sts.txt' }
      response.writeHead(status, headers).end(policyText())
    }
    const text = `the policy host replied ${status}, not 200`
    t.match(await domain.at(0), {
      kind: 'failed',
      problem: { type: 'sts-policy-fetch-error', text },
    })
    t.equal(domain.fetches(), 1)
  }
})

t.test('RFC 8461 §3.2: text/plain only, whatever its parameters', async (t) => {
  for (const type of ['text/plain', 'Text/PLAIN; charset=utf-8', 'text/plain;x=y']) {
    const domain = await stsDomain(t)
    domain.respond = serving(policyText(), type)
    t.match(await domain.at(0), { kind: 'policy' }, type)
  }
  for (const type of ['text/html', 'text/plainer', 'application/text/plain', '']) {
    const domain = await stsDomain(t)
    domain.respond = serving(policyText(), type)
    const problem = { type: 'sts-policy-fetch-error', text: /another media type/ }
    t.match(await domain.at(0), { kind: 'failed', problem }, type)
  }
})

t.test('RFC 8461 §3.3: 64 KB, and not an octet more', async (t) => {
  const domain = await stsDomain(t)
  const text = policyText()
  const padded = (octets: number) => `${text}x: ${'y'.repeat(octets - text.length - 3)}`
  domain.respond = serving(padded(65_537))
  t.match(await domain.at(0), {
    kind: 'failed',
    problem: { type: 'sts-policy-fetch-error', text: /exceeds 65536 octets/ },
  })
  domain.txt = stsTxt('2')
  domain.respond = serving(padded(65_536))
  t.match(await domain.at(0), { kind: 'policy' })
})

t.test('RFC 8461 §3.3: a minute, and no longer', async (t) => {
  const domain = await stsDomain(t)
  const reached = new Promise<void>((resolve) => {
    domain.respond = () => resolve()
  })
  const ending = domain.at(0)
  await reached
  t.same(domain.timers.waiting(), [60_000])
  domain.timers.advance(60_000)
  t.match(await ending, { kind: 'failed', problem: { type: 'sts-policy-fetch-error' } })
})

t.test('RFC 8461 §3.3: a fetch that failed is not repeated within five minutes', async (t) => {
  const domain = await stsDomain(t)
  domain.respond = (_, response) => response.writeHead(500).end()
  const failed = await domain.at(0)
  t.match(failed, { kind: 'failed', problem: { type: 'sts-policy-fetch-error' } })
  domain.respond = serving(policyText())
  t.same(await domain.at(299), failed)
  t.equal(domain.fetches(), 1)
  t.match(await domain.at(300), { kind: 'policy', from: 'fetched' })
  t.equal(domain.fetches(), 2)
})

t.test('RFC 8461 §3.3: the five minutes are for one id: a new one is tried at once', async (t) => {
  const domain = await stsDomain(t)
  domain.respond = (_, response) => response.writeHead(500).end()
  await domain.at(0)
  domain.txt = stsTxt('2')
  domain.respond = serving(policyText())
  t.match(await domain.at(1), { kind: 'policy', id: '2' })
})

t.test('RFC 8461 §3.3: no policy and none kept is as if there were no MTA-STS', async (t) => {
  const domain = await stsDomain(t)
  domain.respond = serving('this is no policy')
  t.match(await domain.at(0), { kind: 'failed', problem: { type: 'sts-policy-invalid' } })
  domain.txt = { kind: 'texts', texts: [] }
  t.match(await domain.at(0), { kind: 'none', text: 'there is no MTA-STS record' })
})

t.test('RFC 8461 §3.4: parents are not asked', async (t) => {
  const domain = await stsDomain(t)
  domain.txt = { kind: 'texts', texts: [] }
  t.match(await domain.at(0), { kind: 'none' })
  t.same(domain.lookups, ['TXT _mta-sts.example.com.'])
})

t.test('RFC 8461 §3.3: the certificate has to be right for mta-sts.<domain>', async (t) => {
  const names = ['mta-sts.example.com']
  const rows: [string, Parameters<typeof issue>[0]][] = [
    ['ERR_TLS_CERT_ALTNAME_INVALID', { names: ['example.com'], issuer: stsAuthority }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { subject: `CN=${names[0]}`, issuer: stsAuthority }],
    ['CERT_HAS_EXPIRED', { names, issuer: stsAuthority, to: 1_600_000_000 }],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', { names }],
  ]
  for (const [code, options] of rows) {
    const { keyPem, pem } = await issue(options)
    const domain = await stsDomain(t, { key: keyPem, cert: pem })
    t.match(await domain.at(0), {
      kind: 'failed',
      problem: { type: 'sts-webpki-invalid', text: new RegExp(`${code}$`) },
    })
    t.equal(domain.fetches(), 0)
  }
  const wild = await issue({ names: ['*.example.com'], issuer: stsAuthority })
  const domain = await stsDomain(t, { key: wild.keyPem, cert: wild.pem })
  t.match(await domain.at(0), { kind: 'policy' })
})

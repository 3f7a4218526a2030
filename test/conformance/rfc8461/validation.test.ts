/**
 * Elsewhere: what a policy does to a delivery (RFC 8461 §5, §8.4), and that it never overrides DANE
 * (§2), is decided in `check` and `policy`, and tested there. Not applicable to a sender: in which
 * order a domain publishes policy and record (§8.1).
 */
import t from 'tap'
import { readCertificate } from '../../../src/crypto/index.ts'
import { checkStsCertificate, matchesMx, parseStsPolicy } from '../../../src/mtasts/index.ts'
import { nameFromLabels, parseName } from '../../../src/wire/index.ts'
import { issue } from '../../support/certificates.ts'
import { policyText, serving, stsDomain, stsTxt } from '../../support/sts.ts'

function policy(...mx: string[]) {
  const lines = ['mode: enforce', ...mx.map((pattern) => `mx: ${pattern}`), 'max_age: 1']
  const reading = parseStsPolicy(Buffer.from(policyText(...lines)))
  if (reading.kind === 'invalid') throw new Error(reading.text)
  return reading.policy
}

t.test('RFC 8461 §4.1: an MX host is one of those that the policy names', (t) => {
  const named = policy('mx1.example.com', 'MX2.example.com')
  const rows: [boolean, string][] = [
    [true, 'mx1.example.com.'],
    [true, 'MX1.Example.COM.'],
    [true, 'mx2.example.com.'],
    [false, 'mx3.example.com.'],
    [false, 'a.mx1.example.com.'],
    [false, 'example.com.'],
    [false, '.'],
  ]
  for (const [wanted, host] of rows) t.equal(matchesMx(named, parseName(host)), wanted, host)
  t.end()
})

t.test('RFC 8461 §4.1: a wildcard stands for one label, the first', (t) => {
  const wild = policy('*.example.com')
  const rows: [boolean, string][] = [
    [true, 'mail.example.com.'],
    [true, 'MAIL.EXAMPLE.com.'],
    [false, 'example.com.'],
    [false, 'foo.bar.example.com.'],
    [false, 'mailexample.com.'],
    [false, 'com.'],
  ]
  for (const [wanted, host] of rows) t.equal(matchesMx(wild, parseName(host)), wanted, host)
  const dotted = nameFromLabels(['a.b', 'example', 'com'].map((label) => Buffer.from(label)))
  t.equal(matchesMx(policy('*.b.example.com'), dotted), false, 'a dot in a label ends no label')
  t.end()
})

t.test('RFC 8461 §4.1: names are compared as A-labels', (t) => {
  const named = policy('xn--bcher-kva.example')
  t.equal(matchesMx(named, parseName('xn--bcher-kva.example.')), true)
  t.equal(matchesMx(named, nameFromLabels([Buffer.from('bücher'), Buffer.from('example')])), false)
  t.end()
})

t.test('RFC 8461 §4.2: the certificate has the name of the MX host as a dNSName', async (t) => {
  const host = parseName('mx.example.com.')
  const rows: [string | undefined, string[]][] = [
    [undefined, ['mx.example.com']],
    [undefined, ['other.example', 'MX.example.com']],
    [undefined, ['*.example.com']],
    ['certificate-host-mismatch', ['other.example.com']],
    ['certificate-host-mismatch', ['*.com']],
    ['certificate-host-mismatch', ['*.mx.example.com']],
    ['certificate-host-mismatch', ['m*.example.com']],
    ['certificate-host-mismatch', []],
  ]
  for (const [wanted, names] of rows) {
    const { der } = await issue({ subject: 'CN=mx.example.com', names })
    const certificate = readCertificate(der)
    t.equal(checkStsCertificate(certificate, undefined, host)?.type, wanted, names.join())
    // Who spoke TLS may have compared with the TLSA base, which can be another name.
    const mismatch = 'ERR_TLS_CERT_ALTNAME_INVALID'
    t.equal(checkStsCertificate(certificate, mismatch, host)?.type, wanted, names.join())
  }
  t.equal(checkStsCertificate(undefined, undefined, host)?.type, 'certificate-host-mismatch')
})

t.test(
  'RFC 8461 §4.2: the certificate chains to an authority and is within its dates',
  async (t) => {
    const host = parseName('mx.example.com.')
    const certificate = readCertificate((await issue({ names: ['mx.example.com'] })).der)
    const type = (error: string) => checkStsCertificate(certificate, error, host)?.type
    t.equal(type('CERT_HAS_EXPIRED'), 'certificate-expired')
    t.equal(type('CERT_NOT_YET_VALID'), 'certificate-not-trusted')
    t.equal(type('DEPTH_ZERO_SELF_SIGNED_CERT'), 'certificate-not-trusted')
  },
)

t.test('RFC 8461 §5.1: a policy is kept while its id is that of the record', async (t) => {
  const domain = await stsDomain(t)
  const fetched = await domain.at(0)
  domain.respond = serving(policyText('mode: none', 'max_age: 1'))
  const text = 'the policy kept is that of the record'
  t.same(await domain.at(86_399), { ...fetched, from: 'cached', text })
  t.equal(domain.fetches(), 1)
})

t.test('RFC 8461 §5.1: a kept policy ends with its max_age', async (t) => {
  const domain = await stsDomain(t)
  await domain.at(0)
  domain.respond = serving(policyText('mode: testing', 'mx: mx.example.com', 'max_age: 10'))
  t.match(await domain.at(86_400), { from: 'fetched', policy: { mode: 'testing' } })
  t.equal(domain.fetches(), 2)
})

t.test('RFC 8461 §5.1: a new id means a new policy', async (t) => {
  const domain = await stsDomain(t)
  await domain.at(0)
  domain.txt = stsTxt('2')
  domain.respond = serving(policyText('mode: none', 'max_age: 86400'))
  t.match(await domain.at(10), { id: '2', from: 'fetched', policy: { mode: 'none' } })
  t.match(await domain.at(11), { id: '2', from: 'cached', policy: { mode: 'none' } })
})

t.test('RFC 8461 §5.1: when a fetch fails, the policy kept goes on, and no longer', async (t) => {
  const domain = await stsDomain(t)
  await domain.at(0)
  domain.txt = stsTxt('2')
  domain.respond = (_, response) => response.writeHead(404).end()
  const problem = { type: 'sts-policy-fetch-error', text: 'the policy host replied 404, not 200' }
  const kept = { kind: 'policy', id: '1', from: 'cached', policy: { mode: 'enforce' }, problem }
  t.match(await domain.at(10), kept)
  t.match(await domain.at(20), kept, 'nor within five minutes')
  t.equal(domain.fetches(), 2)
  t.match(await domain.at(86_399), kept)
  t.match(await domain.at(86_400), { kind: 'failed', problem })
})

t.test(
  'RFC 8461 §3.1: a record that is gone, or broken, does not undo a kept policy',
  async (t) => {
    const domain = await stsDomain(t)
    await domain.at(0)
    const kept = { kind: 'policy', id: '1', from: 'cached' }
    domain.txt = { kind: 'texts', texts: [] }
    t.match(await domain.at(10), { ...kept, problem: undefined })
    domain.txt = { kind: 'failed', text: 'SERVFAIL' }
    t.match(await domain.at(10), { ...kept, problem: undefined, text: /SERVFAIL/ })
    domain.txt = { kind: 'texts', texts: ['v=STSv1; id=1', 'v=STSv1; id=2'] }
    t.match(await domain.at(10), { ...kept, problem: { type: 'sts-policy-invalid' } })
    t.match(await domain.at(86_400), { kind: 'failed', problem: { type: 'sts-policy-invalid' } })
    t.equal(domain.fetches(), 1)
  },
)

t.test(
  'RFC 8461 §8.3: a policy of mode none with a short max_age removes the policy',
  async (t) => {
    const domain = await stsDomain(t)
    await domain.at(0)
    domain.txt = stsTxt('2')
    domain.respond = serving(policyText('mode: none', 'max_age: 60'))
    t.match(await domain.at(10), { policy: { mode: 'none' } })
    domain.txt = { kind: 'texts', texts: [] }
    t.match(await domain.at(69), { policy: { mode: 'none' } })
    t.match(await domain.at(70), { kind: 'none' })
  },
)

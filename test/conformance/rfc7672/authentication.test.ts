/** RFC 7672: SMTP Security via Opportunistic DANE TLS, what §2.2, §3 and §6 say of a host. */
import t from 'tap'
import {
  type HostFacts,
  judgeHost,
  judgeTlsas,
  referenceNames,
  tlsLevel,
} from '../../../src/dane/index.ts'
import { formatName, parseName } from '../../../src/wire/index.ts'
import { authority, issue, tlsaFor } from '../../support/certificates.ts'
import { future, matchFor, past } from '../../support/chain-cases.ts'

const names = ['mx.example.com']
const leaf = await issue({ names })

const facts = (changes: Partial<HostFacts>): HostFacts => ({
  domain: 'example.com',
  level: 'authenticated',
  reason: 'a reason',
  failedLookup: undefined,
  isProtected: true,
  outcome: 'tls',
  match: undefined,
  sts: undefined,
  policy: 'opportunistic',
  ...changes,
})
const protection = (changes: Partial<HostFacts>) => judgeHost(facts(changes), 'rfc').protection

t.test('§2.2: secure and usable TLSA demand authenticated TLS', async (t) => {
  const { dane } = tlsLevel('secure', 'usable')
  t.equal(dane, 'authenticated')
  t.equal(protection({ level: dane, match: matchFor([leaf], [tlsaFor(leaf, 3, 1, 1)]) }), 'dane')
  const wrong = matchFor([leaf], [tlsaFor(await issue(), 3, 1, 1)])
  t.equal(protection({ level: dane, match: wrong }), 'none', 'no match')
  t.equal(protection({ level: dane, outcome: 'no-starttls' }), 'none')
  t.equal(protection({ level: dane, outcome: 'handshake-failed' }), 'none', 'never in clear')
})

t.test('§2.2: secure TLSA, none of it usable, demand TLS without authentication', async (t) => {
  t.same(judgeTlsas([tlsaFor(leaf, 1, 1, 1)]).active, [])
  const { dane } = tlsLevel('secure', 'unusable')
  t.equal(protection({ level: dane }), 'encrypted')
  t.equal(protection({ level: dane, outcome: 'no-starttls' }), 'none')
  t.equal(protection({ level: dane, outcome: 'handshake-failed' }), 'none')
})

t.test('§2.2: without secure TLSA all is as ever, in clear if need be', async (t) => {
  for (const { dane } of [tlsLevel('secure', 'absent'), tlsLevel('insecure', 'not-asked')]) {
    t.equal(protection({ level: dane }), 'opportunistic')
    t.equal(protection({ level: dane, outcome: 'no-starttls' }), 'cleartext')
    t.equal(protection({ level: dane, outcome: 'handshake-failed' }), 'cleartext')
  }
})

t.test('§2.2: a failed lookup is none of these: nothing is sent', async (t) => {
  const { dane } = tlsLevel('secure', 'failed')
  const verdict = judgeHost(facts({ level: dane, failedLookup: 'tlsa' }), 'rfc')
  t.equal(verdict.delivers, false, 'not even over TLS')
  t.equal(verdict.temporary, true)
})

t.test('§2.2.1: behind an insecure MX a match is not said to protect', async (t) => {
  const match = matchFor([leaf], [tlsaFor(leaf, 3, 1, 1)])
  t.equal(protection({ match, isProtected: false }), 'encrypted')
  t.equal(protection({ match, isProtected: false, policy: 'mandatory' }), 'none')
})

t.test('§3.1.1: for DANE-EE names and dates MUST be ignored', async (t) => {
  for (const options of [past, future, { names: ['other.example'] }]) {
    const made = await issue({ names, ...options })
    const match = matchFor([made], [tlsaFor(made, 3, 1, 1)])
    t.equal(protection({ match }), 'dane')
  }
})

t.test('§3.1.2: for DANE-TA the anchor is in what the server sends', async (t) => {
  const ca = await authority()
  const below = await issue({ names, issuer: ca })
  t.equal(matchFor([below, ca], [tlsaFor(ca, 2, 0, 1)]).authenticated, true)
  t.equal(matchFor([below], [tlsaFor(ca, 2, 0, 1)]).failure, 'trust-anchor-missing')
})

t.test('§3.1.2: a certificate that is no authority is nobody’s anchor', async (t) => {
  const match = matchFor([leaf], [tlsaFor(leaf, 2, 0, 1)])
  t.equal(match.failure, 'no-match', 'ta-matches-leaf')
  t.match(match.records[0]?.text, /own certificate.*usage 3/)
})

t.test('§3.1.3: PKIX-TA and PKIX-EE are unusable', async (t) => {
  for (const usage of [0, 1]) {
    const { all, active } = judgeTlsas([tlsaFor(leaf, usage, 1, 1)])
    t.same(active, [])
    t.match(all[0]?.why, /RFC 7672 §3\.1\.3/)
  }
  const beside = matchFor([leaf], [tlsaFor(leaf, 1, 1, 1), tlsaFor(leaf, 3, 1, 1)])
  t.equal(beside.authenticated, true, 'tlsa-unusable-plus-good')
  const wrong = tlsaFor(await issue(), 3, 1, 1)
  t.equal(matchFor([leaf], [tlsaFor(leaf, 1, 1, 1), wrong]).authenticated, false, '-plus-bad')
})

t.test('§3.2.1: no name check for DANE-EE', async (t) => {
  const other = await issue({ names: ['other.example'] })
  t.equal(matchFor([other], [tlsaFor(other, 3, 1, 1)], []).authenticated, true)
})

t.test('§3.2.2: names a DANE-TA certificate may have, by the example', async (t) => {
  // exchange.example.org is an alias of mail.example.com, whose MX are mx10, mx15 and mx20; mx15
  // is an alias with TLSA of its own, mx20 one with TLSA at mxbackup.example.net.
  const accepted = (tlsaBase: string) =>
    referenceNames({
      tlsaBase: parseName(tlsaBase),
      nextHop: parseName('exchange.example.org.'),
      expandedNextHop: parseName('mail.example.com.'),
      isMx: true,
      mxSecure: true,
    }).map(formatName)
  const domains = ['exchange.example.org.', 'mail.example.com.']
  t.same(accepted('mx10.example.com.'), ['mx10.example.com.', ...domains])
  t.same(accepted('mx15.example.com.'), ['mx15.example.com.', ...domains])
  t.same(accepted('mxbackup.example.net.'), ['mxbackup.example.net.', ...domains])
})

t.test('§3.2.2: an insecure MX leaves only the host', async (t) => {
  const [tlsaBase, nextHop] = [parseName('mx.example.com.'), parseName('example.com.')]
  const insecure = { tlsaBase, nextHop, expandedNextHop: nextHop, isMx: true, mxSecure: false }
  t.same(referenceNames(insecure).map(formatName), ['mx.example.com.'])
})

t.test('§3.2.2: without MX, the base and the domain', async (t) => {
  const nextHop = parseName('www.example.com.')
  const alone = { tlsaBase: nextHop, nextHop, expandedNextHop: nextHop, isMx: false }
  t.same(referenceNames({ ...alone, mxSecure: true }).map(formatName), ['www.example.com.'])
  const tlsaBase = parseName('host.example.net.')
  const alias = { tlsaBase, nextHop, expandedNextHop: tlsaBase, isMx: false, mxSecure: false }
  t.same(referenceNames(alias).map(formatName), ['host.example.net.', 'www.example.com.'])
})

const ca = await authority()
const named = async (options: Parameters<typeof issue>[0], references?: readonly string[]) => {
  const made = await issue({ issuer: ca, ...options })
  return matchFor([made, ca], [tlsaFor(ca, 2, 1, 1)], references).failure ?? 'ok'
}

t.test('§3.2.2: the base, the domain and its expansion all do', async (t) => {
  const references = ['mx.example.com.', 'example.org.', 'mail.example.com.']
  for (const name of ['mx.example.com', 'example.org', 'mail.example.com']) {
    t.equal(await named({ names: [name] }, references), 'ok')
  }
  t.equal(await named({ names: ['other.example.com'] }, references), 'host-mismatch')
})

t.test('§3.2.3: any DNS-ID, and the common name is ignored', async (t) => {
  t.equal(await named({ subject: 'CN=mx.example.com' }), 'ok', 'ta-cn-only')
  t.equal(
    await named({ subject: 'CN=mx.example.com', names: ['other.example.com'] }),
    'host-mismatch',
    'ta-san-beats-cn',
  )
  t.equal(await named({ subject: 'CN=mx.example.com, CN=other' }), 'host-mismatch', 'the last CN')
})

t.test('§3.2.3: a wildcard is the whole first label and stands for one', async (t) => {
  t.equal(await named({ names: ['*.example.com'] }), 'ok', 'ta-wildcard')
  t.equal(await named({ names: ['m*.example.com'] }), 'host-mismatch', 'ta-partial-wildcard')
  t.equal(await named({ names: ['*x.example.com'] }), 'host-mismatch')
  t.equal(await named({ names: ['mx.*.com'] }), 'host-mismatch')
  t.equal(await named({ names: ['*.com'] }), 'host-mismatch', 'two labels')
  t.equal(await named({ names: ['*.mx.example.com'] }), 'host-mismatch', 'no label')
})

t.test('§3.2.3: names are compared as A-labels, ASCII case ignored', async (t) => {
  const reference = ['mx.xn--mller-kva.example.']
  t.equal(await named({ names: ['MX.XN--MLLER-KVA.example'] }, reference), 'ok')
})

t.test('§6: mandatory DANE delays where there is no usable TLSA', async (t) => {
  for (const level of ['none', 'encrypted'] as const) {
    const verdict = judgeHost(facts({ level, policy: 'mandatory' }), 'rfc')
    t.match(verdict, { delivers: false, temporary: true, report: 'dane-required' })
  }
})

t.test('§9.1: an audit tells what is wrong and delivers', async (t) => {
  const match = matchFor([leaf], [tlsaFor(await issue(), 3, 1, 1)])
  const verdict = judgeHost(facts({ match, policy: 'audit' }), 'rfc')
  t.match(verdict, { delivers: true, protection: 'opportunistic', report: 'tlsa-invalid' })
})

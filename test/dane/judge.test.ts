/** The rows of what can go wrong with a host, each in the words of RFC 7672, Exchange, TLS-RPT. */
import t from 'tap'
import {
  type HostFacts,
  type HostVerdict,
  judgeHost,
  type MatchFailure,
  type MatchResult,
  type StsFacts,
} from '../../src/dane/index.ts'
import { authority, issue, tlsaFor } from '../support/certificates.ts'
import { future, matchFor, past } from '../support/chain-cases.ts'

const names = ['mx.example.com']
const leaf = await issue({ names })
const matching = matchFor([leaf], [tlsaFor(leaf, 3, 1, 1)])
const failing = (failure: MatchFailure): MatchResult => ({
  ...matchFor([leaf], [tlsaFor(leaf, 2, 1, 1)]),
  failure,
})

/** A host with usable TLSA records and a certificate that matches, unless said otherwise. */
function facts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    domain: 'example.com',
    level: 'authenticated',
    reason: 'the reason given',
    failedLookup: undefined,
    isProtected: true,
    outcome: 'tls',
    match: matching,
    sts: undefined,
    policy: 'opportunistic',
    ...changes,
  }
}

const enforce: StsFacts = { mode: 'enforce', mxMatches: true, certificateError: undefined }
const told = ({ delivers, protection, temporary, exchange, report }: HostVerdict) =>
  [delivers ? protection : temporary ? 'later' : 'never', exchange?.code, report] as const

const judged = (changes: Partial<HostFacts>) => ({
  rfc: told(judgeHost(facts(changes), 'rfc')),
  exchange: told(judgeHost(facts(changes), 'exchange')),
})
const both = (...verdict: readonly unknown[]) => ({ rfc: verdict, exchange: verdict })

t.test('judgeHost delivers to who keeps what TLSA promises', async (t) => {
  t.same(judged({}), both('dane', undefined, undefined))
  t.same(
    judged({ level: 'encrypted', match: undefined }),
    both('encrypted', undefined, undefined),
    'tlsa-usage-0, and all that is unusable: TLS, unauthenticated',
  )
  const open = { level: 'none', match: undefined } as const
  t.same(judged(open), both('opportunistic', undefined, undefined), 'tlsa-none')
  t.same(judged({ ...open, outcome: 'no-starttls' }), both('cleartext', undefined, undefined))
  t.same(judged({ ...open, outcome: 'handshake-failed' }), both('cleartext', undefined, undefined))
})

t.test('judgeHost keeps mail back when a lookup failed', async (t) => {
  const failed = { level: 'failed', match: undefined, outcome: undefined } as const
  t.same(judged({ ...failed, failedLookup: 'mx' }), both('later', '4.312', 'dnssec-invalid'))
  t.same(judged({ ...failed, failedLookup: 'address' }), both('later', '4.312', 'dnssec-invalid'))
  t.same(judged({ ...failed, failedLookup: 'tlsa' }), both('later', '7.324', 'dnssec-invalid'))
  const verdict = judgeHost(facts({ ...failed, failedLookup: 'tlsa' }), 'rfc')
  t.equal(verdict.text, 'the reason given')
  t.equal(verdict.exchange?.transient, '4.7.324')
  t.same(
    judged({ ...failed, failedLookup: 'tlsa', outcome: 'tls', sts: enforce }),
    both('later', '7.324', 'dnssec-invalid'),
    'not even over TLS that MTA-STS likes',
  )
})

t.test('judgeHost wants STARTTLS where there is any secure TLSA', async (t) => {
  for (const level of ['authenticated', 'encrypted'] as const) {
    t.same(
      judged({ level, match: undefined, outcome: 'no-starttls' }),
      both('later', '7.321', 'starttls-not-supported'),
      `starttls-absent, ${level}`,
    )
    t.same(
      judged({ level, match: undefined, outcome: 'handshake-failed' }),
      both('later', '7.321', 'validation-failure'),
      `tls-handshake-alert, ${level}`,
    )
  }
})

t.test('judgeHost tells what is wrong with a certificate', async (t) => {
  const rows: [MatchFailure, string, string][] = [
    ['no-match', '7.323', 'tlsa-invalid'],
    ['trust-anchor-missing', '7.323', 'certificate-not-trusted'],
    ['chain-broken', '7.323', 'certificate-not-trusted'],
    ['constraint', '7.323', 'certificate-not-trusted'],
    ['not-yet-valid', '7.323', 'certificate-not-trusted'],
    ['expired', '7.322', 'certificate-expired'],
    ['host-mismatch', '7.325', 'certificate-host-mismatch'],
    ['no-certificate', '7.323', 'validation-failure'],
  ]
  for (const [failure, code, report] of rows) {
    t.same(judged({ match: failing(failure) }), both('later', code, report), failure)
  }
  t.same(judged({ match: undefined }), both('later', '7.323', 'validation-failure'))
})

t.test('judgeHost: Exchange looks at dates and names where usage 3 matches', async (t) => {
  const ok = ['dane', undefined, undefined]
  const matchOf = async (options: Parameters<typeof issue>[0]) => {
    const made = await issue(options)
    return matchFor([made], [tlsaFor(made, 3, 1, 1)])
  }
  t.same(
    judged({ match: await matchOf({ names, ...past }) }),
    { rfc: ok, exchange: ['later', '7.322', 'certificate-expired'] },
    'ee-expired',
  )
  t.same(
    judged({ match: await matchOf({ names, ...future }) }),
    { rfc: ok, exchange: ['later', '7.323', 'tlsa-invalid'] },
    'ee-notyet',
  )
  t.same(
    judged({ match: await matchOf({ names: ['other.example'] }) }),
    { rfc: ok, exchange: ['later', '7.325', 'certificate-host-mismatch'] },
    'ee-wrongname',
  )
  t.same(judged({ match: await matchOf({ names }) }), both(...ok), 'ee-selfsigned')
  const ca = await authority()
  const named = await issue({ names: ['example.com'], issuer: ca })
  const anchored = matchFor(
    [named, ca],
    [tlsaFor(named, 3, 1, 1), tlsaFor(ca, 2, 0, 1)],
    ['mx.example.com.', 'example.com.'],
  )
  t.same(judged({ match: anchored }), both(...ok), 'ta-name-nexthop')
})

t.test('judgeHost: a lost conversation is no failure of DANE', async (t) => {
  t.same(judged({ outcome: 'unreachable' }), both('later', '4.316', undefined))
  t.same(judged({ outcome: 'rejected' }), both('later', undefined, undefined))
  t.same(judged({ outcome: 'rejected', isPermanent: true }), both('never', undefined, undefined))
  t.same(judged({ outcome: undefined }), both('later', undefined, undefined))
  const verdict = judgeHost(facts({ outcome: 'unreachable', outcomeText: 'No route' }), 'rfc')
  t.equal(verdict.text, 'No route')
})

t.test('judgeHost: MTA-STS decides where there is no DANE', async (t) => {
  const open = { level: 'none', match: undefined } as const
  t.same(judged({ ...open, sts: enforce }), both('sts', undefined, undefined), 'sts-ok')
  const mismatch = { ...enforce, mxMatches: false }
  t.same(
    judged({ ...open, sts: mismatch }),
    both('later', '4.8', 'validation-failure'),
    'sts-mx-mismatch',
  )
  const expired = { ...enforce, certificateError: 'CERT_HAS_EXPIRED' }
  t.same(judged({ ...open, sts: expired }), both('later', '7.5', 'certificate-expired'))
  const other = { ...enforce, certificateError: 'ERR_TLS_CERT_ALTNAME_INVALID' }
  t.same(
    judged({ ...open, sts: other }),
    both('later', '7.5', 'certificate-host-mismatch'),
    'sts-cert-mismatch',
  )
  t.equal(
    judgeHost(facts({ ...open, sts: other }), 'rfc').exchange?.text,
    'Remote certificate failed MTA-STS validation. Reason: ERR_TLS_CERT_ALTNAME_INVALID',
  )
  t.same(
    judged({ ...open, sts: enforce, outcome: 'no-starttls' }),
    both('later', '7.321', 'starttls-not-supported'),
  )
  for (const wrong of [mismatch, expired]) {
    const testing = { ...wrong, mode: 'testing' } as const
    const verdict = judgeHost(facts({ ...open, sts: testing }), 'rfc')
    t.equal(verdict.delivers, true, 'sts-testing')
    t.equal(verdict.protection, 'opportunistic')
    t.ok(verdict.report, 'and it is reported (RFC 8461 §5)')
    t.same(
      judged({ ...open, sts: { ...wrong, mode: 'none' } }),
      both('opportunistic', undefined, undefined),
      'sts-none',
    )
  }
})

t.test('judgeHost: MTA-STS adds to TLSA that cannot be used', async (t) => {
  const unusable = { level: 'encrypted', match: undefined } as const
  t.same(judged({ ...unusable, sts: enforce }), both('sts', undefined, undefined))
  const wrong = { ...enforce, certificateError: 'CERT_HAS_EXPIRED' }
  t.same(judged({ ...unusable, sts: wrong }), both('later', '7.5', 'certificate-expired'))
  t.same(
    judged({ ...unusable, sts: { ...wrong, mode: 'testing' }, outcome: 'no-starttls' }),
    both('later', '7.321', 'starttls-not-supported'),
    'and never takes away',
  )
})

t.test('judgeHost: MTA-STS never makes good what DANE finds wrong (RFC 8461 §2)', async (t) => {
  t.same(
    judged({ match: failing('no-match'), sts: enforce }),
    both('later', '7.323', 'tlsa-invalid'),
    'sts-pass-dane-fail',
  )
  const wrong = { ...enforce, mxMatches: false }
  t.same(judged({ sts: wrong }), both('dane', undefined, undefined), 'sts-fail-dane-pass')
  t.same(
    judged({ sts: wrong, stsBesideDane: true }),
    both('later', '4.8', 'validation-failure'),
    'sts-fail-dane-pass, for who wants both',
  )
})

t.test('judgeHost: behind an insecure MX, DANE does not protect', async (t) => {
  const insecure = { isProtected: false }
  t.same(judged(insecure), both('encrypted', undefined, undefined), 'mx-zone-insecure')
  t.same(judged({ ...insecure, sts: enforce }), both('sts', undefined, undefined))
  t.same(
    judged({ ...insecure, sts: { ...enforce, mxMatches: false } }),
    both('later', '4.8', 'validation-failure'),
  )
  t.same(
    judged({ ...insecure, match: failing('no-match') }),
    both('later', '7.323', 'tlsa-invalid'),
    'and fails none the less',
  )
})

t.test('judgeHost: mandatory DANE wants it usable and protecting', async (t) => {
  const mandatory = { policy: 'mandatory' } as const
  t.same(judged(mandatory), both('dane', undefined, undefined))
  for (const level of ['none', 'encrypted'] as const) {
    t.same(
      judged({ ...mandatory, level, match: undefined, sts: enforce }),
      both('later', '7.323', 'dane-required'),
      level,
    )
  }
  t.same(judged({ ...mandatory, isProtected: false }), both('later', '7.323', 'dane-required'))
  t.same(
    judged({ ...mandatory, level: 'failed', failedLookup: 'tlsa', outcome: undefined }),
    both('later', '7.324', 'dnssec-invalid'),
  )
  t.match(judgeHost(facts({ ...mandatory, level: 'none' }), 'rfc').text, /but the reason given$/)
})

t.test('judgeHost: an audit tells and delivers', async (t) => {
  const audit = { policy: 'audit' } as const
  t.same(
    judged({ ...audit, match: failing('no-match') }),
    both('opportunistic', '7.323', 'tlsa-invalid'),
  )
  t.same(
    judged({ ...audit, outcome: 'no-starttls' }),
    both('cleartext', '7.321', 'starttls-not-supported'),
  )
  t.same(
    judged({ ...audit, level: 'failed', failedLookup: 'tlsa', match: undefined }),
    both('opportunistic', '7.324', 'dnssec-invalid'),
  )
  t.same(judged(audit), both('dane', undefined, undefined))
  const sts = { ...enforce, mxMatches: false }
  t.same(
    judged({ ...audit, match: failing('no-match'), sts }),
    both('later', '4.8', 'validation-failure'),
    'MTA-STS is not being audited',
  )
  t.same(
    judged({ ...audit, level: 'failed', failedLookup: 'mx', outcome: undefined }),
    both('later', '4.312', 'dnssec-invalid'),
    'and there has to be somewhere to go',
  )
})

t.test('judgeHost: without DANE nothing of it is looked at', async (t) => {
  const none = { policy: 'none' } as const
  t.same(
    judged({ ...none, match: failing('no-match') }),
    both('opportunistic', undefined, undefined),
  )
  t.same(
    judged({ ...none, level: 'failed', failedLookup: 'tlsa', outcome: 'no-starttls' }),
    both('cleartext', undefined, undefined),
  )
  t.same(judged({ ...none, sts: enforce }), both('sts', undefined, undefined))
})

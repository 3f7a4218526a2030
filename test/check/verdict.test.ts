import t from 'tap'
import { composeReport } from '../../src/check/compose.ts'
import type { Findings } from '../../src/check/index.ts'
import { readCertificate, sha256 } from '../../src/crypto/index.ts'
import { RR } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { type Issued, issue } from '../support/certificates.ts'
import { findings, findingsTime, metHost, resolution } from '../support/findings.ts'

const name = 'mx.contoso.test'
const good = await issue({ names: [name] })
const second = await issue({ names: ['mx2.test'] })
const other = await issue({ names: [name] })
const expired = await issue({ names: [name], to: findingsTime - 1 })

function tlsaOf({ der }: Issued): Uint8Array {
  const certificate = readCertificate(der)
  return Uint8Array.from([3, 1, 1, ...sha256(certificate?.spki ?? new Uint8Array(0))])
}

const usable = [tlsaOf(good)]
const unusable = [Uint8Array.from([0, 0, 1, ...new Uint8Array(32)])]
const refused = { kind: 'unreachable', text: 'connection refused' } as const
const noTls = { kind: 'no-starttls', detail: 'not-offered', text: 'no STARTTLS' } as const

const dane = metHost({ tlsa: usable, meets: [[good]] })
const stale = metHost({ tlsa: usable, meets: [[other]] })
const plain = metHost({ meets: [[other]] })
const secondDane = metHost({
  name: 'mx2.test.',
  preference: 20,
  tlsa: [tlsaOf(second)],
  meets: [[second]],
})
const secondPlain = metHost({ name: 'mx2.test.', preference: 20, meets: [[other]] })

/** The verdict of RFC 7672 in one line, and that of Exchange Online where it differs. */
function verdictOf(made: Findings): string[] {
  const { verdicts } = composeReport(made)
  const lines = [verdicts.rfc, verdicts.exchange].map(
    ({ outcome, protection, isProtected, host, status }) =>
      [
        outcome,
        outcome === 'delivers' ? protection : (status?.transient ?? '?'),
        isProtected ? 'protected' : 'open',
        host ?? 'nowhere',
      ].join(' '),
  )
  return [...new Set(lines)]
}

const cases: readonly (readonly [title: string, made: Findings, ...verdicts: string[]])[] = [
  ['one host that matches', findings([dane]), 'delivers dane protected mx.contoso.test.'],
  ['one host that does not match', findings([stale]), 'delayed 4.7.323 open mx.contoso.test.'],
  ['no TLSA', findings([plain]), 'delivers opportunistic open mx.contoso.test.'],
  [
    'TLSA of which none is usable',
    findings([metHost({ tlsa: unusable, meets: [[other]] })]),
    'delivers encrypted open mx.contoso.test.',
  ],
  [
    'unusable TLSA and no STARTTLS: TLS is required all the same (RFC 7672 §2.2)',
    findings([metHost({ tlsa: unusable, meets: [noTls] })]),
    'delayed 4.7.321 open mx.contoso.test.',
  ],
  [
    'a host that fails is passed over for the next (pref-10-fail-20-good)',
    findings([stale, secondDane]),
    'delivers dane protected mx2.test.',
  ],
  [
    'the next one may know no DANE (pref-10-fail-20-none)',
    findings([stale, secondPlain]),
    'delivers opportunistic open mx2.test.',
  ],
  [
    'TLSA never changes the order (RFC 7672 §2.2.1, pref-10-none-20-dane)',
    findings([plain, secondDane]),
    'delivers opportunistic open mx.contoso.test.',
  ],
  [
    'DANE on some hosts protects today, and nobody for sure',
    findings([dane, secondPlain]),
    'delivers dane open mx.contoso.test.',
  ],
  [
    'all hosts fail: delay',
    findings([stale, metHost({ name: 'mx2.test.', preference: 20, meets: [refused] })]),
    'delayed 4.7.323 open mx.contoso.test.',
  ],
  [
    'the failure that says most is told, not the first',
    findings([metHost({ meets: [refused] }), stale]),
    'delayed 4.7.323 open mx.contoso.test.',
  ],
  [
    'one address of several is enough (ip-split)',
    findings([metHost({ tlsa: usable, meets: [[other], [good]] })]),
    'delivers dane protected mx.contoso.test.',
  ],
  [
    'a TLSA lookup that failed: nobody is connected to (RFC 7672 §2.1.2)',
    findings([metHost({ level: 'failed', meets: [] })]),
    'delayed 4.7.324 open mx.contoso.test.',
  ],
  [
    'an expired certificate that matches: the profiles differ (RFC 7672 §3.1.1)',
    findings([metHost({ tlsa: [tlsaOf(expired)], meets: [[expired]] })]),
    'delivers dane protected mx.contoso.test.',
    'delayed 4.7.322 open mx.contoso.test.',
  ],
  [
    'insecure MX records: DANE per host, and no protection (RFC 7672 §2.2.1)',
    findings([dane], { destination: { isProtected: false } }),
    'delivers encrypted open mx.contoso.test.',
  ],
  [
    'mandatory: no TLSA is a delay (RFC 7672 §6)',
    findings([plain], { request: { policy: 'mandatory' } }),
    'delayed 4.7.323 open mx.contoso.test.',
  ],
  [
    'audit: delivered all the same (RFC 7672 §9.1)',
    findings([stale], { request: { policy: 'audit' } }),
    'delivers opportunistic open mx.contoso.test.',
  ],
  [
    'none: TLSA is not looked at',
    findings([stale], { request: { policy: 'none' } }),
    'delivers opportunistic open mx.contoso.test.',
  ],
  [
    'inbound-smtp: the same, whatever the policy',
    findings([stale], { request: { mode: 'inbound-smtp', policy: 'mandatory' } }),
    'delivers opportunistic open mx.contoso.test.',
  ],
  [
    'a server that refuses for good ends the matter',
    findings([
      metHost({ meets: [{ kind: 'rejected', reply: { code: 554, lines: ['no'] }, text: 'no' }] }),
    ]),
    'refused 4.5.0 open mx.contoso.test.',
  ],
  [
    'a server that refuses for now does not',
    findings([
      metHost({ meets: [{ kind: 'rejected', reply: { code: 421, lines: ['no'] }, text: 'no' }] }),
    ]),
    'delayed 4.5.0 open mx.contoso.test.',
  ],
  [
    'MX records that cannot be believed: delay (RFC 7672 §2.1.2)',
    findings([], { destination: { kind: 'failed', isProtected: false } }),
    'delayed 4.4.312 open nowhere',
  ],
  [
    'a domain that is not there',
    findings([], { destination: { kind: 'absent' } }),
    'refused 4.4.310 open nowhere',
  ],
  [
    'a domain that takes no mail (RFC 7505 §4.1)',
    findings([], { destination: { kind: 'null-mx' } }),
    'refused 5.1.10 open nowhere',
  ],
  [
    'MX records that name nobody',
    findings([], { destination: { kind: 'mx' } }),
    'delayed 4.5.0 open nowhere',
  ],
  [
    'dnssec-only: all secure',
    findings([metHost()], { request: { mode: 'dnssec-only' } }),
    'delivers none protected mx.contoso.test.',
  ],
  [
    'dnssec-only: an insecure host',
    findings([metHost({ security: 'insecure' })], { request: { mode: 'dnssec-only' } }),
    'delivers none open mx.contoso.test.',
  ],
]

t.test('composeReport: nothing is said to deliver that nobody has met', async (t) => {
  const { host } = dane
  const report = composeReport(findings([{ host, encounters: [] }]))
  t.match(report.verdicts.rfc, { outcome: 'delayed', reason: /Nobody connected to it/ })
  t.match(report.tree.steps.at(-1), { kind: 'host', details: ['1 address not connected to'] })
})

// Nobody connects in dnssec-only, and these hosts have addresses all the same.
function withAddresses(made: Findings): Findings {
  if (made.request.mode !== 'dnssec-only') return made
  const hosts = made.hosts.map(({ host, encounters }) => ({
    host: { ...host, addresses: ['192.0.2.1'] },
    encounters,
  }))
  return { ...made, hosts }
}

for (const [title, made, ...verdicts] of cases) {
  t.test(`composeReport: ${title}`, async (t) => {
    t.same(verdictOf(withAddresses(made)), verdicts)
  })
}

t.test(
  'composeReport: codes of 4.x have their 5.x, and a reply as a sender would log it',
  async (t) => {
    const { verdicts } = composeReport(findings([stale]))
    t.match(verdicts.rfc.status, {
      transient: '4.7.323',
      permanent: '5.7.323',
      reply: '450 4.7.323 tlsa-invalid: The domain failed DANE validation.',
    })
  },
)

t.test('composeReport: MTA-STS decides where there is no DANE, and never against it', async (t) => {
  const policy = { mode: 'enforce', maxAge: 86400, mx: ['*.contoso.test'], lines: [] } as const
  const state = {
    ...{ kind: 'policy', policy, id: '1', from: 'fetched', problem: undefined, text: 'there' },
    expires: findingsTime,
  } as never
  const sts = { state, details: [], elapsedMs: 1 }
  t.same(verdictOf(findings([plain], { sts })), ['delayed 4.7.5 open mx.contoso.test.'])
  t.same(verdictOf(findings([dane], { sts })), ['delivers dane protected mx.contoso.test.'])
  t.same(verdictOf(findings([stale], { sts })), ['delayed 4.7.323 open mx.contoso.test.'])
  const beside = metHost({ name: 'other.test.', preference: 30, meets: [[other]] })
  const kept = composeReport(findings([dane, beside], { sts })).verdicts.rfc
  t.ok(kept.isProtected, 'a host that MTA-STS keeps mail from weakens nothing')
  const report = composeReport(findings([plain], { sts }))
  t.match(report.hosts[0]?.addresses[0]?.sts, { problem: { type: 'certificate-not-trusted' } })
})

t.test('composeReport: a report is plain data', async (t) => {
  const report = composeReport(findings([dane, stale, secondPlain]))
  const again = JSON.parse(JSON.stringify(report))
  t.same(again, JSON.parse(JSON.stringify(again)))
  t.equal(again.version, 1)
  t.equal(again.hosts[0].addresses[0].chain[0].spkiSha256.length, 64)
  const mx = resolution(parseName('a.test.'), RR.MX, [])
  t.equal(mx.data, undefined)
})

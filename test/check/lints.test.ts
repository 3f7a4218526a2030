import t from 'tap'
import { composeReport } from '../../src/check/compose.ts'
import type { Findings, MetHost } from '../../src/check/index.ts'
import { readCertificate, sha256 } from '../../src/crypto/index.ts'
import { RR } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { type Issued, issue } from '../support/certificates.ts'
import { findings, findingsTime, metHost, resolution } from '../support/findings.ts'

const day = 86_400
const good = await issue({ names: ['mx.contoso.test'] })
const ending = await issue({ names: ['mx.contoso.test'], to: findingsTime + 3 * day })

function tlsaOf({ der }: Issued): Uint8Array {
  return Uint8Array.from([3, 1, 1, ...sha256(readCertificate(der)?.spki ?? new Uint8Array(0))])
}

const dane = metHost({ tlsa: [tlsaOf(good)], meets: [[good]] })
const plain = metHost({ name: 'plain.test.', preference: 20, meets: [[good]] })
const noReports = { state: { kind: 'none', text: '' }, details: [], elapsedMs: 0 } as const

function lintsOf(made: Findings): string[] {
  return composeReport(made).lints.map(({ code, subject }) => `${code} ${subject}`)
}

/** A host with other findings of DNS. */
function changed({ host, encounters }: MetHost, change: Partial<MetHost['host']>): MetHost {
  return { host: { ...host, ...change }, encounters }
}

/** An RRSIG that ends so many seconds from now (RFC 4034 §3.1). */
function rrsigFor(seconds: number): Uint8Array {
  const rdata = Buffer.alloc(19)
  rdata.writeUInt32BE(findingsTime + seconds, 8)
  return rdata
}

t.test('lints: nothing to say of a domain that does everything right', async (t) => {
  t.same(lintsOf(findings([dane])), [])
})

t.test('lints: DANE on some hosts, after or before those without', async (t) => {
  t.same(lintsOf(findings([dane, plain])), ['mx-partly-dane contoso.test.'])
  const first = changed(plain, { preference: 5 })
  t.same(lintsOf(findings([first, dane])), ['mx-plain-before-dane contoso.test.'])
})

t.test('lints: TLSA records behind MX records that are not signed', async (t) => {
  const mx = resolution(parseName('contoso.test.'), RR.MX, [], 'insecure')
  const made = findings([dane], { destination: { mx, isProtected: false } })
  t.same(lintsOf(made), ['mx-insecure contoso.test.'])
})

t.test('lints: one address family fails; an MX record names an alias', async (t) => {
  const { name } = dane.host
  const aaaa = resolution(name, RR.AAAA, [], 'bogus')
  t.same(lintsOf(findings([changed(dane, { aaaa })])), ['host-family-failed mx.contoso.test.'])
  const expanded = parseName('real.test.')
  t.same(lintsOf(findings([changed(dane, { expanded })])), ['mx-alias mx.contoso.test.'])
})

t.test('lints: TLSA records as RFC 7671 §8 and RFC 7672 §3.1 would have them', async (t) => {
  const stale = Uint8Array.from([2, 0, 1, ...new Uint8Array(32)])
  const pkix = Uint8Array.from([1, 0, 1, ...new Uint8Array(32)])
  const host = metHost({ tlsa: [tlsaOf(good), stale, pkix], meets: [[good], [good]] })
  t.same(lintsOf(findings([host])), [
    'tlsa-warning mx.contoso.test.',
    'tlsa-warning mx.contoso.test.',
  ])
})

t.test('lints: certificates and signatures that end soon', async (t) => {
  const host = metHost({ tlsa: [tlsaOf(ending)], meets: [[ending]] })
  t.same(lintsOf(findings([host])), ['certificate-ends mx.contoso.test. 192.0.2.1'])
  for (const [seconds, lints] of [
    [day, ['signature-ends contoso.test. MX']],
    [3 * day, []],
  ] as const) {
    const rdata = Uint8Array.from([0, 10, ...dane.host.name])
    const mx = resolution(parseName('contoso.test.'), RR.MX, [rdata])
    const answer = mx.answer.map((set) => ({ ...set, rrsigs: [rrsigFor(seconds)] }))
    t.same(lintsOf(findings([dane], { destination: { mx: { ...mx, answer } } })), lints)
  }
})

t.test('lints: a server that speaks in clear after STARTTLS', async (t) => {
  const encounters = dane.encounters.map(({ result, match }) => ({
    result: { ...result, injected: true },
    match,
  }))
  const made = [{ host: dane.host, encounters }]
  t.same(lintsOf(findings(made)), ['smtp-injection mx.contoso.test. 192.0.2.1'])
  t.same(lintsOf(findings(made, { request: { mode: 'inbound-smtp' } })), [
    'smtp-injection mx.contoso.test. 192.0.2.1',
  ])
})

t.test('lints: nobody is told, and MTA-STS that only tests', async (t) => {
  t.same(lintsOf(findings([dane], { tlsRpt: noReports })), ['tls-rpt-none contoso.test.'])
  const policy = { mode: 'testing', maxAge: 1, mx: ['mx.contoso.test'], lines: [] } as const
  const state = { kind: 'policy', policy, problem: undefined, text: '' } as never
  const sts = { state, details: [], elapsedMs: 0 }
  t.same(lintsOf(findings([dane], { sts })), ['sts-testing contoso.test.'])
})

import type { Encounter, Findings, MetHost } from '../../src/check/index.ts'
import { readCertificate } from '../../src/crypto/index.ts'
import { judgeTlsas, matchChain } from '../../src/dane/index.ts'
import type { Destination, Host } from '../../src/destination/index.ts'
import { makeRRset, RR, type RRType, type Ttl } from '../../src/rr/index.ts'
import type { ProbeOutcome } from '../../src/smtp/index.ts'
import type { Resolution } from '../../src/stub/index.ts'
import type { Security } from '../../src/validator/index.ts'
import { type Name, nameFromLabels, parseName } from '../../src/wire/index.ts'
import type { Issued } from './certificates.ts'

/** When everything in these findings happened. */
export const findingsTime = 1_795_479_662

/** A lookup that came to something, without any wire. */
export function resolution(
  name: Name,
  type: RRType,
  rdatas: readonly Uint8Array[],
  security: Security = 'secure',
  text = security === 'secure' ? 'Signed and valid' : `It is ${security}`,
): Resolution {
  const reason = { text, ede: security === 'bogus' ? 6 : undefined }
  const data =
    rdatas.length === 0
      ? undefined
      : { rrset: makeRRset(name, type, 300 as Ttl, rdatas), rrsigs: [], security, reason }
  const failed = security === 'bogus' || security === 'indeterminate'
  const zone = parseName('test.')
  return {
    question: { name, type },
    security,
    rcode: failed ? 2 : 0,
    reason,
    hops: [],
    data,
    answer: data ? [data] : [],
    authority: [],
    chain: [
      { zone, security, by: 'anchor', keys: [{ zone, algorithm: 13, keyTag: 4711 }], reason },
    ],
    ttl: 300,
    elapsedMs: 4,
    queries: 1,
  }
}

/** How a host is met in a test. */
export interface MeetingOptions {
  readonly name?: string
  readonly preference?: number
  /** TLSA RDATA at the host; undefined when there is none. */
  readonly tlsa?: readonly Uint8Array[]
  readonly security?: Security
  readonly level?: Host['level']
  /** What the server shows; or another outcome. */
  readonly meets?: readonly (readonly Issued[] | ProbeOutcome)[]
  readonly helo?: string
}

/** A host with its encounters, as a check would have it. */
export function metHost(options: MeetingOptions = {}): MetHost {
  const { name: text = 'mx.contoso.test.', preference = 10, tlsa, security = 'secure' } = options
  const name = parseName(text)
  const set = tlsa && judgeTlsas(tlsa)
  const meets = options.meets ?? []
  const level =
    options.level ??
    (set === undefined ? 'none' : set.active.length > 0 ? 'authenticated' : 'encrypted')
  const host: Host = {
    name,
    preference,
    expanded: name,
    a: resolution(name, RR.A, [Uint8Array.of(192, 0, 2, 1)], security),
    aaaa: resolution(name, RR.AAAA, [], security),
    addresses: meets.map((_, n) => `192.0.2.${n + 1}`),
    security,
    tlsaLookups: [],
    tlsa: set,
    tlsaBase: set && name,
    referenceNames: [name],
    level,
    failedLookup: level === 'failed' ? 'tlsa' : undefined,
    reason: { text: `Level ${level}`, ede: undefined },
  }
  const encounters = meets.map((met, n): Encounter => {
    const outcome: ProbeOutcome =
      'kind' in met
        ? met
        : {
            kind: 'tls',
            reply: undefined,
            tls: {
              protocol: 'TLSv1.3',
              cipher: 'TLS_AES_256_GCM_SHA384',
              chain: met.flatMap(({ der }) => readCertificate(der) ?? []),
              webPkiError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
            },
          }
    const match =
      set && set.active.length > 0 && outcome.kind === 'tls'
        ? matchChain({
            tlsa: set,
            chain: outcome.tls.chain,
            referenceNames: [name],
            now: findingsTime,
          })
        : undefined
    return {
      match,
      result: {
        address: `192.0.2.${n + 1}`,
        port: 25,
        outcome,
        helo: options.helo ?? 'mx.contoso.test',
        extensions: ['PIPELINING', 'STARTTLS'],
        injected: false,
        steps: [{ what: 'connect', ok: true, text: 'connected', elapsedMs: 1 }],
        elapsedMs: 12,
      },
    }
  })
  return { host, encounters }
}

/** The findings of a check of `contoso.test.`, whose MX records lead to these hosts. */
export function findings(
  hosts: readonly MetHost[],
  overrides: {
    readonly request?: Partial<Findings['request']>
    readonly destination?: Partial<Destination>
  } & Partial<Pick<Findings, 'sts' | 'tlsRpt'>> = {},
): Findings {
  const domain = overrides.request?.domain ?? parseName('contoso.test.')
  const rdatas = hosts.map(({ host }) => Uint8Array.from([0, host.preference, ...host.name]))
  const mx = resolution(domain, RR.MX, rdatas)
  return {
    request: {
      domain,
      mode: 'dane',
      policy: 'opportunistic',
      profiles: ['rfc', 'exchange'],
      families: 'strict',
      port: 25,
      ehloName: 'sender.test',
      ca: undefined,
      stsPort: 443,
      ...overrides.request,
    },
    destination: {
      domain,
      expanded: domain,
      mx,
      kind: 'mx',
      reason: mx.reason,
      isProtected: true,
      hosts: hosts.map(({ host }) => host),
      notes: [],
      ...overrides.destination,
    },
    hosts,
    sts: overrides.sts,
    tlsRpt: overrides.tlsRpt,
    time: findingsTime,
    elapsedMs: 120,
    queries: 9,
  }
}

/** A name with a label that a page or a terminal could fall for. */
export const hostileName = nameFromLabels(
  ['<script>alert(1)</script>', '\u001b[31m', 'test'].map((label) => Buffer.from(label)),
)

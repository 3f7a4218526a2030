import type { RequestListener } from 'node:http'
import type { TlsOptions } from 'node:tls'
import type { Test } from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { exchangeHttps } from '../../src/https/index.ts'
import { evaluateSts, StsCache, type StsState, type TxtLookup } from '../../src/mtasts/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { authority, type Issued, issue } from './certificates.ts'
import { type ManualTimers, manualTimers } from './manual-timers.ts'
import { webServer } from './web-server.ts'

/** Who signs the certificates of policy hosts in tests, and that of `mta-sts.example.com`. */
export const stsAuthority: Issued = await authority({ subject: 'CN=Policy Authority' })
const stsCertificate = await issue({ names: ['mta-sts.example.com'], issuer: stsAuthority })

/** A policy that has nothing wrong, its lines as given after the version. */
export function policyText(...lines: string[]): string {
  const rest = lines.length > 0 ? lines : ['mode: enforce', 'mx: mx.example.com', 'max_age: 86400']
  return ['version: STSv1', ...rest, ''].join('\r\n')
}

/** A domain, `example.com`, with a record and a policy host; a test changes both as it likes. */
export interface StsDomain {
  txt: TxtLookup
  /** What the policy host does. */
  respond: RequestListener
  readonly cache: StsCache
  readonly timers: ManualTimers
  /** How often the policy host was asked. */
  readonly fetches: () => number
  /** Names that were looked up, TXT and addresses, in order. */
  readonly lookups: readonly string[]
  /** Evaluates at so many seconds after the start. */
  at(seconds: number, cache?: StsCache): Promise<StsState>
}

/** Serves `text` as a policy. */
export function serving(text: string | Uint8Array, type = 'text/plain'): RequestListener {
  return (_, response) => response.setHeader('content-type', type).end(text)
}

/** The record with that id, and nothing else. */
export function stsTxt(id: string): TxtLookup {
  return { kind: 'texts', texts: [`v=STSv1; id=${id};`] }
}

/** A domain that has everything right, at first. */
export async function stsDomain(t: Test, tls?: TlsOptions): Promise<StsDomain> {
  let fetches = 0
  const served = tls ?? { key: stsCertificate.keyPem, cert: stsCertificate.pem }
  const { port } = await webServer(t, served, (request, response) => {
    fetches++
    if (request.url !== '/.well-known/mta-sts.txt') response.writeHead(404).end()
    else domain.respond(request, response)
  })
  const cache = new StsCache()
  const lookups: string[] = []
  const timers = manualTimers()
  const domain: StsDomain = {
    txt: stsTxt('1'),
    respond: serving(policyText()),
    cache,
    timers,
    fetches: () => fetches,
    lookups,
    at: (seconds, used = cache) =>
      evaluateSts({
        domain: parseName('example.com.'),
        now: (1_800_000_000 + seconds) as UnixSeconds,
        cache: used,
        lookUpTxt: async (owner) => {
          lookups.push(`TXT ${formatName(owner)}`)
          return domain.txt
        },
        lookUpAddresses: async (host) => {
          lookups.push(`A ${formatName(host)}`)
          return ['127.0.0.1']
        },
        exchange: (request) => exchangeHttps(request, { timers }),
        port,
        ca: stsAuthority.pem,
      }),
  }
  return domain
}

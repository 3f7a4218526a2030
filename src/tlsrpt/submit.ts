import type { HttpsRequest, HttpsResult } from '../https/index.ts'
import { type Name, parseName } from '../wire/index.ts'
import { compressReport } from './write.ts'

/** A report that is to be handed in. */
export interface Submission {
  /** As `writeReport` made it. */
  readonly json: string
  /** Where to: those of the record, in its order. */
  readonly rua: readonly string[]
  /** Whether to send it in gzip, as one SHOULD (RFC 8460 §5.2). */
  readonly compress: boolean
  /** Whether the certificate has to be right; it need not be (RFC 8460 §3). */
  readonly verify: boolean
  /** Addresses of a host, aliases followed; empty when there are none. */
  readonly lookUpAddresses: (host: Name) => Promise<readonly string[]>
  readonly exchange: (request: HttpsRequest) => Promise<HttpsResult>
  /** PEM of authorities instead of the system's. */
  readonly ca?: string
  /** Looks up where the report would go, and connects to nobody. */
  readonly isRehearsal?: boolean
}

/** What became of a report at one address. */
export type SubmitResult =
  | { readonly kind: 'accepted'; readonly rua: string; readonly text: string }
  | { readonly kind: 'failed'; readonly rua: string; readonly text: string }
  /** Would have been posted, had it been no rehearsal. */
  | { readonly kind: 'rehearsed'; readonly rua: string; readonly text: string }
  /** `mailto:`: not sent by us, since a report by mail MUST be signed by DKIM (RFC 8460 §3). */
  | { readonly kind: 'mail'; readonly rua: string; readonly text: string }

/**
 * Seconds to wait before each further attempt when no address has accepted a report: twice as long
 * each time, and all within the 24 hours of RFC 8460 §5.5.
 */
export const retryDelaysSeconds: readonly number[] = [
  ...[300, 600, 1200, 2400],
  ...[4800, 9600, 19_200, 38_400],
]

const submitLimits = {
  timeoutMs: 60_000,
  connectTimeoutMs: 10_000,
  bodyOctets: 65_536,
  headerOctets: 16_384,
}

/**
 * Hands a report in at each of its `https:` addresses by POST (RFC 8460 §5.4). It counts as
 * delivered once any one has accepted it (RFC 8460 §3).
 *
 * @returns one result for each address, in order
 */
export async function submitReport(submission: Submission): Promise<SubmitResult[]> {
  const results: SubmitResult[] = []
  for (const rua of submission.rua) results.push(await submitTo(rua, submission))
  return results
}

async function submitTo(rua: string, submission: Submission): Promise<SubmitResult> {
  if (/^mailto:/i.test(rua)) {
    return { kind: 'mail', rua, text: 'reports by mail are not sent: they need a DKIM signature' }
  }
  const where = readUri(rua)
  if (where === undefined) return { kind: 'failed', rua, text: 'it is no https: address of a name' }
  const { compress, json, verify, ca } = submission
  const { name, ...target } = where
  const addresses = await submission.lookUpAddresses(name)
  const body = compress ? compressReport(json) : Buffer.from(json)
  if (addresses.length === 0) return { kind: 'failed', rua, text: 'its host has no address' }
  if (submission.isRehearsal) {
    const text = `${body.length} octets would be posted to ${addresses.join(' or ')}`
    return { kind: 'rehearsed', rua, text }
  }
  const result = await submission.exchange({
    method: 'POST',
    ...target,
    addresses,
    headers: { 'content-type': compress ? 'application/tlsrpt+gzip' : 'application/tlsrpt+json' },
    body,
    verify,
    limits: submitLimits,
    ...(ca === undefined ? {} : { ca }),
  })
  if (result.kind !== 'response') return { kind: 'failed', rua, text: result.text }
  // RFC 8460 §5.4: any 2xx is success; what else the server says matters to nobody.
  const isAccepted = result.status >= 200 && result.status < 300
  const text = `the server replied ${result.status}`
  return { kind: isAccepted ? 'accepted' : 'failed', rua, text }
}

/** Takes an `https:` URI apart; undefined for any other, and where the host is an address. */
function readUri(
  rua: string,
): (Pick<HttpsRequest, 'host' | 'port' | 'path'> & { readonly name: Name }) | undefined {
  if (!URL.canParse(rua)) return undefined
  const { protocol, hostname, port, pathname, search } = new URL(rua)
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  const name = hostName(host)
  if (protocol !== 'https:' || name === undefined) return undefined
  return { host, port: port === '' ? 443 : Number(port), path: `${pathname}${search}`, name }
}

/** A host as a name; undefined for what is none, such as an address. */
function hostName(host: string): Name | undefined {
  if (!/^[a-z0-9_.-]+$/.test(host) || /(?:^|\.)[0-9]+$/.test(host)) return undefined
  try {
    return parseName(`${host}.`)
  } catch {
    return undefined
  }
}

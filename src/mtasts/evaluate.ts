import type { UnixSeconds } from '../base/index.ts'
import type { HttpsRequest, HttpsResult } from '../https/index.ts'
import { formatHost, type Name, nameLabels, nameLengthMax, prependLabel } from '../wire/index.ts'
import type { FailedFetch, KeptPolicy, StsCache } from './cache.ts'
import { type PolicyReading, parseStsPolicy } from './policy.ts'
import { parseStsRecord, type StsRecord } from './record.ts'
import type { StsProblem, StsState } from './types.ts'

/** What came of looking up TXT records. */
export type TxtLookup =
  /** One text for each record, its strings joined; empty when there is none. */
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'failed'; readonly text: string }

/** Everything that an evaluation depends on. */
export interface StsQuestion {
  /** That of the mail address as it stands; its parents have no say (RFC 8461 §3.4). */
  readonly domain: Name
  readonly now: UnixSeconds
  readonly cache: StsCache
  readonly lookUpTxt: (owner: Name) => Promise<TxtLookup>
  /** Addresses of the policy host, aliases followed; empty when there are none. */
  readonly lookUpAddresses: (host: Name) => Promise<readonly string[]>
  readonly exchange: (request: HttpsRequest) => Promise<HttpsResult>
  /** 443 unless a lab says otherwise. */
  readonly port?: number
  /** PEM of authorities instead of the system's. */
  readonly ca?: string
}

/** RFC 8461 §3.3: a policy has 64 KB and a minute. */
const fetchLimits = {
  timeoutMs: 60_000,
  connectTimeoutMs: 10_000,
  bodyOctets: 65_536,
  headerOctets: 16_384,
}

/** RFC 8461 §3.3: seconds between attempts at one policy id that failed. */
const backOffSeconds = 300

const txtLabel = Buffer.from('_mta-sts')
const hostLabel = Buffer.from('mta-sts')

/**
 * Tells which policy is in force for a domain: the one that is kept, while its id is that of the
 * record; else a new one, fetched. As long as a kept policy has not expired, nothing that fails
 * undoes it: neither a record that is gone nor a fetch (RFC 8461 §3.1, §5.1). Call it before a
 * message is given up for good too, since a new policy may be there by then (§5.1).
 */
export async function evaluateSts(question: StsQuestion): Promise<StsState> {
  const { domain, now, cache } = question
  const hostOctets = nameLabels(domain).reduce((sum, { length }) => sum + length + 1, 1)
  if (hostOctets + txtLabel.length + 1 > nameLengthMax || !isHost(domain)) {
    return { kind: 'none', text: 'the domain cannot have an MTA-STS policy: it is no host name' }
  }
  const kept = cache.policy(domain, now)
  const record = await lookUpRecord(question)
  if (record.kind !== 'record') return withoutRecord(record, kept)
  if (kept?.id === record.id) {
    return inForce(kept, 'cached', undefined, 'the policy kept is that of the record')
  }
  const failure = recentFailure(cache.failure(domain), record.id, now)
  if (failure !== undefined) return withoutPolicy(failure.problem, kept)
  const fetched = await fetchPolicy(question)
  if ('type' in fetched) {
    cache.fail(domain, { id: record.id, at: now, problem: fetched })
    return withoutPolicy(fetched, kept)
  }
  const { policy } = fetched
  const fresh = { id: record.id, policy, expires: (now + policy.maxAge) as UnixSeconds }
  cache.keep(domain, fresh)
  return inForce(fresh, 'fetched', undefined, 'the policy was fetched')
}

async function lookUpRecord(question: StsQuestion): Promise<StsRecord> {
  const found = await question.lookUpTxt(prependLabel(txtLabel, question.domain))
  if (found.kind === 'texts') return parseStsRecord(found.texts)
  return { kind: 'none', text: `the lookup of the MTA-STS record failed: ${found.text}` }
}

function recentFailure(
  failed: FailedFetch | undefined,
  id: string,
  now: UnixSeconds,
): FailedFetch | undefined {
  return failed?.id === id && now - failed.at < backOffSeconds ? failed : undefined
}

function inForce(
  kept: KeptPolicy,
  from: 'fetched' | 'cached',
  problem: StsProblem | undefined,
  text: string,
): StsState {
  const { policy, id, expires } = kept
  return { kind: 'policy', policy, id, expires, from, problem, text }
}

/** RFC 8461 §3.1: the absence of a record does not undo a policy that is kept. */
function withoutRecord(
  record: Exclude<StsRecord, { readonly kind: 'record' }>,
  kept: KeptPolicy | undefined,
): StsState {
  const { text } = record
  if (record.kind === 'invalid') return withoutPolicy({ type: 'sts-policy-invalid', text }, kept)
  return kept === undefined ? { kind: 'none', text } : inForce(kept, 'cached', undefined, text)
}

function withoutPolicy(problem: StsProblem, kept: KeptPolicy | undefined): StsState {
  const { text } = problem
  return kept === undefined
    ? { kind: 'failed', problem, text }
    : inForce(kept, 'cached', problem, `${text}; the policy kept goes on`)
}

type Fetched = Extract<PolicyReading, { readonly kind: 'policy' }>

/** GET of the well-known path (RFC 8461 §3.3); of the response, only a 200 in text/plain counts. */
async function fetchPolicy(question: StsQuestion): Promise<Fetched | StsProblem> {
  const host = prependLabel(hostLabel, question.domain)
  const addresses = await question.lookUpAddresses(host)
  const result = await question.exchange({
    method: 'GET',
    host: formatHost(host),
    port: question.port ?? 443,
    path: '/.well-known/mta-sts.txt',
    addresses,
    verify: true,
    limits: fetchLimits,
    ...(question.ca === undefined ? {} : { ca: question.ca }),
  })
  if (result.kind === 'certificate') return { type: 'sts-webpki-invalid', text: result.text }
  if (result.kind !== 'response') return fetchError(`the policy was not fetched: ${result.text}`)
  // RFC 8461 §3.3: redirects MUST NOT be followed, and anything but 200 is an error.
  if (result.status !== 200) return fetchError(`the policy host replied ${result.status}, not 200`)
  const type = result.headers['content-type'] ?? 'none'
  if (!/^text\/plain[ \t]*(;|$)/i.test(type)) {
    return fetchError('the policy has another media type than text/plain')
  }
  const reading = parseStsPolicy(result.body)
  return reading.kind === 'policy' ? reading : { type: 'sts-policy-invalid', text: reading.text }
}

function fetchError(text: string): StsProblem {
  return { type: 'sts-policy-fetch-error', text }
}

/** Whether `mta-sts.<domain>` can stand in a URL. */
function isHost(domain: Name): boolean {
  return /^[a-z0-9_.-]+$/.test(formatHost(domain))
}

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Verb } from '../access/index.ts'
import type { Domain, DomainRef, Provisioned } from '../provision/index.ts'
import { domainJson } from '../provision/index.ts'
import { formatHost, lowerName, type Name } from '../wire/index.ts'
import { callerOf, demandKnown } from './caller.ts'
import { Failure, failureOf } from './failure.ts'
import { waitLiveMs } from './limits.ts'
import { readZoneId } from './names.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { etagOf, matchFor } from './v1-change.ts'
import { newTenant } from './zones.ts'

/** A request about one domain. */
interface AboutDomain {
  readonly params: { readonly domain: string }
  readonly query: { readonly tenant?: string }
}

/**
 * The domain that a request is about, if the caller may do that to it. A caller of one tenant asks
 * about that tenant's; one of all names the tenant, or else means whoever the name is verified for.
 *
 * @throws {CodedError} `domain-absent` (404, also for what is another tenant's), `access-denied`
 */
export async function locateDomain(
  request: FastifyRequest & AboutDomain,
  verb: Verb,
  world: ApiWorld,
): Promise<DomainRef> {
  const domain = lowerName(readZoneId(request.params.domain))
  const tenant = await tenantOf(request, domain, request.query.tenant, world)
  await demandDomain(request, verb, { tenant, domain }, world)
  if (request.headers['if-match'] !== undefined) await demandVersion(request, tenant, domain, world)
  return { tenant, domain }
}

/**
 * Sees to it that a domain is as the caller has seen it (RFC 9110 §13.1.1). It is looked at before
 * the use case is; who comes between finds a use case that may be repeated.
 *
 * @throws {CodedError} `domain-version` (412), `precondition-invalid`
 */
async function demandVersion(
  request: FastifyRequest,
  tenant: string,
  domain: Name,
  { provision }: ApiWorld,
): Promise<void> {
  const found = await provision.domain({ tenant, domain })
  if (!found) throw domainAbsent(domain)
  const { version } = found
  if (matchFor(request, version) !== 'unmet') return
  const text = `Cannot change ${formatHost(domain)}: it is at version ${version}`
  throw new Failure(412, 'domain-version', text, { headers: { etag: etagOf(version) } })
}

async function tenantOf(
  request: FastifyRequest,
  domain: Name,
  wanted: string | undefined,
  { provision }: ApiWorld,
): Promise<string> {
  const { principal } = callerOf(request)
  if (wanted !== undefined || principal.scope.tenant !== '*') return newTenant(principal, wanted)
  return (await provision.holder(domain)) ?? newTenant(principal, undefined)
}

/**
 * Sees to it that the caller may do something to a domain. A fence of zones has to include its
 * name; one of owners or types lets nobody near it.
 *
 * @throws {CodedError} as `locateDomain`
 */
export async function demandDomain(
  request: FastifyRequest,
  verb: Verb,
  { tenant, domain }: DomainRef,
  world: ApiWorld,
): Promise<void> {
  const deed = { verb, tenant, apex: domain, rrsets: 'all' } as const
  await demandKnown(request, deed, world, () => domainAbsent(domain))
}

/** What is said of a domain that is not there, or not for this caller. */
export function domainAbsent(domain: Name): Failure {
  const text = `Could not find domain ${JSON.stringify(formatHost(domain))}`
  return new Failure(404, 'domain-absent', text)
}

/** @throws {CodedError} `access-denied` for whoever is not of all tenants */
export function demandOperator(request: FastifyRequest, what: string, pointer: string): void {
  if (callerOf(request).principal.scope.tenant === '*') return
  const text = `To give ${what} is for tokens of all tenants only`
  throw new Failure(403, 'access-denied', text, { pointer })
}

/**
 * What came of a use case.
 *
 * @throws {CodedError} what it was refused for, with what a cmdlet says of that
 */
export function demandDone<T>(
  result: Provisioned<T>,
  about: Name | undefined,
): Extract<Provisioned<T>, { kind: 'done' }> {
  if (result.kind === 'done') return result
  const { error, cmdlet } = result
  if (error.code === 'domain-absent' && about) throw domainAbsent(about)
  const { status, code, message, details } = failureOf(error)
  throw new Failure(status, code, message, { ...details, ...(cmdlet && { errorData: cmdlet }) })
}

/** Answers with what became of a domain. */
export function sendDomain(reply: FastifyReply, domain: Domain, { provision }: ApiWorld) {
  reply.header('etag', etagOf(domain.version))
  return sendJson(reply, domainJson(domain, provision.expectedMx(domain)))
}

/** Waits as `?wait=live` wants it: 202 where some node does not serve the change yet. */
export async function waitLive(
  reply: FastifyReply,
  sequence: number,
  wait: string | undefined,
  { records }: ApiWorld,
): Promise<void> {
  if (sequence > 0) reply.header('danelaw-sequence', String(sequence))
  if (wait !== 'live' || sequence === 0) return
  const { live, waitingFor } = await records.whenLive(sequence, waitLiveMs)
  if (!live) reply.code(202).header('danelaw-waiting-for', waitingFor.join(', '))
}

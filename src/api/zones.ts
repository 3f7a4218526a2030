import type { FastifyRequest } from 'fastify'
import { type Principal, permit, sieve, type Verb } from '../access/index.ts'
import type { LiveZone } from '../records/index.ts'
import { formatRdata, RR, type RRType } from '../rr/index.ts'
import type { StoredRRset } from '../store/index.ts'
import { formatName, type Name, nameKey, parentName } from '../wire/index.ts'
import type { Zone } from '../zone/index.ts'
import { callerOf, demand, refuseAbsent } from './caller.ts'
import { Failure } from './failure.ts'
import type { ApiWorld } from './types.ts'

/** A zone that a request is about. Zones of files belong to the operator, and are read-only. */
export type FoundZone =
  | { readonly kind: 'store'; readonly apex: Name; readonly live: LiveZone }
  | { readonly kind: 'file'; readonly apex: Name; readonly zone: Zone }

/** The tenant of what belongs to the operator: only tokens for every tenant reach it. */
export const operatorTenant = '*'

/** The zone of a name as far as it is there, whoever asks. */
export function lookUp(apex: Name, { records, zones }: ApiWorld): FoundZone | undefined {
  if (records.isFromFile(apex)) {
    const served = zones.get(nameKey(apex))
    return served && { kind: 'file', apex: served.zone.apex, zone: served.zone }
  }
  const live = records.get(apex)
  return live && { kind: 'store', apex: live.zone.apex, live }
}

/** Whose a zone is. */
export function tenantOf(found: FoundZone): string {
  return found.kind === 'file' ? operatorTenant : found.live.zone.tenant
}

/**
 * Finds a zone for a caller who may do that to it, or to some of its RRsets.
 *
 * @throws {CodedError} `zone-absent` (404, also for the zones of other tenants), `access-denied`
 */
export async function locate(
  request: FastifyRequest,
  apex: Name,
  verb: Verb,
  world: ApiWorld,
): Promise<FoundZone> {
  const found = lookUp(apex, world)
  if (!found) return refuseAbsent(request, verb, apex, world)
  await demand(request, { verb, tenant: tenantOf(found), apex, rrsets: [] }, world)
  return found
}

/**
 * The same of a zone that is to be changed: one of the store. It may be deleted from there while
 * a file holds a zone of its name too.
 *
 * @throws {CodedError} as `locate`, and `zone-from-file` (409)
 */
export async function locateStored(
  request: FastifyRequest,
  apex: Name,
  verb: Verb,
  world: ApiWorld,
): Promise<LiveZone> {
  const hidden = verb === 'delete' ? world.records.get(apex) : undefined
  if (hidden && world.records.isFromFile(apex)) {
    await demand(request, { verb, tenant: hidden.zone.tenant, apex }, world)
    return hidden
  }
  const found = await locate(request, apex, verb, world)
  if (found.kind === 'store') return found.live
  const text = `Cannot change ${formatName(apex)}: it comes from a file and is read-only here`
  throw new Failure(409, 'zone-from-file', text)
}

/** The zones that a caller may read, those of files first, each kind in its own order. */
export function* visibleZones(request: FastifyRequest, world: ApiWorld): Generator<FoundZone> {
  const { principal } = callerOf(request)
  const isOpen = (found: FoundZone): boolean =>
    permit(principal, { verb: 'read', tenant: tenantOf(found), apex: found.apex }).kind ===
    'allowed'
  for (const { zone } of world.zones.values()) {
    if (!world.records.isFromFile(zone.apex)) continue
    const found: FoundZone = { kind: 'file', apex: zone.apex, zone }
    if (isOpen(found)) yield found
  }
  for (const live of world.records.list()) {
    const found: FoundZone = { kind: 'store', apex: live.zone.apex, live }
    if (isOpen(found)) yield found
  }
}

/**
 * Sees to it that nobody makes a zone inside another tenant's: it would take its names away.
 *
 * @throws {CodedError} `access-denied` (403)
 */
export function refuseInside(
  request: FastifyRequest,
  apex: Name,
  tenant: string,
  world: ApiWorld,
): void {
  const { principal } = callerOf(request)
  for (let above = apex; above.length > 1; ) {
    above = parentName(above)
    const found = lookUp(above, world)
    if (!found) continue
    const owner = tenantOf(found)
    if (principal.scope.tenant === '*' || owner === tenant) return
    const text = `Cannot make ${formatName(apex)}: it lies in a zone that is not yours`
    throw new Failure(403, 'access-denied', text)
  }
}

/** What signing makes: no part of what was given. */
const made: ReadonlySet<RRType> = new Set([RR.DNSKEY, RR.CDS, RR.CDNSKEY, RR.NSEC3PARAM])

/**
 * The RRsets of a zone that the caller may read, as they were given. A zone may have millions of
 * them: queries are answered between.
 */
export async function* rrsetsOf(
  request: FastifyRequest,
  found: FoundZone,
  world: ApiWorld,
): AsyncGenerator<StoredRRset> {
  const mayRead = sieve(callerOf(request).principal.scope)
  const pace = world.makePace()
  const all = found.kind === 'store' ? world.records.rrsets(found.apex) : givenBy(found.zone)
  for await (const rrset of all) {
    if (mayRead(rrset.owner, rrset.type)) yield rrset
    const rest = pace.step()
    if (rest !== undefined) await rest
  }
}

/** The RRsets of a file, instances as they are given, without those that signing makes. */
function* givenBy(zone: Zone): Generator<StoredRRset> {
  for (const { owner, type, ttl, rdatas } of zone.ownRRsets()) {
    if (made.has(type)) continue
    const records = rdatas.map((rdata) => ({
      ...{ rdata, content: formatRdata(type, rdata), disabled: false },
    }))
    yield { owner, type, ttl, records, comments: [] }
  }
}

/** Tenant of the zones that a token for every tenant makes for nobody in particular. */
const commonTenant = 'default'

/**
 * The tenant that a new zone is to belong to: the caller's own, or the one that somebody who may
 * act for all names.
 */
export function newTenant({ tenant, scope }: Principal, wanted: string | undefined): string {
  if (wanted !== undefined) return wanted
  if (scope.tenant !== '*') return scope.tenant
  return tenant === '*' ? commonTenant : tenant
}

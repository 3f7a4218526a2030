import { CodedError, type UnixSeconds } from '../base/index.ts'
import { lowerName, type Name } from '../wire/index.ts'
import { addDomain, removeDomain, verifyDomain } from './accept.ts'
import { disableDane, enableDane } from './dane.ts'
import { disableDnssec, enableDnssec } from './dnssec.ts'
import { domainCollection, domainFromDocument, domainKey } from './domain-document.ts'
import { runDue } from './due.ts'
import { settleLegacyZone } from './legacy.ts'
import { changePartition, createPartition } from './partitions.ts'
import type { DomainEvent, Provision } from './provision.ts'
import { lowerRef, presentDomain, readHeldName, readPartitions } from './read.ts'
import { restoreLegacy } from './restore.ts'
import { Turns } from './turns.ts'
import type { Domain, DomainRef, ExpectedMx } from './types.ts'
import type { ProvisionOptions, World } from './world.ts'

/**
 * Takes up domains and partitions of a store. The zone of hosts of before is set up where the
 * settings name one; if that cannot be now, `runDue` tries again, and `onFault` hears why.
 */
export async function openProvision(options: ProvisionOptions): Promise<Provision> {
  let { settings } = options
  const world: World = {
    ...{ ...options, turns: new Turns() },
    get settings() {
      return settings
    },
  }
  let isLegacySettled = await tryLegacy(world)
  return {
    addDomain: (ref, how, actor) => addDomain(world, lowerRef(ref), how, actor),
    verifyDomain: (ref, how, actor) => verifyDomain(world, lowerRef(ref), how, actor),
    removeDomain: (ref, actor) => removeDomain(world, lowerRef(ref), actor),
    domain: (ref) => presentDomain(world, lowerRef(ref)),
    holder: (domain) => readHolder(world, lowerName(domain)),
    domains: (query) => listDomains(world, query),
    history: (ref, query) => readHistory(world, lowerRef(ref), query),
    enableDnssec: (ref, how, actor) => enableDnssec(world, lowerRef(ref), how, actor),
    disableDnssec: (ref, actor) => disableDnssec(world, lowerRef(ref), actor),
    enableDane: (ref, actor) => enableDane(world, lowerRef(ref), actor),
    disableDane: (ref, actor) => disableDane(world, lowerRef(ref), actor),
    restoreLegacy: (ref, actor) => restoreLegacy(world, lowerRef(ref), actor),
    expectedMx: (domain) => expectedMx(world, domain),
    createPartition: (partition, actor) => createPartition(world, partition, actor),
    changePartition: (name, change, actor) => changePartition(world, name, change, actor),
    partitions: () => readPartitions(world),
    async runDue(limit) {
      if (!isLegacySettled) isLegacySettled = await tryLegacy(world)
      return runDue(world, limit)
    },
    late: (seconds, limit) => countLate(world, seconds, limit),
    reload(next) {
      settings = next
      isLegacySettled = false
    },
  }
}

async function tryLegacy(world: World): Promise<boolean> {
  try {
    await settleLegacyZone(world)
    return true
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    world.onFault(error)
    return false
  }
}

/** How often the store is asked for one page of those that are there. */
const readsMax = 8

/** Those that are there: removed ones are passed over, and others read in their place. */
async function listDomains(
  { store }: World,
  query: Parameters<Provision['domains']>[0],
): ReturnType<Provision['domains']> {
  const found: Domain[] = []
  let { cursor } = query
  for (let reads = 0; reads < readsMax && found.length < query.limit; reads++) {
    const { items, next } = await store.documents({
      ...{ collection: domainCollection, tenant: query.tenant, limit: query.limit - found.length },
      ...(cursor === undefined ? {} : { cursor }),
    })
    const domains = items.map(domainFromDocument)
    found.push(...domains.filter(({ removedAt }) => removedAt === undefined))
    cursor = next
    if (next === undefined) break
  }
  return { items: found, next: cursor }
}

async function readHolder(world: World, domain: Name): Promise<string | undefined> {
  const held = await readHeldName(world, domain)
  return held?.isHeld ? held.tenant : undefined
}

async function countLate({ store, clock }: World, seconds: number, limit: number) {
  const at = (clock.now() - seconds) as UnixSeconds
  return (await store.dueDocuments(domainCollection, at, limit)).length
}

async function readHistory(
  { store }: World,
  ref: DomainRef,
  query: Parameters<Provision['history']>[1],
): ReturnType<Provision['history']> {
  const where = { collection: domainCollection, key: domainKey(ref) }
  const { items, next } = await store.documentHistory({ ...query, ...where })
  const events = items.map(({ at, actor, note, document }): DomainEvent => {
    return { at, actor, note, domain: domainFromDocument(document) }
  })
  return { items: events, next }
}

function expectedMx({ settings }: World, { host, dnssec }: Domain): ExpectedMx | undefined {
  if (!host || dnssec.kind !== 'on') return undefined
  return { host, preference: settings.expectedPreference, ttl: settings.expectedTtl }
}

import { RR } from '../rr/index.ts'
import type { DocumentWrite } from '../store/index.ts'
import { equalNames, formatHost, type Name, parentName } from '../wire/index.ts'
import { domainKey, domainWrite } from './domain-document.ts'
import { daneTemplate, hostEdit, hostName, plainTemplate } from './host-records.ts'
import { legacyWish } from './legacy.ts'
import { heldNameWrite } from './name-document.ts'
import type { StoredPartition } from './partition-document.ts'
import { type Decision, perform } from './perform.ts'
import {
  isTaken,
  presentDomain,
  readHeldName,
  readPartition,
  readPartitions,
  subjectOf,
} from './read.ts'
import { type Deed, deeds, type Refused, refuse } from './refusals.ts'
import { disabled, enabled } from './states.ts'
import { readToken } from './token.ts'
import type { Actor, Domain, DomainRef, Provisioned } from './types.ts'
import type { World } from './world.ts'

/** Tokens that a domain may have had before. */
const formerTokensMax = 7

/** A domain that is verified, and so has its token. */
export type VerifiedDomain = Domain & { readonly token: string }

/** What may be asked for. */
export interface EnableOptions {
  readonly partition?: string
  readonly token?: string
}

/** The domain that a cmdlet is about, or why it cannot be. */
export async function demandDomain(
  world: World,
  ref: DomainRef,
  deed: Deed,
): Promise<VerifiedDomain | Refused> {
  const subject = subjectOf(ref)
  const domain = await presentDomain(world, ref)
  if (!domain) return refuse(deed, subject, 'domain-absent', 'there is no such domain')
  const { kind, token } = domain
  if (kind !== 'managed') {
    const what = kind === 'initial' ? 'an onmicrosoft domain' : 'a self-service domain'
    return refuse(deed, subject, 'domain-unsupported', what)
  }
  if (token !== undefined) return { ...domain, token }
  return refuse(deed, subject, 'domain-unverified', 'it is not verified')
}

/** Enables DNSSEC: the host is there, signed and live, when it resolves. */
export function enableDnssec(
  world: World,
  ref: DomainRef,
  options: EnableOptions,
  actor: Actor,
): Promise<Provisioned<Enabled>> {
  const deed = deeds.enableDnssec
  const task = { deed, subject: subjectOf(ref), turn: domainKey(ref), actor }
  return perform(world, task, async () => {
    const token = options.token === undefined ? undefined : readToken(options.token)
    const domain = await demandDomain(world, ref, deed)
    if (domain.kind === 'refused') return domain
    return enabling(world, domain, { ...options, ...(token === undefined ? {} : { token }) })
  })
}

interface Enabled {
  readonly domain: Domain
  readonly host: Name
}

async function enabling(
  world: World,
  domain: VerifiedDomain,
  options: EnableOptions,
): Promise<Decision<Enabled>> {
  const { clock, settings } = world
  const fixed = refuseMove(domain, options)
  if (fixed) return fixed
  const partition = await choosePartition(world, domain, options.partition)
  if ('kind' in partition) return partition
  const renamed = await rename(world, domain, options.token ?? domain.token)
  if ('kind' in renamed) return renamed
  const { token } = renamed.domain
  const host = hostName(token, partition.zone)
  if (domain.dnssec.kind === 'on') return hostBack(world, domain, host)
  const place = { partition: partition.name, host }
  const after = enabled(renamed.domain, place, settings.legacySeconds, clock.now())
  const note = `DNSSEC enabled: ${formatHost(host)}`
  const edits = [hostEdit(host, plainTemplate, settings.hostTtl)]
  return {
    kind: 'change',
    value: { domain: { ...after, version: after.version + 1 }, host },
    documents: [domainWrite(after, note), ...renamed.documents],
    zone: { apex: partition.zone, wish: { kind: 'edit', edits } },
    note,
  }
}

/**
 * The host of a domain that has one. Its zone can be edited and reverted by other means: who asks
 * again gets a host that is there.
 */
async function hostBack(
  world: World,
  domain: VerifiedDomain,
  host: Name,
): Promise<Decision<Enabled>> {
  const template = domain.dane.kind === 'on' ? daneTemplate : plainTemplate
  if (await isLike(world, host, template)) return { kind: 'settled', value: { domain, host } }
  const note = `Restored: ${formatHost(host)}`
  const edits = [hostEdit(host, template, world.settings.hostTtl)]
  return {
    kind: 'change',
    value: { domain: { ...domain, version: domain.version + 1 }, host },
    documents: [domainWrite(domain, note)],
    zone: { apex: parentName(host), wish: { kind: 'edit', edits } },
    note,
  }
}

async function isLike({ records }: World, host: Name, template: string): Promise<boolean> {
  const zone = parentName(host)
  const like = await records.rrset(zone, host, RR.LIKE)
  const wished = hostName(template, zone)
  const [record] = like?.records.filter(({ disabled }) => !disabled) ?? []
  return record !== undefined && equalNames(record.rdata as Name, wished)
}

/** A host that is there, or held, has its name for as long. */
function refuseMove(domain: VerifiedDomain, options: EnableOptions): Refused | undefined {
  if (domain.dnssec.kind === 'off') return undefined
  const { token = domain.token, partition = domain.partition } = options
  if (token !== domain.token) {
    const why = `its host has the token ${domain.token}`
    return refuse(deeds.enableDnssec, subjectOf(domain), 'token-fixed', why)
  }
  if (partition !== domain.partition) {
    const why = `its host is in partition ${domain.partition}`
    return refuse(deeds.enableDnssec, subjectOf(domain), 'partition-fixed', why)
  }
  return undefined
}

/** Asked for, or where the domain was before, or as the settings choose. */
async function choosePartition(
  world: World,
  domain: Domain,
  asked: string | undefined,
): Promise<StoredPartition | Refused> {
  const subject = subjectOf(domain)
  const { partition: choice } = world.settings
  const set = choice === 'least-full' ? undefined : choice.name
  const name = asked ?? domain.partition ?? set
  if (name === undefined) {
    // One that was made on another node just now may not be served here yet.
    const { records } = world
    const open = (await readPartitions(world)).filter(
      ({ isOpen, zone }) => isOpen && records.get(zone)?.served,
    )
    const [first, ...others] = open
    if (first)
      return others.reduce((least, next) => (next.hosts < least.hosts ? next : least), first)
    return refuse(deeds.enableDnssec, subject, 'partition-absent', 'no partition is open')
  }
  const partition = await readPartition(world, name)
  if (!partition) {
    const why = `there is no partition ${JSON.stringify(name)}`
    return refuse(deeds.enableDnssec, subject, 'partition-absent', why)
  }
  // Whoever was there may come back.
  if (partition.isOpen || name === domain.partition) return partition
  return refuse(deeds.enableDnssec, subject, 'partition-closed', `partition ${name} is closed`)
}

/** The domain with another token, which its name claims; its own changes nothing. */
async function rename(
  world: World,
  domain: VerifiedDomain,
  token: string,
): Promise<
  { readonly domain: VerifiedDomain; readonly documents: readonly DocumentWrite[] } | Refused
> {
  if (token === domain.token) return { domain, documents: [] }
  const subject = subjectOf(domain)
  const held = await readHeldName(world, domain.domain)
  if (!held || (await isTaken(world, token, domain.domain))) {
    const why = `another domain has the token ${token}`
    return refuse(deeds.enableDnssec, subject, 'token-taken', why)
  }
  const former = [domain.token, ...domain.formerTokens].filter((other) => other !== token)
  const formerTokens = domain.legacy.kind === 'off' ? [] : former
  if (formerTokens.length > formerTokensMax) {
    const why = `it had ${formerTokens.length} tokens before`
    return refuse(deeds.enableDnssec, subject, 'token-fixed', why)
  }
  const documents = [heldNameWrite({ ...held, token })]
  return { domain: { ...domain, token, formerTokens }, documents }
}

interface Disabled {
  readonly domain: Domain
  readonly host: Name | undefined
}

/**
 * Disables DNSSEC. The host of before is back in the same commit that begins the end of the other
 * one, which stays while MX records in caches may lead to it. SMTP DANE has to be disabled first,
 * as the guide has it: nobody loses it by a command that does not name it.
 */
export function disableDnssec(
  world: World,
  ref: DomainRef,
  actor: Actor,
): Promise<Provisioned<Disabled>> {
  const deed = deeds.disableDnssec
  const task = { deed, subject: subjectOf(ref), turn: domainKey(ref), actor }
  return perform<Disabled>(world, task, async () => {
    const domain = await demandDomain(world, ref, deed)
    if (domain.kind === 'refused') return domain
    const { host, dnssec } = domain
    if (!host || dnssec.kind !== 'on') return { kind: 'settled', value: { domain, host } }
    if (domain.dane.kind === 'on') {
      const why = 'SMTP DANE is enabled and has to be disabled first'
      return refuse(deed, subjectOf(ref), 'dane-on', why)
    }
    return disabling(world, domain, host)
  })
}

function disabling(world: World, domain: VerifiedDomain, host: Name): Decision<Disabled> {
  const { clock, settings } = world
  const hasLegacy = settings.legacyZone !== undefined
  const after = disabled(domain, hasLegacy, settings.holdSeconds, clock.now())
  const note = `DNSSEC disabled: ${formatHost(host)} is held for ${settings.holdSeconds} s`
  return {
    kind: 'change',
    value: { domain: { ...after, version: after.version + 1 }, host },
    documents: [domainWrite(after, note)],
    zone: legacyWish(world, after, true),
    note,
  }
}

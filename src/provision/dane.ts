import { RR } from '../rr/index.ts'
import { formatHost, type Name, parentName } from '../wire/index.ts'
import { demandDomain, type VerifiedDomain } from './dnssec.ts'
import { domainKey, domainWrite } from './domain-document.ts'
import { daneTemplate, hostEdit, plainTemplate, tlsaOwner } from './host-records.ts'
import { type Decision, perform } from './perform.ts'
import { subjectOf } from './read.ts'
import { deeds, refuse } from './refusals.ts'
import { thenRestore } from './restore.ts'
import { daneDisabled, daneEnabled } from './states.ts'
import type { Actor, Domain, DomainRef, Provisioned } from './types.ts'
import type { World } from './world.ts'

/** Gives the host of a domain the TLSA records of its partition. */
export function enableDane(
  world: World,
  ref: DomainRef,
  actor: Actor,
): Promise<Provisioned<Domain>> {
  const deed = deeds.enableDane
  const subject = subjectOf(ref)
  return perform(world, { deed, subject, turn: domainKey(ref), actor }, async () => {
    const domain = await demandDomain(world, ref, deed)
    if (domain.kind === 'refused') return domain
    const { host, dnssec, dane } = domain
    if (!host || dnssec.kind !== 'on') {
      return refuse(deed, subject, 'dnssec-off', 'DNSSEC is not enabled for it')
    }
    if (dane.kind === 'on') return { kind: 'settled', value: domain }
    // Hosts that promise nothing would only be called protected.
    if (!(await hasTlsa(world, parentName(host)))) {
      const why = `partition ${domain.partition} has no TLSA records yet`
      return refuse(deed, subject, 'tlsa-absent', why)
    }
    return switching(world, domain, host, true)
  })
}

async function hasTlsa({ records }: World, zone: Name): Promise<boolean> {
  const rrset = await records.rrset(zone, tlsaOwner(zone), RR.TLSA)
  return rrset?.records.some(({ disabled }) => !disabled) ?? false
}

/**
 * Takes the TLSA records away from the host of a domain; its addresses stay. The host of before is
 * back right after it: the way back leads over an MX record for it.
 */
export async function disableDane(
  world: World,
  ref: DomainRef,
  actor: Actor,
): Promise<Provisioned<Domain>> {
  const deed = deeds.disableDane
  const subject = subjectOf(ref)
  const task = { deed, subject, turn: domainKey(ref), actor }
  const result = await perform<Domain>(world, task, async () => {
    const domain = await demandDomain(world, ref, deed)
    if (domain.kind === 'refused') return domain
    if (domain.partition === undefined) {
      return refuse(deed, subject, 'dnssec-off', 'DNSSEC was never enabled for it')
    }
    const { host, dane } = domain
    if (!host || dane.kind === 'off') return { kind: 'settled', value: domain }
    return switching(world, domain, host, false)
  })
  return thenRestore(world, ref, actor, result)
}

function switching(
  { clock, settings }: World,
  domain: VerifiedDomain,
  host: Name,
  isOn: boolean,
): Decision<Domain> {
  const { legacySeconds, legacyZone } = settings
  const after = isOn
    ? daneEnabled(domain, legacySeconds, clock.now())
    : daneDisabled(domain, legacyZone !== undefined, clock.now())
  const note = `SMTP DANE ${isOn ? 'enabled' : 'disabled'}: ${formatHost(host)}`
  const template = isOn ? daneTemplate : plainTemplate
  const apex = parentName(host)
  const edits = [hostEdit(host, template, settings.hostTtl)]
  return {
    kind: 'change',
    value: { ...after, version: after.version + 1 },
    documents: [domainWrite(after, note)],
    zone: { apex, wish: { kind: 'edit', edits } },
    note,
  }
}

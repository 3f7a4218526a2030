import { demandDomain } from './dnssec.ts'
import { domainKey, domainWrite } from './domain-document.ts'
import { legacyWish } from './legacy.ts'
import { type Decision, perform } from './perform.ts'
import { presentDomain, subjectOf } from './read.ts'
import { deeds, refuse } from './refusals.ts'
import { legacyLabels, restored } from './states.ts'
import type { Actor, Domain, DomainRef, Provisioned } from './types.ts'
import type { World } from './world.ts'

/**
 * Brings the host of before back, for a way back that does not begin with SMTP DANE. It stays until
 * DNSSEC or SMTP DANE is enabled anew.
 */
export function restoreLegacy(
  world: World,
  ref: DomainRef,
  actor: Actor,
): Promise<Provisioned<Domain>> {
  const deed = deeds.restoreLegacy
  const subject = subjectOf(ref)
  return perform(world, { deed, subject, turn: domainKey(ref), actor }, async () => {
    const domain = await demandDomain(world, ref, deed)
    if (domain.kind === 'refused') return domain
    if (world.settings.legacyZone) return restoring(world, domain)
    return refuse(deed, subject, 'legacy-absent', 'there is no zone of hosts of before')
  })
}

/** The host of before and the word that it is there, in one commit. */
export function restoring(world: World, domain: Domain): Decision<Domain> {
  if (domain.legacy.kind === 'on') return { kind: 'settled', value: domain }
  const after = restored(domain, world.clock.now())
  const note = `Back: host of before, ${legacyLabels(domain).join(', ')}`
  return {
    kind: 'change',
    value: { ...after, version: after.version + 1 },
    documents: [domainWrite(after, note)],
    zone: legacyWish(world, domain, true),
    note,
  }
}

/**
 * Does the second half of what made a host of before `returning`. Where that cannot be done now it
 * is due, and `runDue` comes back to it; the first half is done all the same.
 */
export async function thenRestore(
  world: World,
  ref: DomainRef,
  actor: Actor,
  first: Provisioned<Domain>,
): Promise<Provisioned<Domain>> {
  if (first.kind === 'refused' || first.value.legacy.kind !== 'returning') return first
  const task = { deed: deeds.restoreLegacy, subject: subjectOf(ref), turn: domainKey(ref), actor }
  const second = await perform(world, task, async () => {
    const domain = await presentDomain(world, ref)
    if (domain?.legacy.kind === 'returning') return restoring(world, domain)
    return { kind: 'settled', value: domain ?? first.value }
  })
  if (second.kind === 'refused') {
    world.onFault(second.error)
    return first
  }
  const sequence = Math.max(first.sequence, second.sequence)
  return { ...second, changed: first.changed || second.changed, sequence }
}

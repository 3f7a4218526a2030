import { formatType, RR, type RRType } from '../rr/index.ts'
import { formatName, type NameKey, nameFromKey, nameKey, parentKey } from '../wire/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'
import {
  distinctRecordsOf,
  type OwnerFacts,
  recordsOf,
  type Tell,
  type ZoneFacts,
} from './zone-facts.ts'

/** Names with data at and below one template: an instance that is asked for has as many. */
export const templateNamesMax = 16
/** What cannot be said again under another name. */
const onlyOnce: readonly RRType[] = [RR.NS, RR.DNAME, RR.SOA]
/**
 * What an instance may be called: a host of one label. That no label has an octet 255 is what
 * minimal denial relies on, since it looks for neighbours among instances by name alone.
 */
const hostLabel = /^[a-z0-9_-]+\0$/

/** Instances and what they are like (decision 16): each alone, each template fit to be copied. */
export function* checkLike(facts: ZoneFacts, tell: Tell): Generator<void, void> {
  const { instances, apexKey } = facts
  if (!instances) return
  const names = new Map<NameKey, number>()
  for (const at of facts.owners.values()) {
    yield
    const [like] = recordsOf(at, RR.LIKE)
    if (like) checkInstance(facts, at, like, tell)
    for (let key = at.key; key !== apexKey; key = parentKey(key)) {
      if (key !== at.key && isInstance(facts, key)) tellBelow(at, key, tell)
      if (instances.countLike(key) === 0 || at.byType.size === 0) continue
      checkPart(at, key, tell)
      const count = (names.get(key) ?? 0) + 1
      names.set(key, count)
      if (count !== templateNamesMax + 1) continue
      const text = `has more than ${templateNamesMax} names`
      const template = formatName(nameFromKey(key))
      tell('error', 'like-template', `Template ${template} ${text}`, firstOf(at))
    }
  }
}

function firstOf(at: OwnerFacts): ZoneRecord | undefined {
  for (const [record] of at.byType.values()) return record
  return undefined
}

function isInstance({ owners }: ZoneFacts, key: NameKey): boolean {
  return owners.get(key)?.byType.has(RR.LIKE) ?? false
}

function tellBelow(at: OwnerFacts, instance: NameKey, tell: Tell): void {
  const above = formatName(nameFromKey(instance))
  const text = `${formatName(at.owner)} lies below ${above}, which is an instance (LIKE)`
  tell('error', 'like-misplaced', text, firstOf(at))
}

function checkInstance(facts: ZoneFacts, at: OwnerFacts, like: ZoneRecord, tell: Tell): void {
  const name = formatName(at.owner)
  const misplaced = (text: string, record = like) =>
    tell('error', 'like-misplaced', `${name} ${text}`, record)
  for (const extra of distinctRecordsOf(at, RR.LIKE).slice(1)) {
    misplaced('has more than one LIKE', extra)
  }
  for (const [type, [record]] of at.byType) {
    if (type !== RR.LIKE) misplaced(`has ${formatType(type)} beside its LIKE`, record)
  }
  if (at.key === facts.apexKey || parentKey(at.key) !== facts.apexKey) {
    misplaced('has LIKE: that belongs one label below the apex')
  } else if (!hostLabel.test(at.key.slice(facts.apexKey.length))) {
    misplaced('has LIKE: its label must have letters, digits, "-" and "_" alone')
  }
  const why = unfit(facts, nameKey(like.rdata))
  if (why === undefined) return
  const template = formatName(like.rdata as OwnerFacts['owner'])
  tell('error', 'like-template', `${name} cannot be like ${template}: ${why}`, like)
}

/** Why a name cannot be a template; what is below it is looked at by itself. */
function unfit(facts: ZoneFacts, template: NameKey): string | undefined {
  const { apexKey, owners } = facts
  if (!template.startsWith(apexKey)) return 'it is not in the zone'
  if (template === apexKey) return 'it is the apex'
  for (let key = template; key !== apexKey; key = parentKey(key)) {
    if (isInstance(facts, key)) return `${formatName(nameFromKey(key))} is an instance itself`
  }
  const at = owners.get(template)
  if (!at || at.byType.size === 0) return 'there is nothing at that name'
  return at.occluder && `it is hidden by ${formatName(at.occluder.owner)}`
}

/** A name with data at or below a template. */
function checkPart(at: OwnerFacts, template: NameKey, tell: Tell): void {
  const where = `at ${formatName(at.owner)}, in template ${formatName(nameFromKey(template))}`
  for (const type of onlyOnce) {
    const [record] = recordsOf(at, type)
    if (record) tell('error', 'like-template', `Cannot have ${formatType(type)} ${where}`, record)
  }
  // From the template's own label on.
  const labels = `\0${at.key.slice(parentKey(template).length)}`
  if (!labels.includes('\0*\0')) return
  // Also one that owns nothing: what lies below it makes it exist (RFC 4592 §2.2.2).
  tell('error', 'like-template', `Cannot have a wildcard ${where}`, firstOf(at))
}

import { CodedError } from '../base/index.ts'
import { type Act, actsAt, type CarriedFault, type Fault, type Place } from '../lab/index.ts'
import type { ServedZone } from '../query/index.ts'
import { RR } from '../rr/index.ts'
import { formatName, joinNames, type NameKey, nameKey, parseName } from '../wire/index.ts'

function isOfNsec3({ type }: Place): boolean {
  return type === RR.NSEC3 || type === RR.NSEC3PARAM
}

/** Why nothing of what the parent says of a zone can be wrong; undefined where it can. */
function absenceOf(parent: ServedZone | undefined): string | undefined {
  if (!parent) return 'its parent says so, which is not served here'
  return parent.signing ? undefined : 'its parent is not signed'
}

/** Why an act cannot be at work on answers of a zone that was not made for it. */
function hindrance(
  act: Act,
  variant: Fault['variant'],
  { zone, signing }: ServedZone,
  parent: ServedZone | undefined,
): string | undefined {
  const unsigned = signing ? undefined : 'the zone is not signed'
  switch (act.kind) {
    case 'key':
      if (variant === 'raw') return unsigned
      return 'its keys would have to be others, and every signature with them'
    case 'ds':
      if (act.edit.kind === 'none') return 'its parent would have to prove that there is no DS'
      return absenceOf(parent) ?? unsigned
    case 'glue':
      return 'its servers are where they are'
    case 'clock':
      return 'the server has one clock for all of its zones'
    case 'signature':
      if ((act.server ?? 0) > 0) return 'this is the only server of the zone that can be told'
      if (isOfNsec3(act.at) && !zone.nsec3) return 'the zone does not deny with NSEC3'
      return unsigned
    case 'denial':
      if (act.edit.kind === 'from') return 'it needs a proof of another zone'
      if (act.of === 'ds') return absenceOf(parent)
      if (act.edit.kind.startsWith('nsec3') && !zone.nsec3) {
        return 'the zone does not deny with NSEC3'
      }
      if (act.edit.kind === 'nsecNextCase' && zone.nsec3) return 'the zone does not deny with NSEC'
      return unsigned
    case 'behave':
      if (act.as.kind === 'delay') return 'a server that waits for one zone keeps all waiting'
      if ((act.when.server ?? 0) > 0) return 'this is the only server of the zone that can be told'
      return act.when.notFrom ? 'who asks is not known where answers are edited' : undefined
    default:
      return isOfNsec3(act.at) && !zone.nsec3 ? 'the zone does not deny with NSEC3' : undefined
  }
}

/** Names that acts are about, relative to the zone. */
function ownersOf(act: Act): readonly string[] {
  if (act.kind === 'behave') return act.when.owners ?? []
  return 'at' in act ? [act.at.owner] : []
}

function keyOf(owner: string, { zone }: ServedZone): NameKey {
  return nameKey(joinNames(parseName(`${owner}.`), zone.apex))
}

/**
 * Sees to it that a fault can be at work on the answers of a zone as it is.
 *
 * @throws {CodedError} `lab-fault-unfit`, with what is in the way
 */
export function checkFit(
  carried: CarriedFault,
  served: ServedZone,
  parent: ServedZone | undefined,
): void {
  const { fault } = carried
  const acts = actsAt(carried)
  const where = formatName(served.zone.apex)
  const refuse = (why: string): CodedError =>
    new CodedError('lab-fault-unfit', `Cannot inject ${fault.id} into ${where}: ${why}`)
  if (acts.length === 0) throw refuse('what is wrong is how its zone is made')
  for (const act of acts) {
    const why = hindrance(act, fault.variant, served, parent)
    if (why !== undefined) throw refuse(why)
    for (const owner of ownersOf(act)) {
      if (owner === '@' || owner === '*' || served.zone.node(keyOf(owner, served))) continue
      throw refuse(`there is nothing at ${owner}.${where}; say where with --at`)
    }
  }
}

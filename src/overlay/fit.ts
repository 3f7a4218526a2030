import { CodedError } from '../base/index.ts'
import type { Act, DenialEdit, Fault, Place } from '../lab/index.ts'
import type { ServedZone } from '../query/index.ts'
import { RR } from '../rr/index.ts'
import { formatName, joinNames, type NameKey, nameKey, parseName } from '../wire/index.ts'

/** Edits that need a proof of another place than the zone. */
const foreign: ReadonlySet<DenialEdit['kind']> = new Set(['from'])

function isOfNsec3({ type }: Place): boolean {
  return type === RR.NSEC3 || type === RR.NSEC3PARAM
}

/** Why an act cannot be at work on answers of a zone that was not made for it. */
function hindrance(act: Act, { zone, signing }: ServedZone): string | undefined {
  const unsigned = signing ? undefined : 'the zone is not signed'
  switch (act.kind) {
    case 'key':
      return 'its keys would have to be others, and every signature with them'
    case 'ds':
      return 'the DS record is the parent zone’s: inject it in a lab'
    case 'glue':
      return 'glue is the parent zone’s: inject it in a lab'
    case 'clock':
      return 'the server has one clock for all of its zones'
    case 'signature':
      if ((act.server ?? 0) > 0) return 'this is the only server of the zone that can be told'
      if (isOfNsec3(act.at) && !zone.nsec3) return 'the zone does not deny with NSEC3'
      return unsigned
    case 'denial':
      if (foreign.has(act.edit.kind)) return 'it needs a proof of another zone'
      if (act.of === 'ds') return 'the proof is the parent zone’s: inject it in a lab'
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
export function checkFit(fault: Fault, served: ServedZone): void {
  const where = formatName(served.zone.apex)
  const refuse = (why: string): CodedError =>
    new CodedError('lab-fault-unfit', `Cannot inject ${fault.id} into ${where}: ${why}`)
  if (fault.acts.length === 0) throw refuse('what is wrong is how its zone is made')
  for (const act of fault.acts) {
    const why = hindrance(act, served)
    if (why !== undefined) throw refuse(why)
    for (const owner of ownersOf(act)) {
      if (owner === '@' || owner === '*' || served.zone.node(keyOf(owner, served))) continue
      throw refuse(`there is nothing at ${owner}.${where}; say where with --at`)
    }
  }
}

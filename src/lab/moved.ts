import type { Act, Fault, Place } from './types.ts'

/** An act at a place of its own kind: the type stays where only a name is given. */
function movedAct(act: Act, at: Place): Act {
  switch (act.kind) {
    case 'signature':
    case 'rdata':
    case 'form':
    case 'remove':
      return { ...act, at: { owner: at.owner, type: at.type === 'any' ? act.at.type : at.type } }
    case 'behave': {
      const { owners: _, ...when } = act.when
      const types = at.type === 'any' ? {} : { types: [at.type] }
      const owners = at.owner === '*' ? {} : { owners: [at.owner] }
      return { ...act, when: { ...when, ...owners, ...types } }
    }
    default:
      return act
  }
}

/**
 * A fault at a name, or a name and type, instead of where the catalogue has it. Acts on keys, DS,
 * proofs, glue and clocks are about the zone, and stay.
 */
export function movedTo(fault: Fault, at: Place): Fault {
  return { ...fault, acts: fault.acts.map((act) => movedAct(act, at)) }
}

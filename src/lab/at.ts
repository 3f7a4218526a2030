import type { Question } from '../message/index.ts'
import { equalNames, type Name, parseName } from '../wire/index.ts'
import type { Act, Fault, Place } from './types.ts'

/** A fault as a zone carries it. */
export interface CarriedFault {
  readonly fault: Fault
  /** Where it is at work, instead of where the catalogue has it: a name, or a name and type. */
  readonly at?: Place
}

/** Whether a question is one about what is at a place. */
function isAbout({ owner, type }: Place, question: Question, apex: Name): boolean {
  const isType = type === 'any' || type === question.type
  return isType && (owner === '*' || equalNames(parseName(owner, apex), question.name))
}

/** An act at another place than the catalogue has it. */
function placedAct(act: Act, at: Place): Act {
  if ('at' in act) return { ...act, at }
  if (act.kind !== 'behave') return act
  const { owners: _, types: __, ...whoever } = act.when
  const owners = at.owner === '*' ? {} : { owners: [at.owner] }
  const types = at.type === 'any' ? {} : { types: [at.type] }
  return { ...act, when: { ...whoever, ...owners, ...types } }
}

/** The acts of a zone's fault, where they are to be at work. */
export function actsAt({ fault, at }: CarriedFault): readonly Act[] {
  return at ? fault.acts.map((act) => placedAct(act, at)) : fault.acts
}

/**
 * The acts of a zone's fault that are at work when a question is asked: proofs are about what was
 * asked, whatever they are made of.
 */
export function actsFor(carried: CarriedFault, question: Question, apex: Name): readonly Act[] {
  const { at } = carried
  return actsAt(carried).filter(
    (act) => act.kind !== 'denial' || !at || isAbout(at, question, apex),
  )
}

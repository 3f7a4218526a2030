import type { Act, Fault } from '../lab/index.ts'
import { formatType, type RRType } from '../rr/index.ts'
import { formatName, joinNames, type Name, nameFromLabels, parseName } from '../wire/index.ts'
import type { World } from '../world/index.ts'

/** A fault, and the question that shows it. */
export interface Case {
  readonly fault: Fault
  readonly name: Name
  readonly type: RRType
}

/** The case of a fault in the zone of this apex. */
export function caseAt(fault: Fault, apex: Name): Case {
  const { owner, type } = fault.ask
  const name = owner === '@' ? apex : joinNames(parseName(`${owner}.`), apex)
  return { fault, name, type }
}

/** The cases of faults that have zones of their own, named by their ids, below a name. */
export function casesUnder(faults: readonly Fault[], suffix: Name): readonly Case[] {
  return faults.map((fault) =>
    caseAt(fault, joinNames(nameFromLabels([Buffer.from(fault.id)]), suffix)),
  )
}

/**
 * The cases of a world: its zones that have one fault, where the catalogue has it. What several do
 * to each other, or one does elsewhere, no expectation says.
 */
export function casesOf({ zones }: Pick<World, 'zones'>): readonly Case[] {
  return [...zones.values()].flatMap(({ apex, faults }) => {
    const [only, ...others] = faults
    return only && others.length === 0 && !only.at ? [caseAt(only.fault, apex)] : []
  })
}

/** Such as `expired.lab.test. A`. */
export function formatQuestion({ name, type }: Pick<Case, 'name' | 'type'>): string {
  return `${formatName(name)} ${formatType(type)}`
}

/** Why a fault cannot show where one address speaks for all servers. */
export function whyNotAtFront({ acts }: Fault): string | undefined {
  const isOfServer = (act: Act) =>
    (act.kind === 'signature' && act.server !== undefined) ||
    (act.kind === 'behave' && act.when.server !== undefined)
  const isOfWay = (act: Act) =>
    act.kind === 'glue' || (act.kind === 'behave' && act.as.kind === 'upward')
  if (acts.some(isOfServer)) return 'one address speaks for all servers: they do not differ'
  if (acts.some(isOfWay)) return 'one address speaks for all servers: nobody is referred to'
  return undefined
}

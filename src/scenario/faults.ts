import { CodedError } from '../base/index.ts'
import { suggest } from '../config/index.ts'
import { catalogue, type Fault, faultById } from '../lab/index.ts'

const groups = [...new Set(catalogue.map(({ group }) => group))]
const words = [...groups, ...catalogue.map(({ id }) => id)]

/**
 * The fault of an id.
 *
 * @throws {CodedError} `lab-fault-unknown`, with the id that may have been meant
 */
export function findFault(id: string): Fault {
  const fault = faultById(id)
  if (fault) return fault
  throw unknownFault(id)
}

/**
 * What a word stands for: a fault, or all of a group, in the order of the catalogue.
 *
 * @throws {CodedError} `lab-fault-unknown`
 */
export function findFaults(word: string): readonly Fault[] {
  const group = catalogue.filter((fault) => fault.group === word)
  return group.length > 0 ? group : [findFault(word)]
}

function unknownFault(id: string): CodedError {
  const guess = suggest(id, words)
  const help = guess === undefined ? 'danelaw lab list names all of them' : `meant "${guess}"?`
  return new CodedError('lab-fault-unknown', `Cannot find fault ${JSON.stringify(id)}: ${help}`)
}

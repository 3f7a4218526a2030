import { CodedError } from '../base/index.ts'
import { suggest } from '../config/index.ts'
import { catalogue, type Fault, faultById } from '../lab/index.ts'
import { type MailCase, mailCaseById, mailCases } from '../post/index.ts'

/** What stands for all mail cases, as the other groups do for their faults. */
const mailGroup = 'mail'

const groups = [...new Set<string>(catalogue.map(({ group }) => group))]
const faultWords = [...groups, ...catalogue.map(({ id }) => id)]
const mailWords = [mailGroup, ...mailCases.map(({ id }) => id)]

/** Of both catalogues. */
export interface Cases {
  readonly faults: readonly Fault[]
  readonly mail: readonly MailCase[]
}

/**
 * The fault of an id.
 *
 * @throws {CodedError} `lab-fault-unknown`, with the id that may have been meant
 */
export function findFault(id: string): Fault {
  return faultById(id) ?? refuse('fault', id, faultWords)
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

/**
 * What a word stands for: a mail case, or all of them.
 *
 * @throws {CodedError} `lab-fault-unknown`
 */
export function findMail(word: string): readonly MailCase[] {
  if (word === mailGroup) return mailCases
  return [mailCaseById(word) ?? refuse('mail case', word, mailWords)]
}

/**
 * What words stand for in both catalogues, each once.
 *
 * @throws {CodedError} `lab-fault-unknown`
 */
export function findCases(words: readonly string[]): Cases {
  const isMail = (word: string) => mailWords.includes(word)
  for (const word of words) {
    if (!isMail(word) && !faultWords.includes(word)) refuse('fault', word, allWords)
  }
  const mail = words.filter(isMail).flatMap(findMail)
  const faults = words.filter((word) => !isMail(word)).flatMap(findFaults)
  return { faults: [...new Set(faults)], mail: [...new Set(mail)] }
}

const allWords = [...faultWords, ...mailWords]

function refuse(what: string, id: string, words: readonly string[]): never {
  const guess = suggest(id, words)
  const help = guess === undefined ? 'danelaw lab list names all of them' : `meant "${guess}"?`
  throw new CodedError('lab-fault-unknown', `Cannot find ${what} ${JSON.stringify(id)}: ${help}`)
}

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
  const fault = faultById(id)
  if (fault) return fault
  if (mailCaseById(id)) throw unknown('fault', id, 'it is a case of mail')
  return refuse('fault', id, faultWords)
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

/** What was meant: the case whose zone it is, one that begins so, or one that is written alike. */
function guessOf(id: string, words: readonly string[]): string | undefined {
  const [label = ''] = id.toLowerCase().split('.')
  const whole = words.find((word) => word === label)
  return whole ?? words.find((word) => word.startsWith(`${label}-`)) ?? suggest(id, words)
}

function refuse(what: string, id: string, words: readonly string[]): never {
  const guess = guessOf(id, words)
  const help = guess === undefined ? 'danelaw lab list names all of them' : `meant "${guess}"?`
  throw unknown(what, id, help)
}

function unknown(what: string, id: string, why: string): CodedError {
  return new CodedError('lab-fault-unknown', `Cannot find ${what} ${JSON.stringify(id)}: ${why}`)
}

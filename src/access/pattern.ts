import { CodedError } from '../base/index.ts'
import {
  equalNames,
  isSubdomain,
  labelCount,
  type Name,
  nameLabels,
  parseName,
  suffixName,
} from '../wire/index.ts'

/**
 * What owner names a fence lets through. A label is one, or any; `isDeep` asks for one label or
 * more in front of them.
 */
export interface NamePattern {
  readonly isDeep: boolean
  /** From left to right; undefined for any one label. */
  readonly labels: readonly (Name | undefined)[]
}

/** The labels of a text, escapes still in, each without its dot. */
const rawLabels = /(?:[^.\\]|\\[0-9]{3}|\\[^0-9])+/g
const asterisk = 0x2a

/**
 * Reads a pattern: a name, in which a label `*` stands for any one label and a leading `**` for
 * one or more. An asterisk that is meant as such is written `\*`.
 *
 * @throws {CodedError} `scope-invalid`
 */
export function parsePattern(text: string): NamePattern {
  const absolute = text === '' || text.endsWith('.') ? text : `${text}.`
  try {
    // The whole must be a name, so that what is wrong with it is said as of any other.
    parseName(absolute)
    const texts = absolute === '.' ? [] : (absolute.match(rawLabels) ?? [])
    const isDeep = texts[0] === '**'
    const labels = (isDeep ? texts.slice(1) : texts).map((label) => {
      if (label === '**') throw new Error('"**" may only come first')
      return label === '*' ? undefined : parseName(`${label}.`)
    })
    return { isDeep, labels }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError(
      'scope-invalid',
      `Cannot read name pattern ${JSON.stringify(text)}: ${reason}`,
    )
  }
}

/**
 * Whether a name is inside. A wildcard (RFC 4592 §2.1.1) speaks for names of every depth below its
 * parent, so that "any one label" does not include it: only its own name does, or `**` over all
 * that it speaks for.
 */
export function matchesPattern(pattern: NamePattern, name: Name): boolean {
  const { isDeep, labels } = pattern
  const count = labelCount(name)
  if (isDeep ? count <= labels.length : count !== labels.length) return false
  const tail = nameLabels(suffixName(name, labels.length))
  return labels.every((label, index) => {
    const octets = tail[index] as Uint8Array
    if (label === undefined) return !isAsterisk(octets)
    return equalNames(label, Uint8Array.from([octets.length, ...octets, 0]) as Name)
  })
}

function isAsterisk(label: Uint8Array): boolean {
  return label.length === 1 && label[0] === asterisk
}

/** What zones a fence lets through: one, or it and all below. */
export interface ZonePattern {
  readonly apex: Name
  readonly isDeep: boolean
}

/**
 * Reads a zone of a scope: its name, with a leading `*.` for it and all zones below.
 *
 * @throws {CodedError} `scope-invalid`
 */
export function parseZonePattern(text: string): ZonePattern {
  const isDeep = text.startsWith('*.')
  const rest = text === '*.' ? '.' : text.slice(isDeep ? 2 : 0)
  try {
    return { apex: parseName(rest), isDeep }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('scope-invalid', `Cannot read zone ${JSON.stringify(text)}: ${reason}`)
  }
}

/** Whether a zone of this name is inside. */
export function matchesZone({ apex, isDeep }: ZonePattern, name: Name): boolean {
  return isDeep ? isSubdomain(name, apex) : equalNames(name, apex)
}

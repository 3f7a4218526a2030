import { CodedError, type Place } from '../../base/index.ts'
import { parseRdata, RR, scanRdataText } from '../../rr/index.ts'
import { parseName } from '../../wire/index.ts'
import { type AnchorRecord, invalidAnchor } from './record.ts'

/** One word of a BIND configuration, or one of `{ } ;`. */
interface Token {
  readonly text: string
  readonly isQuoted: boolean
  readonly place: Place
}

/** Blanks and comments; a text in quotes; a mark; a word. */
const alternatives = [
  /(\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)/,
  /"((?:[^"\\]|\\[\s\S])*)"/,
  /([{};])/,
  /([^\s{};"#/]+|\/(?![*/]))/,
]
const pattern = new RegExp(alternatives.map(({ source }) => source).join('|'), 'y')

/** Splits a configuration into words; comments are those of C, C++ and the shell. */
function tokensOf(text: string, file: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  let lineStart = 0
  const scan = new RegExp(pattern)
  for (let at = 0; at < text.length; at = scan.lastIndex) {
    const place = { file, line, column: at - lineStart + 1 }
    scan.lastIndex = at
    const found = scan.exec(text)
    if (!found) throw invalidAnchor('Cannot read anchors: a quote or comment is not closed', place)
    const [all, blank, quoted, mark, word] = found
    if (blank === undefined) {
      const text = quoted ?? mark ?? word ?? ''
      tokens.push({ text, isQuoted: quoted !== undefined, place })
    }
    for (let next = all.indexOf('\n'); next >= 0; next = all.indexOf('\n', next + 1)) {
      line++
      lineStart = at + next + 1
    }
  }
  return tokens
}

/** Whether a keyword says that a key follows; a digest follows `static-ds` and `initial-ds`. */
const kinds = new Map([
  ['static-key', RR.DNSKEY],
  ['initial-key', RR.DNSKEY],
  ['static-ds', RR.DS],
  ['initial-ds', RR.DS],
])

/** A cursor over the words. */
class Words {
  readonly #tokens: readonly Token[]
  readonly #end: Place
  #at = 0

  constructor(tokens: readonly Token[], file: string) {
    this.#tokens = tokens
    this.#end = tokens.at(-1)?.place ?? { file, line: 1, column: 1 }
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  isNext(mark: string): boolean {
    const token = this.#tokens[this.#at]
    return token !== undefined && !token.isQuoted && token.text === mark
  }

  next(what: string): Token {
    const token = this.#tokens[this.#at++]
    if (!token) throw invalidAnchor(`Cannot read anchors: ${what} is missing`, this.#end)
    return token
  }

  expect(mark: string): void {
    const token = this.next(JSON.stringify(mark))
    if (token.isQuoted || token.text !== mark) {
      const { text, place } = token
      throw invalidAnchor(`Cannot read ${JSON.stringify(text)}: expected ${mark}`, place)
    }
  }
}

/**
 * Reads `trust-anchors { zone static-key flags protocol algorithm "key"; … };` and its elders
 * `managed-keys`, which is the same, and `trusted-keys`, which has no keyword before the flags.
 */
export function readBindAnchors(text: string, file: string): AnchorRecord[] {
  const words = new Words(tokensOf(text, file), file)
  const records: AnchorRecord[] = []
  while (!words.isAtEnd) {
    const statement = words.next('a statement')
    if (!['trust-anchors', 'managed-keys', 'trusted-keys'].includes(statement.text)) {
      const what = JSON.stringify(statement.text)
      throw invalidAnchor(`Cannot read ${what}: expected trust-anchors`, statement.place)
    }
    words.expect('{')
    while (!words.isNext('}')) records.push(readAnchor(words, statement.text !== 'trusted-keys'))
    words.expect('}')
    words.expect(';')
  }
  return records
}

function readAnchor(words: Words, hasKeyword: boolean): AnchorRecord {
  const zone = words.next('a zone')
  let type = RR.DNSKEY
  if (hasKeyword) {
    const keyword = words.next('static-key')
    const kind = kinds.get(keyword.text)
    if (kind === undefined) {
      const what = JSON.stringify(keyword.text)
      throw invalidAnchor(
        `Cannot read ${what}: expected ${[...kinds.keys()].join(', ')}`,
        keyword.place,
      )
    }
    type = kind
  }
  const fields: string[] = []
  while (!words.isNext(';')) fields.push(words.next('";"').text)
  words.expect(';')
  try {
    const rdata = parseRdata(type, scanRdataText(fields.join(' ')))
    return { zone: parseName(zone.text), type, rdata, place: zone.place }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw invalidAnchor(error.message, zone.place)
  }
}

import { CodedError } from '../base/index.ts'
import {
  formatType,
  parseRdata,
  parseType,
  type RdataToken,
  type RdataTokens,
  RR,
  type RRType,
  scanRdataText,
} from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import { originFor } from './names.ts'

/** Types that other servers make up and resolve themselves while they answer. */
const inventedTypes = new Set(['ALIAS', 'ANAME', 'LUA', 'APEXCNAME'])
/** Most octets of one character-string (RFC 1035 §3.3). */
const stringOctetsMax = 255

/**
 * The type of a mnemonic. ALIAS and its like would need a resolver in the path of a query, and
 * taking them without serving them would be a lie, so they are refused with what to do instead.
 *
 * @throws {CodedError} `type-unknown`
 */
export function readType(text: string): RRType {
  if (inventedTypes.has(text.toUpperCase())) {
    throw new CodedError(
      'type-unknown',
      `Cannot take type ${text}: danelaw resolves nothing while it answers; give A and AAAA`,
    )
  }
  return parseType(text)
}

/**
 * The RDATA that a client's text means. Beside the presentation form it takes what clients send:
 * names without final dot (see `originFor`), TXT without quotes as one string, and TXT strings
 * of any length, cut into such as RFC 1035 §3.3 allows.
 *
 * @throws {CodedError} `rdata-invalid`, `name-invalid` and the like
 */
export function readContent(type: RRType, content: string, apex: Name): Uint8Array {
  const text = content.trim()
  try {
    if (isText(type) && !text.startsWith('\\#')) return readText(type, text)
    return parseRdata(type, withDots(scanRdataText(text), apex))
  } catch (error) {
    if (error instanceof CodedError) {
      error.message = `${error.message}, in ${formatType(type)} ${quoted(content)}`
    }
    throw error
  }
}

/** A value for a message: whole unless it is long. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}

function isText(type: RRType): boolean {
  return type === RR.TXT || type === RR.SPF
}

/** Names are completed one by one: the origin hangs on the word that was taken last. */
function withDots(tokens: RdataTokens, apex: Name): RdataTokens {
  let last = ''
  return {
    get origin() {
      return originFor(last, apex)
    },
    peek: () => tokens.peek(),
    next(what) {
      const token = tokens.next(what)
      last = token.text
      return token
    },
  }
}

function readText(type: RRType, text: string): Uint8Array {
  const words = text.startsWith('"') ? wordsOf(text) : [text]
  const tokens = words.flatMap(cut).map((word): RdataToken => ({ text: word, quoted: true }))
  let at = 0
  return parseRdata(type, {
    origin: undefined,
    peek: () => tokens[at],
    next(what) {
      const token = tokens[at++]
      if (token) return token
      throw new CodedError('rdata-invalid', `Cannot read ${what}: the record ends too early`)
    },
  })
}

function wordsOf(text: string): string[] {
  const scanned = scanRdataText(text)
  const words: string[] = []
  while (scanned.peek()) words.push(scanned.next('text').text)
  return words
}

/** What stands for one octet, or for the octets of one character outside ASCII. */
const unit = /\\[0-9]{1,3}|\\[\s\S]|[\s\S]/gu

function cut(word: string): string[] {
  const pieces: string[] = []
  let piece = ''
  let octets = 0
  for (const [character] of word.matchAll(unit)) {
    const length = character.startsWith('\\') ? 1 : Buffer.byteLength(character)
    if (octets + length > stringOctetsMax) {
      pieces.push(piece)
      piece = ''
      octets = 0
    }
    piece += character
    octets += length
  }
  return [...pieces, piece]
}

import { CodedError } from '../base/index.ts'
import type { Name } from '../wire/index.ts'

/** One word of a presentation form: quotes taken off, backslash escapes still in. */
export interface RdataToken {
  readonly text: string
  readonly quoted: boolean
}

/** The words of one record's RDATA, in order; zone files and plain strings both provide it. */
export interface RdataTokens {
  /** What relative names are completed with. */
  readonly origin: Name | undefined
  /** The next word. @throws {CodedError} `rdata-invalid` naming `what` when none is left */
  next(what: string): RdataToken
  /** The next word without taking it, or undefined at the end. */
  peek(): RdataToken | undefined
}

const words = /\s*(?:"((?:[^"\\]|\\[\s\S])*)"|((?:[^\s"\\]|\\[\s\S])+))/y

/**
 * Splits one line of RDATA text. Parentheses and comments belong to zone files, not here.
 *
 * @throws {CodedError} `rdata-invalid` for an unclosed quote or a dangling backslash
 */
export function scanRdataText(text: string, origin?: Name): RdataTokens {
  const tokens: RdataToken[] = []
  const pattern = new RegExp(words)
  const end = text.trimEnd().length
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex
    const found = pattern.exec(text)
    if (!found) {
      throw new CodedError(
        'rdata-invalid',
        `Cannot split ${JSON.stringify(text.slice(at))} into words`,
      )
    }
    tokens.push({ text: found[1] ?? found[2] ?? '', quoted: found[1] !== undefined })
  }
  let position = 0
  return {
    origin,
    peek: () => tokens[position],
    next(what) {
      const token = tokens[position++]
      if (!token)
        throw new CodedError('rdata-invalid', `Cannot read ${what}: the record ends too early`)
      return token
    },
  }
}

import { CodedError, type Place } from '../base/index.ts'
import type { RdataToken, RdataTokens } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'

const tab = 0x09
const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const openParenthesis = 0x28
const closeParenthesis = 0x29
const semicolon = 0x3b
const backslash = 0x5c
const byteOrderMark = 0xfeff

/** What ends a word (1), and what escapes the next character (2). All else belongs to the word. */
const wordMarks = new Uint8Array(128)
for (const code of [tab, newline, carriageReturn, space, quote, semicolon]) wordMarks[code] = 1
wordMarks[openParenthesis] = 1
wordMarks[closeParenthesis] = 1
wordMarks[backslash] = 2

/**
 * A cursor over the words of a master file (RFC 1035 §5.1), one record after the other. It gives
 * `parseRdata` its words straight from the text; within parentheses line ends are blanks, a
 * semicolon starts a comment. A quote ends a word and starts a quoted one, as in BIND.
 *
 * Lexical errors are thrown with their place; `skipRecord` recovers from any error.
 */
export class MasterScanner implements RdataTokens {
  readonly file: string
  /** Completes relative names; `$ORIGIN` sets it. */
  origin: Name
  readonly #text: string
  #at = 0
  #line = 1
  #lineStart = 0
  #depth = 0
  #openLine = 0
  #openLineStart = 0
  #openAt = 0
  #ahead: RdataToken | undefined
  #isAhead = false
  #aheadLine = 1
  #aheadColumn = 1
  #tokenLine = 1
  #tokenColumn = 1

  constructor(file: string, text: string, origin: Name) {
    this.file = file
    this.origin = origin
    this.#text = text
    if (text.charCodeAt(0) === byteOrderMark) {
      this.#at = 1
      this.#lineStart = 1
    }
  }

  /** Where the word last taken begins; after a failed `next`, where a word was missed. */
  place(): Place {
    return { file: this.file, line: this.#tokenLine, column: this.#tokenColumn }
  }

  /** Where the word begins that `next` would take, or where the record ends. */
  nextPlace(): Place {
    this.#peek()
    return { file: this.file, line: this.#aheadLine, column: this.#aheadColumn }
  }

  /** Steps over empty lines to the next record: how it begins, or undefined at the end. */
  startRecord(): 'owner' | 'blank' | undefined {
    const text = this.#text
    for (;;) {
      const first = text.charCodeAt(this.#at)
      if (this.#peek() !== undefined) return first === space || first === tab ? 'blank' : 'owner'
      if (this.#at >= text.length) return undefined
      this.endRecord()
    }
  }

  /** Takes the line end of a record whose words have all been taken. */
  endRecord(): void {
    this.#isAhead = false
    if (this.#at >= this.#text.length) return
    this.#at++
    this.#line++
    this.#lineStart = this.#at
  }

  /** The next word of the record without taking it. @throws {CodedError} `zonefile-syntax` */
  peek(): RdataToken | undefined {
    return this.#peek()
  }

  /** The next word of the record. @throws {CodedError} `rdata-invalid`, `zonefile-syntax` */
  next(what: string): RdataToken {
    const token = this.#peek()
    this.#tokenLine = this.#aheadLine
    this.#tokenColumn = this.#aheadColumn
    if (token === undefined) {
      throw new CodedError('rdata-invalid', `Cannot read ${what}: the record ends too early`)
    }
    this.#isAhead = false
    return token
  }

  #peek(): RdataToken | undefined {
    if (this.#isAhead) return this.#ahead
    this.#ahead = this.#scan()
    this.#isAhead = true
    return this.#ahead
  }

  /** Finds the next word; undefined at the line end of the record, which is not taken. */
  #scan(): RdataToken | undefined {
    const code = this.#skipBlanks()
    this.#aheadLine = this.#line
    this.#aheadColumn = this.#at - this.#lineStart + 1
    if (code === newline || code < 0) {
      if (code < 0 && this.#depth > 0) throw this.#unclosed()
      return undefined
    }
    return code === quote ? this.#quoted() : this.#word()
  }

  #word(): RdataToken {
    const text = this.#text
    const start = this.#at
    const end = text.length
    let at = start
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      const mark = code < 128 ? wordMarks[code] : 0
      if (mark === 0) continue
      if (mark === 1) break
      at++
      const escaped = at < end ? text.charCodeAt(at) : newline
      if (escaped === newline || escaped === carriageReturn) {
        this.#at = at
        throw this.#error('Cannot read word: a backslash ends the line', at - 1)
      }
    }
    this.#at = at
    return { text: text.slice(start, at), quoted: false }
  }

  #quoted(): RdataToken {
    const text = this.#text
    const start = this.#at + 1
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === quote) {
        this.#at = at + 1
        return { text: text.slice(start, at), quoted: true }
      }
      if (code === backslash) at++
      if (text.charCodeAt(at) === newline) break
    }
    const opened = start - 1
    this.#skipLine()
    throw this.#error('Cannot read quoted text: the line ends before the closing quote', opened)
  }

  /** Steps over blanks, comments and parentheses; the code that follows, or -1 at the end. */
  #skipBlanks(): number {
    const text = this.#text
    for (;;) {
      const code = this.#at < text.length ? text.charCodeAt(this.#at) : -1
      switch (code) {
        case newline:
          if (this.#depth === 0) return code
          this.#line++
          this.#lineStart = this.#at + 1
          break
        case semicolon:
          this.#skipLine()
          continue
        case openParenthesis:
          this.#open()
          break
        case closeParenthesis:
          if (this.#depth === 0) {
            throw this.#error('Cannot read ")": no parenthesis is open', this.#at++)
          }
          this.#depth--
          break
        case space:
        case tab:
        case carriageReturn:
          break
        default:
          return code
      }
      this.#at++
    }
  }

  #open(): void {
    if (this.#depth++ > 0) return
    this.#openLine = this.#line
    this.#openLineStart = this.#lineStart
    this.#openAt = this.#at
  }

  /** Goes to the end of the line, not over it. */
  #skipLine(): void {
    const at = this.#text.indexOf('\n', this.#at)
    this.#at = at < 0 ? this.#text.length : at
  }

  #error(message: string, at: number): CodedError {
    return new CodedError('zonefile-syntax', message, {
      file: this.file,
      line: this.#line,
      column: at - this.#lineStart + 1,
    })
  }

  #unclosed(): CodedError {
    return new CodedError('zonefile-syntax', 'Cannot read record: "(" is never closed', {
      file: this.file,
      line: this.#openLine,
      column: this.#openAt - this.#openLineStart + 1,
    })
  }

  /**
   * Leaves a record in the middle, after an error, for the line where the next may begin. When
   * its parenthesis is never closed, that is the true error: it is returned, and reading goes on
   * one line below the parenthesis. Costs at most the rest of the text.
   */
  skipRecord(): CodedError | undefined {
    let error: CodedError | undefined
    for (let ended = false; !ended; ) {
      try {
        this.#isAhead = false
        ended = this.#scan() === undefined
      } catch {
        // A further lexical error of a record that is given up anyway; only the end matters.
        ended = this.#at >= this.#text.length
      }
    }
    if (this.#depth > 0) {
      error = this.#unclosed()
      this.#line = this.#openLine
      this.#lineStart = this.#openLineStart
      this.#at = this.#openAt
      this.#depth = 0
      this.#skipLine()
    }
    this.endRecord()
    return error
  }
}

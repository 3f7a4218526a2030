import { CodedError, type Place } from '../base/index.ts'

interface Word {
  readonly text: string
  readonly isQuoted: boolean
  /** From 0. */
  readonly at: number
}

/** Blanks, then a text in quotes, a comment to the end, or a word. */
const wordPattern = /[ \t]*(?:"([^"]*)"(?=[ \t]|$)|(#.*)|([^ \t]+))/y

function wordsOf(text: string): Word[] {
  const words: Word[] = []
  wordPattern.lastIndex = 0
  for (let found = wordPattern.exec(text); found; found = wordPattern.exec(text)) {
    const [whole, quoted, comment, plain] = found
    if (comment !== undefined) break
    const isQuoted = quoted !== undefined
    const word = quoted ?? plain ?? ''
    const at = found.index + whole.length - word.length - (isQuoted ? 2 : 0)
    words.push({ text: word, isQuoted, at })
  }
  return words
}

/** One line of a scenario: its words, taken one after the other. */
export class Line {
  readonly #file: string
  readonly #number: number
  readonly #text: string
  readonly #words: readonly Word[]
  #next = 0

  /** Lines are numbered from 1. */
  constructor(file: string, number: number, text: string) {
    this.#file = file
    this.#number = number
    this.#text = text
    this.#words = wordsOf(text)
  }

  /** Whether there is nothing on it but blanks and a comment. */
  get isEmpty(): boolean {
    return this.#words.length === 0
  }

  /** Whether every word has been taken. */
  get isDone(): boolean {
    return this.#next >= this.#words.length
  }

  /** What stands on it, without the comment and blanks around. */
  get text(): string {
    const last = this.#words.at(-1)
    const end = last ? last.at + last.text.length + (last.isQuoted ? 2 : 0) : 0
    return this.#text.slice(0, end).trim()
  }

  /** Where the line begins, blanks left out. */
  get place(): Place {
    return this.#placeAt(0)
  }

  /** The next word. @throws {CodedError} `roll-invalid` when there is none */
  word(expected: string): string {
    const word = this.#words[this.#next]
    if (!word) throw this.#missing(expected)
    this.#next++
    return word.text
  }

  /** The next word if there is one. */
  maybe(): string | undefined {
    return this.#words[this.#next] ? this.word('') : undefined
  }

  /** Whether this word comes next; then it is taken. */
  takes(word: string): boolean {
    const next = this.#words[this.#next]
    if (next?.text !== word || next.isQuoted) return false
    this.#next++
    return true
  }

  /** A text in quotes. @throws {CodedError} `roll-invalid` */
  quoted(expected: string): string {
    const text = this.word(expected)
    if (!this.#words[this.#next - 1]?.isQuoted) throw this.wrong(expected)
    return text
  }

  /** One of two words or more. @throws {CodedError} `roll-invalid` */
  oneOf<T extends string>(words: readonly T[]): T {
    const expected = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
    const text = this.word(expected)
    const found = words.find((word) => word === text)
    if (found === undefined) throw this.wrong(expected)
    return found
  }

  /** The next word as something else reads it. @throws {CodedError} `roll-invalid`, what it says */
  parsed<T>(expected: string, parse: (text: string) => T): T {
    const text = this.word(expected)
    try {
      return parse(text)
    } catch (error) {
      if (error instanceof CodedError) throw this.wrong(expected, error.message)
      throw error
    }
  }

  /** All that is left, as it stands, and the column (from 1) at which it begins. */
  rest(expected: string): { readonly text: string; readonly column: number } {
    const next = this.#words[this.#next]
    const last = this.#words.at(-1)
    if (!next || !last) throw this.#missing(expected)
    this.#next = this.#words.length
    const end = last.at + last.text.length + (last.isQuoted ? 2 : 0)
    return { text: this.#text.slice(next.at, end), column: next.at + 1 }
  }

  /** Nothing may follow. @throws {CodedError} `roll-invalid` */
  end(): void {
    const word = this.#words[this.#next]
    if (!word) return
    this.#next++
    throw this.wrong('the end of the line')
  }

  /** An error about the word that was taken last. */
  wrong(expected: string, why?: string): CodedError {
    const text = JSON.stringify(this.#words[this.#next - 1]?.text ?? '')
    const because = why === undefined ? '' : ` (${why})`
    const message = `Cannot read ${text}: expected ${expected}${because}`
    return new CodedError('roll-invalid', message, this.#placeAt(this.#next - 1))
  }

  /** An error at a column, from 1. */
  at(column: number, message: string): CodedError {
    return new CodedError('roll-invalid', message, { ...this.place, column })
  }

  /** An error about the line as a whole. */
  senseless(message: string): CodedError {
    return new CodedError('roll-invalid', message, this.place)
  }

  #missing(expected: string): CodedError {
    const message = `Cannot read line: it ends where ${expected} was expected`
    const place = { ...this.place, column: this.#text.trimEnd().length + 1 }
    return new CodedError('roll-invalid', message, place)
  }

  #placeAt(word: number): Place {
    const column = (this.#words[word]?.at ?? 0) + 1
    return { file: this.#file, line: this.#number, column }
  }
}

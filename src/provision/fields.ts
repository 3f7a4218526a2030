import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { Json } from '../rr/index.ts'
import type { StoredDocument } from '../store/index.ts'
import { type Name, parseName } from '../wire/index.ts'

/** Reads the fields of a document that this room wrote; what it did not write is corrupt. */
export class Fields {
  readonly #document: StoredDocument
  readonly #object: Readonly<Record<string, Json>>

  /** @throws {CodedError} `store-corrupt` when the value is no object */
  constructor(document: StoredDocument) {
    this.#document = document
    const { value } = document
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#corrupt('value')
    this.#object = value as Readonly<Record<string, Json>>
  }

  /** A text. @throws {CodedError} `store-corrupt` */
  text(name: string): string {
    const value = this.#object[name]
    return typeof value === 'string' ? value : this.#corrupt(name)
  }

  /** A text or nothing. @throws {CodedError} `store-corrupt` */
  maybeText(name: string): string | undefined {
    return this.#object[name] === null ? undefined : this.text(name)
  }

  /** One of some texts. @throws {CodedError} `store-corrupt` */
  choice<T extends string>(name: string, choices: readonly T[]): T {
    const text = this.text(name)
    return choices.find((choice) => choice === text) ?? this.#corrupt(name)
  }

  /** Texts. @throws {CodedError} `store-corrupt` */
  texts(name: string): readonly string[] {
    const value = this.#object[name]
    if (!Array.isArray(value)) return this.#corrupt(name)
    return value.map((item) => (typeof item === 'string' ? item : this.#corrupt(name)))
  }

  /** Yes or no. @throws {CodedError} `store-corrupt` */
  flag(name: string): boolean {
    const value = this.#object[name]
    return typeof value === 'boolean' ? value : this.#corrupt(name)
  }

  /** A moment. @throws {CodedError} `store-corrupt` */
  time(name: string): UnixSeconds {
    const value = this.#object[name]
    return Number.isSafeInteger(value) ? (value as UnixSeconds) : this.#corrupt(name)
  }

  /** A moment or nothing. @throws {CodedError} `store-corrupt` */
  maybeTime(name: string): UnixSeconds | undefined {
    return this.#object[name] === null ? undefined : this.time(name)
  }

  /** A domain name. @throws {CodedError} `store-corrupt` */
  name(name: string): Name {
    const text = this.text(name)
    try {
      return parseName(text)
    } catch (error) {
      if (error instanceof CodedError) return this.#corrupt(name)
      throw error
    }
  }

  /** A domain name or nothing. @throws {CodedError} `store-corrupt` */
  maybeName(name: string): Name | undefined {
    return this.#object[name] === null ? undefined : this.name(name)
  }

  /** The fields of an object in it. @throws {CodedError} `store-corrupt` */
  inner(name: string): Fields {
    return new Fields({ ...this.#document, value: this.#object[name] ?? null })
  }

  #corrupt(name: string): never {
    const { collection, key } = this.#document
    const text = `Cannot read ${collection} ${JSON.stringify(key)}: its ${name} is of no known form`
    throw new CodedError('store-corrupt', text)
  }
}

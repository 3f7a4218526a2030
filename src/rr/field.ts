import { CodedError } from '../base/index.ts'
import type { WireReader, WireWriter } from '../wire/index.ts'
import type { RRType } from './codes.ts'
import type { RdataTokens } from './tokens.ts'

/** A JSON value, as it comes in and goes out. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }

/**
 * How one kind of RDATA field looks in its four forms. `T` is the decoded value; `write` of what
 * `read` gave yields the same octets, `parse` of what `format` gave the same value.
 */
export interface FieldCodec<T> {
  /** The kind, for the table in the documentation: `u16`, `name`, `base64 to the end`. */
  readonly kind: string
  /** Set for names: whether a message may compress it (RFC 3597 §4: only types of RFC 1035). */
  readonly compressible?: boolean
  /** Takes the value off the cursor. @throws {CodedError} `wire-malformed` */
  read(reader: WireReader): T
  /** Appends the value; `canonical` asks for the form of RFC 4034 §6.2. */
  write(writer: WireWriter, value: T, canonical: boolean): void
  /** Takes the value's words. @throws {CodedError} `rdata-invalid` */
  parse(tokens: RdataTokens): T
  /** The presentation form; empty when the value needs no word. */
  format(value: T): string
  /** The JSON form. */
  toJson(value: T): Json
  /** The value of a JSON form. @throws {CodedError} `rdata-invalid` */
  fromJson(json: Json): T
}

/** A field of a row: its name in JSON, and its codec. */
export interface Field {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: rows mix value types; each codec keeps its own
  readonly codec: FieldCodec<any>
}

/** What danelaw knows of an RR type. */
export interface TypeRow {
  readonly type: RRType
  readonly mnemonic: string
  /** What the type is for, in a few words. */
  readonly purpose: string
  /** Where its format is defined, such as `RFC 6698 §2.1`. */
  readonly reference: string
  readonly fields: readonly Field[]
  /** Whether the canonical form differs: names to be lower-cased (RFC 4034 §6.2, RFC 6840 §5.1). */
  readonly hasCanonicalNames: boolean
}

/** Reports bad text or JSON for a field: `Cannot read preference: "x" is not a number …`. */
export function invalid(message: string): never {
  throw new CodedError('rdata-invalid', message)
}

/** Reports bad wire data for a field. */
export function malformed(message: string): never {
  throw new CodedError('wire-malformed', message)
}

/** A codec whose JSON form is its presentation form, given as one string. */
export function textCodec<T>(
  codec: Pick<FieldCodec<T>, 'kind' | 'compressible' | 'read' | 'write'> & {
    fromText(text: string, tokens: RdataTokens | undefined): T
    toText(value: T): string
  },
): FieldCodec<T> {
  return {
    ...codec,
    parse: (tokens) => codec.fromText(tokens.next(codec.kind).text, tokens),
    format: (value) => codec.toText(value),
    toJson: (value) => codec.toText(value),
    fromJson: (json) =>
      typeof json === 'string'
        ? codec.fromText(json, undefined)
        : invalid(`Cannot read ${codec.kind}: ${JSON.stringify(json)} is not a string`),
  }
}

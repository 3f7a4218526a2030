import { CodedError } from '../base/index.ts'
import type { WireReader, WireWriter } from '../wire/index.ts'
import type { RdataTokens } from './tokens.ts'

/** A JSON value, as it comes in and goes out. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }

/** What a name may undergo on its way: see `FieldCodec.name`. */
export type NameTreatment = 'compressible' | 'lowered' | 'plain'

/**
 * How one kind of RDATA field looks in its four forms. `T` is the decoded value; `write` of what
 * `read` gave yields the same octets but for compression, `parse` of what `format` gave the same
 * value. Decoded octets are views of what was read.
 */
export interface FieldCodec<T> {
  /** The kind, for error messages and the table in the documentation: `16-bit number`, `name`. */
  readonly kind: string
  /** How many octets the field takes on the wire, where that is fixed. */
  readonly octets?: number
  /**
   * Set for a name: `compressible` when a message may compress it (RFC 3597 §4: only in types of
   * RFC 1035), else `lowered` when its canonical form is lower case (RFC 4034 §6.2, as amended by
   * RFC 6840 §5.1, which holds for compressible ones too), else `plain`.
   */
  readonly name?: NameTreatment
  /** Takes the value off the cursor. @throws {CodedError} `wire-malformed` */
  read(reader: WireReader): T
  /** Appends the value; `canonical` asks for the form of RFC 4034 §6.2. */
  write(writer: WireWriter, value: T, canonical: boolean): void
  /** Takes the value's words. @throws {CodedError} `rdata-invalid`, `name-invalid` and the like */
  parse(tokens: RdataTokens): T
  /** The presentation form; empty when the value needs no word. */
  format(value: T): string
  /** The JSON form. */
  toJson(value: T): Json
  /** The value of a JSON form. @throws {CodedError} as `parse` */
  fromJson(json: Json): T
}

/** Reports bad text or JSON for a field: `Cannot read preference: "x" is not a number …`. */
export function invalid(message: string): never {
  throw new CodedError('rdata-invalid', message)
}

/** Reports bad wire data for a field. */
export function malformed(message: string): never {
  throw new CodedError('wire-malformed', message)
}

/** Reports a JSON value of the wrong kind. */
export function invalidJson(kind: string, json: Json, expected: string): never {
  return invalid(`Cannot read ${kind}: ${JSON.stringify(json)} is not ${expected}`)
}

/** A codec whose JSON form is its presentation form: one word, given as one string. */
export function textCodec<T>(
  codec: Pick<FieldCodec<T>, 'kind' | 'octets' | 'name' | 'read' | 'write'> & {
    fromText(text: string, tokens: RdataTokens | undefined): T
    toText(value: T): string
  },
): FieldCodec<T> {
  const { fromText, toText, ...rest } = codec
  return {
    ...rest,
    parse: (tokens) => fromText(tokens.next(codec.kind).text, tokens),
    format: toText,
    toJson: toText,
    fromJson: (json) =>
      typeof json === 'string'
        ? fromText(json, undefined)
        : invalidJson(codec.kind, json, 'a string'),
  }
}

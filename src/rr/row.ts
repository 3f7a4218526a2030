import { assert } from '../base/index.ts'
import { type Mnemonic, RR, type RRType } from './codes.ts'
import type { FieldCodec } from './field.ts'

// biome-ignore lint/suspicious/noExplicitAny: rows mix value types; each codec keeps its own
type AnyCodec = FieldCodec<any>

/** A field of a row: its name in JSON, and its codec. */
export interface Field {
  readonly name: string
  readonly codec: AnyCodec
}

/**
 * Where the names that a message may compress stand in RDATA: after `prefixOctets` octets come
 * `names` names, one after the other; what follows them, if anything, has no names.
 */
export interface RdataLayout {
  readonly prefixOctets: number
  readonly names: number
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
  /** Where compressible names stand; undefined when there are none. */
  readonly layout: RdataLayout | undefined
  /** Holds decoded fields, in order, against each other. @throws {CodedError} `wire-malformed` */
  check(values: readonly unknown[]): void
}

type Fields = Readonly<Record<string, AnyCodec>>
type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends FieldCodec<infer T> ? T : never
}

/** Folds over the fields up to the last compressible name. */
function layoutOf(fields: readonly Field[]): RdataLayout | undefined {
  const isName = ({ codec }: Field) => codec.name === 'compressible'
  const first = fields.findIndex(isName)
  if (first < 0) return undefined
  let prefixOctets = 0
  for (const { name, codec } of fields.slice(0, first)) {
    assert(
      codec.octets !== undefined,
      `field ${name} before a compressible name has a fixed length`,
    )
    prefixOctets += codec.octets
  }
  const after = fields.slice(first).findIndex((field) => !isName(field))
  return {
    prefixOctets,
    names: after < 0 ? fields.length - first : after,
  }
}

/**
 * Makes a row. `fields` are in the order of the wire, which is that of the text; `check`, where
 * fields depend on each other, reports by `malformed`.
 */
export function row<F extends Fields>(
  mnemonic: Mnemonic,
  reference: string,
  purpose: string,
  fields: F,
  check?: (values: Values<F>) => void,
): TypeRow {
  const list: Field[] = Object.entries(fields).map(([name, codec]) => ({ name, codec }))
  return {
    type: RR[mnemonic],
    mnemonic,
    purpose,
    reference,
    fields: list,
    hasCanonicalNames: list.some(({ codec }) => codec.name !== undefined && codec.name !== 'plain'),
    layout: layoutOf(list),
    check: (values) =>
      check?.(
        Object.fromEntries(list.map(({ name }, index) => [name, values[index]])) as Values<F>,
      ),
  }
}

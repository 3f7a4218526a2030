import { readTypeBitmap, typeBitmap } from '../bitmap.ts'
import { formatType, parseType, type RRType } from '../codes.ts'
import { type FieldCodec, invalid, invalidJson, malformed, textCodec } from '../field.ts'

/** An RR type by mnemonic, such as RRSIG's type covered. */
export const rrType: FieldCodec<RRType> = textCodec({
  kind: 'type',
  octets: 2,
  read: (reader) => reader.u16() as RRType,
  write: (writer, value) => writer.u16(value),
  fromText: parseType,
  toText: formatType,
})

/** The text and JSON of a list of types to the end, maybe empty. */
const typeList: Pick<FieldCodec<readonly RRType[]>, 'parse' | 'format' | 'toJson' | 'fromJson'> = {
  parse(tokens) {
    const types: RRType[] = []
    while (tokens.peek()) types.push(rrType.parse(tokens))
    return types
  },
  format: (types) => types.map(formatType).join(' '),
  toJson: (types) => types.map(formatType),
  fromJson: (json) =>
    Array.isArray(json)
      ? json.map((item) => rrType.fromJson(item))
      : invalidJson('type bitmap', json, 'a list of types'),
}

/** A type bitmap to the end (RFC 4034 §4.1.2); empty for an empty non-terminal's NSEC3. */
export const bitmap: FieldCodec<readonly RRType[]> = {
  ...typeList,
  kind: 'type bitmap',
  read: (reader) => readTypeBitmap(reader.rest()),
  write: (writer, types) => writer.bytes(typeBitmap(types)),
}

const nxtTypeMax = 127

function nxtTypes(types: readonly RRType[]): readonly RRType[] {
  const bad = types.find((type) => type === 0 || type > nxtTypeMax)
  if (types.length === 0) invalid('Cannot read NXT types: there are none')
  if (bad !== undefined) invalid(`Cannot read NXT types: ${formatType(bad)} is not 1 to 127`)
  return types
}

/** The one block of NXT (RFC 2535 §5.2): types 1 to 127, no window number, no length. */
export const nxtBitmap: FieldCodec<readonly RRType[]> = {
  ...typeList,
  kind: 'type bitmap of NXT',
  read(reader) {
    const block = reader.rest()
    const last = block[block.length - 1] ?? 0
    if (block.length > 16 || last === 0 || (block[0] ?? 0) & 0x80) {
      malformed('Cannot read type bitmap of NXT: it is not one block of types 1 to 127')
    }
    return readTypeBitmap(Uint8Array.of(0, block.length, ...block))
  },
  write: (writer, types) => writer.bytes(typeBitmap(types).subarray(2)),
  parse: (tokens) => nxtTypes(typeList.parse(tokens)),
  fromJson: (json) => nxtTypes(typeList.fromJson(json)),
}

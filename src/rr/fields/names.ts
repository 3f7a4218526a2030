import { formatName, lowerName, type Name, parseName } from '../../wire/index.ts'
import { type FieldCodec, invalidJson, type NameTreatment, textCodec } from '../field.ts'

function nameCodec(kind: string, treatment: NameTreatment): FieldCodec<Name> {
  return textCodec<Name>({
    kind,
    name: treatment,
    read: (reader) => reader.name(),
    write: (writer, value, canonical) =>
      writer.name(canonical && treatment !== 'plain' ? lowerName(value) : value),
    fromText: (text, tokens) => parseName(text, tokens?.origin),
    toText: formatName,
  })
}

/** A name of a type from RFC 1035: messages may compress it, its canonical form is lower case. */
export const classicName = nameCodec('name, compressible', 'compressible')
/** A name of a later type that RFC 4034 §6.2 still lower-cases: never compressed. */
export const loweredName = nameCodec('name', 'lowered')
/** A name that stays as it is in canonical form too (RFC 3597 §7, RFC 6840 §5.1). */
export const plainName = nameCodec('name, case kept', 'plain')

/** Names to the end of the RDATA, maybe none. */
export const plainNames: FieldCodec<readonly Name[]> = {
  kind: 'names, case kept',
  read(reader) {
    const names: Name[] = []
    while (reader.remaining > 0) names.push(reader.name())
    return names
  },
  write(writer, names) {
    for (const name of names) writer.name(name)
  },
  parse(tokens) {
    const names: Name[] = []
    while (tokens.peek()) names.push(plainName.parse(tokens))
    return names
  },
  format: (names) => names.map(formatName).join(' '),
  toJson: (names) => names.map(formatName),
  fromJson: (json) =>
    Array.isArray(json)
      ? json.map((item) => plainName.fromJson(item))
      : invalidJson('names', json, 'a list of names'),
}

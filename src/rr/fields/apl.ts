import { fromHex, toHex } from '../../wire/index.ts'
import { type FieldCodec, invalid, invalidJson, malformed } from '../field.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './addresses.ts'
import { parseNumber } from './numbers.ts'

/** One item of an address prefix list (RFC 3123 §4). */
interface AddressPrefix {
  readonly family: number
  readonly prefixLength: number
  readonly negated: boolean
  /** Without trailing zero octets. */
  readonly address: Uint8Array
}

/** How addresses of a family are written; of unknown ones in hexadecimal. */
interface Family {
  readonly octets: number
  parse(text: string): Uint8Array
  format(octets: Uint8Array): string
}

const otherFamily: Family = {
  octets: 127,
  parse: (text) =>
    fromHex(text) ?? invalid(`Cannot read address: ${JSON.stringify(text)} is no hex`),
  format: toHex,
}
const families = new Map<number, Family>([
  [1, { octets: 4, parse: parseIpv4, format: formatIpv4 }],
  [2, { octets: 16, parse: parseIpv6, format: formatIpv6 }],
])

function prefixLengthMax(family: number): number {
  const known = families.get(family)
  return known ? known.octets * 8 : 255
}

function withoutTrailingZeros(octets: Uint8Array): Uint8Array {
  let length = octets.length
  while (length > 0 && octets[length - 1] === 0) length--
  return octets.subarray(0, length)
}

function parseItem(text: string): AddressPrefix {
  const [, mark, familyText, addressText = '', lengthText] =
    /^(!?)([0-9]+):([^/]*)\/([0-9]+)$/.exec(text) ??
    invalid(`Cannot read address prefix: ${JSON.stringify(text)} is not [!]family:address/length`)
  const family = parseNumber(familyText ?? '', 'address family', 65535)
  const { octets, parse } = families.get(family) ?? otherFamily
  const address = withoutTrailingZeros(parse(addressText))
  if (address.length > octets)
    invalid(`Cannot read address prefix: ${text} exceeds ${octets} octets`)
  return {
    family,
    prefixLength: parseNumber(lengthText ?? '', 'prefix length', prefixLengthMax(family)),
    negated: mark === '!',
    address,
  }
}

function formatItem({ family, prefixLength, negated, address }: AddressPrefix): string {
  const known = families.get(family)
  const whole = new Uint8Array(known?.octets ?? address.length)
  whole.set(address)
  return `${negated ? '!' : ''}${family}:${(known ?? otherFamily).format(whole)}/${prefixLength}`
}

/** Address prefixes to the end, maybe none (RFC 3123 §4). */
export const addressPrefixes: FieldCodec<readonly AddressPrefix[]> = {
  kind: 'address prefixes',
  read(reader) {
    const items: AddressPrefix[] = []
    while (reader.remaining > 0) {
      const family = reader.u16()
      const prefixLength = reader.u8()
      const octet = reader.u8()
      const address = reader.take(octet & 0x7f)
      const { octets } = families.get(family) ?? otherFamily
      if (
        prefixLength > prefixLengthMax(family) ||
        address.length > octets ||
        address[address.length - 1] === 0
      ) {
        malformed(`Cannot read address prefix: /${prefixLength} of family ${family} is malformed`)
      }
      items.push({ family, prefixLength, negated: octet >= 0x80, address })
    }
    return items
  },
  write(writer, items) {
    for (const { family, prefixLength, negated, address } of items) {
      writer.u16(family)
      writer.u8(prefixLength)
      writer.u8((negated ? 0x80 : 0) | address.length)
      writer.bytes(address)
    }
  },
  parse(tokens) {
    const items: AddressPrefix[] = []
    while (tokens.peek()) items.push(parseItem(tokens.next('address prefix').text))
    return items
  },
  format: (items) => items.map(formatItem).join(' '),
  toJson: (items) => items.map(formatItem),
  fromJson: (json) =>
    Array.isArray(json)
      ? json.map((item) =>
          typeof item === 'string'
            ? parseItem(item)
            : invalidJson('address prefix', item, 'a string'),
        )
      : invalidJson('address prefixes', json, 'a list'),
}

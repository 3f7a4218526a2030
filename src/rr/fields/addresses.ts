import { isIPv4, isIPv6 } from 'node:net'
import { type FieldCodec, invalid, textCodec } from '../field.ts'

/** Octets of a dotted IPv4 address. @throws {CodedError} `rdata-invalid` */
export function parseIpv4(text: string): Uint8Array {
  return isIPv4(text)
    ? Uint8Array.from(text.split('.').map(Number))
    : invalid(`Cannot read IPv4 address: ${JSON.stringify(text)} is none`)
}

/** The four octets with dots. */
export function formatIpv4(octets: Uint8Array): string {
  return octets.join('.')
}

/**
 * Octets of an IPv6 address in any form of RFC 4291 §2.2; zone identifiers are no part of it.
 *
 * @throws {CodedError} `rdata-invalid`
 */
export function parseIpv6(text: string): Uint8Array {
  if (!isIPv6(text) || text.includes('%')) {
    invalid(`Cannot read IPv6 address: ${JSON.stringify(text)} is none`)
  }
  // The last two groups may be written as IPv4.
  const groups = text.replace(/[0-9]+\.[0-9.]+$/, (dotted) => {
    const octets = Buffer.from(parseIpv4(dotted))
    return `${octets.readUInt16BE(0).toString(16)}:${octets.readUInt16BE(2).toString(16)}`
  })
  const [head = [], tail = []] = groups
    .split('::')
    .map((side) => (side === '' ? [] : side.split(':')))
  const octets = Buffer.alloc(16)
  const place = (group: string, index: number) =>
    octets.writeUInt16BE(Number.parseInt(group, 16), index * 2)
  head.forEach(place)
  tail.forEach((group, index) => {
    place(group, 8 - tail.length + index)
  })
  return Uint8Array.from(octets)
}

/**
 * Writes an IPv6 address as RFC 5952 §4 wants it: lower case, no leading zeros, the first of the
 * longest runs of two or more zero groups shortened.
 */
export function formatIpv6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0)).toString(16),
  )
  // RFC 5952 §5: mixed notation where the prefix is known to embed IPv4: the mapped one.
  if (groups.slice(0, 6).join() === '0,0,0,0,0,ffff') return `::ffff:${octets.slice(12).join('.')}`
  let best = { at: -1, length: 1 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (groups[at + length] === '0') length++
    if (length > best.length) best = { at, length }
  }
  if (best.at < 0) return groups.join(':')
  const left = groups.slice(0, best.at).join(':')
  return `${left}::${groups.slice(best.at + best.length).join(':')}`
}

/** An IPv4 address. */
export const ipv4: FieldCodec<Uint8Array> = textCodec({
  kind: 'IPv4 address',
  octets: 4,
  read: (reader) => reader.take(4),
  write: (writer, value) => writer.bytes(value),
  fromText: parseIpv4,
  toText: formatIpv4,
})

/** An IPv6 address. */
export const ipv6: FieldCodec<Uint8Array> = textCodec({
  kind: 'IPv6 address',
  octets: 16,
  read: (reader) => reader.take(16),
  write: (writer, value) => writer.bytes(value),
  fromText: parseIpv6,
  toText: formatIpv6,
})

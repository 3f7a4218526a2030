import { isIPv4, isIPv6 } from 'node:net'
import {
  formatName,
  fromBase64,
  fromHex,
  type Name,
  parseName,
  toBase64,
  toHex,
  type WireReader,
  type WireWriter,
} from '../../wire/index.ts'
import { type FieldCodec, invalid, invalidJson, type Json, malformed } from '../field.ts'
import type { RdataTokens } from '../tokens.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './addresses.ts'
import { numberFromJson, parseNumber } from './numbers.ts'

/** Where traffic is sent: by the gateway types 0 to 3 of RFC 4025 §2.3 and RFC 8777 §4.2.3. */
type Gateway =
  | { readonly kind: 'none' }
  | { readonly kind: 'ipv4'; readonly address: Uint8Array }
  | { readonly kind: 'ipv6'; readonly address: Uint8Array }
  | { readonly kind: 'name'; readonly name: Name }

const gatewayKinds = ['none', 'ipv4', 'ipv6', 'name'] as const

function gatewayType(gateway: Gateway): number {
  return gatewayKinds.indexOf(gateway.kind)
}

function readGateway(reader: WireReader, type: number): Gateway {
  const kind = gatewayKinds[type]
  if (kind === undefined) return malformed(`Cannot read gateway: type ${type} is not 0 to 3`)
  if (kind === 'none') return { kind }
  if (kind === 'name') return { kind, name: reader.name() }
  return { kind, address: reader.take(kind === 'ipv4' ? 4 : 16) }
}

function writeGateway(writer: WireWriter, gateway: Gateway): void {
  if (gateway.kind === 'name') writer.name(gateway.name)
  else if (gateway.kind !== 'none') writer.bytes(gateway.address)
}

function parseGateway(text: string, type: number, tokens: RdataTokens | undefined): Gateway {
  const kind = gatewayKinds[type]
  if (kind === undefined) return invalid(`Cannot read gateway: type ${type} is not 0 to 3`)
  if (kind === 'name') return { kind, name: parseName(text, tokens?.origin) }
  if (kind === 'ipv4') return { kind, address: parseIpv4(text) }
  if (kind === 'ipv6') return { kind, address: parseIpv6(text) }
  return text === '.' ? { kind } : invalid(`Cannot read gateway: type 0 has ".", not ${text}`)
}

function formatGateway(gateway: Gateway): string {
  if (gateway.kind === 'none') return '.'
  if (gateway.kind === 'name') return formatName(gateway.name)
  return gateway.kind === 'ipv4' ? formatIpv4(gateway.address) : formatIpv6(gateway.address)
}

/** JSON needs no gateway type: null is none; a name that looks like an address ends in a dot. */
function gatewayFromJson(json: Json | undefined): Gateway {
  if (json === null) return { kind: 'none' }
  if (typeof json !== 'string') return invalidJson('gateway', json ?? null, 'a string or null')
  const type = isIPv4(json) ? 1 : isIPv6(json) ? 2 : 3
  return parseGateway(json, type, undefined)
}

function gatewayToJson(gateway: Gateway): Json {
  return gateway.kind === 'none' ? null : formatGateway(gateway)
}

/** The named members of a JSON object. @throws {CodedError} `rdata-invalid` for other members */
function members<K extends string>(
  json: Json,
  kind: string,
  names: readonly K[],
): Readonly<Partial<Record<K, Json>>> {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
  if (!isObject || Object.keys(json).some((key) => !names.includes(key as K))) {
    return invalidJson(kind, json, `an object of ${names.join(', ')}`)
  }
  return json as Readonly<Partial<Record<K, Json>>>
}

/** The three fields of IPSECKEY between precedence and key: gateway type, algorithm, gateway. */
export const ipseckeyGateway: FieldCodec<{
  readonly algorithm: number
  readonly gateway: Gateway
}> = {
  kind: 'gateway type, algorithm, gateway',
  read(reader) {
    const type = reader.u8()
    return { algorithm: reader.u8(), gateway: readGateway(reader, type) }
  },
  write(writer, { algorithm, gateway }) {
    writer.u8(gatewayType(gateway))
    writer.u8(algorithm)
    writeGateway(writer, gateway)
  },
  parse(tokens) {
    const type = parseNumber(tokens.next('gateway type').text, 'gateway type', 255)
    const algorithm = parseNumber(tokens.next('algorithm').text, 'algorithm', 255)
    return { algorithm, gateway: parseGateway(tokens.next('gateway').text, type, tokens) }
  },
  format: ({ algorithm, gateway }) =>
    `${gatewayType(gateway)} ${algorithm} ${formatGateway(gateway)}`,
  toJson: ({ algorithm, gateway }) => ({ algorithm, address: gatewayToJson(gateway) }),
  fromJson(json) {
    const { algorithm, address } = members(json, 'gateway', ['algorithm', 'address'])
    return {
      algorithm: numberFromJson(algorithm, 'algorithm', 255),
      gateway: gatewayFromJson(address),
    }
  },
}

/** What AMTRELAY has after its precedence (RFC 8777 §4.2): the bit D, relay type and relay. */
export const relay: FieldCodec<{
  readonly discoveryOptional: boolean
  readonly relay: Gateway
}> = {
  kind: 'discovery optional, relay type, relay',
  read(reader) {
    const octet = reader.u8()
    return { discoveryOptional: octet >= 0x80, relay: readGateway(reader, octet & 0x7f) }
  },
  write(writer, value) {
    writer.u8((value.discoveryOptional ? 0x80 : 0) | gatewayType(value.relay))
    writeGateway(writer, value.relay)
  },
  parse(tokens) {
    const bit = parseNumber(tokens.next('discovery optional').text, 'discovery optional', 1)
    const type = parseNumber(tokens.next('relay type').text, 'relay type', 127)
    // Type 0 may leave the relay out (RFC 8777 §4.3.1).
    const text = type === 0 && !tokens.peek() ? '.' : tokens.next('relay').text
    return { discoveryOptional: bit === 1, relay: parseGateway(text, type, tokens) }
  },
  format: (value) =>
    `${value.discoveryOptional ? 1 : 0} ${gatewayType(value.relay)} ${formatGateway(value.relay)}`,
  toJson: (value) => ({
    discoveryOptional: value.discoveryOptional,
    address: gatewayToJson(value.relay),
  }),
  fromJson(json) {
    const { discoveryOptional, address } = members(json, 'relay', ['discoveryOptional', 'address'])
    return typeof discoveryOptional === 'boolean'
      ? { discoveryOptional, relay: gatewayFromJson(address) }
      : invalidJson('discovery optional', discoveryOptional ?? null, 'true or false')
  },
}

interface HostIdentity {
  readonly algorithm: number
  readonly tag: Uint8Array
  readonly publicKey: Uint8Array
}

function hostIdentity(algorithm: number, tag: string, publicKey: string): HostIdentity {
  const identity = { algorithm, tag: fromHex(tag), publicKey: fromBase64(publicKey) }
  if (!identity.tag || identity.tag.length === 0 || identity.tag.length > 255) {
    invalid(`Cannot read host identity tag: ${JSON.stringify(tag)} is not hex of 1 to 255 octets`)
  }
  if (!identity.publicKey || identity.publicKey.length === 0 || identity.publicKey.length > 65535) {
    invalid(`Cannot read public key: ${JSON.stringify(publicKey)} is not base64`)
  }
  return { algorithm, tag: identity.tag, publicKey: identity.publicKey }
}

/** HIP up to its rendezvous servers (RFC 8005 §5): algorithm, host identity tag, public key. */
export const hostIdentityKey: FieldCodec<HostIdentity> = {
  kind: 'algorithm, host identity tag, public key',
  read(reader) {
    const tagOctets = reader.u8()
    const algorithm = reader.u8()
    const keyOctets = reader.u16()
    if (tagOctets === 0 || keyOctets === 0) malformed('Cannot read host identity: it is empty')
    return { algorithm, tag: reader.take(tagOctets), publicKey: reader.take(keyOctets) }
  },
  write(writer, { algorithm, tag, publicKey }) {
    writer.u8(tag.length)
    writer.u8(algorithm)
    writer.u16(publicKey.length)
    writer.bytes(tag)
    writer.bytes(publicKey)
  },
  parse(tokens) {
    const algorithm = parseNumber(tokens.next('algorithm').text, 'algorithm', 255)
    const tag = tokens.next('host identity tag').text
    return hostIdentity(algorithm, tag, tokens.next('public key').text)
  },
  format: ({ algorithm, tag, publicKey }) => `${algorithm} ${toHex(tag)} ${toBase64(publicKey)}`,
  toJson: ({ algorithm, tag, publicKey }) => ({
    algorithm,
    tag: toHex(tag),
    publicKey: toBase64(publicKey),
  }),
  fromJson(json) {
    const { algorithm, tag, publicKey } = members(json, 'host identity', [
      'algorithm',
      'tag',
      'publicKey',
    ])
    if (typeof tag !== 'string' || typeof publicKey !== 'string') {
      return invalidJson('host identity', json, 'tag and publicKey as strings')
    }
    return hostIdentity(numberFromJson(algorithm, 'algorithm', 255), tag, publicKey)
  },
}

import { createRequire } from 'node:module'

// Two decoders that others wrote. They have no types, or loose ones; what is used of them is here.

const require = createRequire(import.meta.url)

/** A record as dns-packet gives it. */
export interface PacketRecord {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly data: unknown
}

/** A message as dns-packet gives it. */
export interface PacketMessage {
  readonly id: number
  readonly rcode: string
  readonly questions: readonly { readonly name: string; readonly type: string }[]
  readonly answers: readonly PacketRecord[]
  readonly authorities: readonly PacketRecord[]
  readonly additionals: readonly (PacketRecord & { readonly udpPayloadSize?: number })[]
}

/** Decodes with dns-packet. */
export function decodeWithDnsPacket(octets: Uint8Array): PacketMessage {
  const { decode } = require('dns-packet') as { decode(buffer: Buffer): PacketMessage }
  return decode(Buffer.from(octets))
}

/** A message as dns2 gives it: the fields of RDATA lie in the record. */
export interface Dns2Message {
  readonly header: Readonly<Record<string, number>>
  readonly questions: readonly { readonly name: string; readonly type: number }[]
  readonly answers: readonly Readonly<Record<string, unknown>>[]
}

/** Decodes with dns2. */
export function decodeWithDns2(octets: Uint8Array): Dns2Message {
  const { Packet } = require('dns2') as { Packet: { parse(buffer: Buffer): Dns2Message } }
  return Packet.parse(Buffer.from(octets))
}

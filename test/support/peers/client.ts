import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import {
  Class,
  type EdnsOptionValue,
  ednsFlagDo,
  Opcode,
  writeMessage,
} from '../../../src/message/index.ts'
import type { RRType } from '../../../src/rr/index.ts'
import { type Name, parseName } from '../../../src/wire/index.ts'
import type { Random } from './random.ts'

/** A query as a test states it. */
export interface QuerySpec {
  /** Presentation form, taken as absolute, or a name; case is kept. */
  readonly name: string | Name
  readonly type: RRType
  readonly class?: number
  /** EDNS size; undefined: no OPT at all, unless `dnssecOk` asks for one (of 1232 octets). */
  readonly udpOctets?: number | undefined
  readonly dnssecOk?: boolean
  /** EDNS flags besides DO. */
  readonly ednsFlags?: number
  readonly options?: readonly EdnsOptionValue[]
  /** Header flags (bits of `Flag`). */
  readonly flags?: number
}

/** Encodes a query with ID 0; the client puts its own ID in. */
export function encodeQuery(spec: QuerySpec): Uint8Array {
  const hasEdns = spec.udpOctets !== undefined || spec.dnssecOk || spec.ednsFlags || spec.options
  return writeMessage({
    id: 0,
    flags: spec.flags ?? 0,
    opcode: Opcode.QUERY,
    rcode: 0,
    questions: [
      {
        name: typeof spec.name === 'string' ? parseName(spec.name) : spec.name,
        type: spec.type,
        class: spec.class ?? Class.IN,
      },
    ],
    answer: [],
    authority: [],
    additional: [],
    edns: hasEdns
      ? {
          udpOctets: spec.udpOctets ?? 1232,
          version: 0,
          flags: (spec.dnssecOk ? ednsFlagDo : 0) | (spec.ednsFlags ?? 0),
          options: spec.options ?? [],
        }
      : undefined,
  })
}

/** The same name with the case of its letters drawn anew (the "0x20" game). */
export function scrambleCase(name: Name, random: Random): Name {
  return name.map((octet) =>
    /[A-Za-z]/.test(String.fromCharCode(octet)) ? octet ^ (random.below(2) << 5) : octet,
  ) as Name
}

/** A DNS client for tests: many queries in flight over one UDP socket and one TCP connection. */
export interface DnsClient {
  /** Sends by UDP, again up to three times when nothing comes back. Octets of the answer. */
  udp(query: Uint8Array): Promise<Uint8Array>
  /** Sends over one TCP connection, pipelined; opened when needed. */
  tcp(query: Uint8Array): Promise<Uint8Array>
  close(): void
}

interface Waiting {
  readonly resolve: (answer: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** Queries in flight by ID, each with its own ID from a counter that goes round. */
class Flights {
  readonly #waiting = new Map<number, Waiting>()
  #next = 1

  /** A copy of the query with a free ID, and the promise of its answer. */
  begin(query: Uint8Array): { octets: Uint8Array; id: number; answer: Promise<Uint8Array> } {
    do this.#next = (this.#next + 1) & 0xffff
    while (this.#waiting.has(this.#next))
    const id = this.#next
    const octets = Uint8Array.from(query)
    octets[0] = id >>> 8
    octets[1] = id & 255
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    })
    return { octets, id, answer }
  }

  /** Gives an answer to who waits for it; an answer nobody waits for (a late one) is dropped. */
  land(answer: Uint8Array): void {
    const id = ((answer[0] ?? 0) << 8) | (answer[1] ?? 0)
    this.#waiting.get(id)?.resolve(answer)
    this.#waiting.delete(id)
  }

  fail(id: number, error: Error): void {
    this.#waiting.get(id)?.reject(error)
    this.#waiting.delete(id)
  }

  failAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.fail(id, error)
  }
}

/** Splits a TCP stream at its two-octet lengths (RFC 1035 §4.2.2). */
function splitFrames(onFrame: (frame: Uint8Array) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0)
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      onFrame(Uint8Array.from(pending.subarray(2, end)))
      pending = pending.subarray(end)
    }
  }
}

/** Frames a message for TCP: its length, then itself. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(2 + message.length)
  framed.writeUInt16BE(message.length)
  framed.set(message, 2)
  return framed
}

/** How long a client waits: bounds against hanging, far above what a busy machine needs. */
export interface Patience {
  readonly udpTries: number
  readonly udpTryMilliseconds: number
  readonly tcpMilliseconds: number
}

const patient: Patience = { udpTries: 3, udpTryMilliseconds: 5_000, tcpMilliseconds: 15_000 }
/** For asking whether a server is up yet: the next try is the caller's. */
export const impatient: Patience = { udpTries: 1, udpTryMilliseconds: 250, tcpMilliseconds: 250 }

/** A client of the server at a port, of `127.0.0.1` unless told otherwise. */
export function dnsClient(
  port: number,
  patience: Patience = patient,
  address = '127.0.0.1',
): DnsClient {
  const udpFlights = new Flights()
  const tcpFlights = new Flights()
  let udpSocket: UdpSocket | undefined
  let tcpSocket: Socket | undefined

  const openUdp = (): UdpSocket => {
    if (udpSocket) return udpSocket
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
    socket.on('message', (octets) => udpFlights.land(Uint8Array.from(octets)))
    // A refused port (ICMP) shows as an error: the try then runs into its timeout.
    socket.on('error', () => undefined)
    udpSocket = socket
    return socket
  }

  const openTcp = (): Socket => {
    if (tcpSocket) return tcpSocket
    const socket = connect(port, address)
    socket.on(
      'data',
      splitFrames((octets) => tcpFlights.land(octets)),
    )
    const closed = (error?: Error): void => {
      if (tcpSocket === socket) tcpSocket = undefined
      tcpFlights.failAll(error ?? new Error('the server closed the connection'))
    }
    socket.on('error', closed)
    socket.on('close', () => closed())
    tcpSocket = socket
    return socket
  }

  const within = async (
    flights: Flights,
    flight: { id: number; answer: Promise<Uint8Array> },
    milliseconds: number,
  ): Promise<Uint8Array> => {
    const late = new Error(`no answer from ${address} port ${port} in ${milliseconds} ms`)
    const timer = setTimeout(() => flights.fail(flight.id, late), milliseconds)
    try {
      return await flight.answer
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async udp(query) {
      for (let left = patience.udpTries - 1; ; left--) {
        const flight = udpFlights.begin(query)
        openUdp().send(flight.octets, port, address)
        try {
          return await within(udpFlights, flight, patience.udpTryMilliseconds)
        } catch (error) {
          if (left === 0) throw error
        }
      }
    },
    tcp(query) {
      const flight = tcpFlights.begin(query)
      openTcp().write(frame(flight.octets))
      return within(tcpFlights, flight, patience.tcpMilliseconds)
    },
    close() {
      udpSocket?.close()
      tcpSocket?.destroy()
      udpSocket = undefined
      tcpSocket = undefined
    },
  }
}

/** Runs `work` over a list with at most `limit` at a time; results keep the list's order. */
export async function mapLimited<T, R>(
  list: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(list.length)
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < list.length) {
      const index = next++
      results[index] = await work(list[index] as T, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, lane))
  return results
}

import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { Class, Opcode, writeMessage } from '../src/message/index.ts'
import { RR, type Ttl } from '../src/rr/index.ts'
import { type Name, parseName } from '../src/wire/index.ts'

/** An address record that is to be the only one of its owner. */
export interface Push {
  /** Below the zone. */
  readonly label: string
  readonly address: readonly [number, number, number, number]
}

/** Sends changes; each writer has a connection of its own, which stays open. */
export interface Pusher {
  /** Makes the changes as one; resolves to whether the server says that they are made. */
  push(writer: number, changes: readonly Push[]): Promise<boolean>
  close(): void
}

/** How long an answer is waited for: with many writers some servers take long. */
const patienceMs = 5000

/** Where PowerDNS' API is. */
export interface ApiTarget {
  readonly port: number
  readonly key: string
  readonly zone: string
}

/** Pushes by PATCH of PowerDNS' API. */
export function apiPusher({ port, key, zone }: ApiTarget): Pusher {
  const agents = new Map<number, Agent>()
  const agentOf = (writer: number): Agent => {
    const agent = agents.get(writer) ?? new Agent({ keepAlive: true, maxSockets: 1 })
    agents.set(writer, agent)
    return agent
  }
  return {
    push(writer, changes) {
      const rrsets = changes.map(({ label, address }) => ({
        ...{ name: `${label}.${zone}`, type: 'A', ttl: 300, changetype: 'REPLACE' },
        records: [{ content: address.join('.'), disabled: false }],
      }))
      const body = Buffer.from(JSON.stringify({ rrsets }))
      return new Promise((resolve) => {
        const sent = request(
          {
            ...{ host: '127.0.0.1', port, method: 'PATCH', agent: agentOf(writer) },
            path: `/api/v1/servers/localhost/zones/${zone}`,
            headers: {
              'x-api-key': key,
              'content-type': 'application/json',
              'content-length': body.length,
            },
          },
          (response) => {
            response.on('end', () => resolve(response.statusCode === 204))
            response.on('error', () => resolve(false))
            response.on('close', () => resolve(false))
            response.resume()
          },
        )
        sent.setTimeout(patienceMs, () => sent.destroy())
        sent.on('error', () => resolve(false))
        sent.end(body)
      })
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

/** Pushes by dynamic update (RFC 2136) over TCP. */
export function updatePusher(port: number, zone: string): Pusher {
  const apex = parseName(zone)
  const lines = new Map<number, Line>()
  return {
    async push(writer, changes) {
      const line = lines.get(writer) ?? new Line(port)
      lines.set(writer, line)
      const answer = await line.ask(updateOf(apex, zone, changes))
      if (answer) return ((answer[3] ?? 0) & 0x0f) === 0
      lines.delete(writer)
      return false
    },
    close() {
      for (const line of lines.values()) line.close()
    },
  }
}

/** RFC 2136 §2: each RRset is deleted (§2.5.2), then added anew (§2.5.1). */
function updateOf(apex: Name, zone: string, changes: readonly Push[]): Uint8Array {
  return writeMessage({
    ...{ id: 1, flags: 0, opcode: Opcode.UPDATE, rcode: 0, edns: undefined },
    questions: [{ name: apex, type: RR.SOA, class: Class.IN }],
    answer: [],
    authority: changes.flatMap(({ label, address }) => {
      const common = { owner: parseName(`${label}.${zone}`), type: RR.A }
      return [
        { ...common, class: Class.ANY, ttl: 0 as Ttl, rdata: new Uint8Array(0) },
        { ...common, class: Class.IN, ttl: 300 as Ttl, rdata: Uint8Array.from(address) },
      ]
    }),
    additional: [],
  })
}

/** One TCP connection with one question under way. */
class Line {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #resolve: (message: Buffer | undefined) => void = () => undefined

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.setTimeout(patienceMs, () => this.#socket.destroy())
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.on('close', () => this.#resolve(undefined))
  }

  /** Resolves to the answer; to undefined where the server has closed the connection. */
  ask(message: Uint8Array): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) {
        resolve(undefined)
        return
      }
      this.#resolve = resolve
      const length = Buffer.alloc(2)
      length.writeUInt16BE(message.length)
      this.#socket.write(Buffer.concat([length, message]))
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    if (this.#received.length < 2) return
    const end = 2 + this.#received.readUInt16BE(0)
    if (this.#received.length < end) return
    const message = this.#received.subarray(2, end)
    this.#received = Buffer.from(this.#received.subarray(end))
    this.#resolve(message)
  }
}

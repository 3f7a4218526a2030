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
  /** Makes the changes as one; resolves when the server says that they are made. */
  push(writer: number, changes: readonly Push[]): Promise<void>
  close(): void
}

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
      return new Promise((resolve, reject) => {
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
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('end', () => {
              if (response.statusCode === 204) resolve()
              else reject(new Error(`${response.statusCode}: ${Buffer.concat(chunks)}`))
            })
          },
        )
        sent.on('error', reject)
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
      const rcode = (answer[3] ?? 0) & 0x0f
      if (rcode !== 0) throw new Error(`the update was answered with rcode ${rcode}`)
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
  #resolve: (message: Buffer) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.#reject(error))
    this.#socket.on('close', () => this.#reject(new Error('the connection was closed')))
  }

  ask(message: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
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

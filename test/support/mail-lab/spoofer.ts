import dgram from 'node:dgram'
import net from 'node:net'
import type { Authorities } from './authorities.ts'

/** Answers of an attacker who is faster than the server, but does not sit on the path. */
export interface Spoofer {
  /** Queries that were answered falsely before they were answered. */
  count(): number
  close(): Promise<void>
}

/** Makes a false answer of a query and its true answer. */
export type Forgery = (query: Uint8Array, honest: Uint8Array) => Uint8Array

function bound(address: string, port: number): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Honest answers over TCP, where nobody can guess. */
function listenHonestly(authorities: Authorities, at: number, server: number): Promise<net.Server> {
  const listener = net.createServer((socket) => {
    let waiting = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (octets) => {
      waiting = Buffer.concat([waiting, octets])
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0)
        const honest = authorities.exchange(server, waiting.subarray(2, end))
        waiting = waiting.subarray(end)
        if (!honest) continue
        const length = Buffer.alloc(2)
        length.writeUInt16BE(honest.length)
        socket.write(Buffer.concat([length, honest]))
      }
    })
  })
  return new Promise((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(authorities.port, authorities.address(at), () => resolve(listener))
  })
}

/**
 * Stands at the address `at` in front of the server `server`: each query gets false answers, from
 * that address and from another one, and the true one last. Over TCP there are only true ones.
 */
export async function openSpoofer(
  authorities: Authorities,
  {
    at,
    server,
    fromHere,
    fromElsewhere,
  }: {
    readonly at: number
    readonly server: number
    /** What can be sent from the right address: an attacker who guesses. */
    readonly fromHere: readonly Forgery[]
    /** What is sent from a wrong one: right but for its source. */
    readonly fromElsewhere: readonly Forgery[]
  },
): Promise<Spoofer> {
  const here = await bound(authorities.address(at), authorities.port)
  const elsewhere = await bound(authorities.address(at + 1), authorities.port)
  const streams = await listenHonestly(authorities, at, server)
  let count = 0
  here.on('message', (query, { address, port }) => {
    const honest = authorities.exchange(server, query)
    if (!honest) return
    count++
    for (const forge of fromElsewhere) elsewhere.send(forge(query, honest), port, address)
    for (const forge of fromHere) here.send(forge(query, honest), port, address)
    here.send(honest, port, address)
  })
  const closed = (socket: dgram.Socket | net.Server) =>
    new Promise<void>((resolve) => {
      socket.close(() => resolve())
    })
  return {
    count: () => count,
    async close() {
      await Promise.all([here, elsewhere, streams].map(closed))
    },
  }
}

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { type Carried, type Heard, heardError, numericLookup, type Transport } from './transport.ts'

/** Ports below are the system's; all others are drawn from (RFC 5452 §9.2). */
const portMin = 1024
/** Random ports tried before the system chooses one. */
const portTries = 8

/** A port from 1024 to 65535, each as likely as any other. */
function drawPort(random: Transport['random']): number {
  for (;;) {
    const [high = 0, low = 0] = random(2)
    const port = (high << 8) | low
    if (port >= portMin) return port
  }
}

/**
 * Opens a socket on a port that nobody foresees, connected, so that the kernel drops what comes
 * from anywhere else (RFC 5452 §9.1). Rejects as the system does.
 */
async function openSocket({ server }: Carried<unknown>, { random }: Transport): Promise<Socket> {
  for (let tries = 0; ; tries++) {
    const type = isIPv6(server.address) ? 'udp6' : 'udp4'
    const socket = createSocket({ type, lookup: numericLookup })
    try {
      const bound = once(socket, 'listening')
      socket.bind({ port: tries < portTries ? drawPort(random) : 0, exclusive: true })
      await bound
      const connected = once(socket, 'connect')
      socket.connect(server.port, server.address)
      await connected
      return socket
    } catch (error) {
      socket.on('error', () => undefined).close()
      const { code } = error as NodeJS.ErrnoException
      const isTaken = code === 'EADDRINUSE' || code === 'EACCES'
      if (!isTaken || tries === portTries) throw error
    }
  }
}

/**
 * Sends a query from a socket of its own and waits for the datagram that answers it. What does not
 * fit is ignored, and the wait goes on (RFC 5452 §9.1), until the time is up or `strays` have come.
 */
export async function askByUdp<T>(carried: Carried<T>, transport: Transport): Promise<Heard<T>> {
  let socket: Socket
  try {
    socket = await openSocket(carried, transport)
  } catch (error) {
    return heardError(error)
  }
  return await new Promise((resolve) => {
    const { signal, timeoutMs } = carried
    const { timers, limits } = transport
    let isOver = false
    let strays = 0
    const end = (heard: Heard<T>): void => {
      if (isOver) return
      isOver = true
      timers.clear(timer)
      signal.removeEventListener('abort', abandon)
      socket.close()
      resolve(heard)
    }
    const abandon = (): void => end({ kind: 'abandoned' })
    const timer = timers.set(timeoutMs, () => {
      end({ kind: 'silent', text: `no answer within ${timeoutMs} ms` })
    })
    socket.on('error', (error) => end(heardError(error)))
    socket.on('message', (datagram) => {
      if (isOver) return
      const value = carried.hear(datagram)
      if (value !== undefined) end({ kind: 'heard', value, octets: datagram.length })
      else if (++strays >= limits.strays) {
        end({ kind: 'failed', text: `${strays} datagrams that are no answer` })
      }
    })
    signal.addEventListener('abort', abandon)
    if (signal.aborted) abandon()
    else socket.send(carried.octets)
  })
}

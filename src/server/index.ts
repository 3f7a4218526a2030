/**
 * server: sockets. It moves octets between the network and one function, `Respond`, and knows
 * nothing of DNS but two facts: a UDP datagram is a message, and on a stream each message follows
 * its length in two octets (RFC 1035 §4.2.2, RFC 7766 §8, RFC 7858 §3.3).
 *
 * What enters: queries over UDP, TCP and TLS (DoT), IPv4 and IPv6, on the endpoints that
 * `startServer` is given. What leaves: whatever `Respond` wrote, to whoever asked, by the way they
 * asked; and `counters()`, plain numbers that grow.
 *
 * ```
 *   UdpListener ─────────────────────────────► respond ─► one datagram
 *   StreamListener ─► Connections ─► Connection ─► respond ─► AnswerBatch ─► one write
 *       TLS: handshake ──┘ (who may stay)   (FrameReader: octets ─► messages)
 * ```
 *
 * Invariants:
 * - `Respond` is synchronous and is asked once for each message received; 0 octets means silence
 *   on UDP and the end of the connection on a stream. A throw out of it is a bug of ours: it is
 *   counted and treated as silence, and never ends the process.
 * - Nothing grows without a limit, and each limit has a name in `Limits`: what waits to be sent,
 *   who may connect, how long a peer may stay silent, how much of one turn of the event loop one
 *   connection may take.
 * - A peer that does not read is not read from: answers are made only while the last ones left.
 * - An address that is bound is the address that answers. A wildcard endpoint (`0.0.0.0`, `::`)
 *   answers UDP from whichever local address the kernel's routes prefer, because Node cannot set
 *   the source of a datagram: on a machine with several addresses, name each of them. IPv6
 *   sockets are IPv6 only, so `::` never takes the place of `0.0.0.0`.
 * - `reuseAddr` is never set on UDP: a second process on the same port must fail to start instead
 *   of silently taking the traffic.
 * - Stopping loses nothing that was received: what waits in the kernel's buffers is answered
 *   first.
 * - Time is a parameter (`Timers`), so that tests turn timeouts by hand.
 *
 * RFCs: 1035 §4.2, 7766 (DNS over TCP), 7858 and 8310 (DNS over TLS), 9210 (TCP in operation).
 */
export type { Counters, StreamCounters, UdpCounters } from './counters.ts'
export { defaultLimits, type Limits } from './limits.ts'
export type { Respond, Via } from './respond.ts'
export {
  type BoundAddress,
  type Endpoint,
  type Server,
  type ServerOptions,
  startServer,
} from './server.ts'
export type { Credentials } from './stream.ts'

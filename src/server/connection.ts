import type { Socket } from 'node:net'
import type { TimerHandle } from '../base/index.ts'
import type { Connections } from './connections.ts'
import type { StreamTally } from './counters.ts'
import { FrameReader } from './framing.ts'
import { fault, type Via } from './respond.ts'
import { turnsUntilSeen } from './turns.ts'

/**
 * Where a connection stands:
 *
 * ```
 *            ┌──────────── message complete ───────────┐
 *            ▼                                         │
 *   idle ──octets──► reading    working ◄──octets── (either)
 *    ▲                             │ ├── turn used up ──► working, next turn
 *    └────── all answered ─────────┘ └── peer lags ─────► stalled ──drained──► working
 *
 *   any of them ──end──► finishing ──FIN both ways, or lingered long enough──► closed
 * ```
 */
type Phase = 'idle' | 'reading' | 'working' | 'stalled' | 'finishing' | 'closed'

/** What a turn of answering ended with. */
type TurnEnd = 'hungry' | 'more' | 'over'

/**
 * One TCP or TLS connection: messages in, answers out, in order, as many as may wait (RFC 7766
 * §6.2.1.1 asks for pipelining; §7 permits any order, and ours are ready at once).
 *
 * It reads only while it can write: when the peer lags, what has arrived waits, and the socket is
 * paused, until the kernel has taken every answer. One turn answers at most `queriesPerTurnMax`
 * queries, so that a connection with thousands of them delays others by a turn and no more.
 */
export class Connection {
  readonly #socket: Socket
  readonly #via: Via
  readonly #client: string
  readonly #home: Connections
  readonly #tally: StreamTally
  readonly #frames = new FrameReader()
  #phase: Phase = 'working'
  #timer: TimerHandle | undefined
  #nextTurn: NodeJS.Immediate | undefined
  /** Messages received, for `connectionQueriesMax` and to see a read under way move on. */
  #messages = 0
  /** Chunks received, to see whether a turn was quiet. */
  #chunks = 0
  #inputEnded = false
  #stopping = false

  /** Takes over a socket that `Connections.admit` let in, as `client`, and starts reading. */
  constructor(socket: Socket, via: 'tcp' | 'tls', client: string, home: Connections) {
    this.#socket = socket
    this.#via = via
    this.#client = client
    this.#home = home
    this.#tally = home.tallies[via]
    socket.on('data', this.#received)
    socket.on('end', this.#peerEnded)
    socket.on('drain', this.#drained)
    socket.on('finish', this.#flushed)
    socket.on('error', this.#failed)
    socket.on('close', this.#closed)
    this.#enter('idle')
  }

  /** Closes as soon as what has been received is answered and two turns brought nothing more. */
  stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    if (this.#phase === 'idle') this.#awaitQuiet()
  }

  /** Closes at once; what the kernel has taken still reaches the peer. */
  destroy(): void {
    this.#enter('closed')
    this.#socket.destroy()
  }

  readonly #received = (chunk: Buffer): void => {
    this.#chunks++
    if (this.#phase === 'finishing' || this.#phase === 'closed') return
    this.#frames.push(chunk)
    this.#work()
  }

  readonly #peerEnded = (): void => {
    this.#inputEnded = true
    if (this.#phase === 'idle' || this.#phase === 'reading') this.#finish()
  }

  readonly #drained = (): void => {
    if (this.#phase === 'stalled') this.#work()
  }

  /** Answers one turn's worth of what has arrived in one write, and goes on from there. */
  readonly #work = (): void => {
    this.#nextTurn = undefined
    const before = this.#messages
    const end = this.#answerTurn()
    const answers = this.#home.batch.take()
    const flowing = answers === undefined || this.#socket.write(answers)
    if (end === 'over') {
      this.#finish()
    } else if (!flowing) {
      this.#socket.pause()
      this.#enter('stalled')
    } else if (end === 'more') {
      this.#socket.pause()
      this.#enter('working')
      this.#nextTurn = setImmediate(this.#work)
    } else if (this.#inputEnded) {
      this.#finish()
    } else {
      this.#await(this.#messages > before)
    }
  }

  #answerTurn(): TurnEnd {
    const { batch, limits, respond } = this.#home
    const tally = this.#tally
    for (let turn = 0; turn < limits.queriesPerTurnMax && !batch.full; turn++) {
      const query = this.#frames.next()
      if (query === 'partial') return 'hungry'
      if (query === 'malformed') {
        tally.malformed++
        return 'over'
      }
      tally.received++
      this.#messages++
      const length = respond(query, batch.slot(), this.#via)
      if (length > 0) {
        batch.add(length)
        tally.answered++
      } else {
        if (length === fault) tally.faults++
        else tally.silenced++
        return 'over'
      }
      if (this.#messages === limits.connectionQueriesMax) return 'over'
    }
    return 'more'
  }

  /** Everything that came is answered: waits for the next message, or for the rest of one. */
  #await(moved: boolean): void {
    if (this.#frames.waitingOctets === 0) {
      this.#enter('idle')
      if (this.#stopping) this.#awaitQuiet()
    } else if (this.#phase !== 'reading' || moved) {
      // A message under way keeps the time it was given when it began: octets that drip in do not
      // buy more.
      this.#enter('reading')
    }
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  /** While stopping and idle: finishes after two turns in which nothing came. */
  #awaitQuiet(): void {
    let chunks = this.#chunks
    let quiet = 0
    const turn = (): void => {
      if (this.#phase !== 'idle') return
      quiet = this.#chunks === chunks ? quiet + 1 : 0
      chunks = this.#chunks
      if (quiet > turnsUntilSeen) this.#finish()
      else setImmediate(turn)
    }
    turn()
  }

  /**
   * Ends our half after the answers that are on their way. Closing a socket that holds unread
   * octets would reset it, and the reset would overtake the answers, so what still comes is read
   * and thrown away until the peer has ended its half too, or has lingered long enough.
   */
  #finish(): void {
    if (this.#phase === 'finishing' || this.#phase === 'closed') return
    this.#enter('finishing')
    this.#socket.end()
    this.#socket.resume()
  }

  readonly #flushed = (): void => {
    if (this.#phase === 'finishing') this.#arm(this.#home.limits.lingerTimeoutMs)
  }

  /** Moves to a phase and gives it its time. */
  #enter(phase: Phase): void {
    if (this.#phase === 'closed') return
    const { limits } = this.#home
    this.#phase = phase
    if (phase === 'idle') this.#home.becameIdle(this)
    else this.#home.becameBusy(this)
    if (phase === 'idle') this.#arm(this.#home.idleTimeoutMs())
    else if (phase === 'reading') this.#arm(limits.readTimeoutMs)
    else if (phase === 'stalled' || phase === 'finishing') this.#arm(limits.writeTimeoutMs)
    else this.#disarm()
    if (phase === 'closed') this.#home.left(this, this.#tally, this.#client)
  }

  #arm(ms: number): void {
    this.#disarm()
    this.#timer = this.#home.timers.set(ms, this.#expired)
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#home.timers.clear(this.#timer)
    this.#timer = undefined
  }

  readonly #expired = (): void => {
    this.#timer = undefined
    if (this.#phase === 'idle') {
      this.#tally.idleTimeouts++
      this.#finish()
    } else if (this.#phase === 'reading') {
      this.#tally.readTimeouts++
      this.#finish()
    } else {
      if (!this.#socket.writableFinished) this.#tally.writeTimeouts++
      this.destroy()
    }
  }

  readonly #failed = (): void => {
    this.#tally.socketErrors++
  }

  readonly #closed = (): void => {
    if (this.#nextTurn !== undefined) clearImmediate(this.#nextTurn)
    this.#enter('closed')
  }
}

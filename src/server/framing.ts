import { messageOctetsMax } from './respond.ts'

/** Octets of the length before each message on a stream (RFC 1035 §4.2.2). */
export const prefixOctets = 2

/** A message needs at least its header (RFC 1035 §4.1.1); a frame shorter than it is no DNS. */
const messageOctetsMin = 12

const partialCapacityMin = 512

/** What `FrameReader.next` found: a message, not all of one yet, or what cannot be one. */
export type Frame = Uint8Array | 'partial' | 'malformed'

/**
 * Cuts a stream of octets into messages, however the octets were cut into segments. Where a chunk
 * holds whole messages nothing is copied; between chunks it keeps only what has arrived of the
 * message not yet complete, and nothing at all when there is none.
 */
export class FrameReader {
  /** Octets not yet handed out are `#octets[#start … #end)`. */
  #octets: Uint8Array = nothing
  #start = 0
  #end = 0
  /** Whether `#octets` is ours to write on, rather than the caller's chunk. */
  #owned = false

  /** Octets that have arrived and have not been handed out as a message. */
  get waitingOctets(): number {
    return this.#end - this.#start
  }

  /**
   * Takes what has arrived next. The chunk is kept, unchanged, until `next` says `partial`, so it
   * must not be written on. Cost: amortised O(chunk).
   */
  push(chunk: Uint8Array): void {
    if (this.waitingOctets === 0) {
      this.#octets = chunk
      this.#start = 0
      this.#end = chunk.length
      this.#owned = false
      return
    }
    this.#own(chunk.length)
    this.#octets.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /**
   * The next message, without its length: a view that is good until the next `push` or `next`.
   * After `malformed` the stream makes no sense any more, and the answer stays the same.
   */
  next(): Frame {
    const waiting = this.waitingOctets
    if (waiting >= prefixOctets) {
      const octets = this.#octets
      const length = ((octets[this.#start] ?? 0) << 8) | (octets[this.#start + 1] ?? 0)
      if (length < messageOctetsMin) return 'malformed'
      if (waiting >= prefixOctets + length) {
        const begin = this.#start + prefixOctets
        this.#start = begin + length
        return octets.subarray(begin, this.#start)
      }
    }
    this.#settle()
    return 'partial'
  }

  /** Lets go of the caller's chunk, keeping a copy of what is not a message yet. */
  #settle(): void {
    if (this.waitingOctets === 0) {
      this.#octets = nothing
      this.#start = 0
      this.#end = 0
      this.#owned = false
    } else if (!this.#owned) {
      this.#own(0)
    }
  }

  /** Makes the octets that wait ours, at the start of a buffer with room for `more`. */
  #own(more: number): void {
    const waiting = this.waitingOctets
    const need = waiting + more
    if (this.#owned && this.#end + more <= this.#octets.length) return
    if (this.#owned && need <= this.#octets.length) {
      this.#octets.copyWithin(0, this.#start, this.#end)
    } else {
      const capacity = Math.max(partialCapacityMin, need, this.#owned ? 2 * waiting : 0)
      const grown = new Uint8Array(capacity)
      grown.set(this.#octets.subarray(this.#start, this.#end))
      this.#octets = grown
      this.#owned = true
    }
    this.#start = 0
    this.#end = waiting
  }
}

const nothing = new Uint8Array(0)

/** Answers beyond which a batch is full, in octets; the last one may go past it. */
const batchOctetsMax = 65_536

/**
 * Answers on their way to one write, each behind its length, so that length and message share a
 * segment (RFC 7766 §8). One batch serves all connections in turn, because answering is
 * synchronous; `take` leaves it empty.
 */
export class AnswerBatch {
  readonly #octets = new Uint8Array(batchOctetsMax + prefixOctets + messageOctetsMax)
  #length = 0

  /** Where the next answer is to be written: 65,535 octets or more, while the batch has room. */
  slot(): Uint8Array {
    return this.#octets.subarray(this.#length + prefixOctets, this.#slotEnd())
  }

  /** Adds the answer of `length` octets that was written into `slot()`. */
  add(length: number): void {
    this.#octets[this.#length] = length >>> 8
    this.#octets[this.#length + 1] = length & 0xff
    this.#length += prefixOctets + length
  }

  /** Whether it is time to send before answering more. */
  get full(): boolean {
    return this.#length >= batchOctetsMax
  }

  /** The octets of all answers, as a copy that is the caller's; `undefined` when there is none. */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined
    const copy = this.#octets.slice(0, this.#length)
    this.#length = 0
    return copy
  }

  #slotEnd(): number {
    return this.#length + prefixOctets + messageOctetsMax
  }
}

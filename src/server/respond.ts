/** The way a query came: decides how long an answer may be, and whether 0 octets end more. */
export type Via = 'udp' | 'tcp' | 'tls'

/**
 * Answers one message: reads `query`, writes the answer at the start of `out` and returns its
 * length in octets, 0 to `out.length`; 0 says nothing is to be sent. Synchronous. `out` holds at
 * least 65,535 octets and has old answers in it. Both belong to the caller again on return.
 */
export type Respond = (query: Uint8Array, out: Uint8Array, via: Via) => number

/** The longest message that DNS can frame, in octets. */
export const messageOctetsMax = 65_535

/** What `guarded` returns where `Respond` threw, or returned what cannot be a length. */
export const fault = -1

/**
 * Wraps `respond` so that it never throws: a fault is reported to `onFault` and becomes the value
 * `fault`, as does a length that does not fit `out`.
 */
export function guarded(respond: Respond, onFault: (error: unknown) => void): Respond {
  return (query, out, via) => {
    try {
      const length = respond(query, out, via)
      if (Number.isInteger(length) && length >= 0 && length <= out.length) return length
      throw new RangeError(`Cannot send answer: length ${length} is not in 0 to ${out.length}`)
    } catch (error) {
      onFault(error)
      return fault
    }
  }
}

/** Ways by which queries come. */
export const transports = ['udp', 'tcp', 'tls'] as const

/** One of them. */
export type Transport = (typeof transports)[number]

/**
 * What became of a query, as its answer shows it. `referral` is an answer that sends on to other
 * servers; `truncated` asks to come back by TCP; `silence` is no answer at all; `error` is every
 * rcode but NOERROR, NXDOMAIN and REFUSED.
 */
export const outcomes = [
  ...(['answer', 'nodata', 'nxdomain', 'referral'] as const),
  ...(['truncated', 'refused', 'error', 'silence'] as const),
] as const

/** One of them. */
export type Outcome = (typeof outcomes)[number]

const answerIndex = outcomes.indexOf('answer')
const nodataIndex = outcomes.indexOf('nodata')
const nxdomainIndex = outcomes.indexOf('nxdomain')
const referralIndex = outcomes.indexOf('referral')
const truncatedIndex = outcomes.indexOf('truncated')
const refusedIndex = outcomes.indexOf('refused')
const errorIndex = outcomes.indexOf('error')
const silenceIndex = outcomes.indexOf('silence')

/** Response codes that are told apart: those that fit the header and one of EDNS, BADVERS. */
export const rcodesCounted = 17
const badVersion = 16

const headerOctets = 12
const optType = 41

/** Counts of answers by transport, outcome and rcode: one array, and one add for each answer. */
export class AnswerTally {
  readonly #counts = new Float64Array(transports.length * outcomes.length * rcodesCounted)

  /**
   * Counts one answer: its first `length` octets; none is silence. Reads the header (RFC 1035
   * §4.1.1) and, where nothing but an OPT can follow the question, that one's extended rcode
   * (RFC 6891 §6.1.3). Allocates nothing.
   */
  count(via: Transport, response: Uint8Array, length: number): void {
    const way = via === 'udp' ? 0 : via === 'tcp' ? 1 : 2
    if (length < headerOctets) {
      this.#add(way, silenceIndex, 0)
      return
    }
    const rcode = rcodeOf(response, length)
    this.#add(way, outcomeOf(response, rcode), rcode)
  }

  /** Calls `each` with every count that is not zero. */
  read(each: (via: Transport, outcome: Outcome, rcode: number, count: number) => void): void {
    let index = 0
    for (const via of transports) {
      for (const outcome of outcomes) {
        for (let rcode = 0; rcode < rcodesCounted; rcode++) {
          const count = this.#counts[index++] as number
          if (count > 0) each(via, outcome, rcode, count)
        }
      }
    }
  }

  #add(way: number, outcome: number, rcode: number): void {
    const index = (way * outcomes.length + outcome) * rcodesCounted + rcode
    this.#counts[index] = (this.#counts[index] as number) + 1
  }
}

/** The rcode, BADVERS included; other extended ones, which are never sent, as their low bits. */
function rcodeOf(response: Uint8Array, length: number): number {
  const low = (response[3] as number) & 0x0f
  if (low !== 0 || countAt(response, 6) > 0 || countAt(response, 8) > 0) return low
  if (countAt(response, 10) === 0) return low
  let at = headerOctets
  while (at < length && response[at] !== 0) at += 1 + (response[at] as number)
  const opt = at + 1 + 4
  const isOpt = response[opt] === 0 && response[opt + 1] === 0 && response[opt + 2] === optType
  return isOpt && response[opt + 5] === 1 ? badVersion : low
}

function countAt(response: Uint8Array, at: number): number {
  return ((response[at] as number) << 8) | (response[at + 1] as number)
}

function outcomeOf(response: Uint8Array, rcode: number): number {
  const flags = response[2] as number
  if ((flags & 0x02) !== 0) return truncatedIndex
  if (rcode === 3) return nxdomainIndex
  if (rcode === 5) return refusedIndex
  if (rcode !== 0) return errorIndex
  if (countAt(response, 6) > 0) return answerIndex
  const isAuthoritative = (flags & 0x04) !== 0
  return isAuthoritative ? nodataIndex : referralIndex
}

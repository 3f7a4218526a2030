import { CodedError } from '../base/index.ts'
import { type Ttl, ttlMax } from '../rr/index.ts'

const secondsOfUnit: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
  w: 604800,
}

/** Seconds of a text such as `3600`, `1h30m` or `2w`, or undefined when it is none. */
function secondsOf(text: string): number | undefined {
  let total = 0
  let amount = 0
  let digits = 0
  let units = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x30 && code <= 0x39) {
      amount = amount * 10 + code - 0x30
      if (++digits > 10) return undefined
      continue
    }
    const seconds = secondsOfUnit[text.charAt(i).toLowerCase()]
    if (seconds === undefined || digits === 0) return undefined
    total += amount * seconds
    amount = 0
    digits = 0
    units++
  }
  if (digits === 0) return units > 0 ? total : undefined
  return units > 0 ? undefined : amount
}

/**
 * Reads a TTL: seconds, or numbers with the units s, m, h, d and w (RFC 2308 §4 as every server
 * extends it).
 *
 * @throws {CodedError} `ttl-invalid`, also for more than 2^31 - 1 seconds (RFC 2181 §8)
 */
export function parseTtl(text: string): Ttl {
  const seconds = secondsOf(text)
  const quoted = JSON.stringify(text)
  if (seconds === undefined) {
    throw new CodedError(
      'ttl-invalid',
      `Cannot read TTL: ${quoted} is not a number of seconds, nor one with units as in 1h30m`,
    )
  }
  if (seconds > ttlMax) {
    throw new CodedError('ttl-invalid', `Cannot read TTL: ${quoted} exceeds ${ttlMax} seconds`)
  }
  return seconds as Ttl
}

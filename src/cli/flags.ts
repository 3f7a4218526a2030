import { InvalidArgumentError } from 'commander'
import { CodedError, type UnixSeconds } from '../base/index.ts'
import { parseUpstream } from '../stub/index.ts'

/** Files and servers that one option may name. */
const valuesMax = 64

/** Makes of a reader whose errors have a code one of arguments: what it refuses is usage. */
export function argument<T>(read: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return read(text)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw new InvalidArgumentError(error.message)
    }
  }
}

/** The same for an option that may be given several times. */
export function repeated<T>(
  read: (text: string) => T,
): (text: string, before: readonly T[] | undefined) => readonly T[] {
  const readOne = argument(read)
  return (text, before = []) => {
    if (before.length >= valuesMax) {
      throw new InvalidArgumentError(`More than ${valuesMax} of them are too many.`)
    }
    return [...before, readOne(text)]
  }
}

/** A port, 1 to 65535. */
export function portArgument(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65535) return port
  throw new InvalidArgumentError('A port is a number from 1 to 65535.')
}

/** A time as RFC 3339 has it, such as `2026-11-25T10:00:00Z`; a date alone is its first second. */
export function timeArgument(text: string): UnixSeconds {
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const seconds = Math.floor(Date.parse(text) / 1000)
  if (isTime && Number.isSafeInteger(seconds) && seconds >= 0) return seconds as UnixSeconds
  throw new InvalidArgumentError('A time is written like 2026-11-25T10:00:00Z.')
}

const ehloName = /^[A-Za-z0-9[\]:._-]{1,255}$/

/** What to say in EHLO where nobody said: the name of the machine, if it can be said. */
export function ehloDefault(hostName: string): string {
  return ehloName.test(hostName) ? hostName : 'localhost'
}

/** A name for EHLO: a domain, or an address literal (RFC 5321 §4.1.1.1). */
export function ehloArgument(text: string): string {
  if (ehloName.test(text)) return text
  throw new InvalidArgumentError('A name for EHLO is a domain name, or an address in brackets.')
}

/** Reads `--server`. */
export const serverArgument = repeated(parseUpstream)

/** Reads a span of time such as `12h` or `90d`, in seconds. */
export const spanArgument = (text: string): number => {
  const match = /^(\d{1,6})([smhdw])$/.exec(text)
  const unit = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[match?.[2] ?? '']
  if (!match || unit === undefined)
    throw new InvalidArgumentError('A span is written like 12h or 90d.')
  return Number(match[1]) * unit
}

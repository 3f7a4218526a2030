import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { StatusText } from './report.ts'
import { attemptsMax } from './schedule.ts'

/** Octets of a state that are read at most. */
export const stateOctetsMax = 1 << 20

/** Characters of a text in a state: room for names and errors in which every one is escaped. */
const textMax = 8000

/** One attempt to deliver, in short. */
export interface Attempt {
  readonly at: UnixSeconds
  readonly outcome: 'delivers' | 'delayed' | 'refused'
  /** The host that took the mail, or whose failure decided. */
  readonly host: string | undefined
  readonly reason: string
  readonly status: StatusText | undefined
}

/** What a followed check has to know after a restart. Plain data. */
export interface FollowState {
  readonly version: 1
  /** With its final dot. */
  readonly domain: string
  readonly attempts: readonly Attempt[]
  /** Policies of MTA-STS as `mtasts` saves them. */
  readonly sts: unknown
}

/** A check that has not begun. */
export function newFollowState(domain: string): FollowState {
  return { version: 1, domain, attempts: [], sts: undefined }
}

/** The text of a state: JSON, with a final line end. */
export function formatFollowState(state: FollowState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`
}

/**
 * Reads a state, believing nothing of it.
 *
 * @throws {CodedError} `state-invalid`: not such a state, or of another domain
 */
export function parseFollowState(text: string, domain: string, file: string): FollowState {
  const fail = (what: string): never => {
    throw new CodedError('state-invalid', `Cannot take up ${JSON.stringify(file)}: ${what}`)
  }
  if (text.length > stateOctetsMax) return fail(`it exceeds ${stateOctetsMax} octets`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fail('it is not JSON')
  }
  if (!isRecord(value) || value['version'] !== 1) return fail('it is not a state of version 1')
  if (value['domain'] !== domain) {
    return fail(`it is about ${JSON.stringify(value['domain'])}, not ${JSON.stringify(domain)}`)
  }
  const { attempts } = value
  if (!Array.isArray(attempts) || attempts.length > attemptsMax + 1) {
    return fail('its attempts are no list, or too many')
  }
  const read = attempts.map((attempt) => readAttempt(attempt) ?? fail('an attempt is malformed'))
  const inOrder = read.every(({ at }, n) => n === 0 || at >= (read[n - 1]?.at ?? 0))
  if (!inOrder) return fail('its attempts are not in order')
  return { version: 1, domain, attempts: read, sts: value['sts'] }
}

function readAttempt(value: unknown): Attempt | undefined {
  if (!isRecord(value)) return undefined
  const { at, outcome, host, reason } = value
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) return undefined
  if (outcome !== 'delivers' && outcome !== 'delayed' && outcome !== 'refused') return undefined
  if (!isText(reason) || !(host === undefined || isText(host))) return undefined
  const status = value['status'] === undefined ? undefined : readStatus(value['status'])
  if (status === undefined && outcome !== 'delivers') return undefined
  return { at: at as UnixSeconds, outcome, host, reason, status }
}

function readStatus(value: unknown): StatusText | undefined {
  if (!isRecord(value)) return undefined
  const { transient, permanent, text, reply } = value
  if (!isText(transient) || !isText(permanent) || !isText(text) || !isText(reply)) return undefined
  const isCode = (code: string) => /^[45]\.\d{1,3}\.\d{1,3}$/.test(code)
  return isCode(transient) && isCode(permanent) ? { transient, permanent, text, reply } : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text of one line: what is read here ends up in headers. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= textMax && !/\p{Cc}/u.test(value)
}

import { gunzipSync } from 'node:zlib'
import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { RptFailure, RptPolicy, RptReport } from './types.ts'

/** Bounds of a report that somebody sent. */
export interface ReportLimits {
  /** Of its JSON, once decompressed. */
  readonly octets: number
  /** Of arrays and objects in each other. */
  readonly depth: number
  readonly policies: number
  /** Strings, hosts or failures of one policy. */
  readonly itemsPerPolicy: number
}

/** What holds unless a caller says otherwise; the largest senders stay far below. */
export const defaultReportLimits: ReportLimits = {
  octets: 10 * 2 ** 20,
  depth: 16,
  policies: 1000,
  itemsPerPolicy: 10_000,
}

/**
 * Reads a report (RFC 8460 §4.4), plain or in gzip, in the shape of the RFC or in that of Exchange
 * Online. Fields that are not known are ignored.
 *
 * @throws {CodedError} `report-invalid`, with the JSON pointer of what is wrong
 */
export function readReport(octets: Uint8Array, limits = defaultReportLimits): RptReport {
  const text = decode(decompress(octets, limits.octets), limits.octets)
  if (depth(text) > limits.depth) refuse('', `it is nested deeper than ${limits.depth}`)
  const report = parse(text, '')
  const dates = at(report, 'date-range')
  const policies = list(at(report, 'policies'), limits.policies)
  return {
    organization: string(at(report, 'organization-name')),
    contact: string(at(report, 'contact-info')),
    id: string(at(report, 'report-id')),
    begin: time(at(dates, 'start-datetime')),
    end: time(at(dates, 'end-datetime')),
    policies: policies.map((policy) => readPolicy(policy, limits.itemsPerPolicy)),
  }
}

/** A value of the report, and the JSON pointer to it (RFC 6901). */
interface Spot {
  readonly pointer: string
  readonly value: unknown
}

function readPolicy(spot: Spot, itemsMax: number): RptPolicy {
  const policy = at(spot, 'policy')
  const summary = at(spot, 'summary')
  const details = at(spot, 'failure-details')
  const type = string(at(policy, 'policy-type'))
  if (type !== 'tlsa' && type !== 'sts' && type !== 'no-policy-found') {
    refuse(`${policy.pointer}/policy-type`, `"${type.slice(0, 80)}" is no policy type`)
  }
  return {
    type,
    strings: policyStrings(at(policy, 'policy-string'), itemsMax),
    domain: string(at(policy, 'policy-domain')),
    mxHosts: strings(at(policy, 'mx-host'), itemsMax),
    successes: count(at(summary, 'total-successful-session-count')),
    failedSessions: count(at(summary, 'total-failure-session-count')),
    failures: isAbsent(details) ? [] : list(details, itemsMax).map(readFailure),
  }
}

function readFailure(spot: Spot): RptFailure {
  const optional = (field: string, name: keyof RptFailure) => {
    const found = at(spot, field)
    return isAbsent(found) ? {} : { [name]: string(found) }
  }
  return {
    type: string(at(spot, 'result-type')),
    sessions: count(at(spot, 'failed-session-count')),
    ...optional('sending-mta-ip', 'sendingAddress'),
    ...optional('receiving-mx-hostname', 'receivingHost'),
    ...optional('receiving-mx-helo', 'receivingHelo'),
    ...optional('receiving-ip', 'receivingAddress'),
    ...optional('additional-information', 'information'),
    ...optional('failure-reason-code', 'reasonCode'),
  }
}

/** Exchange Online puts all strings into one, as JSON; others have one string for each. */
function policyStrings(spot: Spot, itemsMax: number): string[] {
  const plain = strings(spot, itemsMax)
  const [only = ''] = plain
  if (plain.length !== 1 || !only.startsWith('[')) return plain
  return strings(parse(only, `${spot.pointer}/0`), itemsMax)
}

/** Strings; a single one may stand without its array, and none may be left out. */
function strings(spot: Spot, itemsMax: number): string[] {
  if (isAbsent(spot)) return []
  if (typeof spot.value === 'string') return [spot.value]
  return list(spot, itemsMax).map(string)
}

function at({ pointer, value }: Spot, name: string): Spot {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(pointer, 'it is no object')
  }
  const fields = value as Readonly<Record<string, unknown>>
  return { pointer: `${pointer}/${name}`, value: fields[name] }
}

function isAbsent({ value }: Spot): boolean {
  return value === undefined || value === null
}

function list({ pointer, value }: Spot, itemsMax: number): Spot[] {
  if (!Array.isArray(value)) refuse(pointer, 'it is no array')
  if (value.length > itemsMax) refuse(pointer, `it has more than ${itemsMax} items`)
  return value.map((item: unknown, index) => ({ pointer: `${pointer}/${index}`, value: item }))
}

function string({ pointer, value }: Spot): string {
  return typeof value === 'string' ? value : refuse(pointer, 'it is no string')
}

function count({ pointer, value }: Spot): number {
  const isCount = Number.isSafeInteger(value) && (value as number) >= 0
  return isCount ? (value as number) : refuse(pointer, 'it is no count')
}

const dateTime = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9:]{5})$/i

/** RFC 3339 §5.6; fractions of seconds are dropped. */
function time(spot: Spot): UnixSeconds {
  const text = string(spot)
  const ms = dateTime.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isNaN(ms)) refuse(spot.pointer, `"${text.slice(0, 80)}" is no date-time`)
  return Math.floor(ms / 1000) as UnixSeconds
}

function parse(text: string, pointer: string): Spot {
  try {
    return { pointer, value: JSON.parse(text) as unknown }
  } catch {
    return refuse(pointer, 'it is no JSON')
  }
}

/** How deep arrays and objects lie in each other; counted without recursion. */
function depth(text: string): number {
  let open = 0
  let deepest = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (quoted && character === '\\') index++
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === '[' || character === '{')) {
      deepest = Math.max(deepest, ++open)
    } else if (!quoted && (character === ']' || character === '}')) open--
  }
  return deepest
}

function decompress(octets: Uint8Array, octetsMax: number): Uint8Array {
  // RFC 1952 §2.3.1: the two octets that every gzip begins with.
  if (octets[0] !== 0x1f || octets[1] !== 0x8b) return octets
  try {
    return gunzipSync(octets, { maxOutputLength: octetsMax })
  } catch (error) {
    const isBomb = error instanceof RangeError
    return refuse('', isBomb ? `it exceeds ${octetsMax} octets` : 'its gzip is broken')
  }
}

function decode(octets: Uint8Array, octetsMax: number): string {
  if (octets.length > octetsMax) refuse('', `it exceeds ${octetsMax} octets`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch {
    return refuse('', 'it is not UTF-8')
  }
}

function refuse(pointer: string, why: string): never {
  throw new CodedError('report-invalid', `Cannot read report at "${pointer}": ${why}`)
}

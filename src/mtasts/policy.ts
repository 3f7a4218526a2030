import { shown } from './record.ts'
import type { StsPolicy } from './types.ts'

/** A policy file read: the policy, or what is wrong with it. */
export type PolicyReading =
  | { readonly kind: 'policy'; readonly policy: StsPolicy }
  | { readonly kind: 'invalid'; readonly text: string }

/** Seconds of max_age that nothing goes beyond: a year (RFC 8461 §3.2). */
const maxAgeMax = 31_557_600

const fieldLine = /^([a-z0-9][a-z0-9_.-]{0,31}):[ \t]*(.*)$/i
const modes: readonly string[] = ['enforce', 'testing', 'none'] satisfies StsPolicy['mode'][]
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const mxPattern = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`)

/**
 * Reads a policy file (RFC 8461 §3.2). Lines end in CRLF or LF; blank ones are skipped; unknown
 * fields are ignored; of all but `mx` only the first counts. A max_age of more than a year is
 * taken as a year: a domain that asks for too long asks for protection.
 */
export function parseStsPolicy(octets: Uint8Array): PolicyReading {
  const text = decode(octets)
  if (text === undefined) return invalid('the policy is not UTF-8')
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  const fields = new Map<string, string>()
  const mx: string[] = []
  for (const line of lines) {
    const [, key, value = ''] = fieldLine.exec(line) ?? []
    if (key === undefined) return invalid(`the policy has a malformed line "${shown(line)}"`)
    if (key === 'mx') mx.push(value.toLowerCase())
    else if (!fields.has(key)) fields.set(key, value)
  }
  return judge(fields, mx, lines)
}

function judge(
  fields: ReadonlyMap<string, string>,
  mx: readonly string[],
  lines: readonly string[],
): PolicyReading {
  const version = fields.get('version')
  if (version !== 'STSv1') return invalid(`the policy has ${said('version', version)}`)
  const mode = fields.get('mode')
  if (!isMode(mode)) return invalid(`the policy has ${said('mode', mode)}`)
  const maxAge = fields.get('max_age')
  if (maxAge === undefined || !/^[0-9]{1,10}$/.test(maxAge)) {
    return invalid(`the policy has ${said('max_age', maxAge)}`)
  }
  const bad = mx.find((pattern) => pattern.length > 255 || !mxPattern.test(pattern))
  if (bad !== undefined) return invalid(`the policy has ${said('mx', bad)}`)
  if (mx.length === 0 && mode !== 'none') return invalid('the policy has no mx')
  const policy = { mode, maxAge: Math.min(Number(maxAge), maxAgeMax), mx, lines }
  return { kind: 'policy', policy }
}

/** Whether a text is one of the three words; their case matters. */
function isMode(text: string | undefined): text is StsPolicy['mode'] {
  return text !== undefined && modes.includes(text)
}

function said(field: string, value: string | undefined): string {
  return value === undefined ? `no ${field}` : `the ${field} "${shown(value)}"`
}

function invalid(text: string): PolicyReading {
  return { kind: 'invalid', text }
}

function decode(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch {
    return undefined
  }
}

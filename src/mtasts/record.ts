/** What the TXT records of `_mta-sts.<domain>` say (RFC 8461 §3.1). */
export type StsRecord =
  | { readonly kind: 'record'; readonly id: string }
  /** None that begins with `v=STSv1;`. */
  | { readonly kind: 'none'; readonly text: string }
  /** There is something, and it does not count: as none, and worth telling. */
  | { readonly kind: 'invalid'; readonly text: string }

const prefix = 'v=STSv1;'
const extension = /^[a-z0-9][a-z0-9_.-]{0,31}=[\x21-\x3a\x3c\x3e-\x7e]+$/i
const idField = /^id=([a-z0-9]{1,32})$/i

/**
 * Reads TXT records, each given as its strings joined without a space between them (RFC 8461
 * §3.1). Records of other kinds are left aside; if not exactly one is left, or that one is
 * malformed, senders MUST assume that there is no policy.
 */
export function parseStsRecord(texts: readonly string[]): StsRecord {
  const records = texts.filter((text) => text.startsWith(prefix))
  const [record] = records
  if (record === undefined) return { kind: 'none', text: 'there is no MTA-STS record' }
  if (records.length > 1) {
    return { kind: 'invalid', text: `there are ${records.length} MTA-STS records` }
  }
  if (/[^\t\x20-\x7e]/.test(record)) {
    return { kind: 'invalid', text: 'the MTA-STS record has octets that are no text' }
  }
  const fields = record
    .slice(prefix.length)
    .split(';')
    .map((field) => field.trim())
  if (fields.at(-1) === '') fields.pop()
  const bad = fields.find((field) => !extension.test(field))
  if (bad !== undefined) {
    return { kind: 'invalid', text: `the MTA-STS record has a malformed field "${shown(bad)}"` }
  }
  // RFC 8461 §3.2: of fields that come more than once, all but the first are ignored.
  const first = fields.find((field) => field.startsWith('id='))
  if (first === undefined) return { kind: 'invalid', text: 'the MTA-STS record has no id' }
  const id = idField.exec(first)?.[1]
  if (id !== undefined) return { kind: 'record', id }
  return { kind: 'invalid', text: `the MTA-STS record has a malformed id "${shown(first)}"` }
}

/** Text of strangers as it may be shown: short, and nothing in it that moves a cursor. */
export function shown(text: string): string {
  return text.slice(0, 80).replace(/[^\x20-\x7e]/g, '?')
}

/** Names of fields whose values are nobody's business, compared without case, `-` and `_`. */
const secretNames = new Set([
  ...['password', 'passphrase', 'secret', 'token', 'apikey', 'xapikey'],
  ...['authorization', 'cookie', 'setcookie', 'privatekey', 'private', 'sealingkey', 'sealed'],
])
/** A token of danelaw anywhere in a text; the id may be told, since lists of tokens tell it. */
const tokenText = /\bdl_([0-9a-z]+)_[0-9a-z]+/gi
/** What stands in the place of a secret. */
const removed = '[redacted]'
/** How deep a value is followed: nothing that is logged on purpose is deeper. */
const depthMax = 6
/** Members of an object or a list that are shown; what more there is goes unsaid. */
const membersMax = 100
/** Characters of a text that are shown. */
const charactersMax = 2000

/**
 * A copy of a value fit to be logged: fields with the name of a secret lose their value wherever
 * they stand, tokens lose their secret within any text, errors become their code and message, and
 * what is too deep, too wide or too long is cut. So it is bounded, whatever was given.
 */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (depth >= depthMax) return '…'
  if (value instanceof Error) return redactedError(value, depth)
  if (ArrayBuffer.isView(value)) return `${value.byteLength} octets`
  if (Array.isArray(value)) {
    return value.slice(0, membersMax).map((item) => redacted(item, depth + 1))
  }
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value).slice(0, membersMax)) {
    copy[name] = isSecret(name) && member !== undefined ? removed : redacted(member, depth + 1)
  }
  return copy
}

function isSecret(name: string): boolean {
  return secretNames.has(name.replace(/[-_]/g, '').toLowerCase())
}

/** A text without the secrets of tokens, and not too long. */
export function redactedText(text: string): string {
  const safe = text.replace(tokenText, `dl_$1_${removed}`)
  return safe.length <= charactersMax ? safe : `${safe.slice(0, charactersMax)}…`
}

function redactedError(error: Error, depth: number): unknown {
  const { code, place } = error as { code?: unknown; place?: unknown }
  return {
    message: redactedText(error.message),
    ...(typeof code === 'string' ? { code } : { stack: redactedText(error.stack ?? '') }),
    ...(place === undefined ? {} : { place: redacted(place, depth + 1) }),
  }
}

import type { DomainVerdict, Protection, StatusText, StepStatus } from './report.ts'

/** Octets of a foreign text that are shown; beyond it stands an ellipsis. */
const foreignTextMax = 300

/** Characters that move a cursor, break lines, hide, or turn the direction of a text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * A text that somebody else wrote (a banner, a subject, an error), made fit for terminals and
 * pages: control and direction characters as `\u{1b}`, cut at `max` characters.
 */
export function printable(text: string, max = foreignTextMax): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text
  return cut.replace(unprintable, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}

/** Milliseconds as people read them: `12 ms`, `3.4 s`. */
export function formatMs(ms: number): string {
  if (ms > 0 && ms < 1) return '<1 ms'
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** `1 host`, `2 hosts`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`
}

/** Unix seconds as RFC 3339 has them. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** How mail is protected, as the end of a sentence. */
export const protectionWords: Readonly<Record<Protection, string>> = {
  dane: 'over TLS, the server authenticated by DANE',
  encrypted: 'over TLS that DANE demands, the server not authenticated',
  sts: 'over TLS, the server authenticated as MTA-STS demands',
  opportunistic: 'over TLS as offered, the server not authenticated',
  cleartext: 'in clear',
  none: 'not at all',
}

/** The same, in a word or two, for tables. */
export const protectionLabels: Readonly<Record<Protection, string>> = {
  dane: 'DANE',
  encrypted: 'TLS, not authenticated',
  sts: 'MTA-STS',
  opportunistic: 'opportunistic TLS',
  cleartext: 'cleartext',
  none: '–',
}

/** A verdict in a few words: `delivers, DANE`, `delayed, 4.7.323`. */
export function verdictLabel({ outcome, protection, isProtected, status }: DomainVerdict): string {
  if (outcome === 'delayed') return `delayed, ${status?.transient ?? '4.0.0'}`
  if (outcome === 'refused') return `refused, ${status?.permanent ?? '5.0.0'}`
  const weak = protection === 'dane' && !isProtected ? ', not everywhere' : ''
  return protection === 'none' ? 'delivers' : `delivers, ${protectionLabels[protection]}${weak}`
}

/** The same for an address or a host. */
export function deliveryLabel(verdict: {
  readonly delivers: boolean
  readonly protection: Protection
  readonly status: StatusText | undefined
}): string {
  if (verdict.delivers) return protectionLabels[verdict.protection]
  return `fails, ${verdict.status?.transient ?? '4.0.0'}`
}

/** The sign of a step in a list. */
export const statusMarks: Readonly<Record<StepStatus, string>> = {
  ok: '✔',
  note: '·',
  warning: '!',
  failed: '✘',
  skipped: '–',
}

/** A step's status in a word, for those who cannot see the sign. */
export const statusWords: Readonly<Record<StepStatus, string>> = {
  ok: 'passed',
  note: 'noted',
  warning: 'passed with a warning',
  failed: 'failed',
  skipped: 'skipped',
}

import { type Name, nameLengthMax, prependLabel } from '../wire/index.ts'
import type { RptRecord } from './types.ts'

const prefix = 'v=TLSRPTv1;'
const field = /^[a-z0-9][a-z0-9_.-]{0,31}=[\x20-\x3a\x3c\x3e-\x7e\t]+$/i

/** Addresses to report to beyond which a record names too many; the rest is left out. */
const ruaMax = 32

const ownerLabels = ['_smtp', '_tls'].map((label) => Buffer.from(label))

/** `_smtp._tls.<domain>`, where the record is (RFC 8460 §3); undefined where that is too long. */
export function rptRecordOwner(domain: Name): Name | undefined {
  const octets = ownerLabels.reduce((sum, label) => sum + label.length + 1, domain.length)
  if (octets > nameLengthMax) return undefined
  return ownerLabels.reduceRight((name: Name, label) => prependLabel(label, name), domain)
}

/**
 * Reads the TXT records of `_smtp._tls.<domain>`, each given as its strings joined without a space
 * between them (RFC 8460 §3). Records of other kinds are left aside; if not exactly one is left,
 * or it names no address that one can report to, the domain MUST be taken to want no reports.
 */
export function parseRptRecord(texts: readonly string[]): RptRecord {
  const records = texts.filter((text) => text.startsWith(prefix))
  const [record] = records
  if (record === undefined) return none('there is no TLS-RPT record')
  if (records.length > 1) return none(`there are ${records.length} TLS-RPT records`)
  if (/[^\t\x20-\x7e]/.test(record)) return none('the TLS-RPT record has octets that are no text')
  const fields = record
    .slice(prefix.length)
    .split(';')
    .map((each) => each.trim())
  if (fields.at(-1) === '') fields.pop()
  const bad = fields.find((each) => !each.startsWith('rua=') && !field.test(each))
  if (bad !== undefined) return none(`the TLS-RPT record has a malformed field "${shown(bad)}"`)
  const list = fields.find((each) => each.startsWith('rua='))
  if (list === undefined) return none('the TLS-RPT record has no rua')
  const uris = list
    .slice('rua='.length)
    .split(',')
    .map((uri) => uri.trim())
  const rua = uris.filter(isReportUri).slice(0, ruaMax)
  const others = uris.length - rua.length
  const leftOut = others === 0 ? '' : `; ${others} of another kind are left out`
  if (rua.length === 0) return none(`the TLS-RPT record has no mailto: or https: address${leftOut}`)
  return { kind: 'record', rua, text: `reports go to ${rua.join(' and ')}${leftOut}` }
}

/**
 * Whether reports can go there: `mailto:` with a mailbox, or `https:` with a host. In either, `,`,
 * `!` and `;` have to be percent-encoded (RFC 8460 §3).
 */
function isReportUri(uri: string): boolean {
  if (/[\s!;]/.test(uri)) return false
  if (/^mailto:/i.test(uri)) return /^mailto:[^@]+@[^@]+$/i.test(uri)
  return /^https:\/\//i.test(uri) && URL.canParse(uri)
}

function none(text: string): RptRecord {
  return { kind: 'none', text }
}

function shown(text: string): string {
  return text.slice(0, 80)
}

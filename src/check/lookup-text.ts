import { formatRcode } from '../message/index.ts'
import { formatRecord } from '../rr/index.ts'
import type { Resolution } from '../stub/index.ts'
import type { ChainLink, JudgedRRset, Security } from '../validator/index.ts'
import { formatName } from '../wire/index.ts'
import type { LookupReport, StepStatus, ZoneReport } from './report.ts'
import { formatTime, printable } from './words.ts'

/** Records that are shown of one answer. */
const recordsShownMax = 12

/** Data that is secure is as it should be; that it is not signed is worth a word. */
export const securityStatus: Readonly<Record<Security, StepStatus>> = {
  secure: 'ok',
  insecure: 'warning',
  bogus: 'failed',
  indeterminate: 'failed',
}

/** A lookup in short. */
export function lookupReport({ security, rcode, reason }: Resolution): LookupReport {
  return {
    security,
    rcode: formatRcode(rcode),
    reason: printable(reason.text),
    ede: reason.ede,
  }
}

/** What a lookup brought, in lines: its records, who signed them until when, and what is wrong. */
export function lookupDetails(resolution: Resolution): string[] {
  const { answer, reason, security, rcode, hops } = resolution
  const lines = answer.flatMap(recordLines)
  const shown = lines.slice(0, recordsShownMax)
  if (lines.length > shown.length) shown.push(`and ${lines.length - shown.length} more`)
  for (const set of answer) shown.push(...signatureLines(set))
  for (const { data, dname } of hops) {
    if (data?.wildcard) shown.push(`expanded from ${formatName(data.wildcard)}`)
    if (dname) shown.push(`by the DNAME of ${formatName(dname.rrset.owner)}`)
  }
  const verdict = `${security}, ${formatRcode(rcode)}: ${printable(reason.text)}`
  shown.push(reason.ede === undefined ? verdict : `${verdict} (EDE ${reason.ede})`)
  if (reason.limit !== undefined) shown.push(`limit reached: ${reason.limit}`)
  return shown
}

function recordLines({ rrset, security }: JudgedRRset): string[] {
  const { owner, ttl, type, rdatas } = rrset
  const mark = security === 'secure' ? '' : `  [${security}]`
  return rdatas.map((rdata) => {
    const text = formatRecord(owner, ttl, type, rdata).replaceAll('\t', ' ')
    return `${printable(text)}${mark}`
  })
}

/** The fields of an RRSIG that people ask about (RFC 4034 §3.1). */
export interface SignatureFacts {
  readonly algorithm: number
  readonly keyTag: number
  readonly inception: number
  readonly expiration: number
}

/** Reads them; undefined for what is too short to be one. */
export function signatureFacts(rdata: Uint8Array): SignatureFacts | undefined {
  if (rdata.length < 18) return undefined
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length)
  return {
    algorithm: view.getUint8(2),
    expiration: view.getUint32(8),
    inception: view.getUint32(12),
    keyTag: view.getUint16(16),
  }
}

function signatureLines({ rrsigs }: JudgedRRset): string[] {
  return rrsigs.slice(0, 2).flatMap((rdata) => {
    const facts = signatureFacts(rdata)
    if (facts === undefined) return []
    const { algorithm, keyTag, inception, expiration } = facts
    const time = `${formatTime(inception)} to ${formatTime(expiration)}`
    return [`signed by key ${keyTag}, algorithm ${algorithm}, from ${time}`]
  })
}

/** A zone of the chain of trust in short. */
export function zoneReport({ zone, security, reason, keys }: ChainLink): ZoneReport {
  return {
    zone: formatName(zone),
    security,
    reason: printable(reason.text),
    keys: keys.map(({ algorithm, keyTag }) => `${algorithm}/${keyTag}`),
  }
}

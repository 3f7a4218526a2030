import { type Paint, printable } from '../check/index.ts'
import { keyTag } from '../crypto/index.ts'
import { Flag, formatRcode, type Message, type ResourceRecord } from '../message/index.ts'
import { formatRecord, formatType, RR } from '../rr/index.ts'
import type { TraceEvent } from '../stub/index.ts'
import type { Reason } from '../validator/index.ts'
import { formatName } from '../wire/index.ts'
import { formatUpstream } from './upstreams.ts'

/** Columns of a record in a trace; keys and long data are cut. */
const columnsMax = 110

/** Characters of a reason: room for every name that it may hold. */
const reasonMax = 2000

const securityStyles = {
  secure: 'green',
  insecure: 'yellow',
  bogus: 'red',
  indeterminate: 'red',
} as const

/** The style that a security is shown in. */
export function securityStyle(security: keyof typeof securityStyles) {
  return securityStyles[security]
}

/** A reason as it can be shown: servers may have had a say in it. */
export function reasonText({ text }: Reason): string {
  return printable(text, reasonMax)
}

/** One event of a trace, in lines: queries, what came back, and what it proved. */
export function formatTrace(event: TraceEvent, paint: Paint): string[] {
  switch (event.kind) {
    case 'query': {
      const { name, type, server, via, id, attempt } = event
      const retry = attempt > 1 ? `, attempt ${attempt}` : ''
      const by = via === server.via ? '' : `, by ${via.toUpperCase()}`
      const to = `${formatUpstream(server)}${by}, id ${id}${retry}`
      return [
        `${paint('cyan', '?')} ${formatName(name)} ${formatType(type)} ${paint('dim', `→ ${to}`)}`,
      ]
    }
    case 'response':
      return formatResponse(event, paint)
    case 'trouble':
      return [`  ${paint('red', '!')} ${formatUpstream(event.server)}: ${printable(event.text)}`]
    case 'cached':
      return [
        `${paint('cyan', '=')} ${formatName(event.name)} ${formatType(event.type)}: ${event.text}`,
      ]
    case 'step': {
      const { kind, security, reason } = event.step
      const mark = paint(securityStyles[security], security.padEnd(8))
      const key = reason.key ? ` [key ${reason.key.algorithm}/${reason.key.keyTag}]` : ''
      const limit = reason.limit === undefined ? '' : ` [limit ${reason.limit}]`
      return [`    ${mark} ${kind}: ${reasonText(reason)}${paint('dim', key + limit)}`]
    }
  }
}

function formatResponse(
  { via, octets, elapsedMs, message }: Extract<TraceEvent, { readonly kind: 'response' }>,
  paint: Paint,
): string[] {
  const head = [formatRcode(message.rcode), ...flagWords(message)].join(' ')
  const size = `${via}, ${octets} octets, ${elapsedMs.toFixed(1)} ms`
  return [
    `  ${paint('bold', head)} ${paint('dim', size)}`,
    ...section('answer', message.answer, paint),
    ...section('authority', message.authority, paint),
    ...section('additional', message.additional, paint),
  ]
}

function flagWords({ flags, edns }: Message): string[] {
  const words = (['AA', 'TC', 'RD', 'RA', 'AD', 'CD'] as const).filter((flag) => flags & Flag[flag])
  const lower: string[] = words.map((word) => word.toLowerCase())
  return edns === undefined ? [...lower, 'no-edns'] : lower
}

function section(title: string, records: readonly ResourceRecord[], paint: Paint): string[] {
  return records.map(
    (record) => `    ${paint('dim', title.padEnd(10))} ${shorten(recordText(record))}`,
  )
}

/** A record on its line; of keys and signatures, what people look for. */
function recordText({ owner, ttl, type, rdata }: ResourceRecord): string {
  const text = formatRecord(owner, ttl, type, rdata).replaceAll('\t', ' ')
  if (type !== RR.DNSKEY) return text
  const fields = text.split(' ')
  return `${fields.slice(0, 7).join(' ')} ; key ${keyTag(rdata)}`
}

function shorten(text: string): string {
  return text.length > columnsMax ? `${text.slice(0, columnsMax - 1)}…` : text
}

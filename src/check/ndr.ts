import type { UnixSeconds } from '../base/index.ts'
import { exchangeStatus, type Profile } from '../dane/index.ts'
import { toHex } from '../wire/index.ts'

import type { FollowState } from './state.ts'
import { formatTime } from './words.ts'

/** What a non-delivery report is made of. */
export interface NdrRequest {
  /** With at least one attempt, the last of them failed. */
  readonly state: FollowState
  readonly profile: Profile
  /** Whether the message expired; else it was refused. */
  readonly expired: boolean
  /** Mailbox that could not be reached, as A-labels. */
  readonly recipient: string
  /** Name of the sending system. */
  readonly reportingMta: string
  readonly now: UnixSeconds
  /** So many octets that nobody can foresee: boundary and message id. */
  readonly random: (octets: number) => Uint8Array
  /** What to do, in sentences. */
  readonly advice: readonly string[]
}

const lineMax = 76

/**
 * A non-delivery report as Internet mail with CRLF: multipart/report (RFC 6522), its second part
 * message/delivery-status (RFC 3464). Transient codes have become permanent ones.
 */
export function formatNdr(request: NdrRequest): string {
  const { reportingMta, now, random } = request
  const id = toHex(random(12))
  const boundary = `=_${toHex(random(12))}`
  const part = (type: string, lines: readonly string[]) => [
    `--${boundary}`,
    `Content-Type: ${type}`,
    '',
    ...lines,
    '',
  ]
  return [
    `From: Mail Delivery System <MAILER-DAEMON@${ascii(reportingMta)}>`,
    `To: <postmaster@${ascii(reportingMta)}>`,
    ...fold(`Subject: Undeliverable: check of ${ascii(request.recipient)}`),
    `Date: ${formatMailDate(now)}`,
    `Message-ID: <${id}@${ascii(reportingMta)}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ` boundary="${boundary}"`,
    '',
    'This is a non-delivery report in MIME format.',
    '',
    ...part('text/plain; charset=us-ascii', notification(request)),
    ...part('message/delivery-status', deliveryStatus(request)),
    ...part('text/rfc822-headers', originalHeaders(request, id)),
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

/** Failures that are told as they are when a message expires: those of security and of DNS. */
const toldAsTheyAre = /^5\.(7\.\d+|4\.312|4\.8)$/

/** The last attempt, with the code and the text that end the message. */
function lastOf({ state, expired }: NdrRequest) {
  const last = state.attempts.at(-1)
  const { permanent = '5.0.0', text = 'Delivery failed', reply = '' } = last?.status ?? {}
  if (!expired || toldAsTheyAre.test(permanent)) return { last, permanent, text: ascii(text) }
  const expiry = exchangeStatus('message-expired')
  return { last, permanent: expiry.permanent, text: ascii(`${expiry.text} -> ${reply}`) }
}

/** For people (RFC 6522 §3, first part). */
function notification(request: NdrRequest): string[] {
  const { state, recipient, expired, advice } = request
  const { last, permanent, text } = lastOf(request)
  const tries = state.attempts.length === 1 ? 'once' : `${state.attempts.length} times`
  return [
    ...wrap(`Mail to ${ascii(recipient)} could not be delivered.`),
    '',
    ...wrap(
      expired
        ? `It was tried ${tries}, and after 24 hours the message expired. The last error was:`
        : `It was tried ${tries}, and the destination does not take it:`,
    ),
    '',
    ...wrap(`550 ${permanent} ${text}`, '    '),
    '',
    ...wrap(ascii(last?.reason ?? '')),
    ...(advice.length === 0 ? [] : ['', 'What can be done:', '']),
    ...advice.flatMap((line) => wrap(ascii(line), '  ', '- ')),
    '',
    'Attempts:',
    '',
    ...state.attempts.map(({ at, status }) => `  ${formatTime(at)}  ${status?.transient ?? '-'}`),
  ]
}

/** For programs (RFC 3464 §2): fields of the message, an empty line, those of the recipient. */
function deliveryStatus(request: NdrRequest): string[] {
  const { state, profile, recipient, reportingMta } = request
  const { last, permanent, text } = lastOf(request)
  const first = state.attempts[0]?.at ?? request.now
  // A diagnostic of our own is no reply of a server (RFC 3464 §2.3.6); Exchange Online says smtp.
  const diagnostic = profile === 'exchange' ? 'smtp' : 'X-Danelaw'
  const host = last?.host === undefined ? [] : [`Remote-MTA: dns; ${hostText(last.host)}`]
  return [
    `Reporting-MTA: dns; ${ascii(reportingMta)}`,
    `Arrival-Date: ${formatMailDate(first)}`,
    '',
    `Final-Recipient: rfc822; ${ascii(recipient)}`,
    'Action: failed',
    `Status: ${permanent}`,
    ...host.flatMap(fold),
    ...fold(`Diagnostic-Code: ${diagnostic}; 550 ${permanent} ${text}`),
    `Last-Attempt-Date: ${formatMailDate(last?.at ?? first)}`,
  ]
}

/** The headers of the message that was never sent (RFC 6522 §4). */
function originalHeaders(request: NdrRequest, id: string): string[] {
  const { state, recipient, reportingMta, now } = request
  return [
    `From: <postmaster@${ascii(reportingMta)}>`,
    `To: <${ascii(recipient)}>`,
    ...fold(`Subject: check of ${ascii(recipient)}`),
    `Date: ${formatMailDate(state.attempts[0]?.at ?? now)}`,
    `Message-ID: <${id}.check@${ascii(reportingMta)}>`,
  ]
}

function hostText(name: string): string {
  return ascii(name).replace(/(?<=[^.])\.$/, '')
}

/** Mail headers know ASCII, and no line ends within. */
function ascii(text: string): string {
  return text
    .replace(/…/g, '...')
    .replace(/[‘’]/g, "'")
    .replace(/[^\x20-\x7e]/g, '?')
}

/** A header in lines of at most `lineMax`, where it has spaces (RFC 5322 §2.2.3). */
function fold(header: string): string[] {
  return wrap(header, ' ', '')
}

/** A text in lines; all but the first are indented by `indent`, the first by `first`. */
function wrap(text: string, indent = '', first = indent): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const start = lines.length === 0 ? first : indent
    if (line !== '' && start.length + line.length + 1 + word.length > lineMax) {
      lines.push(start + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '') lines.push((lines.length === 0 ? first : indent) + line)
  return lines
}

/** A date as mail has it (RFC 5322 §3.3), in UTC. */
function formatMailDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString().replace('GMT', '+0000')
}

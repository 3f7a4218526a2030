import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { formatNdr, type NdrRequest } from '../../src/check/ndr.ts'
import type { Attempt } from '../../src/check/state.ts'

const start = 1_795_479_662 as UnixSeconds

function attemptAt(seconds: number, change: Partial<Attempt> = {}): Attempt {
  const text = 'tlsa-invalid: The domain failed DANE validation.'
  return {
    at: (start + seconds) as UnixSeconds,
    outcome: 'delayed',
    host: 'mx.contoso.test.',
    reason: 'mx.contoso.test.: It does not match the server’s certificate…',
    status: { transient: '4.7.323', permanent: '5.7.323', text, reply: `450 4.7.323 ${text}` },
    ...change,
  }
}

const request: NdrRequest = {
  state: {
    version: 1,
    domain: 'contoso.test.',
    attempts: [attemptAt(0), attemptAt(900)],
    sts: undefined,
  },
  profile: 'rfc',
  expired: true,
  recipient: 'user@contoso.test',
  reportingMta: 'sender.test',
  now: (start + 86_400) as UnixSeconds,
  random: (octets) => new Uint8Array(octets).fill(7),
  advice: ['Publish a TLSA record for the certificate in use, or install the right one.'],
}

interface Part {
  readonly type: string
  readonly lines: readonly string[]
}

/** The headers and the parts of a multipart message, by nothing but the MIME RFCs. */
function readMultipart(mail: string): { headers: Map<string, string>; parts: Part[] } {
  const [head = '', ...rest] = mail.split('\r\n\r\n')
  const headers = readFields(head.split('\r\n'))
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1] ?? '?'
  const body = rest.join('\r\n\r\n')
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`)
  if (pieces.at(-1) !== '--\r\n') throw new Error('the last boundary is missing')
  const parts = pieces.slice(1, -1).map((piece) => {
    const [fields = '', ...content] = piece.replace(/^\r\n/, '').split('\r\n\r\n')
    const type = readFields(fields.split('\r\n')).get('content-type') ?? ''
    return { type, lines: content.join('\r\n\r\n').split('\r\n') }
  })
  return { headers, parts }
}

/** Fields of one block, unfolded (RFC 5322 §2.2.3). */
function readFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>()
  let last = ''
  for (const line of lines) {
    if (/^[ \t]/.test(line)) fields.set(last, `${fields.get(last)} ${line.trim()}`)
    else {
      const at = line.indexOf(':')
      last = line.slice(0, at).toLowerCase()
      if (fields.has(last)) throw new Error(`field ${last} comes twice`)
      fields.set(last, line.slice(at + 1).trim())
    }
  }
  return fields
}

/** The blocks of message/delivery-status (RFC 3464 §2.1). */
function readStatus(lines: readonly string[]): Map<string, string>[] {
  const blocks = lines.join('\r\n').trimEnd().split('\r\n\r\n')
  return blocks.map((block) => readFields(block.split('\r\n')))
}

t.test('formatNdr is multipart/report with three parts (RFC 6522 §3)', async (t) => {
  const { headers, parts } = readMultipart(formatNdr(request))
  t.match(headers.get('content-type'), /^multipart\/report; report-type=delivery-status;/)
  t.equal(headers.get('mime-version'), '1.0')
  t.equal(headers.get('auto-submitted'), 'auto-replied')
  t.match(headers.get('date'), /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 2026 \d\d:\d\d:\d\d \+0000$/)
  t.same(
    parts.map(({ type }) => type.split(';')[0]),
    ['text/plain', 'message/delivery-status', 'text/rfc822-headers'],
  )
})

t.test('formatNdr has the fields of RFC 3464 §2.2 and §2.3', async (t) => {
  const { parts } = readMultipart(formatNdr(request))
  const [message, recipient, ...more] = readStatus(parts[1]?.lines ?? [])
  t.equal(more.length, 0)
  t.same(Object.fromEntries(message ?? []), {
    'reporting-mta': 'dns; sender.test',
    'arrival-date': 'Tue, 24 Nov 2026 00:21:02 +0000',
  })
  t.same(Object.fromEntries(recipient ?? []), {
    'final-recipient': 'rfc822; user@contoso.test',
    action: 'failed',
    status: '5.7.323',
    'remote-mta': 'dns; mx.contoso.test',
    'diagnostic-code': 'X-Danelaw; 550 5.7.323 tlsa-invalid: The domain failed DANE validation.',
    'last-attempt-date': 'Tue, 24 Nov 2026 00:36:02 +0000',
  })
})

t.test('formatNdr says smtp as Exchange Online does', async (t) => {
  const { parts } = readMultipart(formatNdr({ ...request, profile: 'exchange' }))
  const [, recipient] = readStatus(parts[1]?.lines ?? [])
  t.match(recipient?.get('diagnostic-code'), /^smtp; 550 5\.7\.323 /)
})

t.test('formatNdr tells people what was tried, what failed, and what can be done', async (t) => {
  const { parts } = readMultipart(formatNdr(request))
  const text = (parts[0]?.lines ?? []).join('\n')
  t.match(text, 'It was tried 2 times, and after 24 hours the message expired.')
  t.match(text, '550 5.7.323 tlsa-invalid: The domain failed DANE validation.')
  t.match(text, '- Publish a TLSA record')
  t.match(text, '2026-11-24T00:21:02Z  4.7.323')
  const refused = { ...request, expired: false }
  const [first] = readMultipart(formatNdr(refused)).parts
  t.match((first?.lines ?? []).join('\n'), 'the destination does not take it')
})

t.test('formatNdr says "Message expired" of what is neither security nor DNS', async (t) => {
  const text = 'Connection refused'
  const status = { transient: '4.4.316', permanent: '5.4.316', text, reply: `450 4.4.316 ${text}` }
  const state = { ...request.state, attempts: [attemptAt(0, { status })] }
  const expired = readMultipart(formatNdr({ ...request, state })).parts
  const [, recipient] = readStatus(expired[1]?.lines ?? [])
  t.match(Object.fromEntries(recipient ?? []), {
    status: '5.4.300',
    'diagnostic-code': 'X-Danelaw; 550 5.4.300 Message expired -> 450 4.4.316 Connection refused',
  })
  const refused = readMultipart(formatNdr({ ...request, state, expired: false })).parts
  t.equal(readStatus(refused[1]?.lines ?? [])[1]?.get('status'), '5.4.316')
})

t.test('formatNdr keeps to ASCII, to short lines, and to one header per line', async (t) => {
  const hostile = '\r\nBcc: all@example.test\r\n\r\n--x ünïcode \u0000'
  const attempts = [
    attemptAt(0, {
      reason: hostile,
      host: `a${hostile}.test.`,
      status: { transient: '4.7.323', permanent: '5.7.323', text: hostile, reply: hostile },
    }),
  ]
  const mail = formatNdr({
    ...request,
    state: { ...request.state, attempts },
    recipient: `u${hostile}@contoso.test`,
    reportingMta: `s${hostile}`,
    advice: [hostile],
  })
  t.notMatch(mail, /[^\x20-\x7e\r\n]/)
  t.notMatch(mail.replaceAll('\r\n', ''), /[\r\n]/)
  t.notMatch(mail, /^Bcc:/m)
  const { headers, parts } = readMultipart(mail)
  t.notOk(headers.has('bcc'))
  t.equal(parts.length, 3)
  for (const line of formatNdr(request).split('\r\n')) t.ok(line.length <= 78, line)
})

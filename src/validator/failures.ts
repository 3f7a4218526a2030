import { Ede, EdnsOption, formatRcode, type Message, Rcode } from '../message/index.ts'
import type { RRType } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import type { LookupResult } from './lookup.ts'
import { because, setText } from './reason.ts'
import type { Reason } from './verdict.ts'

/** Rcodes by which a server says that it, or those it asked, cannot tell. */
const unreachable: ReadonlySet<number> = new Set([Rcode.SERVFAIL, Rcode.REFUSED, Rcode.NOTAUTH])

const quotedOctetsMax = 200

/** The first extended error of a response (RFC 8914 §2), for people: it is not authenticated. */
function extendedError({ edns }: Message): string {
  const option = edns?.options.find(({ code }) => code === EdnsOption.EDE)
  if (!option || option.data.length < 2) return ''
  const code = ((option.data[0] ?? 0) << 8) | (option.data[1] ?? 0)
  const text = Buffer.from(option.data.subarray(2, 2 + quotedOctetsMax)).toString('utf8')
  return ` (extended error ${code}${text === '' ? '' : `: ${JSON.stringify(text)}`})`
}

/** What a lookup brought that can be judged; or why it brought nothing of the kind. */
export function receivedMessage(result: LookupResult, name: Name, type: RRType): Message | Reason {
  if (result.kind === 'failed') return result.reason
  const { message } = result
  const { rcode } = message
  if (rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN) return message
  const text = `The answer for ${setText(name, type)} is ${formatRcode(rcode)}`
  const ede = unreachable.has(rcode) ? Ede.NO_REACHABLE_AUTHORITY : Ede.OTHER
  return because(`${text}${extendedError(message)}`, ede, { subject: { owner: name, type } })
}

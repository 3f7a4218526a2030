import type { DeliveryCase, PlacedCase } from '../../../src/post/index.ts'
import type { Fate } from '../mail/fate.ts'
import { type PostfixDifference, postfixDifferences } from './differences.ts'

/** One case: what is to become of its mail, and what does. */
export interface MailFate {
  readonly one: DeliveryCase
  readonly expected: string
  readonly said: string
  readonly agrees: boolean
  /** What the log says of it, without what differs from run to run. */
  readonly line: string
  /** Why it is not what was expected. */
  readonly difference: PostfixDifference | undefined
}

/** What RFC 7672, or MTA-STS, has become of a mail, in the words of Postfix. */
function expectedFate({ expect: { rfc } }: DeliveryCase): string {
  switch (rfc) {
    case 'delayed':
      return 'deferred'
    case 'refused':
      return 'bounced'
    case 'dane':
    case 'sts':
      return 'delivered, Verified'
    case 'encrypted':
      return 'delivered by TLS'
    default:
      return 'delivered'
  }
}

/** What Postfix says became of it, and by which host where the case is about that. */
function saidFate({ status, tls, relay }: Fate, placed: PlacedCase, one: DeliveryCase): string {
  if (status !== 'sent') return status
  const said = tls === undefined ? 'delivered in clear' : `delivered, ${tls}`
  const { host } = one.expect
  return host === undefined || placed.fill(host) === `${relay}.` ? said : `${said}, by ${relay}`
}

function isMet(expected: string, said: string): boolean {
  if (expected === 'delivered') return said.startsWith(expected) && !said.includes(' by ')
  return expected === said || (expected === 'delivered by TLS' && /^delivered, \w+$/.test(said))
}

/** The line of a log without date, processes, queue ids, delays and addresses. */
function lasting(line: string): string {
  return line
    .replace(/^.*? postfix\/(?=\w)/, '')
    .replace(/^(\w+)\[\d+\]: (?:[0-9A-F]+: )?/, '$1: ')
    .replace(/ delay=[^,]*, delays=[^,]*,/, '')
    .replace(/\[[0-9a-f.:]+\](?::25)?/g, '')
    .replace(/pid \d+/, 'pid …')
}

/** Holds what became of a mail against what was to become of it. */
export function mailFate(placed: PlacedCase, one: DeliveryCase, fate: Fate): MailFate {
  const expected = expectedFate(one)
  const said = saidFate(fate, placed, one)
  const agrees = isMet(expected, said)
  const difference = postfixDifferences.find(
    (row) => !agrees && row.cases.includes(one.id) && row.said === said,
  )
  return { one, expected, said, agrees, line: lasting(fate.line), difference }
}

import { toASCII } from 'tr46'
import { CodedError } from '../base/index.ts'
import { formatName, lowerName, type Name, parseName } from '../wire/index.ts'

/** What somebody wants to reach: a domain, and the mailbox if one was named. */
export interface Mailbox {
  readonly domain: Name
  /** As A-labels: `user@xn--mnchen-3ya.example`; `postmaster@…` where none was named. */
  readonly recipient: string
}

/**
 * Reads a domain name as people write it: Unicode becomes A-labels (UTS #46), the final dot may be
 * missing.
 *
 * @throws {CodedError} `name-invalid`
 */
export function parseDomain(text: string): Name {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\u0000-\u007f]*$/.test(text)) return parseName(text)
  const dotted = text.replace(/[。．｡]/g, '.')
  const ascii = toASCII(dotted.replace(/\.$/, ''), {
    checkBidi: true,
    checkJoiners: true,
    verifyDNSLength: true,
  })
  if (ascii === null) {
    const quoted = JSON.stringify(text)
    throw new CodedError('name-invalid', `Cannot read name ${quoted}: UTS #46 does not allow it`)
  }
  return parseName(`${ascii}.`)
}

/**
 * Reads `domain` or `user@domain`.
 *
 * @throws {CodedError} `name-invalid`
 */
export function parseMailbox(text: string): Mailbox {
  const at = text.lastIndexOf('@')
  if (text.slice(at + 1).startsWith('[')) {
    // RFC 7672 §2.2: where the next hop is an address there is no name to find TLSA records at.
    const quoted = JSON.stringify(text.slice(at + 1))
    const why = 'it is an address, to which DANE does not apply'
    throw new CodedError('name-invalid', `Cannot check ${quoted}: ${why}`)
  }
  const local = at > 0 ? text.slice(0, at) : 'postmaster'
  const domain = lowerName(parseDomain(text.slice(at + 1)))
  return { domain, recipient: `${local}@${formatName(domain).replace(/(?<=.)\.$/, '')}` }
}

import { isIP } from 'node:net'
import { CodedError } from '../base/index.ts'
import type { Name } from '../wire/index.ts'
import { formatName, labelCount } from '../wire/index.ts'

/** What Postfix asks about: a nexthop, as it stands in its queue or its transport table. */
export type PolicyKey =
  /** A domain, whose MX records are looked up. */
  | { readonly kind: 'domain'; readonly domain: Name; readonly port: number }
  /** `[host]`: a host, whose are not. */
  | { readonly kind: 'host'; readonly domain: Name; readonly port: number }
  /** Nothing is to be said of it: an address, or the parent of a domain that was asked before. */
  | { readonly kind: 'none'; readonly reason: string }
  /** No nexthop at all. */
  | { readonly kind: 'invalid'; readonly reason: string }

const smtpPort = 25

/** Services that Postfix may be told of by name (`[mail.example.com]:submission`). */
const services: Readonly<Record<string, number>> = { smtp: smtpPort, submission: 587 }

/**
 * Reads a key. `parseDomain` turns what may be Unicode into a name and throws `name-invalid`; host
 * names only are taken of what it gives, since no others are looked up to send mail.
 */
export function readKey(text: string, parseDomain: (text: string) => Name): PolicyKey {
  if (text.startsWith('.')) {
    return { kind: 'none', reason: 'policies are for a domain, not for all below its parent' }
  }
  const match = nexthop.exec(text)
  if (!match) return invalid('it is not a host name')
  const [, inBrackets, bare = '', service] = match
  const destination = inBrackets ?? bare
  if (isIP(destination.replace(/^ipv6:/i, '')) !== 0) {
    return { kind: 'none', reason: 'there is no DANE for an address (RFC 7672 §2.2)' }
  }
  const port = readPort(service)
  if (port === undefined) return invalid('it has no port that is known')
  try {
    const domain = parseDomain(destination)
    if (labelCount(domain) === 0 || !hostName.test(formatName(domain))) {
      return invalid('it is not a host name')
    }
    return { kind: inBrackets === undefined ? 'domain' : 'host', domain, port }
  } catch (error) {
    if (error instanceof CodedError) return invalid(error.message)
    throw error
  }
}

/** `host`, `host:port`, `[host]` or `[host]:port`, whatever these are; nothing is escaped here. */
const nexthop = /^(?:\[([^[\]\\]*)\]|([^[\]:\\]*))(?::([^[\]:]*))?$/

/** Letters, digits and hyphens; and underscores, which some hosts have all the same. */
const hostName = /^(?:[A-Za-z0-9_-]+\.)+$/

function readPort(service: string | undefined): number | undefined {
  if (service === undefined) return smtpPort
  if (!/^[0-9]{1,5}$/.test(service)) return services[service]
  const port = Number(service)
  return port >= 1 && port <= 65_535 ? port : undefined
}

function invalid(why: string): PolicyKey {
  return { kind: 'invalid', reason: `not a destination of mail: ${why}` }
}

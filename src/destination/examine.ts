import { Rcode } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import type { Resolution, ResolveOptions, Stub } from '../stub/index.ts'
import type { Reason } from '../validator/index.ts'
import { formatName } from '../wire/index.ts'
import { isFailure } from './addresses.ts'
import type { Destination, DestinationQuestion, Host } from './destination.ts'
import { examineHost, type Way } from './host.ts'
import { type MailHost, orderHosts } from './hosts.ts'

/** What the MX lookup leads to, before hosts are looked at. */
type Lead = Pick<Destination, 'kind' | 'reason' | 'notes'> & { readonly hosts: readonly MailHost[] }

/**
 * Asks DNS where mail for a domain goes, and how each host has to be met (RFC 7672 §2.2). Never
 * rejects for anything that the network does. Hosts are looked at side by side; `options` go to
 * every lookup.
 */
export async function examineDestination(
  question: DestinationQuestion,
  stub: Stub,
  options?: ResolveOptions,
): Promise<Destination> {
  const { domain } = question
  const mx = await stub.resolve(domain, RR.MX, options)
  const { hosts, ...lead } = followMx(question, mx)
  const expanded = isFailure(mx) ? domain : (mx.hops.at(-1)?.name ?? domain)
  const isProtected = mx.security === 'secure'
  const way: Way = { question, expanded, isMx: lead.kind === 'mx', isProtected }
  return {
    domain,
    expanded,
    mx,
    ...lead,
    isProtected,
    hosts: await Promise.all(hosts.map((host) => examineHost(host, way, stub, options))),
  }
}

/**
 * The same of a host that is named as such (`[mail.example.com]`): its MX records have no say, and
 * it is met as any destination without them (RFC 7672 §2.2.2).
 */
export function examineSoleHost(
  question: DestinationQuestion,
  stub: Stub,
  options?: ResolveOptions,
): Promise<Host> {
  const { domain } = question
  const way: Way = { question, expanded: domain, isMx: false, isProtected: true }
  return examineHost({ name: domain, preference: 0 }, way, stub, options)
}

function followMx(question: DestinationQuestion, mx: Resolution): Lead {
  const name = formatName(question.domain)
  const none = { hosts: [], notes: [] }
  // RFC 7672 §2.1.2: without MX records that can be believed, mail waits.
  if (isFailure(mx)) return { ...none, kind: 'failed', reason: mx.reason }
  const because = (text: string): Reason => ({ text, ede: mx.reason.ede })
  if (mx.rcode === Rcode.NXDOMAIN) {
    return { ...none, kind: 'absent', reason: because(`${name} does not exist`) }
  }
  if (!mx.data) {
    // RFC 5321 §5.1: a domain without MX records is its own host, with preference 0.
    const reason = because(`${name} has no MX records and is its own host`)
    const hosts = [{ name: question.domain, preference: 0 }]
    return { kind: 'implicit', reason, hosts, notes: [] }
  }
  const { hosts, isNull, notes } = orderHosts(mx.data.rrset, question)
  if (isNull) return { ...none, kind: 'null-mx', reason: because(`${name} takes no mail`) }
  const security = mx.security === 'secure' ? 'secure' : 'not secure'
  const reason = because(`The MX records of ${name} are ${security}`)
  return { kind: 'mx', reason, hosts, notes }
}

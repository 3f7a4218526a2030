import type { Profile } from '../dane/index.ts'
import { exchangeStatus, type HostVerdict } from '../dane/index.ts'
import type { Destination } from '../destination/index.ts'
import { formatName } from '../wire/index.ts'
import type {
  CheckMode,
  DeliveryVerdict,
  DomainVerdict,
  HostReport,
  StatusText,
  StepStatus,
} from './report.ts'
import { printable, protectionWords } from './words.ts'

/** A verdict of `dane` as it stands in a report. */
export function deliveryVerdict(verdict: HostVerdict): DeliveryVerdict {
  const { delivers, protection, temporary, exchange, report, text } = verdict
  const reason = printable(text)
  const status = exchange ? statusText(exchange) : delivers ? undefined : otherStatus(reason)
  return { delivers, protection, temporary, reason, status, reportType: report }
}

function statusText(status: {
  readonly transient: string
  readonly permanent: string
  readonly text: string
}): StatusText {
  const { transient, permanent } = status
  const text = printable(status.text)
  return { transient, permanent, text, reply: `450 ${transient} ${text}` }
}

/** What has no code of its own (RFC 3463 §3.6: other or undefined protocol status). */
function otherStatus(text: string): StatusText {
  return statusText({ transient: '4.5.0', permanent: '5.5.0', text })
}

/**
 * What a host's addresses come to: a sender tries them in order, and the first that takes the mail
 * decides. When none does, the failure that says most is told.
 */
export function judgeAddresses(verdicts: readonly DeliveryVerdict[]): DeliveryVerdict | undefined {
  return verdicts.find(({ delivers }) => delivers) ?? mostTelling(verdicts)
}

/** The first failure of security; else the first. */
function mostTelling<T extends { readonly status: StatusText | undefined }>(
  failures: readonly T[],
): T | undefined {
  return failures.find(({ status }) => status?.transient.startsWith('4.7.')) ?? failures[0]
}

/** What a domain is judged by. */
export interface DomainFacts {
  readonly mode: CheckMode
  readonly destination: Destination
  /** In the order in which a sender tries them. */
  readonly hosts: readonly Pick<HostReport, 'name' | 'level' | 'security' | 'verdicts'>[]
  readonly profile: Profile
}

/**
 * Whether a sender would deliver to a domain: hosts are tried in order of preference, TLSA records
 * never change that order (RFC 7672 §2.2.1), a host that fails is passed over for the next one, and
 * when all fail the mail is delayed.
 */
export function judgeDomain(facts: DomainFacts): DomainVerdict {
  const { destination, hosts, profile } = facts
  const early = judgeDestination(destination, hosts.length)
  if (early) return early
  const verdicts = hosts.map(({ name, verdicts }) => ({ host: name, ...verdicts[profile] }))
  const taker = verdicts.find(({ delivers }) => delivers)
  if (taker) return delivered(facts, taker)
  const failure = mostTelling(verdicts)
  const isFinal = verdicts.every(({ temporary }) => !temporary)
  const many = hosts.length > 1 ? `None of ${hosts.length} hosts takes the mail: ` : ''
  const reason = failure?.reason ?? 'no host'
  return {
    outcome: isFinal ? 'refused' : 'delayed',
    protection: 'none',
    isProtected: false,
    host: failure?.host,
    reason: `${many}${failure ? `${failure.host}: ` : ''}${reason}`,
    status: failure?.status ?? otherStatus(reason),
  }
}

/** What is decided before any host is looked at. */
function judgeDestination(
  { kind, domain, reason, mx }: Destination,
  hosts: number,
): DomainVerdict | undefined {
  const failed = { protection: 'none', isProtected: false, host: undefined } as const
  const name = formatName(domain)
  switch (kind) {
    case 'failed': {
      // RFC 7672 §2.1.2: who cannot learn where mail goes waits, and never guesses.
      const status = statusText(exchangeStatus('dns-failed'))
      const text = `The MX records cannot be looked up safely: ${printable(reason.text)}`
      return { ...failed, outcome: 'delayed', reason: text, status }
    }
    case 'absent': {
      const text = `DNS domain ${name} does not exist`
      const status = statusText({ transient: '4.4.310', permanent: '5.4.310', text })
      const outcome = mx.security === 'bogus' ? 'delayed' : 'refused'
      return { ...failed, outcome, reason: `The domain ${name} does not exist`, status }
    }
    case 'null-mx': {
      // RFC 7505 §4.1 gives the codes.
      const text = 'Recipient address has null MX'
      const codes = { transient: '5.1.10', permanent: '5.1.10', text }
      const status = { ...codes, reply: `556 5.1.10 ${text}` }
      return { ...failed, outcome: 'refused', reason: 'The domain takes no mail', status }
    }
    case 'mx':
    case 'implicit': {
      if (hosts > 0) return undefined
      const text = 'None of the MX records names a host that mail could be given to'
      return { ...failed, outcome: 'delayed', reason: text, status: otherStatus(text) }
    }
  }
}

function delivered(
  { mode, destination, hosts, profile }: DomainFacts,
  taker: DeliveryVerdict & { readonly host: string },
): DomainVerdict {
  const { protection, host } = taker
  const base = { outcome: 'delivers', protection, host, status: undefined } as const
  if (mode === 'dnssec-only') {
    const weak = hosts.find(({ security }) => security !== 'secure')
    const isProtected = destination.isProtected && weak === undefined
    const reason = isProtected
      ? 'Every record on the way to the mail hosts is signed and valid'
      : destination.isProtected
        ? `The MX records are signed and valid; the addresses of ${weak?.name ?? 'a host'} are not`
        : 'The MX records are not signed'
    return { ...base, isProtected, reason }
  }
  const way = `Mail goes to ${host} ${protectionWords[protection]}`
  if (protection !== 'dane') {
    const insecure = destination.isProtected ? '' : ', and the MX records are not signed'
    return { ...base, isProtected: false, reason: `${way}${insecure}` }
  }
  const weak = hosts.find((one) => isWeak(one, profile))
  const isProtected = destination.isProtected && weak === undefined
  const but = weak ? `; but ${weak.name} would be given mail without that` : ''
  return { ...base, isProtected, reason: `${way}${but}` }
}

/**
 * Whether somebody who keeps a sender from the better hosts could have mail given to this one
 * without a match: TLSA records do not authenticate it, and neither MTA-STS nor a policy of
 * mandatory DANE stands in the way. That it is down at the moment says nothing.
 */
function isWeak({ level, verdicts }: DomainFacts['hosts'][number], profile: Profile): boolean {
  const { delivers, reportType } = verdicts[profile]
  if (level === 'encrypted') return reportType !== 'dane-required'
  return level === 'none' && (delivers || reportType === undefined)
}

/**
 * How a step ends that comes to these verdicts: green where DANE protects (or, for `isPlain`, where
 * mail arrives), red where no profile delivers.
 */
export function domainStatus(verdicts: readonly DomainVerdict[], isPlain: boolean): StepStatus {
  const delivering = verdicts.filter(({ outcome }) => outcome === 'delivers')
  if (delivering.length === 0) return 'failed'
  if (delivering.length < verdicts.length) return 'warning'
  return isPlain || delivering.every(({ isProtected }) => isProtected) ? 'ok' : 'warning'
}

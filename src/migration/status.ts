import type { Host } from '../destination/index.ts'
import { matchesMx } from '../mtasts/index.ts'
import { equalNames } from '../wire/index.ts'
import { linesOf } from './codes.ts'
import type {
  DnssecStatus,
  ExpectedDomain,
  ObservedDomain,
  ObservedMx,
  StatusCode,
  StatusLines,
  Validity,
} from './types.ts'

/**
 * Judges what was seen of a domain by what it shall be, as `Get-DnssecStatusForVerifiedDomain`
 * does. Pure. Three parts are judged apart, and none hides another: whether DNS can be believed,
 * whether the MX records are the expected ones, whether MTA-STS lets mail go there. The preference
 * to compare with is that of the expected record, 0 or 10.
 */
export function dnssecStatus(expected: ExpectedDomain, observed: ObservedDomain): DnssecStatus {
  const { skips, mx, sts } = observed
  const about = (codes: readonly StatusCode[]) => linesOf(codes, expected)
  const dns = about(skips.dns ? [] : dnsCodes(expected, observed))
  const records = about(skips.mx ? [] : mxCodes(expected, observed))
  const policy = about(stsCodes(expected, observed))
  return {
    feature: featureOf(expected),
    expected: expected.expected,
    ...about(domainCodes(expected)),
    dns: { support: validity(skips.dns || mx.kind === 'skipped', dns), ...dns },
    mx: {
      status: validity(skips.mx || mx.kind === 'skipped', records),
      actual: !skips.mx && mx.kind === 'found' ? mx.records : [],
      ...records,
    },
    sts: {
      status: validity(sts.kind === 'skipped', policy),
      available: sts.kind === 'policy',
      mode: sts.kind === 'policy' ? modes[sts.policy.mode] : 'Unavailable',
      ...policy,
    },
  }
}

const modes = { enforce: 'Enforce', testing: 'Testing', none: 'None' } as const

function validity(isSkipped: boolean, { errors, warnings }: StatusLines): Validity {
  if (isSkipped) return 'Skipped'
  return errors.length + warnings.length === 0 ? 'Valid' : 'Invalid'
}

/** A feature is on or off for whoever is accepted; of the others nothing can be said. */
function featureOf({ domain }: ExpectedDomain): DnssecStatus['feature'] {
  if (!isAccepted(domain) || domain.verifiedAt === undefined) return 'Unknown'
  return domain.dnssec.kind === 'on' ? 'Enabled' : 'Disabled'
}

/** Whether a domain is there, and has not been given up. */
export function isAccepted(
  domain: ExpectedDomain['domain'],
): domain is NonNullable<ExpectedDomain['domain']> {
  return domain !== undefined && domain.removedAt === undefined
}

function domainCodes({ domain }: ExpectedDomain): readonly StatusCode[] {
  if (!isAccepted(domain)) return ['EG001']
  return domain.verifiedAt === undefined ? ['EG002'] : []
}

/** Whether a sender of DANE believes the way to this host (RFC 7672 §2.2.1, §2.2.2). */
export function isAuthentic({ security, addresses }: Host): boolean {
  return security === 'secure' && addresses.length > 0
}

/**
 * MX records and the host that they lead to have to be secure, both. The hosts of before are not,
 * which is no fault of the domain's DNS: where the signed host is there, it is the one that counts.
 */
function dnsCodes({ expected }: ExpectedDomain, { mx, hosts }: ObservedDomain): StatusCode[] {
  switch (mx.kind) {
    case 'skipped':
      return []
    case 'failed':
      return ['ED001']
    case 'nxdomain':
      return ['ED002']
    case 'nodata':
      return mx.security === 'secure' ? [] : ['ED003']
    case 'found': {
      const own = hosts.filter(({ name }) => expected && equalNames(name, expected.host))
      const isSecure = mx.security === 'secure' && (own.length > 0 ? own : hosts).some(isAuthentic)
      return isSecure ? [] : ['ED003']
    }
  }
}

/** Without an expected record there is nothing to compare; that there are none is told anyway. */
function mxCodes({ expected }: ExpectedDomain, { mx }: ObservedDomain): StatusCode[] {
  const unknown: StatusCode[] = expected ? [] : ['EX013']
  switch (mx.kind) {
    case 'skipped':
      return []
    case 'failed':
      return ['EX010', ...unknown]
    case 'nxdomain':
    case 'nodata':
      return ['EX012', ...unknown]
    case 'found':
      return expected ? compareRecords(expected, mx.records) : unknown
  }
}

/**
 * Lower preference is a larger number. Other records are compared with the one that is there, not
 * with the number that it should have: that decides where mail goes (RFC 5321 §5.1).
 */
function compareRecords(
  { host, preference }: NonNullable<ExpectedDomain['expected']>,
  records: readonly ObservedMx[],
): StatusCode[] {
  const own = records.filter((record) => equalNames(record.host, host))
  const others = records.filter((record) => !own.includes(record))
  if (own.length === 0) return [others.length > 1 ? 'EX007' : 'EX002']
  const isAlone = others.length === 0
  const actual = Math.min(...own.map((record) => record.preference))
  const codes: StatusCode[] = []
  if (isAlone && own.some((record) => record.preference !== preference)) codes.push('EX003')
  if (others.some((other) => other.preference === actual)) codes.push('EX004')
  if (others.some((other) => other.preference > actual)) codes.push('EX005')
  if (others.some((other) => other.preference < actual)) codes.push('EX006')
  if (!isAlone && actual > preference) codes.push('EX008')
  if (!isAlone && actual < preference) codes.push('EX009')
  return codes
}

/** Only mode enforce keeps mail back (RFC 8461 §5); a policy of mode none is as no policy. */
function stsCodes({ expected }: ExpectedDomain, { sts }: ObservedDomain): StatusCode[] {
  if (sts.kind !== 'policy' || sts.policy.mode === 'none') return []
  if (!expected) return ['ES002']
  const isMissing = sts.policy.mode === 'enforce' && !matchesMx(sts.policy, expected.host)
  return isMissing ? ['ES001'] : []
}

import { formatRdata, RR } from '../rr/index.ts'
import type { Resolution, Stub } from '../stub/index.ts'
import type { Reason, Security } from '../validator/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import type { FamilyRule } from './destination.ts'

/** What the addresses of a host came to, and where TLSA may be looked for because of them. */
export type Reach =
  /** At least one address. */
  | {
      readonly kind: 'found'
      readonly addresses: readonly string[]
      readonly security: Security
      readonly expanded: Name
      /** Where TLSA may be, best first (RFC 7672 §2.2.2, §2.2.3); none: no DANE. */
      readonly candidates: readonly Name[]
      readonly reason: Reason
    }
  /** Proven, or said without proof, that there is none. */
  | { readonly kind: 'none'; readonly security: Security; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly security: Security; readonly reason: Reason }

/** RFC 7672 §2.1.1: bogus and indeterminate are lookups that failed; insecure is none. */
export function isFailure({ security }: Resolution): boolean {
  return security === 'bogus' || security === 'indeterminate'
}

/**
 * The addresses of a host that is no mail host, such as that of a policy or of a collector of
 * reports, both families by turns; none where the lookups fail. Aliases are followed.
 */
export async function lookUpAddresses(
  stub: Pick<Stub, 'resolve'>,
  host: Name,
): Promise<readonly string[]> {
  const [a, aaaa] = await Promise.all([stub.resolve(host, RR.A), stub.resolve(host, RR.AAAA)])
  return interleave(textsOf(a, RR.A), textsOf(aaaa, RR.AAAA))
}

/** Judges both lookups of a host's addresses. */
export function judgeAddresses(
  host: Name,
  a: Resolution,
  aaaa: Resolution,
  { families, addressesMax }: { readonly families: FamilyRule; readonly addressesMax: number },
): Reach {
  const found = [a, aaaa].filter((lookup) => !isFailure(lookup) && lookup.data)
  const failed = [a, aaaa].find(isFailure)
  // RFC 7672 §2.1.2 leaves open what one family is worth when the other one failed.
  if (failed && (families === 'strict' || found.length === 0)) {
    return { kind: 'failed', security: failed.security, reason: failed.reason }
  }
  const addresses = interleave(textsOf(a, RR.A), textsOf(aaaa, RR.AAAA)).slice(0, addressesMax)
  const decisive = found.find(({ security }) => security !== 'secure') ?? found[0]
  if (!decisive) {
    const reason = { text: `${formatName(host)} has no address`, ede: undefined }
    return { kind: 'none', security: a.security === 'secure' ? aaaa.security : a.security, reason }
  }
  const expanded = decisive.hops.at(-1)?.name ?? host
  return {
    kind: 'found',
    addresses,
    security: decisive.security,
    expanded: decisive.security === 'secure' ? expanded : host,
    ...candidatesOf(host, expanded, decisive),
  }
}

/**
 * RFC 7672 §2.2.2: addresses that are secure, by a secure alias or none, let TLSA be looked for at
 * the end of the alias and then at its beginning, never between. A secure alias to what is insecure
 * leaves its beginning. Whatever is insecure from the start has no DANE.
 */
function candidatesOf(
  host: Name,
  expanded: Name,
  { hops, security }: Resolution,
): { readonly candidates: readonly Name[]; readonly reason: Reason } {
  const isAlias = hops[0]?.kind === 'alias'
  const text = formatName(host)
  if (security === 'secure') {
    const what = isAlias ? `${text}, an alias of ${formatName(expanded)},` : text
    const reason = { text: `${what} has secure addresses`, ede: undefined }
    return { candidates: isAlias ? [expanded, host] : [host], reason }
  }
  if (isAlias && hops[0]?.security === 'secure') {
    const reason = {
      text: `${text} is a secure alias of a name that is not secure`,
      ede: undefined,
    }
    return { candidates: [host], reason }
  }
  const what = isAlias ? 'is an alias that is not secure' : 'has addresses that are not secure'
  return { candidates: [], reason: { text: `${text} ${what}: no DANE`, ede: undefined } }
}

function textsOf(lookup: Resolution, type: typeof RR.A | typeof RR.AAAA): readonly string[] {
  if (isFailure(lookup)) return []
  return (lookup.data?.rrset.rdatas ?? []).map((rdata) => formatRdata(type, rdata))
}

/** By turns, so that a cut leaves both families. */
function interleave(a: readonly string[], b: readonly string[]): string[] {
  const length = Math.max(a.length, b.length)
  return Array.from({ length }, (_, at) => [a[at], b[at]])
    .flat()
    .filter((text) => text !== undefined)
}

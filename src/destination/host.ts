import { judgeTlsas, referenceNames, type TlsaOutcome, tlsLevel } from '../dane/index.ts'
import { RR } from '../rr/index.ts'
import type { ResolveOptions, Stub } from '../stub/index.ts'
import type { Reason } from '../validator/index.ts'
import { formatName, type Name, nameFromLabels, nameLabels, nameLengthMax } from '../wire/index.ts'
import { isFailure, judgeAddresses } from './addresses.ts'
import type { DestinationQuestion, Host, TlsaLookup } from './destination.ts'
import type { MailHost } from './hosts.ts'

/** How a host was come by. */
export interface Way {
  readonly question: DestinationQuestion
  /** The domain after its alias. */
  readonly expanded: Name
  readonly isMx: boolean
  readonly isProtected: boolean
}

/** What came of the search for TLSA records. */
type TlsaSearch = Pick<Host, 'tlsaLookups' | 'tlsa' | 'tlsaBase' | 'reason'> & {
  readonly outcome: TlsaOutcome
}

/** Asks all that DNS has to say of one host (RFC 7672 §2.2.2, §2.2.3). */
export async function examineHost(
  { name, preference }: MailHost,
  way: Way,
  stub: Stub,
  options?: ResolveOptions,
): Promise<Host> {
  const { question } = way
  // RFC 7672 §2.2.2: addresses first; some servers fail when asked for TLSA they do not know.
  const [a, aaaa] = await Promise.all([
    stub.resolve(name, RR.A, options),
    stub.resolve(name, RR.AAAA, options),
  ])
  const reach = judgeAddresses(name, a, aaaa, question)
  const { security } = reach
  const facts = { name, preference, a, aaaa, security }
  if (reach.kind !== 'found') {
    const isFailed = reach.kind === 'failed'
    return {
      ...facts,
      expanded: name,
      addresses: [],
      tlsaLookups: [],
      tlsa: undefined,
      tlsaBase: undefined,
      referenceNames: [],
      level: isFailed ? 'failed' : 'none',
      failedLookup: isFailed ? 'address' : undefined,
      reason: reach.reason,
    }
  }
  const { addresses, expanded, candidates } = reach
  const { outcome, ...search } = await searchTlsa(candidates, reach.reason, way, stub, options)
  const chain = candidates.length > 0 ? 'secure' : 'insecure'
  return {
    ...facts,
    expanded,
    addresses,
    ...search,
    referenceNames: search.tlsaBase ? namesFor(search.tlsaBase, way) : [],
    level: tlsLevel(chain, outcome).dane,
    failedLookup: outcome === 'failed' ? 'tlsa' : undefined,
  }
}

/**
 * RFC 7672 §2.2.3: the first candidate with secure TLSA records, of whatever kind, is the base. One
 * whose lookup fails ends the search: who can make it fail must not choose the base.
 */
async function searchTlsa(
  candidates: readonly Name[],
  reason: Reason,
  { question }: Way,
  stub: Stub,
  options?: ResolveOptions,
): Promise<TlsaSearch> {
  const lookups: TlsaLookup[] = []
  const none = { tlsaLookups: lookups, tlsa: undefined, tlsaBase: undefined }
  if (candidates.length === 0) return { ...none, outcome: 'not-asked', reason }
  let last = reason
  for (const base of candidates) {
    const owner = tlsaOwner(base, question.port)
    if (!owner) continue
    const resolution = await stub.resolve(owner, RR.TLSA, options)
    lookups.push({ base, owner, resolution })
    if (isFailure(resolution)) return { ...none, outcome: 'failed', reason: resolution.reason }
    const { data, security } = resolution
    const text = formatName(owner)
    if (data && security === 'secure') {
      const tlsa = judgeTlsas(data.rrset.rdatas)
      const isUsable = tlsa.active.length > 0
      return {
        tlsaLookups: lookups,
        tlsa,
        tlsaBase: base,
        outcome: isUsable ? 'usable' : 'unusable',
        reason: {
          text: `${text} has secure TLSA records${isUsable ? '' : ', none usable'}`,
          ede: undefined,
        },
      }
    }
    last = {
      text: data ? `TLSA of ${text} is not secure` : `${text} has no TLSA records`,
      ede: resolution.reason.ede,
    }
  }
  return { ...none, outcome: 'absent', reason: last }
}

/** `_25._tcp.<base>` (RFC 6698 §3); undefined when that is too long to be a name. */
function tlsaOwner(base: Name, port: number): Name | undefined {
  const labels = [Buffer.from(`_${port}`), Buffer.from('_tcp'), ...nameLabels(base)]
  const length = labels.reduce((sum, label) => sum + label.length + 1, 1)
  return length > nameLengthMax ? undefined : nameFromLabels(labels)
}

function namesFor(tlsaBase: Name, { question, expanded, isMx, isProtected }: Way): readonly Name[] {
  const { domain } = question
  return referenceNames({
    tlsaBase,
    nextHop: domain,
    expandedNextHop: expanded,
    isMx,
    mxSecure: isProtected,
  })
}

import { Ede } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import { formatName, type Name, suffixName, wildcardName } from '../wire/index.ts'
import { readDenials } from './denial.ts'
import type { ZoneTrust } from './lookup.ts'
import type { DenialRecords, Proof } from './proof.ts'
import type { Run } from './run.ts'
import type { ReceivedSet } from './sections.ts'
import { type SetVerdict, verifySet } from './signatures.ts'
import type { JudgedRRset, Reason } from './verdict.ts'
import { zoneKey } from './zone-key.ts'

type GoodSet = Extract<SetVerdict, { kind: 'good' }>

/** The denial of one response, verified with the keys of one zone. */
export interface VerifiedDenials {
  readonly records: DenialRecords
  /** The RRsets behind the records. */
  readonly judged: readonly JudgedRRset[]
  /** What was wrong with the first that could not be used. */
  readonly flaw: Reason | undefined
  /** The least TTL among them; undefined when there are none. */
  readonly ttl: number | undefined
}

/** An RRset that was found good, for the verdict. */
export function judgedSecure(
  { rrsigs }: ReceivedSet,
  { rrset, rrsig, isExpanded, reason }: GoodSet,
): JudgedRRset {
  const rdatas = rrsigs.map(({ rdata }) => rdata)
  const judged = { rrset, rrsigs: rdatas, security: 'secure', reason } as const
  return isExpanded
    ? { ...judged, wildcard: wildcardName(suffixName(rrset.owner, rrsig.labels)) }
    : judged
}

/** Verifies the NSEC and NSEC3 RRsets of a section; those that fail are no evidence. */
export function verifyDenials(
  run: Run,
  authority: readonly ReceivedSet[],
  trust: ZoneTrust,
): VerifiedDenials {
  const { zone } = trust.link
  const keys = trust.dnskeys.map(zoneKey)
  const judged: JudgedRRset[] = []
  let flaw: Reason | undefined
  for (const set of authority) {
    if (set.rrset.type !== RR.NSEC && set.rrset.type !== RR.NSEC3) continue
    const verdict = verifySet(run, set, zone, keys)
    if (verdict.kind === 'good') judged.push(judgedSecure(set, verdict))
    else flaw ??= verdict.reason
  }
  return {
    records: readDenials(zone, judged),
    judged,
    flaw,
    ttl: judged.length > 0 ? Math.min(...judged.map(({ rrset }) => rrset.ttl)) : undefined,
  }
}

/** Why a proof failed: bad signatures of the records say more than that records are missing. */
export function unprovenReason(proof: Proof, { flaw }: VerifiedDenials): Reason {
  return flaw && proof.reason.ede === Ede.NSEC_MISSING
    ? { ...flaw, text: `${flaw.text}; without it: ${proof.reason.text}` }
    : proof.reason
}

/** The reason for what lies in a zone without keys, or below one. */
export function unsignedReason(name: Name, { link }: ZoneTrust): Reason {
  return { ...link.reason, text: `${formatName(name)} is not secured: ${link.reason.text}` }
}

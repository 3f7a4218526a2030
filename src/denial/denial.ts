import type { Name, NameKey } from '../wire/index.ts'
import type { Expansion, Zone, ZoneNode, ZoneRRset } from '../zone/index.ts'

/** Most RRsets that one proof takes: NSEC3 needs three, an alias chain adds more. */
const proofRRsetsMax = 40

/** The RRsets of a proof as they gather, each once. Reused from answer to answer. */
export class Proof {
  readonly rrsets: ZoneRRset[] = []
  /** How many of them the corridor has put into the answer; its own to count. */
  taken = 0

  /** Forgets everything. */
  clear(): void {
    this.rrsets.length = 0
    this.taken = 0
  }

  /** Adds an RRset unless it is there: the same record, or one made for the same owner. */
  add(rrset: ZoneRRset): void {
    const { rrsets } = this
    for (let at = 0; at < rrsets.length; at++) {
      const other = rrsets[at] as ZoneRRset
      if (other === rrset) return
      if (!rrset.kept && Buffer.compare(other.owner, rrset.owner) === 0) return
    }
    if (rrsets.length < proofRRsetsMax) rrsets.push(rrset)
  }
}

/** How a zone proves what is not there. Every method adds to `proof` and nothing else. */
export interface Denial {
  /** For reports and metrics. */
  readonly kind: 'nsec' | 'nsec3' | 'minimal' | 'compact'
  /**
   * Whether names that do not exist are shown as if they did (RFC 9824): NODATA with the type
   * NXNAME, and wildcards answered under the name that was asked.
   */
  readonly namesAllExist: boolean
  /** QNAME exists and lacks the type; also an empty non-terminal (RFC 4035 §3.1.3.1). */
  nodata(zone: Zone, node: ZoneNode, proof: Proof): void
  /** No name and no wildcard (RFC 4035 §3.1.3.2). */
  nxdomain(zone: Zone, qname: Name, expansion: Expansion, proof: Proof): void
  /** A wildcard answers; shows that no closer name exists (RFC 4035 §3.1.3.3). */
  wildcardAnswer(zone: Zone, qname: Name, expansion: Expansion, proof: Proof): void
  /** A wildcard matches and lacks the type (RFC 4035 §3.1.3.4). */
  wildcardNodata(
    zone: Zone,
    qname: Name,
    wildcard: ZoneNode,
    expansion: Expansion,
    proof: Proof,
  ): void
  /** A delegation without DS (RFC 4035 §3.1.4, RFC 5155 §7.2.7); also DS NODATA at the cut. */
  insecureDelegation(zone: Zone, zoneCut: ZoneNode, proof: Proof): void
  /** The NSEC that a question for type NSEC at an existing name gets, where there is one. */
  nsecRecord(zone: Zone, node: ZoneNode): ZoneRRset | undefined
}

/** The key of the wildcard at a closest encloser. */
export function wildcardKey(closestEncloser: ZoneNode): NameKey {
  return `${closestEncloser.key}*\0` as NameKey
}

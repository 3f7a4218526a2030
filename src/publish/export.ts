import type { UnixSeconds } from '../base/index.ts'
import { formatRecord, RR, type RRType, type Ttl } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import type { Zone, ZoneNode, ZoneRRset } from '../zone/index.ts'
import type { PublishedZone } from './published.ts'

/** One record of a zone as it is exported. */
export interface ExportedRecord {
  readonly owner: Name
  readonly ttl: Ttl
  readonly type: RRType
  readonly rdata: Uint8Array
}

/**
 * Every record of a zone as other servers and tools want it: signed with the signatures that are
 * in force at `now`, with a real chain of denial. NSEC3 where the policy says so, else NSEC, also
 * for zones that deny online (`minimal`, `compact`), whose denials cannot be written down.
 * Instances are written out as what they answer: nobody else knows `LIKE`. SOA first, then names
 * in canonical order, the NSEC3 chain last. Lazy; makes missing signatures, which is what it
 * costs.
 */
export function* exportRecords(
  published: Pick<PublishedZone, 'zone' | 'signing'>,
  now: UnixSeconds,
): Generator<ExportedRecord> {
  const { zone, signing } = published
  const signed = (rrset: ZoneRRset) => withSignatures(rrset, published, now)
  yield* signed(zone.soa)
  for (const [node, next] of chained(zone)) {
    for (const rrset of node.rrsets) {
      if (rrset === zone.soa) continue
      yield* isAuthoritative(node, rrset) ? signed(rrset) : bare(rrset)
    }
    if (!signing || zone.nsec3 || !zone.inChain(node)) continue
    yield* signed(zone.instances ? zone.nsecTo(node, next) : zone.nsecAt(node))
  }
  if (!signing || !zone.nsec3) return
  for (const entry of zone.nsec3.entries()) {
    yield* signed(zone.nsec3.record(entry, zone.negativeTtl))
  }
}

function* everyNode(zone: Zone): Generator<ZoneNode> {
  for (const place of zone.places()) {
    if (typeof place === 'string') yield* zone.instances?.nodesOf(place) ?? []
    else yield place
  }
}

/** Every node, those of instances among them, with the next one of the NSEC chain. */
function* chained(zone: Zone): Generator<readonly [node: ZoneNode, next: ZoneNode]> {
  let waiting: ZoneNode[] = []
  for (const node of everyNode(zone)) {
    if (zone.inChain(node)) {
      for (const one of waiting) yield [one, node]
      waiting = []
    }
    waiting.push(node)
  }
  for (const one of waiting) yield [one, zone.apexNode]
}

/** Only what a zone is authoritative for is signed (RFC 4035 §2.2): no glue, no NS at a cut. */
function isAuthoritative(node: ZoneNode, { type }: ZoneRRset): boolean {
  if (node.occluder) return false
  return !node.isCut || type === RR.DS
}

function* bare({ owner, ttl, type, rdatas }: ZoneRRset): Generator<ExportedRecord> {
  for (const rdata of rdatas) yield { owner, ttl, type, rdata }
}

function* withSignatures(
  rrset: ZoneRRset,
  { signing }: Pick<PublishedZone, 'zone' | 'signing'>,
  now: UnixSeconds,
): Generator<ExportedRecord> {
  yield* bare(rrset)
  const { owner, ttl } = rrset
  for (const rdata of signing?.signer.signatures(rrset, now) ?? []) {
    yield { owner, ttl, type: RR.RRSIG, rdata }
  }
}

/**
 * Every record of a zone without what signing adds, in canonical order; SOA first. Instances have
 * their `LIKE`, as danelaw reads it again.
 */
export function* plainRecords(zone: Zone): Generator<ExportedRecord> {
  yield* bare(zone.soa)
  for (const rrset of zone.ownRRsets()) if (rrset !== zone.soa) yield* bare(rrset)
}

/** One line of a master file (RFC 1035 §5.1), every field written out. */
export function formatExported({ owner, ttl, type, rdata }: ExportedRecord): string {
  return formatRecord(owner, ttl, type, rdata)
}

/**
 * zone: what is true.
 *
 * A `Zone` is a tree of nodes, one for every owner name and for every empty non-terminal between
 * an owner and the apex. It changes only by change sets (`apply`): lists of RRsets to put or to
 * remove, applied at once between two queries. Whatever a query needs to know is kept as a change
 * is applied, never worked out per query: which nodes are zone cuts, which are occluded and by
 * what (RFC 2136 §7.18, RFC 6672 §2.3), where wildcards hang, the order of names, the NSEC chain
 * and, where the zone wants one, the NSEC3 chain. A change of k RRsets costs O(k log n), and O(m)
 * more where a cut or DNAME appears or goes above m names.
 *
 * A name of one label below the apex may be an *instance*: `LIKE` (decision 16) says which name it
 * is like, and the zone answers for it, and below it, as for that template. Instances are entries
 * of one map, not nodes; `Zone.node` makes their nodes when they are asked for and keeps the most
 * recent, so that a million of them cost little and a change of their template costs nothing more.
 * The bound of what is kept is one for all zones of a `ZoneTable`.
 *
 * `lookup` walks RFC 1034 §4.3.2 and says what is true of a name and type as an `Outcome`; how
 * that is proved is the business of `denial`.
 *
 * A `ZoneTable` holds the zones of a server and finds the longest match; a question for DS at an
 * apex belongs to the zone above (RFC 4035 §3.1.4.1).
 *
 * An RRset of a zone carries a slot for its signatures, which `signer` fills: signatures live and
 * die with the data they sign.
 */

export { diffSteps, diffZones } from './diff.ts'
export type { InstanceRun } from './instance-pages.ts'
export { type Instances, makeReadyInstances, type ReadyInstances } from './instances.ts'
export { type Expansion, lookup, type Outcome } from './lookup.ts'
export {
  findRRset,
  type SignatureSlot,
  type ZoneNode,
  type ZoneRRset,
  zoneRRset,
} from './node.ts'
export {
  type Nsec3Chain,
  type Nsec3Entry,
  type Nsec3Parameters,
  nsec3FlagOptOut,
} from './nsec3-chain.ts'
export { OrderedIndex } from './ordered-index.ts'
export { type Served, type ZoneListener, ZoneTable } from './table.ts'
export { type Change, Zone, type ZoneOptions } from './zone.ts'

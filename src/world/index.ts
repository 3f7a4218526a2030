/**
 * world: a small internet on loopback, in which some zones are wrong on purpose.
 *
 *     WorldSpec ─► zones, keys, DS, glue ─► answer(query, asked) ─► Reply ─► sockets
 *                                            │ corridor: the honest answer
 *                                            │ lab: what the zone's faults make of it
 *                                            └ behaviour: of that server, by that transport
 *
 * In go zones, each with the faults it carries; out come a trust anchor, hints, and what any of its
 * servers says to any question. Everything that is random comes from the seed, everything about
 * time from one clock: equal specs give equal octets, in this process and in the next.
 *
 * Invariants: the corridor is the one that serves real zones, and it is asked first; a zone without
 * faults is never touched; a fault is at work in its own zone and in what the parent says of it;
 * sockets are bound to loopback alone.
 */
export { behave, type Stand } from './behave.ts'
export {
  type CatalogueWorld,
  catalogueWorld,
  faultApex,
  faultZone,
  worldAddresses,
} from './catalogue.ts'
export { answerOctetsMax, encodeMessage } from './encode.ts'
export { seededOctets } from './seeded.ts'
export {
  type OpenOptions,
  type OpenWorld,
  openWorld,
  type WorldLimits,
  worldLimits,
} from './sockets.ts'
export type { Asked, Reply, World, WorldFault, WorldSpec, WorldZone, ZoneSpec } from './types.ts'
export { buildWorld } from './world.ts'

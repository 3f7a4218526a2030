import { BlockList, isIPv6 } from 'node:net'
import type { Clock } from '../base/index.ts'
import { Ede, Flag, type Message, Rcode } from '../message/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import type { Lookup } from '../validator/index.ts'
import { equalNames, isSubdomain, type Name, nameKey, parentName } from '../wire/index.ts'
import { TimedCache } from './cache.ts'
import { canvass } from './canvass.ts'
import {
  addressText,
  type Delegation,
  delegationOctets,
  isReferral,
  type NameServer,
  readReferral,
  rootDelegation,
  withinZone,
} from './delegation.ts'
import type { Errand } from './errand.ts'
import type { Exchange } from './exchange.ts'
import { abandoned, type Found, formatLookup, type Source } from './found.ts'
import type { StubLimits } from './limits.ts'
import { lookupKey } from './lookups.ts'
import type { Peers } from './peers.ts'
import { describeRcode, isConclusive } from './query.ts'
import type { Hint, Upstream } from './stub.ts'

/** Finds addresses of servers on the way of another lookup: kept answers first, then `source`. */
export type FindWithin = (
  lookup: Lookup,
  errand: Errand,
  avoid: ReadonlySet<string>,
  source: Source,
) => Promise<Found>

/** What iterating needs. */
export interface IterateOptions {
  readonly exchange: Pick<Exchange, 'ask'>
  readonly peers: Peers
  readonly clock: Clock
  readonly random: (octets: number) => Uint8Array
  readonly limits: StubLimits
  readonly hints: readonly Hint[]
  readonly port: number
  readonly findWithin: FindWithin
}

/** A lookup under way, and the lookups that it is made for, outermost first. */
interface Journey {
  readonly lookup: Lookup
  readonly errand: Errand
  readonly avoid: ReadonlySet<string>
  readonly path: readonly string[]
}

/** An answer may be kept for a day at most, and so may a delegation. */
const delegationSecondsMax = 86_400
const addressTypes: readonly RRType[] = [RR.A, RR.AAAA]

/**
 * Lookups by the authorities themselves, from the root down (RFC 1034 §5.3.3): referrals are
 * followed until a server answers with authority. Aliases are not followed: each lookup is one
 * name and type. What a server says of names outside the zone that it was asked for is dropped.
 */
export class Iterate implements Source {
  readonly #options: IterateOptions
  readonly #root: Delegation
  readonly #delegations: TimedCache<Delegation>
  readonly #mayAsk: (address: string) => boolean

  /** Begins at the hints, which stand for the root's servers for ever. */
  constructor(options: IterateOptions) {
    this.#options = options
    this.#root = rootDelegation(options.hints)
    const isLab = options.hints.some(({ address }) => isOwnAddress(address))
    this.#mayAsk = (address) => isLab || !isOwnAddress(address)
    const octetsMax = options.limits.delegationOctets
    this.#delegations = new TimedCache(octetsMax, options.clock, delegationOctets)
  }

  /** Octets of delegations kept. */
  get octets(): number {
    return this.#delegations.octets
  }

  /** Follows referrals from the closest zone whose servers are known to the answer. */
  find(lookup: Lookup, errand: Errand, avoid: ReadonlySet<string>): Promise<Found> {
    return this.#travel({ lookup, errand, avoid, path: [lookupKey(lookup)] })
  }

  /** Forgets a delegation: its parent is asked next time, which may have none any more. */
  forgetZone(zone: Name): void {
    this.#delegations.delete(nameKey(zone))
  }

  async #travel(journey: Journey): Promise<Found> {
    const { lookup } = journey
    let zone = this.#closest(lookup)
    for (let referrals = 0; referrals <= this.#options.limits.referrals; referrals++) {
      const found = await this.#ask(journey, zone)
      if (found.kind !== 'message') {
        // Its servers may have changed since: next time the parent is asked.
        if (found.kind === 'failed') this.#delegations.delete(nameKey(zone.zone))
        return found
      }
      if (!isReferral(found.message, zone.zone, lookup)) return withinZone(found, zone.zone)
      zone = readReferral(found.message, zone.zone, lookup)
      const seconds = Math.min(zone.ttl, delegationSecondsMax)
      this.#delegations.set(nameKey(zone.zone), zone, seconds)
    }
    const { referrals } = this.#options.limits
    const text = `No answer for ${formatLookup(lookup)}: more than ${referrals} referrals`
    const reason = { text, ede: Ede.NO_REACHABLE_AUTHORITY, limit: 'referrals' }
    return { kind: 'failed', reason, rcode: Rcode.SERVFAIL }
  }

  /** The known zone closest to a name; for DS, above it (RFC 4035 §3.1.4.1: the parent has it). */
  #closest({ name, type }: Lookup): Delegation {
    let at = type === RR.DS && name.length > 1 ? parentName(name) : name
    for (; at.length > 1; at = parentName(at)) {
      const known = this.#delegations.get(nameKey(at))
      if (known) return known.value
    }
    return this.#root
  }

  /** Asks the servers of a zone: first those with addresses, then those that need a lookup. */
  async #ask(journey: Journey, zone: Delegation): Promise<Found> {
    const { lookup, errand } = journey
    const known = zone.servers.flatMap((server) => this.#upstreams(server))
    let found: Found | undefined
    if (known.length > 0) {
      found = await this.#canvass(journey, zone, known)
      if (found.kind !== 'failed') return found
    }
    const nameless = zone.servers.filter(({ addresses }) => addresses.length === 0)
    let isCutShort = false
    // NXNSAttack: a referral may name any number of servers without addresses.
    for (const { name } of this.#shuffled(nameless).slice(0, this.#options.limits.serverNames)) {
      for (const type of addressTypes) {
        if (errand.over) return abandoned(errand)
        const addresses = await this.#addresses(journey, name, type)
        isCutShort ||= addresses === undefined
        if (!addresses || addresses.length === 0) continue
        const servers = this.#upstreams({ name, addresses, port: undefined })
        found = await this.#canvass(journey, zone, servers)
        if (found.kind !== 'failed') return found
      }
    }
    if (errand.over) return abandoned(errand)
    const failed = found ?? this.#unreachable(lookup, zone)
    // What was cut short by the way that led here says nothing of the lookup by itself: it must not
    // be kept as a failure, or a stranger's zone could make that of others fail.
    const isKept = failed.kind !== 'failed' || !isCutShort || journey.path.length === 1
    return isKept ? failed : { kind: 'abandoned', reason: failed.reason }
  }

  #unreachable(lookup: Lookup, { servers }: Delegation): Found {
    const { limits } = this.#options
    const isMany = servers.length > limits.serverNames
    const text = `No answer for ${formatLookup(lookup)}: no server of its zone has an address`
    const reason = {
      text,
      ede: Ede.NO_REACHABLE_AUTHORITY,
      ...(isMany && { limit: 'serverNames' }),
    }
    return { kind: 'failed', reason, rcode: Rcode.SERVFAIL }
  }

  /**
   * Looks up addresses of a server, by a journey within the journey; undefined where the way was
   * too long for that already, or leads in a ring.
   */
  async #addresses(journey: Journey, name: Name, type: RRType): Promise<string[] | undefined> {
    const { errand, avoid, path } = journey
    const lookup: Lookup = { name, type, purpose: 'answer' }
    const key = lookupKey(lookup)
    if (path.length > this.#options.limits.depth || path.includes(key)) return undefined
    const source: Source = {
      find: () => this.#travel({ lookup, errand, avoid, path: [...path, key] }),
    }
    const found = await this.#options.findWithin(lookup, errand, avoid, source)
    if (found.kind === 'abandoned') return undefined
    if (found.kind === 'failed') return []
    return found.message.answer.flatMap((record) =>
      record.type === type && equalNames(record.owner, name) ? [addressText(record.rdata)] : [],
    )
  }

  #canvass(journey: Journey, { zone }: Delegation, servers: readonly Upstream[]): Promise<Found> {
    const { exchange, peers, limits } = this.#options
    const { lookup, errand, avoid } = journey
    return canvass({
      exchange,
      peers,
      attempts: limits.attempts,
      lookup,
      errand,
      avoid,
      isRecursive: false,
      servers,
      fault: (message) => lameness(message, zone, lookup),
      ede: Ede.NO_REACHABLE_AUTHORITY,
    })
  }

  /** Addresses to ask, in random order, IPv4 first: machines without it are rare. */
  #upstreams({ addresses, port }: NameServer): Upstream[] {
    const all = this.#shuffled(addresses.filter(this.#mayAsk)).map(
      (address): Upstream => ({ address, port: port ?? this.#options.port, via: 'udp' }),
    )
    const isSix = ({ address }: Upstream): boolean => address.includes(':')
    return [...all.filter((server) => !isSix(server)), ...all.filter(isSix)]
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const keys = this.#options.random(items.length * 2)
    const keyOf = (at: number): number => ((keys[2 * at] ?? 0) << 8) | (keys[2 * at + 1] ?? 0)
    return items
      .map((item, at) => ({ item, key: keyOf(at) }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item)
  }
}

/** This machine itself, and groups of machines: no server of a zone is there. */
const ownAddresses = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['224.0.0.0', 3],
] as const) {
  ownAddresses.addSubnet(net, bits, 'ipv4')
}
ownAddresses.addSubnet('::', 127, 'ipv6')
ownAddresses.addSubnet('ff00::', 8, 'ipv6')

/** Whether a referral there would have us talk to ourselves; only a lab has its root there. */
function isOwnAddress(address: string): boolean {
  return ownAddresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Why a response is no answer of an authority for the zone; undefined where it is one. */
function lameness(message: Message, zone: Name, lookup: Lookup): string | undefined {
  if (!isConclusive(message)) return describeRcode(message)
  if ((message.flags & Flag.AA) !== 0 || isReferral(message, zone, lookup)) return undefined
  const upward = message.authority.find(
    ({ type, owner }) => type === RR.NS && isSubdomain(zone, owner),
  )
  return upward ? 'referral upwards' : 'answer without authority'
}

import { type Message, Rcode, type ResourceRecord } from '../message/index.ts'
import { formatRdata, RR } from '../rr/index.ts'
import type { Lookup } from '../validator/index.ts'
import { equalNames, isSubdomain, type Name, rootName } from '../wire/index.ts'
import type { Found } from './found.ts'
import type { Hint } from './stub.ts'

/** A server of a zone, and what addresses came with its name. */
export interface NameServer {
  readonly name: Name
  readonly addresses: readonly string[]
  /** Where it is not that of all authorities. */
  readonly port: number | undefined
}

/** A zone, and who serves it. */
export interface Delegation {
  readonly zone: Name
  readonly servers: readonly NameServer[]
  readonly ttl: number
}

/** Servers of one referral that are looked at; the largest honest sets have 13. */
const serversMax = 32
/** Addresses of one server that are looked at. */
const addressesMax = 8

/** The address in A or AAAA RDATA. */
export function addressText(rdata: Uint8Array): string {
  return formatRdata(rdata.length === 4 ? RR.A : RR.AAAA, rdata)
}

/** The root, as the hints have it. */
export function rootDelegation(hints: readonly Hint[]): Delegation {
  const servers = hints.map(({ name, address, port }) => ({ name, addresses: [address], port }))
  return { zone: rootName, servers, ttl: Number.POSITIVE_INFINITY }
}

/** About how many octets a delegation takes in memory. */
export function delegationOctets({ zone, servers }: Delegation): number {
  const overhead = 150
  return servers.reduce(
    (sum, { name, addresses }) => sum + name.length + overhead * (1 + addresses.length),
    zone.length + overhead,
  )
}

/** Whether `owner` is a cut between the zone that was asked and the name that is looked for. */
function isCutTowards(owner: Name, zone: Name, { name, type }: Lookup): boolean {
  if (owner.length <= zone.length || !isSubdomain(owner, zone)) return false
  // Who is asked for DS and refers to the child sends us to where the DS is not.
  return isSubdomain(name, owner) && !(type === RR.DS && equalNames(name, owner))
}

/**
 * Whether a response refers to servers of a zone closer to the name (RFC 1034 §4.3.2 step 3b):
 * nothing in the answer, no SOA, and NS records of a cut below the zone that was asked. Referrals
 * upwards or sideways are none.
 */
export function isReferral(message: Message, zone: Name, lookup: Lookup): boolean {
  const { rcode, answer, authority } = message
  if (rcode !== Rcode.NOERROR || answer.length > 0) return false
  if (authority.some(({ type }) => type === RR.SOA)) return false
  return cutOf(message, zone, lookup) !== undefined
}

function cutOf({ authority }: Message, zone: Name, lookup: Lookup): Name | undefined {
  return authority.find(({ owner, type }) => type === RR.NS && isCutTowards(owner, zone, lookup))
    ?.owner
}

/**
 * The delegation in a referral. Addresses count only for names within the zone of the server that
 * gave them: for others it has no say (RFC 5452 §6).
 */
export function readReferral(message: Message, zone: Name, lookup: Lookup): Delegation {
  const cut = cutOf(message, zone, lookup) ?? zone
  const records = message.authority.filter(
    ({ owner, type }) => type === RR.NS && equalNames(owner, cut),
  )
  const servers = records.slice(0, serversMax).map(({ rdata }): NameServer => {
    const name = rdata as Name
    const glue = message.additional.filter(
      ({ owner, type }) => (type === RR.A || type === RR.AAAA) && equalNames(owner, name),
    )
    const trusted = isSubdomain(name, zone) ? glue.slice(0, addressesMax) : []
    return { name, addresses: trusted.map((record) => addressText(record.rdata)), port: undefined }
  })
  const ttl = Math.min(...records.map((record): number => record.ttl))
  return { zone: cut, servers, ttl }
}

/** A response without what it says of names outside the zone: nobody asked, nobody knows. */
export function withinZone(found: Extract<Found, { kind: 'message' }>, zone: Name): Found {
  const within = (section: readonly ResourceRecord[]): ResourceRecord[] =>
    section.filter(({ owner }) => isSubdomain(owner, zone))
  const { message } = found
  const answer = within(message.answer)
  return { ...found, zone, message: { ...message, answer, authority: within(message.authority) } }
}

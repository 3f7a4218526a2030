import { CodedError } from '../base/index.ts'
import { makeRRset, RR, type RRset, type RRType, type Ttl } from '../rr/index.ts'
import {
  formatName,
  isSubdomain,
  type Name,
  type NameKey,
  nameKey,
  parseName,
  rootName,
} from '../wire/index.ts'
import { parseMasterFile, type ZoneRecord } from '../zonefile/index.ts'

/** The TTL of records that do not say another. */
export const worldTtl = 600 as Ttl

/** Addresses of documentation, that nobody is meant to reach (RFC 5737, RFC 3849). */
const apexLines = ['@ A 192.0.2.80', '@ AAAA 2001:db8::80']

/** The name of a server of a zone, by number. */
function serverLabel(number: number): string {
  return `ns${number + 1}`
}

function addressLine(owner: string, address: string): string {
  return `${owner} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`
}

/** Lines that name servers, and where they are. */
function serverLines(addresses: readonly string[]): string[] {
  return addresses.flatMap((address, number) => {
    const label = serverLabel(number)
    return [`@ NS ${label}`, addressLine(label, address)]
  })
}

/** What every zone has. */
function soundLines(servers: readonly string[]): string[] {
  const soa = '@ SOA ns1 hostmaster 1 7200 3600 1209600 300'
  return [soa, ...serverLines(servers), ...apexLines]
}

/** @throws {CodedError} `world-invalid` quoting what is wrong with a line */
function read(lines: readonly string[], origin: Name): ZoneRecord[] {
  const file = formatName(origin)
  const records: ZoneRecord[] = []
  for (const item of parseMasterFile(`${lines.join('\n')}\n`, { file, origin, ttl: worldTtl })) {
    if (item.kind === 'record') records.push(item.record)
    else if (item.finding.severity === 'error') {
      throw new CodedError('world-invalid', item.finding.message, item.finding.place)
    }
  }
  return records
}

/** @throws {CodedError} `world-invalid` where a server cannot be at an address */
export function checkAddress(address: string): void {
  read([addressLine('@', address)], rootName)
}

type SetId = `${RRType} ${NameKey}`

function grouped(records: readonly ZoneRecord[]): Map<SetId, RRset> {
  const groups = new Map<SetId, ZoneRecord[]>()
  for (const record of records) {
    const id: SetId = `${record.type} ${nameKey(record.owner)}`
    groups.set(id, [...(groups.get(id) ?? []), record])
  }
  const rrsets = new Map<SetId, RRset>()
  for (const [id, group] of groups) {
    const [{ owner, type, ttl }] = group as [ZoneRecord]
    rrsets.set(
      id,
      makeRRset(
        owner,
        type,
        ttl,
        group.map(({ rdata }) => rdata),
      ),
    )
  }
  return rrsets
}

/**
 * The RRsets of a zone: what every zone has, or what is said instead of it.
 *
 * @throws {CodedError} `world-invalid`
 */
export function zoneRecords(
  apex: Name,
  servers: readonly string[],
  said: readonly RRset[],
): RRset[] {
  const sound = grouped(read(soundLines(servers), apex))
  const own = said.map((rrset): [SetId, RRset] => [`${rrset.type} ${nameKey(rrset.owner)}`, rrset])
  return [...new Map([...sound, ...own]).values()]
}

/**
 * The lines of a setting as RRsets.
 *
 * @throws {CodedError} `world-invalid` for what is no record, or none of the zone
 */
export function saidRecords(apex: Name, lines: readonly string[]): RRset[] {
  const records = read(lines, apex)
  const outside = records.find(({ owner }) => !isSubdomain(owner, apex))
  if (outside) {
    const what = `Cannot serve ${formatName(outside.owner)}: it is not in ${formatName(apex)}`
    throw new CodedError('world-invalid', what, outside.place)
  }
  return [...grouped(records).values()]
}

/** Those of RRsets that are at or below a name. */
export function partOf(rrsets: readonly RRset[], name: Name): RRset[] {
  return rrsets.filter(({ owner }) => isSubdomain(owner, name))
}

/** What a parent has of a zone: NS, glue, and DS where there is any. */
export function delegationOf(
  apex: Name,
  addresses: readonly string[],
  ds: readonly Uint8Array[],
): RRset[] {
  const servers = [...grouped(read(serverLines(addresses), apex)).values()]
  return ds.length > 0 ? [...servers, makeRRset(apex, RR.DS, worldTtl, ds)] : servers
}

/** Name of a zone's server by number. */
export function serverName(number: number, apex: Name): Name {
  return parseName(serverLabel(number), apex)
}

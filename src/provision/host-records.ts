import { CodedError } from '../base/index.ts'
import type { EditRecord, RRsetEdit } from '../records/index.ts'
import { formatRdata, parseRdata, RR, type RRType, scanRdataText, type Ttl } from '../rr/index.ts'
import {
  formatName,
  isSubdomain,
  type Name,
  parentName,
  parseName,
  prependLabel,
} from '../wire/index.ts'
import type { NameServer } from './types.ts'

/** What hosts without SMTP DANE are like: addresses. */
export const plainTemplate = '_plain'
/** What hosts with it are like: addresses, and TLSA records at `_25._tcp`. */
export const daneTemplate = '_dane'
/** What hosts of before are like. */
export const legacyTemplate = '_legacy'

/** TTL of what is at the apex of a zone that is made here. */
const apexTtl = 3600 as Ttl
/**
 * Refresh, retry, expire and minimum of its SOA (RFC 1912 §2.2). The last one bounds for how long a
 * host that was asked for too early is held to be absent (RFC 2308 §5).
 */
const timers = '10800 3600 604800 300'
const addressTypes = [RR.A, RR.AAAA] as const

/** An address as a record. */
export interface Address {
  readonly type: RRType
  readonly record: EditRecord
}

/** Reads addresses, each once. @throws {CodedError} `rdata-invalid` */
export function readAddresses(texts: readonly string[]): readonly Address[] {
  const byText = new Map<string, Address>()
  for (const text of texts) {
    const type = text.includes(':') ? RR.AAAA : RR.A
    const rdata = parseRdata(type, scanRdataText(text))
    const content = formatRdata(type, rdata)
    byText.set(content, { type, record: { rdata, content, disabled: false } })
  }
  return [...byText.values()]
}

/** The name of a host or of a template. @throws {CodedError} `name-invalid` */
export function hostName(label: string, zone: Name): Name {
  return prependLabel(Buffer.from(label), zone)
}

/** Where TLSA records of hosts stand (RFC 7672 §2.2.1, RFC 6698 §3). */
export function tlsaOwner(zone: Name): Name {
  return parseName(`_25._tcp.${daneTemplate}`, zone)
}

/** Makes a host that is like a template of its zone, or makes it like another one. */
export function hostEdit(host: Name, template: string, ttl: Ttl): RRsetEdit {
  const rdata = hostName(template, parentName(host))
  const records = [{ rdata, content: formatName(rdata), disabled: false }]
  return { kind: 'replace', owner: host, type: RR.LIKE, ttl, records, comments: undefined }
}

/** Removes a host. */
export function hostRemoval(host: Name): RRsetEdit {
  return { kind: 'delete', owner: host, type: RR.LIKE }
}

/** Gives a name these addresses and no others. */
export function addressEdits(owner: Name, addresses: readonly Address[], ttl: Ttl): RRsetEdit[] {
  return addressTypes.map((type) => {
    const records = addresses.flatMap((address) => (address.type === type ? [address.record] : []))
    if (records.length === 0) return { kind: 'delete', owner, type }
    return { kind: 'replace', owner, type, ttl, records, comments: undefined }
  })
}

/**
 * The apex of a zone: SOA, NS, and the addresses of name servers in it.
 *
 * @throws {CodedError} `target-unaddressed`, `name-invalid`, `rdata-invalid`
 */
export function apexEdits(apex: Name, servers: readonly NameServer[]): RRsetEdit[] {
  const names = servers.map(({ name }) => parseName(name, apex))
  const records = names.map((rdata) => ({ rdata, content: formatName(rdata), disabled: false }))
  const primary = names[0] ?? apex
  const content = `${formatName(primary)} hostmaster.${formatName(apex)} 0 ${timers}`
  const soa = { rdata: parseRdata(RR.SOA, scanRdataText(content)), content, disabled: false }
  const common = { kind: 'replace', owner: apex, ttl: apexTtl, comments: undefined } as const
  const glue = servers.flatMap(({ addresses }, at) => {
    const owner = names[at] ?? apex
    if (!isSubdomain(owner, apex)) return []
    if (addresses.length > 0) return addressEdits(owner, readAddresses(addresses), apexTtl)
    const text = `Cannot use name server ${formatName(owner)}: it has no address`
    throw new CodedError('target-unaddressed', text)
  })
  return [{ ...common, type: RR.SOA, records: [soa] }, { ...common, type: RR.NS, records }, ...glue]
}

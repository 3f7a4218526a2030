import { makeRRset, RR, type RRset, type RRType, type Ttl } from '../rr/index.ts'
import { equalNames, isSubdomainKey, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { Change } from '../zone/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'
import type { Pace } from './pace.ts'

/** Types that signing makes wherever they are needed; those of a file would contradict them. */
const madeEverywhere: ReadonlySet<RRType> = new Set([RR.RRSIG, RR.NSEC, RR.NSEC3])
/** Types that signing makes at the apex. */
const madeAtApex: ReadonlySet<RRType> = new Set([RR.DNSKEY, RR.CDS, RR.CDNSKEY, RR.NSEC3PARAM])

/** Whether signing puts RRsets of a type at the apex of a zone. */
export function isMadeAtApex(type: RRType): boolean {
  return madeAtApex.has(type)
}

/** Whether a record of the file gives way to one that danelaw makes itself in a signed zone. */
export function isMadeBySigning(record: Pick<ZoneRecord, 'owner' | 'type'>, zone: Name): boolean {
  const { type, owner } = record
  return madeEverywhere.has(type) || (madeAtApex.has(type) && equalNames(owner, zone))
}

/** Records of one owner and type on their way to becoming an RRset. */
interface Gathering {
  readonly owner: Name
  readonly type: RRType
  /** The least TTL of all: records of one RRset must not differ (RFC 2181 §5.2). */
  ttl: Ttl
  readonly rdatas: Uint8Array[]
}

/**
 * Brings the records of a zone into the change set that makes it from nothing, in the order of
 * the file. Records outside the zone are left out.
 */
export async function assembleZone(
  zone: Name,
  records: readonly ZoneRecord[],
  pace: Pace,
): Promise<Change[]> {
  const gathered = new Map<NameKey, Gathering[]>()
  const apex = nameKey(zone)
  for (const record of records) {
    const rest = pace.step()
    if (rest !== undefined) await rest
    const key = nameKey(record.owner)
    if (isSubdomainKey(key, apex)) gather(gathered, key, record)
  }
  const changes: Change[] = []
  for (const gatherings of gathered.values()) {
    for (const { owner, type, ttl, rdatas } of gatherings) {
      const rest = pace.step()
      if (rest !== undefined) await rest
      const rrset: RRset = makeRRset(owner, type, ttl, rdatas)
      changes.push({ owner, type, rrset })
    }
  }
  return changes
}

function gather(
  gathered: Map<NameKey, Gathering[]>,
  key: NameKey,
  { owner, type, ttl, rdata }: ZoneRecord,
): void {
  let atOwner = gathered.get(key)
  if (!atOwner) {
    atOwner = []
    gathered.set(key, atOwner)
  }
  const present = atOwner.find((gathering) => gathering.type === type)
  if (!present) {
    atOwner.push({ owner, type, ttl, rdatas: [rdata] })
    return
  }
  present.ttl = Math.min(present.ttl, ttl) as Ttl
  present.rdatas.push(rdata)
}

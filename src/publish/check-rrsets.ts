import { canonicalRdata, formatRdata, formatType, isMetaType, RR } from '../rr/index.ts'
import { formatName } from '../wire/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'
import { recordsOf, type Tell, type ZoneFacts } from './zone-facts.ts'

/** Beyond this a signature may expire in a cache: the default of what is left when renewed. */
const ttlLong = 5 * 86400

/** RRsets as such: one TTL, no duplicates, no meta-types, plausible timers. */
export function* checkRRsets(facts: ZoneFacts, tell: Tell): Generator<void, void> {
  for (const { byType } of facts.owners.values()) {
    yield
    for (const records of byType.values()) checkRRset(records as readonly [ZoneRecord], tell)
  }
  const [soa] = recordsOf(facts.apex, RR.SOA)
  if (soa) checkTimers(soa, tell)
}

function checkRRset(records: readonly [ZoneRecord, ...ZoneRecord[]], tell: Tell): void {
  const [first] = records
  const what = () => `${formatName(first.owner)} ${formatType(first.type)}`
  if (isMetaType(first.type)) {
    tell('error', 'type-meta', `${what()} cannot stand in a zone (RFC 6895 §3.1)`, first)
  }
  if (first.ttl > ttlLong) {
    tell('warning', 'ttl-long', `TTL ${first.ttl} of ${what()} exceeds ${ttlLong} seconds`, first)
  }
  if (records.length === 1) return
  const seen = new Set<string>()
  for (const record of records) {
    if (record.ttl !== first.ttl) {
      const text = `TTL ${record.ttl} of ${what()} differs from ${first.ttl}: the least is used`
      tell('warning', 'ttl-differs', `${text} (RFC 2181 §5.2)`, record)
    }
    const canonical = Buffer.from(canonicalRdata(record.type, record.rdata)).toString('latin1')
    if (seen.has(canonical)) {
      const rdata = formatRdata(record.type, record.rdata)
      tell('warning', 'record-duplicate', `${what()} ${rdata} stands there twice`, record)
    }
    seen.add(canonical)
  }
}

/** Timers of an SOA that would let secondaries fail (RFC 1912 §2.2, RFC 2308 §5). */
function checkTimers(soa: ZoneRecord, tell: Tell): void {
  const { rdata } = soa
  const field = (fromEnd: number) => Buffer.from(rdata).readUInt32BE(rdata.length - fromEnd)
  const [refresh, retry, expire, minimum] = [field(16), field(12), field(8), field(4)]
  if (retry >= refresh) {
    const text = `SOA retry ${retry} should be less than refresh ${refresh}`
    tell('warning', 'soa-timers', `${text} (RFC 1912 §2.2)`, soa)
  }
  if (expire < refresh + retry) {
    const text = `SOA expire ${expire} should exceed refresh and retry, ${refresh + retry}`
    tell('warning', 'soa-timers', `${text} (RFC 1912 §2.2)`, soa)
  }
  if (minimum > 86400) {
    const text = `SOA minimum ${minimum} makes resolvers remember denials for over a day`
    tell('warning', 'soa-timers', `${text} (RFC 2308 §5)`, soa)
  }
}

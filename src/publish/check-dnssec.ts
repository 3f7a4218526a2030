import { formatType, RR, type RRType } from '../rr/index.ts'
import { formatName } from '../wire/index.ts'
import { recordsOf, type Tell, type ZoneFacts } from './zone-facts.ts'

/** Types that belong to the apex of a zone (RFC 4034 §2, RFC 5155 §4, RFC 7344 §4.1). */
const apexOnly: readonly RRType[] = [RR.DNSKEY, RR.NSEC3PARAM, RR.CDS, RR.CDNSKEY]
/** Types that danelaw makes itself when it signs. */
const madeBySigning: readonly RRType[] = [RR.RRSIG, RR.NSEC, RR.NSEC3, RR.NSEC3PARAM]

/** DNSSEC records of a file: in their place, and not in the way of signing. */
export function* checkDnssec(facts: ZoneFacts, tell: Tell): Generator<void, void> {
  for (const at of facts.owners.values()) {
    yield
    if (at.occluder) continue
    const [ds] = recordsOf(at, RR.DS)
    if (ds && !at.isCut) {
      const code = 'dnssec-misplaced'
      tell('error', code, `DS at ${formatName(at.owner)} has no NS beside it (RFC 4035 §2.4)`, ds)
    }
    for (const type of apexOnly) {
      const [record] = recordsOf(at, type)
      if (!record || at === facts.apex) continue
      const text = `${formatType(type)} at ${formatName(at.owner)} belongs to the apex of a zone`
      tell('warning', 'dnssec-misplaced', text, record)
    }
  }
  for (const type of madeBySigning) {
    for (const at of facts.owners.values()) {
      const [record] = recordsOf(at, type)
      if (!record) continue
      const text = `${formatType(type)} records of the file are not used in a zone that is signed`
      tell('warning', 'dnssec-ignored', text, record)
      break
    }
  }
}

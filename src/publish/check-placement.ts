import { formatType, RR, type RRType } from '../rr/index.ts'
import { formatName } from '../wire/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'
import {
  distinctRecordsOf,
  type OwnerFacts,
  recordsOf,
  type Tell,
  type ZoneFacts,
} from './zone-facts.ts'

/** Types that may stand beside a CNAME (RFC 4034 §2.5, RFC 2181 §10.1). */
const besideCname: ReadonlySet<RRType> = new Set([RR.CNAME, RR.RRSIG, RR.NSEC])
/** Types of a child zone that a parent may hold at a cut. */
const atCut: ReadonlySet<RRType> = new Set([RR.NS, RR.DS, RR.A, RR.AAAA, RR.RRSIG, RR.NSEC])
const addressTypes: ReadonlySet<RRType> = new Set([RR.A, RR.AAAA])

/** What must be where: the apex, aliases, cuts, and nothing out of place. */
export function* checkPlacement(facts: ZoneFacts, tell: Tell): Generator<void, void> {
  const apexText = formatName(facts.apex.owner)
  for (const record of facts.outside) {
    const text = formatName(record.owner)
    tell('error', 'zone-outside', `Cannot place ${text}: it is not in zone ${apexText}`, record)
  }
  checkApex(facts.apex, apexText, tell)
  for (const at of facts.owners.values()) {
    yield
    if (at !== facts.apex) {
      for (const record of recordsOf(at, RR.SOA)) {
        const text = `Cannot place SOA at ${formatName(at.owner)}: it belongs to ${apexText} alone`
        tell('error', 'zone-soa', text, record)
      }
    }
    if (at.occluder) checkOccluded(at, at.occluder, tell)
    else {
      checkCname(at, tell)
      checkDname(at, tell)
      checkCut(at, tell)
    }
  }
}

function checkApex(apex: OwnerFacts, text: string, tell: Tell): void {
  const soas = distinctRecordsOf(apex, RR.SOA)
  if (soas.length === 0) tell('error', 'zone-soa', `Zone ${text} has no SOA record at its apex`)
  for (const soa of soas.slice(1)) {
    tell('error', 'zone-soa', `Zone ${text} has more than one SOA record`, soa)
  }
  if (recordsOf(apex, RR.NS).length === 0) {
    tell('error', 'zone-ns-missing', `Zone ${text} has no NS record at its apex`, soas[0])
  }
}

function checkCname(at: OwnerFacts, tell: Tell): void {
  const cnames = distinctRecordsOf(at, RR.CNAME)
  if (cnames.length === 0) return
  const name = formatName(at.owner)
  for (const extra of cnames.slice(1)) {
    tell('error', 'cname-multiple', `${name} has more than one CNAME (RFC 2181 §10.1)`, extra)
  }
  for (const [type, [record]] of at.byType) {
    if (besideCname.has(type)) continue
    const text = `${name} has ${formatType(type)} beside its CNAME (RFC 1034 §3.6.2)`
    tell('error', 'cname-and-other', text, record)
  }
}

function checkDname(at: OwnerFacts, tell: Tell): void {
  for (const extra of distinctRecordsOf(at, RR.DNAME).slice(1)) {
    const text = `${formatName(at.owner)} has more than one DNAME (RFC 6672 §2.4)`
    tell('error', 'dname-multiple', text, extra)
  }
}

function checkCut(at: OwnerFacts, tell: Tell): void {
  if (!at.isCut) return
  const name = formatName(at.owner)
  const [ns] = recordsOf(at, RR.NS)
  if (at.owner[1] === 0x2a && at.owner[0] === 1) {
    tell('warning', 'wildcard-ns', `${name} delegates by a wildcard (RFC 4592 §4.2)`, ns)
  }
  if (at.byType.has(RR.DNAME)) {
    const [dname] = recordsOf(at, RR.DNAME)
    tell('error', 'dname-at-cut', `${name} has a DNAME beside NS (RFC 6672 §2.3)`, dname)
  }
  for (const [type, [record]] of at.byType) {
    if (atCut.has(type) || type === RR.DNAME || type === RR.CNAME) continue
    const text = `${formatType(type)} at ${name} is not served: the name is delegated`
    tell('warning', 'record-occluded', text, record)
  }
}

/** Below a cut only addresses make sense, as glue; below a DNAME nothing does (RFC 6672 §2.4). */
function checkOccluded(at: OwnerFacts, occluder: OwnerFacts, tell: Tell): void {
  const by = formatName(occluder.owner)
  for (const [type, records] of at.byType) {
    if (occluder.isCut && addressTypes.has(type)) continue
    const [record] = records as [ZoneRecord]
    const why = occluder.isCut ? `the delegation of ${by}` : `the DNAME at ${by}`
    const text = `${formatType(type)} at ${formatName(at.owner)} is hidden by ${why}`
    tell(occluder.isCut ? 'warning' : 'error', 'record-occluded', text, record)
  }
}

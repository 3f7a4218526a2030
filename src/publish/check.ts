import type { Name } from '../wire/index.ts'
import type { Finding, ZoneRecord } from '../zonefile/index.ts'
import { checkDnssec } from './check-dnssec.ts'
import { checkLike } from './check-like.ts'
import { checkMail } from './check-mail.ts'
import { checkPlacement } from './check-placement.ts'
import { checkRRsets } from './check-rrsets.ts'
import { checkTargets } from './check-targets.ts'
import { gatherFacts, type Tell, type ZoneFacts } from './zone-facts.ts'

/** Most findings of one zone that are told. */
const findingsMax = 200

type Rule = (facts: ZoneFacts, tell: Tell) => Generator<void, void>

const rules: readonly Rule[] = [
  ...[checkPlacement, checkLike, checkRRsets, checkTargets, checkDnssec, checkMail],
]

/** `zoneFindings` in one go, for zones that nobody waits behind. */
export function checkZone(zone: Name, records: readonly ZoneRecord[]): Finding[] {
  const steps = zoneFindings(zone, records)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/**
 * Checks whether the records of a zone file make a sound zone, as kzonecheck and named-checkzone
 * do. Errors are what must not be served; warnings are what will surprise somebody. At most
 * `findingsMax` of them, errors before warnings. O(n) in the records, with a pause after each
 * small step.
 */
export function* zoneFindings(
  zone: Name,
  records: readonly ZoneRecord[],
): Generator<void, Finding[]> {
  return yield* factsFindings(yield* gatherFacts(zone, records))
}

/** The same for what is known of a zone already: goes over the owners that `facts` goes over. */
export function* factsFindings(facts: ZoneFacts): Generator<void, Finding[]> {
  const errors: Finding[] = []
  const warnings: Finding[] = []
  const tell: Tell = (severity, code, message, record) => {
    const list = severity === 'error' ? errors : warnings
    if (list.length < findingsMax) {
      list.push({ severity, code, message, ...(record ? { place: record.place } : {}) })
    }
  }
  for (const rule of rules) yield* rule(facts, tell)
  return [...errors, ...warnings].slice(0, findingsMax)
}

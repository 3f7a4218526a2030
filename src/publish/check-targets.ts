import { isIPv4, isIPv6 } from 'node:net'
import { formatType, RR, type RRType } from '../rr/index.ts'
import { formatName, isSubdomainKey, type Name, nameKey } from '../wire/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'
import { type OwnerFacts, recordsOf, type Tell, targetOf, type ZoneFacts } from './zone-facts.ts'

/** Types whose target must be a host, and where the target starts in the RDATA. */
const hostTargets: readonly (readonly [RRType, number])[] = [
  [RR.NS, 0],
  [RR.MX, 2],
  [RR.SRV, 6],
]

/** What NS, MX and SRV point to: hosts with addresses, not aliases, not address literals. */
export function* checkTargets(facts: ZoneFacts, tell: Tell): Generator<void, void> {
  for (const at of facts.owners.values()) {
    yield
    if (at.occluder) continue
    for (const [type, offset] of hostTargets) {
      for (const record of recordsOf(at, type)) {
        const target = record.rdata.subarray(offset) as Name
        // `MX 0 .` and `SRV … .` say that there is no such service (RFC 7505 §3, RFC 2782).
        if (target.length === 1 && type !== RR.NS) continue
        if (at.isCut && type === RR.NS) checkGlue(facts, at, record, target, tell)
        else checkTarget(facts, record, target, tell)
      }
    }
  }
}

function checkTarget(facts: ZoneFacts, record: ZoneRecord, target: Name, tell: Tell): void {
  const text = formatName(target)
  const what = `${formatType(record.type)} of ${formatName(record.owner)}`
  const literal = literalOf(text, formatName(facts.apex.owner))
  if (literal !== undefined) {
    tell(
      'warning',
      'target-address',
      `${what} points to the address ${literal}, not to a host`,
      record,
    )
    return
  }
  const offer = targetOf(facts, target)
  if (offer === 'alias') {
    // RFC 2181 §10.3. An NS that is an alias makes the zone unreachable for many.
    const severity = record.type === RR.NS ? 'error' : 'warning'
    tell(severity, 'target-alias', `${what} points to ${text}, an alias (RFC 2181 §10.3)`, record)
  }
  if (offer === 'bare' || offer === 'absent') {
    const severity = record.type === RR.NS ? 'error' : 'warning'
    tell(severity, 'target-unaddressed', `${what} points to ${text}, which has no address`, record)
  }
}

/** The address that somebody wrote for a name, with or without a final dot. */
function literalOf(target: string, apex: string): string | undefined {
  const suffix = `.${apex}`
  const written = target.endsWith(suffix) ? target.slice(0, -suffix.length) : target.slice(0, -1)
  const literal = written.replace(/\\/g, '')
  return isIPv4(literal) || isIPv6(literal) ? literal : undefined
}

/** A name server at or below its own cut is reached only by glue (RFC 9471 §3.1). */
function checkGlue(
  facts: ZoneFacts,
  cut: OwnerFacts,
  record: ZoneRecord,
  target: Name,
  tell: Tell,
): void {
  const key = nameKey(target)
  if (!isSubdomainKey(key, cut.key)) {
    if (!facts.owners.get(key)?.occluder) checkTarget(facts, record, target, tell)
    return
  }
  const glue = facts.owners.get(key)
  if (glue && (glue.byType.has(RR.A) || glue.byType.has(RR.AAAA))) return
  const text = `Delegation of ${formatName(cut.owner)} has no glue for ${formatName(target)}`
  tell('error', 'glue-missing', text, record)
}

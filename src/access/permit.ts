import { formatType, parseType, type RRType } from '../rr/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import {
  matchesPattern,
  matchesZone,
  parsePattern,
  parseZonePattern,
  type ZonePattern,
} from './pattern.ts'
import type { Deed, Permission, Principal, Scope } from './types.ts'

const allowed: Permission = { kind: 'allowed' }

/**
 * Whether somebody may do something. Everything that the deed touches has to be inside the fence;
 * one RRset outside refuses it whole. A fence of names or types lets nothing through that touches
 * a zone as a whole, but for reading: what is read is sifted by `sieve`.
 */
export function permit({ scope }: Principal, deed: Deed): Permission {
  const { verb, tenant, apex, rrsets } = deed
  if (scope.tenant !== '*' && tenant !== undefined && tenant !== scope.tenant) {
    return { kind: 'absent' }
  }
  if (!scope.verbs.includes(verb)) return denied(`The token does not have the verb "${verb}"`)
  if (verb === 'admin' && tenant === undefined && scope.tenant !== '*') {
    return denied('This is for tokens of all tenants only')
  }
  if (!insideZones(scope, apex)) {
    return denied(`The token is not for ${apex ? `zone ${formatName(apex)}` : 'all zones'}`)
  }
  if (rrsets === undefined || rrsets === 'all') {
    if ((verb === 'read' && !rrsets) || (scope.names === undefined && scope.types === undefined))
      return allowed
    return denied('The token is for some records of a zone only, and this concerns all of it')
  }
  const mayTouch = sieve(scope)
  const outside = rrsets.find(({ owner, type }) => !mayTouch(owner, type))
  if (outside === undefined) return allowed
  const { owner, type } = outside
  return denied(`The token is not for ${formatName(owner)} ${formatType(type)}`)
}

function denied(text: string): Permission {
  return { kind: 'denied', text }
}

/** What concerns no zone, such as tokens and audit, concerns them all. */
function insideZones({ zones }: Scope, apex: Name | undefined): boolean {
  if (zones === undefined) return true
  return apex !== undefined && zonePatterns(zones).some((pattern) => matchesZone(pattern, apex))
}

/** Read once for a scope: a list of zones asks about every one of them. */
const patternsRead = new WeakMap<readonly string[], readonly ZonePattern[]>()

function zonePatterns(zones: readonly string[]): readonly ZonePattern[] {
  const known = patternsRead.get(zones)
  if (known) return known
  const patterns = zones.map(parseZonePattern)
  patternsRead.set(zones, patterns)
  return patterns
}

/** What tells whether an RRset is inside the fence, in any zone that is. */
export function sieve({ names, types }: Scope): (owner: Name, type: RRType) => boolean {
  const patterns = names?.map(parsePattern)
  const codes = types?.map(parseType)
  return (owner, type) =>
    (patterns === undefined || patterns.some((pattern) => matchesPattern(pattern, owner))) &&
    (codes === undefined || codes.includes(type))
}

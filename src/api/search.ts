import type { FastifyRequest } from 'fastify'
import { formatType } from '../rr/index.ts'
import { formatName } from '../wire/index.ts'
import { searchResultsMax, searchRRsetsMax, searchStepsMax } from './limits.ts'
import { formatZoneId } from './names.ts'
import type { ApiWorld } from './types.ts'
import { rrsetsOf, visibleZones } from './zones.ts'

/**
 * Zones and records whose name or content matches; `*` is any text, `?` any character. It ends when
 * it has enough, or has looked long enough.
 */
export async function search(
  request: FastifyRequest,
  query: { readonly q: string; readonly max?: number; readonly object_type?: string },
  world: ApiWorld,
): Promise<object[]> {
  const max = Math.min(query.max ?? 100, searchResultsMax)
  const kind = query.object_type ?? 'all'
  const effort = { left: searchStepsMax }
  const matches = globOf(query.q, effort)
  const results: object[] = []
  let looked = 0
  const pace = world.makePace()
  for (const found of visibleZones(request, world)) {
    const rest = pace.step()
    if (rest !== undefined) await rest
    const zone = formatName(found.apex)
    const ids = { zone, zone_id: formatZoneId(found.apex) }
    if (results.length >= max || looked >= searchRRsetsMax || effort.left <= 0) break
    if ((kind === 'all' || kind === 'zone') && matches(zone)) {
      results.push({ name: zone, object_type: 'zone', zone_id: ids.zone_id })
    }
    if (kind === 'zone') continue
    for await (const { owner, type, ttl, records, comments } of rrsetsOf(request, found, world)) {
      if (results.length >= max || ++looked >= searchRRsetsMax || effort.left <= 0) break
      const name = formatName(owner)
      const what = { ttl, type: formatType(type), ...ids }
      for (const { content, disabled } of kind === 'comment' ? [] : records) {
        if (results.length >= max || !(matches(name) || matches(content))) continue
        results.push({ content, disabled, name, object_type: 'record', ...what })
      }
      for (const { content } of kind === 'record' ? [] : comments) {
        if (results.length >= max || !matches(content)) continue
        results.push({ content, name, object_type: 'comment', ...what })
      }
    }
  }
  return results
}

/** Comparisons of characters that a search may still make. */
interface Effort {
  left: number
}

/**
 * What tells whether a text matches, final dot or not, in any case. By hand and without going back
 * further than the last `*`: a regular expression of a stranger's could take for ever. Where the
 * effort is spent, nothing matches any more.
 */
function globOf(pattern: string, effort: Effort): (text: string) => boolean {
  const wanted = pattern.toLowerCase().replace(/\.$/, '')
  return (text) => globMatches(wanted, text.toLowerCase().replace(/\.$/, ''), effort)
}

function globMatches(pattern: string, text: string, effort: Effort): boolean {
  let p = 0
  let starAt = -1
  let resumeAt = 0
  for (let t = 0; t < text.length; ) {
    if (--effort.left < 0) return false
    const wanted = pattern[p]
    if (wanted === '*') {
      starAt = p++
      resumeAt = t
    } else if (wanted === '?' || wanted === text[t]) {
      p++
      t++
    } else if (starAt >= 0) {
      p = starAt + 1
      t = ++resumeAt
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

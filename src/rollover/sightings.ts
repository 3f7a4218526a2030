import { toHex } from '../wire/index.ts'
import type { KeyFact, Sighting } from './types.ts'

/** What a server is told from others by. */
export function serverOf({ host, address }: Pick<Sighting, 'host' | 'address'>): string {
  return `${address} ${toHex(host)}`
}

/** What each server presented when it was last looked at. */
export function latestSightings(sightings: readonly Sighting[]): Sighting[] {
  const latest = new Map<string, Sighting>()
  for (const sighting of sightings) {
    const server = serverOf(sighting)
    const known = latest.get(server)
    if (!known || known.at <= sighting.at) latest.set(server, sighting)
  }
  return [...latest.values()]
}

/**
 * Whether records of keys match what a server was seen to present. One without TLS cannot be
 * judged, and counts as matched: no record would help.
 */
export function isMatched(keys: readonly KeyFact[], { key, anchors }: Sighting): boolean {
  if (key === undefined) return true
  return keys.some(({ tlsas }) =>
    tlsas.some(({ usage, data }) => {
      const id = toHex(data)
      return usage === daneEe ? id === key : anchors.includes(id)
    }),
  )
}

/** Certificate usage 3 (RFC 7218 §2.1). */
const daneEe = 3

/** The servers that a set of keys would leave without a match. */
export function unmatched(
  keys: readonly KeyFact[],
  sightings: readonly Sighting[],
): readonly Sighting[] {
  return latestSightings(sightings).filter((sighting) => !isMatched(keys, sighting))
}

import { CodedError } from '../base/index.ts'
import { type Name, type NameKey, nameKey, parseName, rootName } from '../wire/index.ts'
import { entries, isEmpty, refuse, report, type Spot } from './setting.ts'

/** The zone that the key of an entry names; undefined when it was reported as none. */
function zoneOf(spot: Spot, text: string): Name | undefined {
  try {
    return text === '.' ? rootName : parseName(text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    report(spot, error.code, error.message)
    return undefined
  }
}

/**
 * A mapping from zones to what `read` makes of each entry. Keys that name none are reported, and
 * left out.
 */
export function byZone<T>(
  spot: Spot,
  expected: string,
  read: (zone: Name, value: Spot, keySpot: Spot) => T,
): ReadonlyMap<NameKey, T> {
  const result = new Map<NameKey, T>()
  if (isEmpty(spot)) return result
  const given = entries(spot)
  if (!given) refuse(spot, expected)
  for (const { key, keySpot, value } of given ?? []) {
    const zone = zoneOf(keySpot, key)
    if (!zone) continue
    if (result.has(nameKey(zone))) {
      report(keySpot, 'config-invalid', `Cannot use ${keySpot.path}: the zone is named twice`)
    }
    result.set(nameKey(zone), read(zone, value, keySpot))
  }
  return result
}

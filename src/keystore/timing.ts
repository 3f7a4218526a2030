import type { UnixSeconds } from '../base/index.ts'

/**
 * When things happen to a key: BIND's timing metadata, in whole seconds. A time that is not there
 * never comes. All of it is kept; danelaw acts on `publish`, `activate`, `inactive` and `delete`.
 */
export interface KeyTiming {
  /** When the key was made. */
  readonly created?: UnixSeconds
  /** From when its DNSKEY is in the zone. */
  readonly publish?: UnixSeconds
  /** From when it signs. */
  readonly activate?: UnixSeconds
  /** From when it is to carry the REVOKE bit (RFC 5011). */
  readonly revoke?: UnixSeconds
  /** From when it signs no longer. */
  readonly inactive?: UnixSeconds
  /** From when its DNSKEY is out of the zone. */
  readonly delete?: UnixSeconds
  /** From when its CDS and CDNSKEY are in the zone (RFC 7344). */
  readonly syncPublish?: UnixSeconds
  /** From when its CDS and CDNSKEY are out of the zone. */
  readonly syncDelete?: UnixSeconds
}

/**
 * Where a key is in its life (RFC 7583 §3.1): `generated`, nobody knows of it; `published`, in the
 * DNSKEY RRset but not signing yet; `active`, signing; `retired`, still published for the sake of
 * cached signatures; `removed`.
 */
export type KeyState = 'generated' | 'published' | 'active' | 'retired' | 'removed'

/** The lines of a .private file in the order in which BIND writes them. */
export const timingFields: readonly (readonly [line: string, field: keyof KeyTiming])[] = [
  ['Created', 'created'],
  ['Publish', 'publish'],
  ['Activate', 'activate'],
  ['Revoke', 'revoke'],
  ['Inactive', 'inactive'],
  ['Delete', 'delete'],
  ['SyncPublish', 'syncPublish'],
  ['SyncDelete', 'syncDelete'],
]

/**
 * The state of a key at time `now`. Never stored: derived from the timing, as BIND does. A key
 * without `publish`, `activate`, `inactive` and `delete` (a file from before such metadata, or of
 * ldns) is active. A key with `activate` but without `publish` is published at once.
 */
export function keyState(timing: KeyTiming, now: UnixSeconds): KeyState {
  const { publish, activate, inactive } = timing
  if (reached(timing.delete, now)) return 'removed'
  if (reached(inactive, now)) return 'retired'
  if (reached(activate, now)) return 'active'
  if (reached(publish, now)) return 'published'
  if (publish !== undefined) return 'generated'
  if (activate !== undefined) return 'published'
  return 'active'
}

function reached(time: UnixSeconds | undefined, now: UnixSeconds): boolean {
  return time !== undefined && time <= now
}

/** Reads BIND's `YYYYMMDDHHMMSS` in UTC; undefined when it is no such time. */
export function parseKeyTime(text: string): UnixSeconds | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)?.slice(1).map(Number)
  if (!parts) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const time = (Date.UTC(year, month - 1, day, hour, minute, second) / 1000) as UnixSeconds
  // Refuses what Date would carry over, such as the 31st of February.
  return formatKeyTime(time) === text ? time : undefined
}

/** Writes BIND's `YYYYMMDDHHMMSS` in UTC. */
export function formatKeyTime(time: UnixSeconds): string {
  return new Date(time * 1000)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/\D/g, '')
}

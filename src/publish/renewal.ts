import type { Clock } from '../base/index.ts'
import { renewals } from '../signer/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import type { Pace } from './pace.ts'
import type { PublishedZone } from './published.ts'

/** What one pass of renewal did. */
export interface RenewalReport {
  /** Signatures that were looked at. */
  readonly seen: number
  /** RRsets whose next signatures were made. */
  readonly renewed: number
}

/**
 * Goes once over the signatures of all zones and makes, in slices, the next ones of those that end
 * within `leadSeconds`.
 */
export async function renewZones(
  table: ZoneTable<PublishedZone>,
  clock: Clock,
  leadSeconds: number,
  pace: Pace,
): Promise<RenewalReport> {
  let seen = 0
  let renewed = 0
  for (const { zone, signing } of [...table.values()]) {
    if (!signing) continue
    for (const signed of renewals(zone, signing.signer, clock, leadSeconds)) {
      seen++
      if (signed) renewed++
      const rest = pace.step()
      if (rest !== undefined) await rest
    }
  }
  return { seen, renewed }
}

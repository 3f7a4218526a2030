import { decode } from './codec.ts'
import { pageOf, parseCursor } from './cursor.ts'
import { auditForm } from './forms.ts'
import { auditLookedMax, pageItemsMax } from './limits.ts'
import type { AuditQuery, Page } from './store.ts'
import type { AuditEntry } from './types.ts'

/** An entry as a driver has it. */
interface AuditRow {
  readonly number: number
  readonly octets: Uint8Array
}

/**
 * A page of the audit log, newest first, read by `before`: entries with lower numbers, so many at
 * most. Those of one tenant are looked for until the page is full or enough was looked at.
 *
 * @throws {CodedError} `cursor-invalid`, `store-corrupt`
 */
export async function auditPage(
  { limit: wanted, cursor, tenant }: AuditQuery,
  read: (before: number, limit: number) => Promise<readonly AuditRow[]>,
): Promise<Page<AuditEntry>> {
  const limit = Math.min(wanted, pageItemsMax)
  const rowsMax = tenant === undefined ? limit + 1 : pageItemsMax
  const found: { readonly number: number; readonly entry: AuditEntry }[] = []
  let before = parseCursor(cursor) ?? Number.MAX_SAFE_INTEGER
  let isEnd = false
  for (let looked = 0; looked < auditLookedMax && !isEnd; looked += rowsMax) {
    const rows = await read(before, rowsMax)
    for (const { number, octets } of rows) {
      before = number
      const entry = decode(auditForm, octets, 'the audit log')
      if (tenant === undefined || entry.actor.tenant === tenant) found.push({ number, entry })
    }
    isEnd = rows.length < rowsMax || found.length > limit
  }
  const page = pageOf(found, limit, ({ number }) => number)
  const next = isEnd || page.next !== undefined ? page.next : String(before)
  return { items: page.items.map(({ entry }) => entry), next }
}

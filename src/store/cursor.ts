import { CodedError } from '../base/index.ts'
import type { Page } from './store.ts'

/**
 * Reads a cursor: the number of the last item of the page before.
 *
 * @throws {CodedError} `cursor-invalid`
 */
export function parseCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  const number = Number(cursor)
  if (/^[0-9]{1,16}$/.test(cursor) && Number.isSafeInteger(number)) return number
  throw new CodedError('cursor-invalid', `Cannot go on at cursor ${JSON.stringify(cursor)}`)
}

/** A page from one item more than it holds, where there is one. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  numberOfItem: (item: T) => number,
): Page<T> {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const more = last !== undefined && found.length > limit
  return { items, next: more ? String(numberOfItem(last)) : undefined }
}

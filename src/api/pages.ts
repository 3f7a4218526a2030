/** A page of a list that is all there, in order. */
export interface ListPage<T> {
  readonly items: readonly T[]
  /** What asks for the next page; undefined at the end. */
  readonly next: string | undefined
}

/**
 * A page of a list: `limit` items after the one of the cursor, whether that is still there or not.
 * The cursor is the text of the last item; `keyOf` makes of it what items are ordered by.
 */
export function pageOf<T>(
  list: readonly T[],
  textOf: (item: T) => string,
  limit: number,
  cursor: string | undefined,
  keyOf: (text: string) => string,
): ListPage<T> {
  const after = cursor === undefined ? undefined : keyOf(cursor)
  const start = after === undefined ? 0 : list.findIndex((item) => keyOf(textOf(item)) > after)
  const items = start < 0 ? [] : list.slice(start, start + limit)
  const last = items.at(-1)
  const isEnd = start < 0 || start + limit >= list.length || last === undefined
  return { items, next: isEnd ? undefined : textOf(last) }
}

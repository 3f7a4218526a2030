import type { ChangeSet } from '../store/index.ts'

/** Change sets read at a time at first, and at most. */
const itemsMin = 4
const itemsMax = 200
/** Changes of RRsets beyond which the next page is one change set: they are all in memory. */
const changesMax = 5000

/** How many change sets to read at a time: more and more as long as they are small. */
export class PageSize {
  /** For the next page. */
  limit = itemsMin

  /** Notes what a page had. */
  saw(items: readonly ChangeSet[]): void {
    const changes = items.reduce((sum, { changes }) => sum + changes.length, 0)
    this.limit = changes > changesMax ? 1 : Math.min(2 * this.limit, itemsMax)
  }
}

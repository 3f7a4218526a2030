import type { Draft, DraftResult } from './types.ts'

/** Drafts that may wait; the next ones are told to come again. */
export const waitingMax = 4096
/** Drafts that share one look and one flush. */
const groupDraftsMax = 64
/** Edits of all of them together, unless one alone has more. */
const groupEditsMax = 256

/** A draft on its way. */
export interface Pending {
  readonly draft: Draft
  readonly resolve: (result: DraftResult) => void
  readonly reject: (error: unknown) => void
  /** How often it was worked out in vain, because others were faster. */
  attempts: number
}

/** Drafts that wait, first come, first served. */
export class Queue {
  #waiting: Pending[] = []

  /** How many wait. */
  get length(): number {
    return this.#waiting.length
  }

  /** Takes one in, at the end. */
  push(pending: Pending): void {
    this.#waiting.push(pending)
  }

  /** Puts back, in front, what has to be worked out anew. */
  putBack(pending: readonly Pending[]): void {
    this.#waiting.unshift(...pending)
  }

  /** The next that go together: edits as many as fit, anything else by itself. */
  take(): Pending[] {
    const [first] = this.#waiting
    if (!first) return []
    let count = 1
    let edits = editsOf(first)
    while (count < groupDraftsMax && edits <= groupEditsMax) {
      const next = this.#waiting[count]
      edits += next ? editsOf(next) : Number.POSITIVE_INFINITY
      if (edits > groupEditsMax) break
      count++
    }
    return this.#waiting.splice(0, count)
  }
}

/** How much a draft adds to a group; infinite for one that goes alone. */
function editsOf({ draft: { wish, dryRun } }: Pending): number {
  return wish.kind === 'edit' && !dryRun ? wish.edits.length : Number.POSITIVE_INFINITY
}

import type { RRset } from '../rr/index.ts'
import { type LabelRun, markIn, readRun } from '../wire/index.ts'

/** Instances side by side in canonical order, as a store keeps them: 1 to 255 labels. */
export interface InstanceRun {
  /** One label below the apex each, marked with its place in `likes`. */
  readonly labels: LabelRun
  /** The `LIKE` RRsets that they have, whoever owns them; undefined for labels that have none. */
  readonly likes: readonly (Pick<RRset, 'ttl' | 'rdatas'> | undefined)[]
}

/** A run with what its marks stand for. */
interface Page<T> {
  readonly labels: LabelRun
  readonly values: readonly (T | undefined)[]
}

/**
 * Values by label, in pages that never change: a search among the first labels of all pages, and
 * then on one of them.
 */
export class InstancePages<T> {
  readonly #firsts: string[] = []
  readonly #pages: Page<T>[] = []

  /** Adds a page that comes behind all others. */
  add(labels: LabelRun, values: readonly (T | undefined)[]): void {
    const [first] = readRun(labels)
    if (!first) return
    this.#firsts.push(first.label)
    this.#pages.push({ labels, values })
  }

  /** The value of a label. O(log n). */
  find(label: string): T | undefined {
    let low = 0
    let high = this.#firsts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#firsts[middle] as string) <= label) low = middle + 1
      else high = middle
    }
    const page = this.#pages[low - 1]
    const mark = page && markIn(page.labels, label)
    return mark === undefined ? undefined : page?.values[mark]
  }

  /** Labels with a value, in canonical order; only on pages that `isWanted` for a value of. */
  *labels(isWanted: (value: T) => boolean = () => true): Generator<string, void> {
    for (const { labels, values } of this.#pages) {
      if (!values.some((value) => value !== undefined && isWanted(value))) continue
      for (const { label, mark } of readRun(labels)) {
        const value = values[mark]
        if (value !== undefined && isWanted(value)) yield label
      }
    }
  }
}

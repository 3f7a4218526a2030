import { formatType, type RRType } from '../rr/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import type { KeyReference, Reason } from './verdict.ts'

/** A reason in one sentence, with the RFC 8914 code where something is wrong. */
export function because(
  text: string,
  ede?: number,
  more: Omit<Reason, 'text' | 'ede'> = {},
): Reason {
  return { text, ede, ...more }
}

/** How an RRset is called in reasons: `mail.example. A`. */
export function setText(owner: Name, type: RRType): string {
  return `${formatName(owner)} ${formatType(type)}`
}

/** How a key is called in reasons: `45756/13` (tag and algorithm). */
export function keyText({ keyTag, algorithm }: Omit<KeyReference, 'zone'>): string {
  return `${keyTag}/${algorithm}`
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** A span of time as people say it, in its greatest unit: `3 days`, `1 hour`, `12 seconds`. */
export function spanText(seconds: number): string {
  const [unit, size] = units.find((row) => seconds >= row[1]) ?? (['second', 1] as const)
  const count = Math.floor(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/**
 * Keeps the one of several failures that says most: the one that came furthest, by a weight that
 * grows with every check passed. Of equals the first stays.
 */
export class Foremost {
  #weight = 0
  #reason: Reason | undefined

  /** Takes one failure into account; weights are positive. */
  note(weight: number, reason: Reason): void {
    if (weight <= this.#weight) return
    this.#weight = weight
    this.#reason = reason
  }

  /** The failure that says most, if there was one. */
  get reason(): Reason | undefined {
    return this.#reason
  }
}

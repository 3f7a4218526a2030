import type { MatchFailure } from './types.ts'

/** Failures from the one that says least to the one that says most: that came nearest. */
const telling: readonly MatchFailure[] = [
  'no-certificate',
  'no-match',
  'trust-anchor-missing',
  'chain-broken',
  'constraint',
  'not-yet-valid',
  'expired',
  'host-mismatch',
]

/** The failure that says most, the first of its kind; undefined when there is none. */
export function mostTelling<T extends { readonly failure: MatchFailure | undefined }>(
  failures: readonly T[],
): T | undefined {
  for (const failure of telling.toReversed()) {
    const found = failures.find((one) => one.failure === failure)
    if (found) return found
  }
  return undefined
}

import { type Case, formatQuestion } from './cases.ts'
import { type Comparison, compare, type Result, type Said, type Standard } from './compare.ts'

/** What all trials have in common. */
export interface TrialOptions {
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number
  /** Cases under way at a time; `trialConcurrency` unless given. */
  readonly concurrency?: number
  /** Told of each result as it comes, which is not the order of the cases. */
  readonly onResult?: (result: Result, done: number) => void
  /** Gives up early: what is left is not asked. */
  readonly signal?: AbortSignal
}

/** How many cases are under way at a time. */
export const trialConcurrency = 16

/** How one case is put to whoever is on trial. */
export interface Asker {
  /** Why it makes no sense to ask; undefined where it does. */
  excuse(asked: Case): string | undefined
  ask(asked: Case): Promise<Said>
}

/** Asks about all cases, some at a time, and compares. Results come in the order of the cases. */
export async function tryCases(
  cases: readonly Case[],
  asker: Asker,
  standard: Standard,
  options: TrialOptions,
): Promise<readonly Result[]> {
  const { concurrency = trialConcurrency, onResult } = options
  const results: Result[] = []
  let next = 0
  let done = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < cases.length; at = next++) {
      const result = await tryCase(cases[at] as Case, asker, standard, options)
      results[at] = result
      onResult?.(result, ++done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, cases.length) }, work))
  return results
}

async function tryCase(
  asked: Case,
  asker: Asker,
  standard: Standard,
  { monotonicMs, signal }: TrialOptions,
): Promise<Result> {
  const { id, expect: expected } = asked.fault
  const begun = monotonicMs()
  const resultOf = (got: Said | undefined, comparison: Comparison): Result => ({
    ...{ id, question: formatQuestion(asked), expected, got, ...comparison },
    elapsedMs: monotonicMs() - begun,
  })
  const notAsked = (why: string) =>
    resultOf(undefined, { agreement: 'not-asked', ede: undefined, why })
  const excuse = asker.excuse(asked)
  if (excuse !== undefined) return notAsked(excuse)
  if (signal?.aborted) return notAsked('given up')
  const said = await asker.ask(asked)
  // Whoever gives up closes what the answer would have come by.
  if (signal?.aborted) return notAsked('given up')
  return resultOf(said, compare(expected, said, standard))
}

import type { Lookup, LookupResult, Validation } from './lookup.ts'
import type { Verdict } from './verdict.ts'

/** Runs a validation to its end with whoever has every answer at hand. */
export function drive(validation: Validation, answer: (lookup: Lookup) => LookupResult): Verdict {
  let step = validation.next()
  while (!step.done) step = validation.next(answer(step.value))
  return step.value
}

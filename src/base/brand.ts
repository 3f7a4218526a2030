declare const brand: unique symbol

/** A value of type `T` that only the functions named after `Tag` may mint. Costs nothing. */
export type Brand<T, Tag extends string> = T & { readonly [brand]: Tag }

/** Closes a switch over a discriminated union: compiles only while every case is handled. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable value: ${JSON.stringify(value)}`)
}

/** States what a programmer has made sure of; failing is a bug of ours, never bad input. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${claim}`)
}

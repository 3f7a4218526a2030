/** How many steps may pass between two looks at the clock. */
const stepsPerLook = 32

/** Cuts long work into slices, between which queries are answered. */
export interface Pace {
  /**
   * To be called after every small step of work: now and then it returns a promise, which is to be
   * awaited before going on.
   */
  step(): Promise<void> | undefined
}

/** What a pace is made of. */
export interface PaceOptions {
  /** How long a slice may take before others get their turn, in milliseconds. */
  readonly sliceMs: number
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number
  /** Resolves when everything else that waits has had its turn. */
  readonly turn: () => Promise<void>
}

/** A pace that gives way every `sliceMs`. Not to be shared by two pieces of work. */
export function makePace({ sliceMs, now, turn }: PaceOptions): Pace {
  let steps = 0
  let start = now()
  return {
    step() {
      if (++steps < stepsPerLook) return undefined
      steps = 0
      if (now() - start < sliceMs) return undefined
      return turn().then(() => {
        start = now()
      })
    },
  }
}

/** Runs what pauses after each small step to its end, in slices; resolves to what it returns. */
export async function runPaced<T>(steps: Generator<void, T>, pace: Pace): Promise<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    const rest = pace.step()
    if (rest !== undefined) await rest
  }
}

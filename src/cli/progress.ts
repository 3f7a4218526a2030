import type { Io } from './io.ts'

/** How long work may take before anything is said about it, and between two drawings. */
const quietMs = 1000
const redrawMs = 100

/** Tells a person what takes so long. */
export interface Progress {
  /** Says what is being done; drawn only when it has taken over a second by now. */
  update(text: string): void
  /** Wipes what was drawn. Call it before writing anything else. */
  clear(): void
}

/** Progress on standard error while a terminal is there; else silence. */
export function makeProgress({ stderr, monotonicMs }: Io): Progress {
  const start = monotonicMs()
  let drawnAt = Number.NEGATIVE_INFINITY
  return {
    update(text) {
      const now = monotonicMs()
      if (!stderr.isTerminal || now - start < quietMs || now - drawnAt < redrawMs) return
      stderr.write(`\r\u001b[K${text}`)
      drawnAt = now
    },
    clear() {
      if (drawnAt === Number.NEGATIVE_INFINITY) return
      stderr.write('\r\u001b[K')
      drawnAt = Number.NEGATIVE_INFINITY
    },
  }
}

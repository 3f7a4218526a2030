import type { HealthReport } from './types.ts'

/** One thing that has to work. */
export interface HealthPart {
  readonly state: 'ok' | 'degraded' | 'down'
  /** In words, for the one who was woken by it. */
  readonly text: string
  /** Without it there are no answers. What is not essential can degrade the whole at most. */
  readonly isEssential: boolean
}

/**
 * The whole from its parts: `down` where something essential is, `degraded` where anything is not
 * as it should be. Ready is what has begun to answer and still does.
 */
export function composeHealth(
  parts: Readonly<Record<string, HealthPart>>,
  hasStarted: boolean,
): HealthReport {
  const all = Object.values(parts)
  const isDown = all.some((part) => part.isEssential && part.state === 'down')
  const isWell = all.every(({ state }) => state === 'ok')
  return {
    state: isDown ? 'down' : isWell ? 'ok' : 'degraded',
    ready: hasStarted && !isDown,
    parts: Object.fromEntries(
      Object.entries(parts).map(([name, { state, text }]) => [name, { state, text }]),
    ),
  }
}

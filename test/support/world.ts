import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { type ExitCode, type Io, runCli, type Signal } from '../../src/cli/index.ts'
import { randomOctets } from '../../src/crypto/index.ts'
import { testTime } from './served-zone.ts'

/** What a command left behind. */
export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** A world for commands that tests turn by hand. */
export interface World {
  readonly io: Io
  /** What was written so far. */
  out(): string
  err(): string
  /** Sends a signal to whoever listens. */
  signal(signal: Signal): void
  /** Resolves when somebody listens for signals and `out` has matched. */
  written(pattern: RegExp): Promise<void>
}

/** Makes a world in a directory. Time stands still. */
export function makeWorld(
  cwd: string,
  {
    isTerminal = false,
    monotonicMs = () => 0,
    stdin = [],
  }: {
    readonly isTerminal?: boolean
    readonly monotonicMs?: () => number
    readonly stdin?: readonly Uint8Array[]
  } = {},
): World {
  const out: string[] = []
  const err: string[] = []
  const handlers = new Set<(signal: Signal) => void>()
  const waiting = new Set<() => void>()
  const io: Io = {
    stdout: {
      isTerminal,
      write(text) {
        out.push(text)
        for (const look of [...waiting]) look()
      },
    },
    stderr: { isTerminal, write: (text) => void err.push(text) },
    async *stdin() {
      yield* stdin
    },
    cwd,
    hostName: 'sender.test',
    sealingKeys: undefined,
    clock: fixedClock(testTime),
    monotonicMs,
    onSignal(handler) {
      handlers.add(handler)
      return () => void handlers.delete(handler)
    },
    every: () => () => undefined,
    turn: () => new Promise(setImmediate),
    timers: systemTimers,
    random: randomOctets,
    stayAlive: () => () => undefined,
  }
  return {
    io,
    out: () => out.join(''),
    err: () => err.join(''),
    signal(signal) {
      for (const handler of handlers) handler(signal)
    },
    written: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!pattern.test(out.join(''))) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

/** Runs a command line in a directory to its end. */
export async function runCommand(cwd: string, ...argv: readonly string[]): Promise<Outcome> {
  const world = makeWorld(cwd)
  const code = await runCli(argv, '1.2.3', world.io)
  return { code, out: world.out(), err: world.err() }
}

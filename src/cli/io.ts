import type { Clock, Timers } from '../base/index.ts'

/** A stream of text. */
export interface TextSink {
  write(text: string): void
  /** Whether a person watches: then progress may be drawn and lines be styled. */
  readonly isTerminal: boolean
}

/** What a long-running command hears from outside. */
export type Signal = 'reload' | 'stop'

/** The world of a command. `main` makes the real one; tests make their own. */
export interface Io {
  readonly stdout: TextSink
  readonly stderr: TextSink
  /** Standard input; who never asks for it leaves it alone. */
  readonly stdin: () => AsyncIterable<Uint8Array>
  /** Absolute; relative paths of arguments start from it. */
  readonly cwd: string
  /** What the machine calls itself. */
  readonly hostName: string
  /** What the environment has in `DANELAW_SEALING_KEYS`: secrets, for nobody's eyes. */
  readonly sealingKeys: string | undefined
  readonly clock: Clock
  /** A clock for durations, in milliseconds, that never goes back. */
  readonly monotonicMs: () => number
  /** Calls `handler` for every signal from now on; returns what ends that. */
  onSignal(handler: (signal: Signal) => void): () => void
  /** Calls `handler` every so often, without keeping the process alive; returns what ends that. */
  every(ms: number, handler: () => void): () => void
  /** Resolves when all that waits has had its turn. */
  turn(): Promise<void>
  readonly timers: Timers
  /** So many octets that nobody can foresee. */
  readonly random: (octets: number) => Uint8Array
  /** Keeps the process alive, also while nothing but time passes; returns what ends that. */
  stayAlive(): () => void
}

/** How a command ended. */
export const Exit = {
  /** It did what was asked. */
  ok: 0,
  /** It found errors in what it was given, or failed. */
  failed: 1,
  /** It was not asked in a way that it understands. */
  usage: 2,
  /** What it judged works, and nothing protects it: insecure data, delivery without DANE. */
  unprotected: 3,
  /** What it judged must not be relied on: bogus data, mail that would not be delivered. */
  refused: 4,
  /** It cannot tell: the lookup failed. */
  unknown: 5,
  /** What it was asked for is not to be done yet. */
  notYet: 6,
} as const

/** One of the values of `Exit`. */
export type ExitCode = (typeof Exit)[keyof typeof Exit]

/** Writes one line. */
export function writeLine(sink: TextSink, line = ''): void {
  sink.write(`${line}\n`)
}

/** Writes a value as one line of JSON. */
export function writeJson(sink: TextSink, value: unknown): void {
  sink.write(`${JSON.stringify(value)}\n`)
}

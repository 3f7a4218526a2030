import { type DestinationStream, pino } from 'pino'
import type { Clock } from '../base/index.ts'
import { redacted, redactedText } from './redact.ts'
import type { Log } from './types.ts'

/** How a log is kept. */
export interface LogOptions {
  /** The least that is written. */
  readonly level: 'info' | 'warn' | 'error' | 'off'
  /** `json`: one object a line. `text`: time, level, event, then `name=value`, for people. */
  readonly format: 'json' | 'text'
  /** Takes whole lines, line feed included. */
  readonly write: (line: string) => void
  readonly clock: Clock
}

/** Opens a log. Lines are written at once, so that the last one before an end is there. */
export function openLog({ level, format, write, clock }: LogOptions): Log {
  const destination: DestinationStream =
    format === 'json' ? { write } : { write: (line) => write(formatText(line)) }
  const logger = pino(
    {
      level: level === 'off' ? 'silent' : level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${formatTime(clock.now())}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redacted(fields) as Record<string, unknown>,
      },
    },
    destination,
  )
  return {
    info: (event, fields = {}) => logger.info(fields, redactedText(event)),
    warn: (event, fields = {}) => logger.warn(fields, redactedText(event)),
    error: (event, fields = {}) => logger.error(fields, redactedText(event)),
  }
}

function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** A line of JSON as people read it. Values with blanks, quotes or structure stay JSON. */
function formatText(line: string): string {
  const { time, level, event, ...fields } = JSON.parse(line) as Record<string, unknown>
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${formatValue(value)}`)
  return `${[time, level, event, ...pairs].join(' ')}\n`
}

function formatValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
}

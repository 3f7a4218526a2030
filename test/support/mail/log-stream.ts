import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** The lines that a program writes, to be waited for. */
export interface LogStream {
  /** The first line, from the beginning on, that matches; waits until there is one. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** All lines so far. */
  text(): string
}

/** Collects the lines of streams. */
export function followLog(...streams: readonly Readable[]): LogStream {
  const lines: string[] = []
  const looking = new Set<() => void>()
  let open = streams.length
  for (const stream of streams) {
    const reader = createInterface({ input: stream })
    reader.on('line', (line) => {
      lines.push(line)
      for (const look of [...looking]) look()
    })
    reader.on('close', () => {
      open--
      for (const look of [...looking]) look()
    })
  }
  return {
    text: () => lines.join('\n'),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        let seen = 0
        const look = (): void => {
          for (; seen < lines.length; seen++) {
            const match = pattern.exec(lines[seen] ?? '')
            if (match) {
              looking.delete(look)
              resolve(match)
              return
            }
          }
          if (open > 0) return
          looking.delete(look)
          reject(new Error(`The log ended without ${pattern}:\n${lines.join('\n')}`))
        }
        looking.add(look)
        look()
      }),
  }
}

import { styleText } from 'node:util'
import type { Paint } from '../check/index.ts'
import type { TextSink } from './io.ts'

/** Styles for a sink: those of terminals where a person watches, none where a program reads. */
export function paintFor(sink: TextSink): Paint {
  if (!sink.isTerminal) return (_, text) => text
  return (style, text) => styleText(style, text, { validateStream: false })
}

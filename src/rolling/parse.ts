import { CodedError } from '../base/index.ts'
import { Draft } from './draft.ts'
import { Line } from './line.ts'
import { headReaders } from './parse-head.ts'
import { stepReaders } from './parse-steps.ts'
import { rollLimits, type Scenario } from './scenario.ts'

/**
 * Reads a scenario. `file` is what places call it. Each line is one statement that begins with a
 * word in capitals; what is named has to be named before; the head ends where the first step
 * begins.
 *
 * @throws {CodedError} `roll-invalid`, with the place of the first word that does not fit
 */
export function parseScenario(text: string, file: string): Scenario {
  if (text.length > rollLimits.text) {
    throw new CodedError('roll-invalid', `Cannot read ${file}: it exceeds ${rollLimits.text}`)
  }
  const draft = new Draft(file)
  text.split(/\r?\n/).forEach((written, index) => {
    const line = new Line(file, index + 1, written)
    if (!line.isEmpty) readLine(line, draft)
  })
  return draft.finish()
}

function readLine(line: Line, draft: Draft): void {
  const word = line.word('a statement')
  const readStep = stepReaders.get(word)
  if (readStep) {
    const deed = readStep(line, draft)
    draft.steps.push({ place: line.place, text: line.text, deed })
    if (draft.steps.length > rollLimits.steps) {
      throw line.senseless(`Cannot add step: more than ${rollLimits.steps}`)
    }
  } else {
    const readHead = headReaders.get(word)
    if (!readHead) throw line.wrong([...headReaders.keys(), ...stepReaders.keys()].join(', '))
    if (draft.steps.length > 0) throw line.wrong('a step: the head has ended')
    readHead(line, draft)
  }
  line.end()
}

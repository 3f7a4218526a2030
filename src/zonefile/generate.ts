import { CodedError } from '../base/index.ts'

/** How many records the `$GENERATE` lines of one zone may make together: a /12 of addresses. */
export const generateCountMax = 1 << 20

/** The values of a `$GENERATE` line: `start`, then every `step` up to `stop`, both included. */
export interface GenerateRange {
  readonly start: number
  readonly stop: number
  readonly step: number
}

const valueMax = 0x7fffffff
/** Wider than any label or number can use. */
const widthMax = 255

function refuse(message: string): never {
  throw new CodedError('generate-invalid', message)
}

/**
 * Reads `start-stop` or `start-stop/step`.
 *
 * @throws {CodedError} `generate-invalid`
 */
export function readGenerateRange(text: string): GenerateRange {
  const found = /^([0-9]{1,10})-([0-9]{1,10})(?:\/([0-9]{1,10}))?$/.exec(text)
  const start = Number(found?.[1])
  const stop = Number(found?.[2])
  const step = Number(found?.[3] ?? 1)
  if (!found || stop > valueMax || step > valueMax) {
    refuse(`Cannot read range: ${JSON.stringify(text)} is not start-stop or start-stop/step`)
  }
  if (start > stop) refuse(`Cannot read range: ${JSON.stringify(text)} starts above its end`)
  if (step === 0) refuse(`Cannot read range: ${JSON.stringify(text)} has a step of 0`)
  return { start, stop, step }
}

const modifier = /^(-?[0-9]{1,10})(?:,([0-9]{1,3})(?:,([doxXnN]))?)?$/

/**
 * Puts a value into a template, as BIND does: `$` is the value, `${offset,width,base}` the value
 * plus the offset, padded with zeros, in base d, o, x or X, or as n or N: reversed hexadecimal
 * digits between dots, the width counting both. `$$` is a dollar sign; an escaped character stays.
 *
 * @throws {CodedError} `generate-invalid`
 */
export function expandGenerate(template: string, value: number): string {
  let text = ''
  let from = 0
  for (let at = 0; at < template.length; at++) {
    const character = template.charAt(at)
    if (character === '\\') {
      at++
      continue
    }
    if (character !== '$') continue
    text += template.slice(from, at)
    if (template.charAt(at + 1) === '$') {
      text += '\\$'
      at++
    } else if (template.charAt(at + 1) === '{') {
      const end = template.indexOf('}', at)
      if (end < 0) refuse(`Cannot read ${JSON.stringify(template)}: "\${" is never closed`)
      text += modified(template.slice(at + 2, end), value)
      at = end
    } else {
      text += String(value)
    }
    from = at + 1
  }
  return text + template.slice(from)
}

function modified(text: string, value: number): string {
  const found = modifier.exec(text)
  const width = Number(found?.[2] ?? 0)
  if (!found || width > widthMax) {
    refuse(`Cannot read \${${text}}: it is not \${offset,width,base}, base one of d o x X n N`)
  }
  const shifted = value + Number(found[1])
  if (shifted < 0 || shifted > valueMax) {
    refuse(`Cannot read \${${text}}: ${value} with the offset is ${shifted}, out of range`)
  }
  switch (found[3] ?? 'd') {
    case 'o':
      return shifted.toString(8).padStart(width, '0')
    case 'x':
      return shifted.toString(16).padStart(width, '0')
    case 'X':
      return shifted.toString(16).toUpperCase().padStart(width, '0')
    case 'n':
      return nibbles(shifted, width)
    case 'N':
      return nibbles(shifted, width).toUpperCase()
    default:
      return String(shifted).padStart(width, '0')
  }
}

/** The hexadecimal digits from the last to the first with dots, for `ip6.arpa`. */
function nibbles(value: number, width: number): string {
  let text = ''
  let rest = value
  do {
    text += (rest & 15).toString(16)
    rest >>>= 4
    if (rest !== 0 || text.length < width) text += '.'
  } while (rest !== 0 || text.length < width)
  return text
}

import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml'
import type { ErrorCode, Place } from '../base/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { suggest } from './suggest.ts'

/** Findings after which reading goes on in silence: a broken file needs no thousand complaints. */
const findingsMax = 100

/** The text being read, shared by all spots in it. */
export interface Source {
  readonly file: string
  /** What relative paths start from. */
  readonly directory: string
  readonly document: Document
  readonly lines: LineCounter
  readonly findings: Finding[]
}

/** One node of the YAML tree, with what a finding about it has to say. */
export interface Spot {
  readonly source: Source
  /** Keys from the top, joined by dots; empty for the top itself. */
  readonly path: string
  readonly node: Node | undefined
}

/**
 * How one setting is read: from its node, over the value that holds so far. What cannot be read
 * is reported and leaves that value in force.
 */
export type Setting<T> = (spot: Spot, current: T) => T

/** Where an offset of the text lies. */
export function placeAt(source: Source, offset: number): Place {
  const { line, col } = source.lines.linePos(offset)
  return { file: source.file, line, column: col }
}

/** Where a spot lies. */
export function placeOf(spot: Spot): Place {
  return placeAt(spot.source, spot.node?.range?.[0] ?? 0)
}

/** Reports an error at a spot; the message is complete. */
export function report(spot: Spot, code: ErrorCode, message: string): void {
  const { findings } = spot.source
  if (findings.length >= findingsMax) return
  findings.push({ severity: 'error', code, message, place: placeOf(spot) })
}

/** The value at a spot as JavaScript sees it. */
export function valueAt(spot: Spot): unknown {
  return spot.node?.toJS(spot.source.document)
}

/** The value at a spot, short enough to be quoted. */
function quote(spot: Spot): string {
  const text = JSON.stringify(valueAt(spot) ?? null)
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}

/** Reports that what stands at a spot is not what was expected there. */
export function refuse(spot: Spot, expected: string): void {
  const what = spot.path === '' ? 'configuration' : spot.path
  const message = `Cannot read ${what}: found ${quote(spot)}, expected ${expected}`
  report(spot, 'config-invalid', message)
}

/** The spot of one key below `spot`, which need not be there; for findings about that key. */
export function spotBelow(spot: Spot, key: string): Spot {
  const below = entries(spot)?.find((entry) => entry.key === key)?.value
  return below?.node ? below : spot
}

/** One entry of a mapping. */
export interface Entry {
  readonly key: string
  /** The key itself, for findings about it. */
  readonly keySpot: Spot
  readonly value: Spot
}

/** The entries of the mapping at a spot; undefined where there is none. */
export function entries(spot: Spot): readonly Entry[] | undefined {
  const { source, node } = spot
  if (!isMap(node)) return undefined
  return node.items.map((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
    const path = spot.path === '' ? key : `${spot.path}.${key}`
    return {
      key,
      keySpot: { source, path, node: pair.key as Node },
      value: { source, path, node: (pair.value ?? undefined) as Node | undefined },
    }
  })
}

/** Whether a key was written with nothing after it, which leaves the default in force. */
export function isEmpty(spot: Spot): boolean {
  return spot.node === undefined || (isScalar(spot.node) && spot.node.value === null)
}

/** A mapping with a fixed set of settings. What it does not name keeps the value it has. */
export function section<T extends object>(
  settings: {
    readonly [Key in keyof T & string]: Setting<T[Key]>
  },
): Setting<T> {
  const known = Object.keys(settings) as (keyof T & string)[]
  return (spot, current) => {
    if (isEmpty(spot)) return current
    const given = entries(spot)
    if (!given) {
      refuse(spot, `a mapping of ${known.join(', ')}`)
      return current
    }
    const read = { ...current }
    for (const { key, keySpot, value } of given) {
      const name = known.find((candidate) => candidate === key)
      if (name === undefined) reportUnknownKey(keySpot, key, known)
      else if (!isEmpty(value)) read[name] = settings[name](value, current[name])
    }
    return read
  }
}

function reportUnknownKey(spot: Spot, key: string, known: readonly string[]): void {
  const guess = suggest(key, known)
  const help = guess === undefined ? `expected one of ${known.join(', ')}` : `meant "${guess}"?`
  const where = spot.path === key ? '' : ` in ${spot.path.slice(0, -key.length - 1)}`
  report(spot, 'config-key-unknown', `Cannot use setting ${JSON.stringify(key)}${where}: ${help}`)
}

/** `setting`, then a look at the whole that may report what does not go together. */
export function checked<T>(setting: Setting<T>, check: (value: T, spot: Spot) => void): Setting<T> {
  return (spot, current) => {
    const before = spot.source.findings.length
    const value = setting(spot, current)
    if (spot.source.findings.length === before) check(value, spot)
    return value
  }
}

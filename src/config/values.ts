import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { isSeq, type Node } from 'yaml'
import type { ListenEndpoint } from './config.ts'
import { refuse, type Setting, type Spot, valueAt } from './setting.ts'
import { suggest } from './suggest.ts'

/** Octets of a Unix socket's path on the strictest common system, its closing zero left out. */
export const socketPathOctetsMax = 103

/** `on` and `off`, which YAML 1.2 reads as text, beside `true` and `false`. */
export const onOff: Setting<boolean> = (spot, current) => {
  const value = valueAt(spot)
  if (value === true || value === 'on') return true
  if (value === false || value === 'off') return false
  refuse(spot, 'on, off, true or false')
  return current
}

/** Whether a value is the word that turns a setting off. */
function isOff(value: unknown): boolean {
  return value === false || value === 'off'
}

/** One of a closed list of words. */
export function choice<Word extends string>(...words: readonly Word[]): Setting<Word> {
  return (spot, current) => {
    const value = valueAt(spot)
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    const guess = typeof value === 'string' ? suggest(value, words) : undefined
    const hint = guess === undefined ? '' : `; meant "${guess}"?`
    refuse(spot, `one of ${words.join(', ')}${hint}`)
    return current
  }
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Setting<number> {
  return (spot, current) => {
    const value = valueAt(spot)
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value
    }
    refuse(spot, `a whole number from ${min} to ${max}`)
    return current
  }
}

const secondsOf: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
])

function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  if (typeof value !== 'string' || !/^(\d{1,9}[smhdw])+$/i.test(value)) return undefined
  let seconds = 0
  for (const [, count, unit] of value.matchAll(/(\d+)([smhdw])/gi)) {
    seconds += Number(count) * (secondsOf.get((unit ?? '').toLowerCase()) ?? 0)
  }
  return seconds
}

/** Seconds as the longest unit that divides them: `14d`, `90m`. */
export function formatDuration(seconds: number): string {
  for (const [unit, size] of [...secondsOf].reverse()) {
    if (unit !== 'w' && seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`
  }
  return `${seconds}s`
}

/** A span of time from `min` to `max` seconds: `90s`, `30m`, `12h`, `14d`, `1d12h`, or seconds. */
export function duration(min: number, max: number): Setting<number> {
  return (spot, current) => {
    const seconds = parseDuration(valueAt(spot))
    if (seconds !== undefined && seconds >= min && seconds <= max) return seconds
    const range = `from ${formatDuration(min)} to ${formatDuration(max)}`
    refuse(spot, `a duration ${range}, such as 90s, 30m, 12h or 14d`)
    return current
  }
}

const octetsOf: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
])

/** Octets from `min` to `max`: a whole number, or one with k, M or G (powers of 1024). */
export function octets(min: number, max: number): Setting<number> {
  return (spot, current) => {
    const match = /^(\d{1,15})([kmg]?)$/i.exec(String(valueAt(spot)))
    const count = Number(match?.[1]) * (octetsOf.get((match?.[2] ?? '').toLowerCase()) ?? 0)
    if (match && count >= min && count <= max) return count
    refuse(spot, `octets from ${min} to ${max}, such as 65536, 64k or 64M`)
    return current
  }
}

/** A path, made absolute from the directory of the configuration. */
export const path: Setting<string> = (spot, current) => {
  const value = valueAt(spot)
  if (typeof value === 'string' && value !== '') return resolve(spot.source.directory, value)
  refuse(spot, 'a path')
  return current
}

/** A path that need not be given. */
export const optionalPath: Setting<string | undefined> = (spot, current) =>
  isOff(valueAt(spot)) ? undefined : path(spot, current ?? '')

/** The spots of a list; one value may stand without the list. */
export function itemsOf({ source, path: at, node }: Spot): readonly Spot[] {
  if (!isSeq(node)) return [{ source, path: at, node }]
  return node.items.map((item, index) => ({ source, path: `${at}[${index}]`, node: item as Node }))
}

/** A list of paths; one may stand without the list. */
export const paths: Setting<readonly string[]> = (spot) =>
  itemsOf(spot).map((item) => path(item, ''))

/** The path of a Unix socket, or off. The system limits its length. */
export const socketPath: Setting<string | undefined> = (spot, current) => {
  const read = optionalPath(spot, current)
  if (read === undefined || Buffer.byteLength(read) <= socketPathOctetsMax) return read
  refuse(spot, `a path of at most ${socketPathOctetsMax} octets; ${JSON.stringify(read)} has more`)
  return current
}

/** Text of 1 to `octetsMax` octets, or off. */
export function textOrOff(octetsMax: number): Setting<string | undefined> {
  return (spot, current) => {
    const value = valueAt(spot)
    if (isOff(value)) return undefined
    if (typeof value === 'string' || typeof value === 'number') {
      const length = Buffer.byteLength(String(value))
      if (length >= 1 && length <= octetsMax) return String(value)
    }
    refuse(spot, `off, or text of 1 to ${octetsMax} octets`)
    return current
  }
}

/** Reads `127.0.0.1:53` or `[::1]:53`; undefined for anything else. */
function parseEndpoint(value: unknown): ListenEndpoint | undefined {
  if (typeof value !== 'string') return undefined
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value)
  const port = Number(match?.[3])
  if (!match || port > 65_535) return undefined
  const address = match[1] ?? match[2] ?? ''
  if (isIP(address) !== (match[1] === undefined ? 4 : 6)) return undefined
  return { address, port }
}

/** A list of addresses with ports; one may stand without the list. */
export const endpoints: Setting<readonly ListenEndpoint[]> = (spot, current) => {
  const items = itemsOf(spot)
  const read: ListenEndpoint[] = []
  for (const item of items) {
    const endpoint = parseEndpoint(valueAt(item))
    if (!endpoint) refuse(item, 'ADDRESS:PORT, such as 127.0.0.1:5300 or "[::1]:5300"')
    else if (read.some((other) => sameEndpoint(other, endpoint))) {
      refuse(item, 'each address and port once')
    } else read.push(endpoint)
  }
  return read.length === items.length ? read : current
}

function sameEndpoint(a: ListenEndpoint, b: ListenEndpoint): boolean {
  return a.port !== 0 && a.port === b.port && a.address === b.address
}

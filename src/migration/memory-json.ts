import type { UnixSeconds } from '../base/index.ts'
import { type MigrationMemory, noMemory, partsMax, seenMax } from './memory.ts'

type Fields = Readonly<Record<string, unknown>>

/** The end of the year 9999, beyond which no time can be written (RFC 3339 §1). */
const timeMax = 253_402_300_799

/**
 * Reads a memory out of the JSON that it was written as, whoever has had it since. What is no
 * memory is as if nothing had been seen: waits begin anew, which is slow and safe.
 */
export function readMemory(json: unknown): MigrationMemory {
  if (!isFields(json)) return noMemory
  const { mxSets, policies, lastPolicy, metHosts } = json
  const isWhole =
    isListOf(mxSets, seenMax, isMxSet) &&
    isListOf(policies, seenMax, isPolicy) &&
    (lastPolicy === null || isLast(lastPolicy)) &&
    isListOf(metHosts, seenMax, isText)
  return isWhole ? (json as unknown as MigrationMemory) : noMemory
}

function isMxSet(json: unknown): boolean {
  if (!isFields(json)) return false
  return isSeen(json) && isWhole(json['ttl']) && isListOf(json['records'], partsMax, isMx)
}

function isMx(json: unknown): boolean {
  return isFields(json) && isWhole(json['preference']) && isText(json['host'])
}

function isPolicy(json: unknown): boolean {
  if (!isFields(json)) return false
  return isSeen(json) && isWhole(json['maxAge']) && isListOf(json['mx'], partsMax, isText)
}

function isLast(json: unknown): boolean {
  if (!isFields(json)) return false
  const { id, lines, isStale } = json
  return isText(id) && isListOf(lines, partsMax, isText) && typeof isStale === 'boolean'
}

function isSeen({ isCurrent, until }: Fields): boolean {
  return typeof isCurrent === 'boolean' && isWhole(until)
}

/** Times and seconds alike. */
function isWhole(json: unknown): json is UnixSeconds {
  return Number.isSafeInteger(json) && (json as number) >= 0 && (json as number) <= timeMax
}

function isText(json: unknown): json is string {
  return typeof json === 'string'
}

function isListOf(json: unknown, most: number, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(json) && json.length <= most && json.every(isOne)
}

function isFields(json: unknown): json is Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

import type { UnixSeconds } from '../base/index.ts'
import { type MigrationMemory, noMemory } from './memory.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a memory out of the JSON that it was written as, whoever has had it since. What is no
 * memory is as if nothing had been seen: waits begin anew, which is slow and safe.
 */
export function readMemory(json: unknown): MigrationMemory {
  if (!isFields(json)) return noMemory
  const { mxSets, policies, lastPolicy, metHosts } = json
  const isWhole =
    isListOf(mxSets, isMxSet) &&
    isListOf(policies, isPolicy) &&
    (lastPolicy === null || isLast(lastPolicy)) &&
    isListOf(metHosts, isText)
  return isWhole ? (json as unknown as MigrationMemory) : noMemory
}

function isMxSet(json: unknown): boolean {
  return isFields(json) && isSeen(json) && isWhole(json['ttl']) && isListOf(json['records'], isMx)
}

function isMx(json: unknown): boolean {
  return isFields(json) && isWhole(json['preference']) && isText(json['host'])
}

function isPolicy(json: unknown): boolean {
  return isFields(json) && isSeen(json) && isWhole(json['maxAge']) && isListOf(json['mx'], isText)
}

function isLast(json: unknown): boolean {
  if (!isFields(json)) return false
  const { id, lines, isStale } = json
  return isText(id) && isListOf(lines, isText) && typeof isStale === 'boolean'
}

function isSeen({ isCurrent, until }: Fields): boolean {
  return typeof isCurrent === 'boolean' && isWhole(until)
}

/** Times and seconds alike. */
function isWhole(json: unknown): json is UnixSeconds {
  return Number.isSafeInteger(json) && (json as number) >= 0
}

function isText(json: unknown): json is string {
  return typeof json === 'string'
}

function isListOf(json: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(json) && json.every(isOne)
}

function isFields(json: unknown): json is Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

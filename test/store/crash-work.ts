import type { Commit } from '../../src/store/index.ts'
import { type Name, parseName } from '../../src/wire/index.ts'
import { address, change, create, now } from './samples.ts'

/** How many write at one time. */
export const writers = 4
/** Every change set writes all of these, so that half of one would be seen. */
export const labels = ['@', 'a', 'b', 'z.y.x'] as const

const names = Array.from({ length: writers }, (_, writer): readonly [Name, Name, Name] => [
  parseName(`one.w${writer}.`),
  parseName(`two.w${writer}.`),
  parseName(`three.w${writer}.`),
])

/** The zones that only this one writes. */
export function zonesOfWriter(writer: number): readonly [Name, Name, Name] {
  const zones = names[writer]
  if (!zones) throw new Error(`There is no writer ${writer}`)
  return zones
}

/** The key under which the answer for a version is kept. */
export function answerName(apex: Name, version: number): string {
  return `${apex} ${version}`
}

/** The next change set of a zone of this version: every RRset says what version it is of. */
export function crashCommit(apex: Name, version: number): Commit {
  const changes = labels.map((label) => address(apex, label, (version + 1) % 256))
  const commit = version === 0 ? create(apex) : change(apex, version, changes)
  const answer = { at: now, request: '', status: 200, headers: {}, body: `${version + 1}` }
  return { ...commit, idempotency: { key: answerName(apex, version + 1), answer } }
}

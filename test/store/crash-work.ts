import type {
  Commit,
  DocumentCommit,
  DocumentWrite,
  RRsetChange,
  StoredKey,
  StoredRRset,
} from '../../src/store/index.ts'
import { formatName, type Name, parseName } from '../../src/wire/index.ts'
import {
  address,
  change,
  create,
  documents,
  instance,
  keyOf,
  now,
  withKeys,
  write,
} from './samples.ts'

/** Hosts that a zone has at one time, once it is old enough: so many that they need some pages. */
const hostsMax = 250
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

/** The documents that are written with every second change set of a zone, and their claim. */
export function documentsOfZone(apex: Name, version: number) {
  const zone = formatName(apex)
  return {
    keys: [`${zone} one`, `${zone} two`],
    /** How often they were written once the zone has that version. */
    version: Math.floor(version / 2),
    claimOf: (written: number) => `${zone} ${written}`,
  }
}

/** The documents that only this writer writes, without a zone. */
export function documentsOfWriter(writer: number): readonly string[] {
  return [`writer ${writer} one`, `writer ${writer} two`]
}

/** The next versions of a writer's documents. */
export function crashDocuments(writer: number, version: number): DocumentCommit {
  return documents(...documentsOfWriter(writer).map((key) => write(key, version)))
}

function writesWith(apex: Name, version: number): DocumentWrite[] {
  const { keys, version: written, claimOf } = documentsOfZone(apex, version)
  if (documentsOfZone(apex, version + 1).version === written) return []
  const claims = [claimOf(written + 1)]
  return keys.map((key, n) => write(key, written, n === 0 ? { claims } : {}))
}

/** The one key of a zone of this version: each change set brings another in its place. */
export function keyOfZone(apex: Name, version: number): StoredKey | undefined {
  return version > 0 ? keyOf(apex, version, Uint8Array.of(version % 256)) : undefined
}

/**
 * Where the host stands that comes with a version; far from the one of the version before. Each
 * goes again, a while after, with the change set of another.
 */
function hostOf(apex: Name, version: number) {
  return instance(apex, `host${(version * 7919) % 10_007}-example-com`, version % 7)
}

/** The hosts of a zone of this version. */
export function hostsOfZone(apex: Name, version: number): readonly StoredRRset[] {
  const first = Math.max(2, version - hostsMax + 1)
  const hosts = Array.from({ length: Math.max(0, version - first + 1) }, (_, n) =>
    hostOf(apex, first + n),
  )
  return hosts.flatMap(({ after }) => after ?? [])
}

function hostChanges(apex: Name, version: number): RRsetChange[] {
  const gone = version - hostsMax
  const comes = hostOf(apex, version)
  return gone < 2 ? [comes] : [comes, { ...hostOf(apex, gone), after: undefined }]
}

/** The next change set of a zone of this version: every RRset says what version it is of. */
export function crashCommit(apex: Name, version: number): Commit {
  const addresses = labels.map((label) => address(apex, label, (version + 1) % 256))
  const changes = [...addresses, ...hostChanges(apex, version + 1)]
  const commit = version === 0 ? create(apex) : change(apex, version, changes)
  const answer = { at: now, request: '', status: 200, headers: {}, body: `${version + 1}` }
  const idempotency = { key: answerName(apex, version + 1), answer }
  const keys = [undefined, keyOfZone(apex, version + 1)] as const
  const gone = version > 0 ? [[keyOfZone(apex, version), undefined] as const] : []
  const whole = withKeys(commit, keys, ...gone)
  return { ...whole, idempotency, documents: writesWith(apex, version) }
}

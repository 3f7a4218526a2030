import type { RRType } from '../rr/index.ts'
import { formatName, markIn, type Name } from '../wire/index.ts'
import { decode, encode } from './codec.ts'
import type { Entry, Environment } from './environment.ts'
import { rrsetForm } from './forms.ts'
import {
  changedMembers,
  instanceRRset,
  Likenesses,
  type MemberChange,
  pagedLabel,
  readInstanceRRsets,
  readInstances,
  readMembers,
  writeLikeness,
  writePages,
} from './instance-page.ts'
import {
  everyKeyOfZone,
  instancesAfter,
  instancesKey,
  instancesUpTo,
  labelOf,
  rrsetKey,
} from './keyspace.ts'
import type { RRsetChange, StoredInstances, StoredRRset } from './types.ts'

/** What becomes of RRsets of a zone, as octets. */
export interface PreparedRRsets {
  readonly single: readonly { readonly key: Buffer; readonly value: Uint8Array | undefined }[]
  /** In order of their labels. */
  readonly paged: readonly MemberChange[]
}

/** What becomes of one RRset. */
export type RRsetPut = Pick<RRsetChange, 'owner' | 'type' | 'after'>

/** Encodes what becomes of RRsets. @throws {CodedError} `store-entry-too-large` */
export function prepareRRsets(apex: Name, changes: readonly RRsetPut[]): PreparedRRsets {
  const single: { key: Buffer; value: Uint8Array | undefined }[] = []
  const paged = new Map<string, MemberChange>()
  for (const { owner, type, after } of changes) {
    const label = pagedLabel(apex, owner, type)
    if (label !== undefined) {
      paged.set(label, { label, likeness: after && writeLikeness(after) })
    } else {
      single.push({ key: rrsetKey(apex, owner, type), value: after && encode(rrsetForm, after) })
    }
  }
  return { single, paged: [...paged.values()].sort((a, b) => (a.label < b.label ? -1 : 1)) }
}

/**
 * RRsets of the embedded store. Each has an entry of its own, but instances (`LIKE`) lie many on a
 * page, in order, so that a million of them are read as some twenty thousand entries; one more
 * changes one page. Whatever writes belongs into `environment.write`.
 */
export class LmdbRRsets {
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** One RRset. */
  one(apex: Name, owner: Name, type: RRType): StoredRRset | undefined {
    const label = pagedLabel(apex, owner, type)
    if (label !== undefined) return this.#instance(apex, label)
    const octets = this.#environment.get(rrsetKey(apex, owner, type))
    return octets && decode(rrsetForm, octets, `RRset ${type} of ${formatName(owner)}`)
  }

  #instance(apex: Name, label: string): StoredRRset | undefined {
    const page = this.#pageOf(apex, label)
    if (!page) return undefined
    const { likenesses, labels } = readInstances(page.value, new Likenesses())
    const likeness = likenesses[markIn(labels, label) ?? -1]
    return likeness && instanceRRset(apex, label, likeness)
  }

  /** RRsets of a zone in canonical order, from one snapshot, however long it takes. */
  async *all(apex: Name): AsyncIterable<StoredRRset> {
    const snapshot = this.#environment.snapshot()
    const where = `an RRset of ${formatName(apex)}`
    try {
      const instances = instancesOf(apex, snapshot.range(everyKeyOfZone('instances', apex)))
      let next = instances.next().value
      for (const { key, value } of snapshot.range(everyKeyOfZone('rrset', apex))) {
        for (; next && isBefore(apex, next, key); next = instances.next().value) yield next
        yield decode(rrsetForm, value, where)
      }
      for (; next; next = instances.next().value) yield next
    } finally {
      snapshot.done()
    }
  }

  /** The same, instances page by page; in no order. */
  async *content(apex: Name): AsyncIterable<StoredRRset | StoredInstances> {
    const snapshot = this.#environment.snapshot()
    const where = `an RRset of ${formatName(apex)}`
    const known = new Likenesses()
    try {
      for (const { value } of snapshot.range(everyKeyOfZone('rrset', apex))) {
        yield decode(rrsetForm, value, where)
      }
      for (const { value } of snapshot.range(everyKeyOfZone('instances', apex))) {
        yield readInstances(value, known)
      }
    } finally {
      snapshot.done()
    }
  }

  /** Writes and removes RRsets. O(k log n). */
  write(apex: Name, { single, paged }: PreparedRRsets): void {
    for (const { key, value } of single) {
      if (value) this.#environment.put(key, value)
      else this.#environment.remove(key)
    }
    for (let at = 0; at < paged.length; ) at += this.#writePage(apex, paged, at)
  }

  /** Changes the page that the next label belongs on; returns how many labels belonged there. */
  #writePage(apex: Name, changes: readonly MemberChange[], at: number): number {
    const { label } = changes[at] as MemberChange
    const page = this.#pageOf(apex, label)
    let last = at + 1
    const end = last < changes.length ? this.#endOfPage(apex, label) : undefined
    while (last < changes.length && isBelow(changes[last], end)) last++
    const members = page ? readMembers(page.value) : []
    const pages = writePages(changedMembers(members, changes.slice(at, last)))
    const key = page?.key ?? instancesKey(apex, '')
    if (pages.length === 0) this.#environment.remove(key)
    for (const [index, { first, octets }] of pages.entries()) {
      this.#environment.put(index === 0 ? key : instancesKey(apex, first), octets)
    }
    return last - at
  }

  /** The page that a label is on, if it is on any. */
  #pageOf(apex: Name, label: string): Entry | undefined {
    const range = instancesUpTo(apex, label)
    return this.#environment.range(range, { reverse: true, limit: 1 })[0]
  }

  /** The label that the page behind begins with; undefined behind the last. */
  #endOfPage(apex: Name, label: string): string | undefined {
    const [next] = this.#environment.range(instancesAfter(apex, label), { limit: 1 })
    return next && labelOf(next.key)
  }

  /** Removes all RRsets of a zone. */
  removeAll(apex: Name): void {
    this.#environment.removeAll(everyKeyOfZone('rrset', apex))
    this.#environment.removeAll(everyKeyOfZone('instances', apex))
  }
}

/** Whether an RRset comes before the one of a key. */
function isBefore(apex: Name, { owner, type }: StoredRRset, key: Buffer): boolean {
  return rrsetKey(apex, owner, type).compare(key) < 0
}

function isBelow(change: MemberChange | undefined, end: string | undefined): boolean {
  return change !== undefined && (end === undefined || change.label < end)
}

function* instancesOf(apex: Name, pages: Iterable<Entry>): Generator<StoredRRset, undefined> {
  const known = new Likenesses()
  for (const { value } of pages) yield* readInstanceRRsets(apex, value, known)
  return undefined
}

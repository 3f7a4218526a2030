import { assert, CodedError } from '../base/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import {
  isSubdomainKey,
  type Name,
  type NameKey,
  nameFromKey,
  nameFromOctets,
  nameKey,
  readRun,
  runOctets,
  tallyRun,
  writeRun,
} from '../wire/index.ts'
import { decode, encode, OctetsReader } from './codec.ts'
import { instancePageForm, likenessForm } from './forms.ts'
import type { StoredInstances, StoredLikeness, StoredRRset } from './types.ts'

/**
 * Octets of labels and likenesses on one page: with its key it fits twice into a page of LMDB,
 * where there are not more of them.
 */
const pageOctetsMax = 1800
/** Labels on one page, so that marks are enough for what each is like. */
const pageLabelsMax = 255

/** Labels that are gathered on one page: as many as one of the embedded store has. */
const gatheredMax = 60

/** An instance on a page: its label, and its likeness as octets (code points 0 to 255). */
export interface Member {
  readonly label: string
  readonly likeness: string
}

/** What becomes of an instance; without a likeness it goes. */
export interface MemberChange {
  readonly label: string
  readonly likeness: string | undefined
}

/** The label that an RRset has on a page; undefined for those that are kept by themselves. */
export function pagedLabel(apex: Name, owner: Name, type: RRType): string | undefined {
  if (type !== RR.LIKE) return undefined
  const apexKey = nameKey(apex)
  const ownerKey = nameKey(owner)
  assert(isSubdomainKey(ownerKey, apexKey), 'an RRset lies in its zone')
  const label = ownerKey.slice(apexKey.length, -1)
  // One label, without octets that keys have another way for.
  const isPlain = label !== '' && !label.includes('\0') && !label.includes('\u0001')
  return isPlain ? label : undefined
}

/** What an RRset is like, as octets. @throws {CodedError} `store-entry-too-large` */
export function writeLikeness(likeness: StoredLikeness): string {
  return Buffer.from(encode(likenessForm, likeness)).toString('latin1')
}

/** Reads what many RRsets are like, each once. */
export class Likenesses {
  readonly #known = new Map<string, StoredLikeness>()

  /** @throws {CodedError} `store-corrupt` */
  read(octets: string): StoredLikeness {
    const known = this.#known.get(octets)
    if (known) return known
    const likeness = decode(likenessForm, Buffer.from(octets, 'latin1'), 'a likeness')
    this.#known.set(octets, likeness)
    return likeness
  }
}

/** The RRset of an instance. */
export function instanceRRset(apex: Name, label: string, likeness: StoredLikeness): StoredRRset {
  return { owner: nameFromKey(`${nameKey(apex)}${label}\0` as NameKey), ...likeness }
}

/**
 * Puts instances of a zone side by side that were kept each by itself: RRsets as `rrsetForm` has
 * them come in canonical order, pages as they are full.
 */
export class InstanceGatherer {
  readonly #apex: Name
  readonly #known = new Likenesses()
  #members: Member[] = []

  constructor(apex: Name) {
    this.#apex = apex
  }

  /** Takes an RRset of type `LIKE` in; false for one that stays by itself. */
  take(octets: Uint8Array): boolean {
    const reader = new OctetsReader(octets, 'an instance')
    const layout = String.fromCharCode(reader.octet())
    const owner = nameFromOctets(reader.octets())
    const label = pagedLabel(this.#apex, owner, RR.LIKE)
    if (label === undefined) return false
    const likeness = `${layout}${Buffer.from(reader.rest()).toString('latin1')}`
    this.#members.push({ label, likeness })
    return true
  }

  /** Whether it is time to give. */
  get isFull(): boolean {
    return this.#members.length >= gatheredMax
  }

  /** What was taken in since the last time; undefined for nothing. */
  give(): StoredInstances | undefined {
    if (this.#members.length === 0) return undefined
    const { likenesses, labels } = marked(this.#members)
    this.#members = []
    return { likenesses: likenesses.map((likeness) => this.#known.read(likeness)), labels }
  }
}

/** Reads the instances of a page. @throws {CodedError} `store-corrupt` */
export function readMembers(octets: Uint8Array): Member[] {
  const { likenesses, labels } = checkedPage(octets)
  const texts = likenesses.map((likeness) => Buffer.from(likeness).toString('latin1'))
  return Array.from(readRun(labels), ({ label, mark }) => {
    return { label, likeness: texts[mark] as string }
  })
}

/** Reads a page as it is. @throws {CodedError} `store-corrupt` */
export function readInstances(octets: Uint8Array, known: Likenesses): StoredInstances {
  const { likenesses, labels } = checkedPage(octets)
  const read = likenesses.map((likeness) => known.read(Buffer.from(likeness).toString('latin1')))
  return { likenesses: read, labels }
}

/** The RRsets of a page, in order. @throws {CodedError} `store-corrupt` */
export function* readInstanceRRsets(
  apex: Name,
  octets: Uint8Array,
  known: Likenesses,
): Generator<StoredRRset, void> {
  const { likenesses, labels } = readInstances(octets, known)
  for (const { label, mark } of readRun(labels)) {
    const likeness = likenesses[mark]
    if (likeness) yield instanceRRset(apex, label, likeness)
  }
}

function checkedPage(octets: Uint8Array) {
  const page = decode(instancePageForm, octets, 'a page of instances')
  if (tallyRun(page.labels, page.likenesses.length)) return page
  throw new CodedError('store-corrupt', 'Cannot read store: a page of instances is out of order')
}

/** The instances of a page after changes; both in order of their labels, each label once. */
export function changedMembers(
  members: readonly Member[],
  changes: readonly MemberChange[],
): Member[] {
  const result: Member[] = []
  let at = 0
  for (const { label, likeness } of changes) {
    for (; at < members.length && (members[at] as Member).label < label; at++) {
      result.push(members[at] as Member)
    }
    if (members[at]?.label === label) at++
    if (likeness !== undefined) result.push({ label, likeness })
  }
  return [...result, ...members.slice(at)]
}

/** Pages of instances, with the lowest label on each; what is too much for one is halved. */
export function writePages(
  members: readonly Member[],
): { readonly first: string; readonly octets: Uint8Array }[] {
  const octetsOf = (part: readonly Member[]) => {
    let octets = 0
    for (const { label } of part) octets += runOctets(label)
    for (const likeness of new Set(part.map(({ likeness }) => likeness))) octets += likeness.length
    return octets
  }
  const isFit = (part: readonly Member[]) =>
    part.length <= 1 || (part.length <= pageLabelsMax && octetsOf(part) <= pageOctetsMax)
  if (members.length === 0) return []
  if (isFit(members)) return [writePage(members)]
  const half = members.length >> 1
  return [...writePages(members.slice(0, half)), ...writePages(members.slice(half))]
}

/** What instances are like, each once, and their labels marked with which. */
function marked(members: readonly Member[]) {
  const marks = new Map<string, number>()
  for (const { likeness } of members) {
    if (!marks.has(likeness)) marks.set(likeness, marks.size)
  }
  const labels = writeRun(
    members.map(({ label, likeness }) => ({ label, mark: marks.get(likeness) as number })),
  )
  return { likenesses: [...marks.keys()], labels }
}

function writePage(members: readonly Member[]) {
  const { likenesses: texts, labels } = marked(members)
  const likenesses = texts.map((likeness) => Buffer.from(likeness, 'latin1'))
  const octets = encode(instancePageForm, { likenesses, labels })
  return { first: (members[0] as Member).label, octets }
}

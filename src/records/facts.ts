import {
  factsFindings,
  isMadeAtApex,
  type OwnerFacts,
  templateNamesMax,
  type ZoneFacts,
} from '../publish/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import {
  formatName,
  isSubdomainKey,
  type Name,
  type NameKey,
  nameFromKey,
  nameKey,
  parentKey,
} from '../wire/index.ts'
import { findRRset, type Zone, type ZoneRRset } from '../zone/index.ts'
import type { Finding, ZoneRecord } from '../zonefile/index.ts'
import type { Step } from './plan.ts'

/** Stands in the place of a file in the findings about a draft; the line is the edit, from 1. */
const draftFile = 'draft'

/**
 * A zone of the store is made piece by piece, in whatever order its clients see fit: what another
 * piece may still bring is told, and no error.
 */
const stillToCome: ReadonlySet<string> = new Set(['target-unaddressed', 'glue-missing'])

/** What nothing can be proved about (RFC 4592 §4.2). Files may have it all the same. */
const unprovable: ReadonlySet<string> = new Set(['wildcard-ns'])

/** What the rules of zone files say of the names that a draft touched, and the edit at fault. */
export interface TouchedFindings {
  readonly findings: readonly Finding[]
  /** Of the first error. */
  readonly edit: number | undefined
  readonly hasErrors: boolean
}

/**
 * Checks a zone where it was touched, after the change was applied: `touched` has the owners, each
 * with the index of its edit, or undefined for what was not asked for. O(k) look-ups for k owners.
 */
export function checkTouched(
  zone: Zone,
  touched: ReadonlyMap<NameKey, number | undefined>,
  signed: boolean,
): TouchedFindings {
  const steps = checkTouchedSteps(zone, touched, signed)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** The same with a pause after each small step, for a zone that nobody asks yet. */
export function* checkTouchedSteps(
  zone: Zone,
  touched: ReadonlyMap<NameKey, number | undefined>,
  signed: boolean,
): Generator<void, TouchedFindings> {
  const facts = new TouchedFacts(zone, touched, signed)
  const found = [
    ...[...hiddenByDname(zone, touched), ...leftWithoutTemplate(zone, touched)],
    ...(yield* factsFindings(facts)),
  ]
  const findings: Finding[] = []
  let edit: number | undefined
  let hasErrors = false
  for (const { place, ...bare } of found) {
    const finding = asCounted(bare)
    const { severity } = finding
    const at = place === undefined || place.line === 0 ? undefined : place.line - 1
    // What was there before is not this draft's to hear about.
    if (severity === 'warning' && at === undefined) continue
    findings.push(finding)
    if (severity === 'warning' || hasErrors) continue
    hasErrors = true
    edit = at
  }
  return { findings, edit, hasErrors }
}

/** A finding as it counts for a zone that is made piece by piece, and is validated. */
export function asCounted(finding: Finding): Finding {
  if (stillToCome.has(finding.code)) return { ...finding, severity: 'warning' }
  return unprovable.has(finding.code) ? { ...finding, severity: 'error' } : finding
}

/** Owners of steps with the index of an edit at each. */
export function ownersOf(steps: readonly Step[]): Map<NameKey, number | undefined> {
  const owners = new Map<NameKey, number | undefined>()
  for (const { ownerKey, edit, served } of steps) {
    if (served) owners.set(ownerKey, owners.get(ownerKey) ?? edit)
  }
  return owners
}

/** RFC 6672 §2.4: below a DNAME there must be nothing. */
function* hiddenByDname(
  zone: Zone,
  touched: ReadonlyMap<NameKey, number | undefined>,
): Generator<Finding> {
  for (const [key, edit] of touched) {
    const node = zone.ownNode(key)
    const isBare = node?.children === 0 && !(key === zone.apexKey && zone.instances?.count)
    if (!node?.dname || isBare) continue
    const message = `Names below ${formatName(node.owner)} would be hidden by its DNAME`
    const place = { file: draftFile, line: (edit ?? -1) + 1, column: 1 }
    yield { severity: 'error', code: 'record-occluded', message, place }
  }
}

/** Decision 16: what instances are like must stay. */
function* leftWithoutTemplate(
  zone: Zone,
  touched: ReadonlyMap<NameKey, number | undefined>,
): Generator<Finding> {
  for (const [key, edit] of touched) {
    const count = zone.instances?.countLike(key) ?? 0
    if (count === 0 || zone.ownNode(key)?.rrsets.length) continue
    const name = formatName(nameFromKey(key))
    const message = `Cannot remove ${name}: it is the template of ${count} instances (LIKE)`
    const place = { file: draftFile, line: (edit ?? -1) + 1, column: 1 }
    yield { severity: 'error', code: 'like-template', message, place }
  }
}

/** A live zone as the rules see one: any owner is found when asked for, few are gone through. */
class TouchedFacts implements ZoneFacts {
  readonly apexKey: NameKey
  readonly outside = []
  readonly owners = this
  readonly #zone: Zone
  readonly #touched: ReadonlyMap<NameKey, number | undefined>
  readonly #signed: boolean
  readonly #made = new Map<NameKey, OwnerFacts>()

  constructor(zone: Zone, touched: ReadonlyMap<NameKey, number | undefined>, signed: boolean) {
    this.#zone = zone
    this.#touched = touched
    this.#signed = signed
    this.apexKey = zone.apexKey
  }

  get apex(): OwnerFacts {
    return this.get(this.apexKey) as OwnerFacts
  }

  get instances(): ZoneFacts['instances'] {
    return this.#zone.instances
  }

  /** What the zone itself has at a name; an instance has its `LIKE`, not what it answers. */
  get(key: NameKey): OwnerFacts | undefined {
    const known = this.#made.get(key)
    if (known) return known
    const node = this.#zone.ownNode(key)
    const like = this.#zone.ownRRset(key, RR.LIKE)
    const owner = node?.owner ?? like?.owner
    if (!owner) return undefined
    const rrsets = [...(node?.rrsets ?? []), ...(like ? [like] : [])]
    const apexNode = this.#zone.apexNode
    const occluder = node ? node.occluder : apexNode.occludes ? apexNode : undefined
    const facts: OwnerFacts = {
      ...{ key, owner, isCut: node?.isCut ?? false, byType: this.#recordsOf(key, owner, rrsets) },
      occluder: occluder && this.get(occluder.key),
    }
    this.#made.set(key, facts)
    return facts
  }

  /** The touched owners, and those that they may have put in the wrong. */
  values(): Iterable<OwnerFacts> {
    const keys = new Set<NameKey>()
    for (const [key, edit] of this.#touched) {
      const node = this.#zone.ownNode(key)
      if (node?.occluder) keys.add(node.occluder.key)
      // The SOA whose serial rises by itself is no reason to look at the apex.
      if (key !== this.apexKey || edit !== undefined) keys.add(key)
      if (this.instances) for (const about of this.#aboutInstances(key)) keys.add(about)
    }
    const ns = findRRset(this.#zone.apexNode, RR.NS)
    if (ns?.rdatas.some((target) => this.#touched.has(nameKey(target)))) keys.add(this.apexKey)
    return [...keys].map((key) => this.get(key)).filter((at) => at !== undefined)
  }

  /** Names of templates that a touched name is part of or like, and what is below an instance. */
  *#aboutInstances(touched: NameKey): Iterable<NameKey> {
    const like = this.#zone.ownRRset(touched, RR.LIKE)
    if (like) yield* this.#below(nameKey(like.rdatas[0] as Uint8Array))
    if (like) yield* this.#below(touched)
    if (this.#zone.ownNode(touched)?.occludes) {
      for (const template of this.#zone.instances?.templates() ?? []) {
        if (!isSubdomainKey(template, touched)) continue
        yield* this.#zone.instances?.sampleLike(template) ?? []
      }
    }
    for (let key = touched; key !== this.apexKey; key = parentKey(key)) {
      if (this.#zone.instances?.countLike(key)) yield* this.#below(key)
    }
  }

  /** Names at and below another: as many as it takes to see that they are too many. */
  *#below(key: NameKey): Iterable<NameKey> {
    let left = templateNamesMax + 1
    for (const node of this.#zone.subtree(key)) {
      if (node.rrsets.length === 0) continue
      if (left-- === 0) return
      yield node.key
    }
  }

  #recordsOf(
    key: NameKey,
    owner: Name,
    rrsets: readonly ZoneRRset[],
  ): ReadonlyMap<RRType, readonly ZoneRecord[]> {
    const line = (this.#touched.get(key) ?? -1) + 1
    const place = { file: draftFile, line, column: 1 }
    const byType = new Map<RRType, readonly ZoneRecord[]>()
    for (const rrset of rrsets) {
      if (this.#signed && isMadeAtApex(rrset.type) && key === this.apexKey) continue
      byType.set(rrset.type, recordsOf(owner, rrset, place))
    }
    return byType
  }
}

function recordsOf(owner: Name, rrset: ZoneRRset, place: ZoneRecord['place']): ZoneRecord[] {
  const { type, ttl } = rrset
  return rrset.rdatas.map((rdata) => ({ owner, type, ttl, rdata, place }))
}

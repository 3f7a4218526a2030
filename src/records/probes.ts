import { RR, type RRType } from '../rr/index.ts'
import {
  type Name,
  type NameKey,
  nameFromKey,
  nameKey,
  nameLengthMax,
  parentKey,
  prependLabel,
} from '../wire/index.ts'
import { findRRset, lookup, type Outcome, type Zone, type ZoneNode } from '../zone/index.ts'
import type { Plan, Step } from './plan.ts'
import { keysProbe, type Probe, probeFor } from './self-check.ts'

/** Changed RRsets that are asked for in one check, beyond one for each draft. */
const changedMax = 6
/** Denials that are asked for in one check, of each kind. */
const denialsMax = 2
/** Expansions of wildcards that are asked for in one check. */
const wildcardsMax = 4
/** Nodes with a cut, a CNAME, a DNAME or a wildcard that are asked for in a zone built aside. */
const raresMax = 8
/** Nodes of a zone built aside that are looked at for such a sample. */
const nodesMax = 1000
/** Changed RRsets beside which something absent is looked for. */
const aroundMax = 200
/** Instances that are asked for all they have in one check: new ones, one of each template. */
const instancesMax = 2
/** Types that a name is asked for in vain, in order of preference. */
const typesToMiss: readonly RRType[] = [RR.AAAA, RR.TXT, RR.MX, RR.A, RR.HINFO]
/** A label that nobody has, to be denied or expanded from a wildcard. */
const strangeLabel = Buffer.from('danelaw-self-check')

/**
 * What to ask of a zone that plans were applied to: of each plan a changed RRset; of the rest, of
 * what is absent beside them and of wildcards a bounded sample.
 */
export function probesOf(zone: Zone, plans: readonly Plan[], trusted: boolean): Probe[] {
  const picks = new Picks(zone)
  if (!trusted) picks.add(keysProbe(zone.apex))
  for (const { steps } of plans) picks.changed(firstServed(steps), steps.length)
  let left = changedMax
  for (const { steps } of plans) {
    for (let at = 0; at < steps.length && left > 0; at++, left--) picks.changed(steps[at], 1)
  }
  let besides = aroundMax
  for (const { steps } of plans) {
    for (let at = 0; at < steps.length && picks.isShort && besides-- > 0; at++) {
      picks.around(steps[at])
    }
  }
  // Its signature comes with every denial; where none was asked for, it is looked at by itself.
  if (!picks.hasDenial) picks.name(zone.apex, RR.SOA, zone.apexKey)
  return picks.probes
}

/**
 * What to ask of a zone that was built aside: some of what was changed, spread over all of it, and
 * a sample of all kinds from where the zone begins. The cost has a bound, however large the zone.
 */
export function probesOfWhole(zone: Zone, signed: boolean, steps: readonly Step[] = []): Probe[] {
  const picks = new Picks(zone)
  if (signed) picks.add(keysProbe(zone.apex))
  for (let at = 0; at < changedMax; at++) {
    const step = steps[Math.floor((at * steps.length) / changedMax)]
    picks.changed(step, 1)
    picks.around(step)
  }
  let left = changedMax
  let rares = raresMax
  let seen = 0
  for (const node of zone.nodes()) {
    if (++seen > nodesMax) break
    const isRare = hasRare(node) && rares-- > 0
    for (const { type } of node.rrsets) if (left-- > 0 || isRare) picks.name(node.owner, type)
    if (picks.isShort) picks.beside(node.owner, node)
  }
  for (const instance of zone.instances?.keys() ?? []) if (!picks.instance(instance)) break
  return picks.probes
}

/** Whether a name is answered for otherwise than most. */
function hasRare(node: ZoneNode): boolean {
  const { isCut, cname, dname, parent } = node
  return isCut || cname !== undefined || dname !== undefined || parent?.wildcard === node
}

/** The first step that is to be seen: rather what was asked for than the SOA that follows. */
function firstServed(steps: readonly Step[]): Step | undefined {
  return steps.find((step) => step.served && isAsked(step))
}

/** Whether somebody asked for a step: not so for the SOA whose serial rises by itself. */
function isAsked({ edit, change }: Step): boolean {
  return edit !== undefined || change.type !== RR.SOA
}

class Picks {
  readonly probes: Probe[] = []
  readonly #zone: Zone
  readonly #seen = new Set<string>()
  readonly #denials = { nodata: denialsMax, nxdomain: denialsMax, wildcard: wildcardsMax }
  readonly #instances = new Set<NameKey>()

  constructor(zone: Zone) {
    this.#zone = zone
  }

  /** Whether there is room for more of what is beside the changes. */
  get isShort(): boolean {
    return this.#denials.nodata > 0 || this.#denials.nxdomain > 0
  }

  /** Whether something absent is asked for. */
  get hasDenial(): boolean {
    return this.probes.some(({ what }) => what === 'nodata' || what === 'nxdomain')
  }

  add(probe: Probe): void {
    const id = `${probe.type} ${probe.key}`
    if (this.#seen.has(id)) return
    this.#seen.add(id)
    this.probes.push(probe)
  }

  changed(step: Step | undefined, count: number): void {
    if (!step?.served || count === 0 || !isAsked(step)) return
    const { owner, type } = step.served
    if (type === RR.LIKE) this.#like(owner, step.ownerKey)
    else {
      this.name(owner, type, step.ownerKey)
      this.#likewise(step.ownerKey, type)
    }
  }

  /** An instance that came, by one of its RRsets and for the first few by all; or that went. */
  #like(owner: Name, key: NameKey): void {
    const [rrset] = this.#zone.node(key)?.rrsets ?? []
    this.name(owner, rrset?.type ?? RR.A, key)
    this.instance(key)
  }

  /** What changed in a template, at one of its instances, the same for all changes. */
  #likewise(key: NameKey, type: RRType): void {
    const { instances, apexKey } = this.#zone
    if (!instances) return
    for (let template = key; template !== apexKey; template = parentKey(template)) {
      const [instance] = instances.sampleLike(template)
      if (instance === undefined) continue
      const likened = `${instance}${key.slice(template.length)}` as NameKey
      this.name(nameFromKey(likened), type, likened)
      this.instance(instance)
    }
  }

  /**
   * All that an instance has, a type that it lacks, and a name below that is not there; false once
   * enough instances were asked for.
   */
  instance(key: NameKey): boolean {
    const top = this.#zone.node(key)
    if (this.#instances.size === instancesMax) return false
    if (!top || this.#instances.has(key)) return true
    this.#instances.add(key)
    for (const { owner, key: at, rrsets } of this.#zone.instances?.nodesOf(key) ?? []) {
      for (const { type } of rrsets) this.name(owner, type, at)
    }
    this.#missing(top.owner, top)
    this.#absent(top)
    return true
  }

  /** Asks for an RRset, as far as an answer about it is this zone's to give. */
  name(owner: Name, type: RRType, key = nameKey(owner)): void {
    const zone = this.#zone
    const node = zone.node(key)
    const cut = node?.isCut ? node : node?.occluder
    if (cut?.isCut) {
      this.add(probeFor('delegation', cut.owner, RR.DS))
      return
    }
    // Below a DNAME the way leads elsewhere.
    if (node?.occluder) return
    const outcome = lookup(zone, key, type)
    if (outcome.kind === 'alias' && outcome.rrset.type !== type) return
    if (outcome.kind === 'delegation') return
    const what = kinds[outcome.kind]
    this.add({ what, name: owner, key, type })
    if (node && node.parent?.wildcard === node) this.#expansion(node, type)
  }

  #expansion(wildcard: ZoneNode, type: RRType): void {
    if (this.#denials.wildcard-- <= 0) return
    const parent = wildcard.parent as ZoneNode
    const name = below(parent.owner)
    if (!name) return
    const key = nameKey(name)
    if (lookup(this.#zone, key, type).kind === 'wildcardAnswer') {
      this.add({ what: 'wildcard', name, key, type })
    }
  }

  /** Asks for what is absent at a changed name, and beside it, where names or types changed. */
  around(step: Step | undefined): void {
    if (!step?.served) return
    if (step.served.rrset && step.servedBefore) return
    this.beside(step.served.owner, this.#zone.node(step.ownerKey))
  }

  /** Asks for a type that a name lacks, and for a name beside it that is not there. */
  beside(owner: Name, node: ZoneNode | undefined): void {
    if (node?.occluder) return
    if (node && !node.isCut && this.#denials.nodata > 0) this.#missing(owner, node)
    if (this.#denials.nxdomain > 0) this.#absent(node?.parent ?? this.#zone.apexNode)
  }

  #missing(owner: Name, node: ZoneNode): void {
    const type = typesToMiss.find((missing) => !findRRset(node, missing))
    if (node.cname || type === undefined) return
    this.#denials.nodata--
    this.add({ what: 'nodata', name: owner, key: node.key, type })
  }

  #absent(parent: ZoneNode): void {
    const name = below(parent.owner)
    if (!name) return
    const key: NameKey = nameKey(name)
    const { kind } = lookup(this.#zone, key, RR.A)
    if (kind === 'wildcardAnswer') this.#denials.wildcard--
    else if (kind === 'nxdomain' || kind === 'wildcardNodata') this.#denials.nxdomain--
    else return
    if (kind === 'wildcardAnswer' && this.#denials.wildcard < 0) return
    this.add({ what: kinds[kind], name, key, type: RR.A })
  }
}

const kinds: Readonly<Record<Exclude<Outcome['kind'], 'delegation'>, Probe['what']>> = {
  answer: 'positive',
  wildcardAnswer: 'wildcard',
  alias: 'positive',
  nodata: 'nodata',
  wildcardNodata: 'wildcard',
  nxdomain: 'nxdomain',
}

/** A name below another that is not likely to be there; undefined where there is no room. */
function below(parent: Name): Name | undefined {
  if (parent.length + strangeLabel.length + 1 > nameLengthMax) return undefined
  return prependLabel(strangeLabel, parent)
}

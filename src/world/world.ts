import { CodedError, type UnixSeconds } from '../base/index.ts'
import { dsRdata } from '../crypto/index.ts'
import { type Act, type Fault, type Scene, speakerOf, tamperBy } from '../lab/index.ts'
import { type Message, type Question, readMessage } from '../message/index.ts'
import type { RRset } from '../rr/index.ts'
import { SignatureCache } from '../signer/index.ts'
import {
  formatName,
  lowerName,
  type Name,
  type NameKey,
  nameKey,
  parentKey,
  parseName,
  rootKey,
} from '../wire/index.ts'
import { behave } from './behave.ts'
import { answerOctetsMax, encodeMessage } from './encode.ts'
import { Host } from './host.ts'
import { type Ground, type RaisedZone, raiseZone } from './raise.ts'
import { partOf, saidRecords, serverName } from './records.ts'
import { type Family, keyOfFamily, sceneOf } from './scene.ts'
import type { Asked, Reply, World, WorldFault, WorldSpec, ZoneSpec } from './types.ts'

/** SHA-256. */
const anchorDigestType = 2

function refuse(why: string): never {
  throw new CodedError('world-invalid', `Cannot raise world: ${why}`)
}

/** Octets of signatures that are kept for answers made on the way. */
const signatureCacheOctets = 1 << 22

/** A zone with its records, its children taken out of it. */
interface Plot {
  readonly spec: ZoneSpec
  readonly said: readonly RRset[]
}

/** A zone and the zones of its setting below it. */
function plotsOf(spec: ZoneSpec): Plot[] {
  const { apex, setting, servers } = spec
  const all = saidRecords(apex, setting.records)
  const children = setting.children.map(({ label, signed, ds }): Plot => {
    const below = parseName(label, apex)
    const own = { ...setting, signed, ds, children: [], records: [] }
    return { spec: { apex: below, setting: own, faults: [], servers }, said: partOf(all, below) }
  })
  const taken = new Set(children.flatMap(({ said }) => said))
  return [{ spec, said: all.filter((rrset) => !taken.has(rrset)) }, ...children]
}

/** A fault with its acts where they are to be at work. */
function placed({ fault, at }: WorldFault): Fault {
  if (!at) return fault
  const acts = fault.acts.map((act): Act => {
    if ('at' in act) return { ...act, at }
    if (act.kind !== 'behave') return act
    const owners = at.owner === '*' ? {} : { owners: [at.owner] }
    const types = at.type === 'any' ? {} : { types: [at.type] }
    return { ...act, when: { ...act.when, ...owners, ...types } }
  })
  return { ...fault, acts }
}

/** What is at work in what a server of a zone says of it, or the parent of its delegation. */
function actsBy(zone: RaisedZone, speaker: 'zone' | 'parent', server: number): Fault[] {
  return zone.faults.map(placed).flatMap((fault) => {
    const acts = fault.acts.filter(
      (act) =>
        speakerOf(act, fault.variant) === speaker &&
        (act.kind !== 'signature' || act.server === undefined || act.server === server),
    )
    return acts.length > 0 ? [{ ...fault, acts }] : []
  })
}

/** What is asked, if it can be read. */
function questionOf(query: Uint8Array): Question | undefined {
  try {
    return readMessage(query).questions[0]
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** What a fault makes of a message. */
type Edit = (message: Message) => Message

/** All of an answer is edited first, and then made as short as the client wants it. */
function edited(query: Uint8Array, host: Host, edits: readonly Edit[], via: Asked['via']) {
  const honest = host.answer(query, 'tcp')
  if (!honest) return undefined
  const said = edits.reduce((message, edit) => edit(message), readMessage(honest))
  return encodeMessage(said, answerOctetsMax(readMessage(query).edns, via))
}

class RaisedWorld implements World {
  readonly zones = new Map<string, RaisedZone>()
  readonly anchor: readonly Uint8Array[]
  readonly hints: World['hints']
  readonly #plots = new Map<NameKey, Plot>()
  readonly #family: Family & { readonly zones: Map<NameKey, RaisedZone> }
  readonly #hosts = new Map<string, Host>()
  readonly #nobody: Host
  readonly #front: string | undefined
  readonly #ground: Ground
  /** That of the zone that answers. */
  readonly #clock: { now(): UnixSeconds }

  constructor({ seed, now, zones, front }: WorldSpec) {
    this.#ground = { seed, now, signatures: new SignatureCache(signatureCacheOctets) }
    this.#clock = { now }
    this.#nobody = new Host(this.#clock)
    this.#front = front
    const raised = new Map<NameKey, RaisedZone>()
    this.#family = { zones: raised, parentOf: (zone) => this.#above(zone.zone.apexKey) }
    for (const plot of zones.flatMap(plotsOf)) {
      const key = nameKey(plot.spec.apex)
      if (this.#plots.has(key)) refuse(`zone ${formatName(plot.spec.apex)} is there twice`)
      this.#plots.set(key, plot)
    }
    for (const plot of this.#plots.values()) this.#raise(plot)
    for (const zone of raised.values()) this.#delegate(zone)
    const root = raised.get(rootKey) ?? refuse('there is no root zone')
    this.anchor = root.keys ? [dsRdata(root.apex, root.keys.entryPoint, anchorDigestType)] : []
    this.hints = root.servers.map((address, number) => ({
      name: serverName(number, root.apex),
      address,
    }))
  }

  answer(query: Uint8Array, asked: Asked): Reply {
    const host = this.#hosts.get(asked.server) ?? this.#nobody
    const question = questionOf(query)
    const zone = question && host.zoneFor(question.name, question.type)
    this.#clock.now = zone?.clock.now ?? this.#ground.now
    if (!zone) return { octets: host.answer(query, asked.via), delayMs: 0 }
    const server = Math.max(0, zone.servers.indexOf(asked.server))
    const edits = this.#editsOf(zone, nameKey(question.name), server)
    const acts = zone.faults.flatMap((fault) => placed(fault).acts)
    return behave(query, acts, { apex: zone.apex, server, asked }, (heard) =>
      edits.length === 0 ? host.answer(heard, asked.via) : edited(heard, host, edits, asked.via),
    )
  }

  setFaults(apex: Name, faults: readonly WorldFault[]): void {
    const key = nameKey(apex)
    const plot = this.#plots.get(key)
    const before = this.#family.zones.get(key)
    if (!plot || !before)
      throw new CodedError('zone-absent', `Cannot find zone ${formatName(apex)}`)
    const zone = this.#raise({ ...plot, spec: { ...plot.spec, faults } })
    this.#delegate(zone, before)
    for (const child of this.#family.zones.values()) {
      if (this.#family.parentOf(child) === zone) this.#delegate(child)
    }
  }

  /** Makes a zone, and serves it at its addresses. */
  #raise(plot: Plot): RaisedZone {
    const zone = raiseZone(plot.spec, plot.said, this.#ground)
    const key = zone.zone.apexKey
    this.#plots.set(key, plot)
    this.#family.zones.set(key, zone)
    this.zones.set(formatName(lowerName(zone.apex)), zone)
    for (const address of [...zone.servers, ...(this.#front ? [this.#front] : [])]) {
      const host = this.#hosts.get(address) ?? new Host(this.#clock)
      this.#hosts.set(address, host)
      if (zone.isUp) host.put(zone)
      else host.delete(key)
    }
    return zone
  }

  /** Puts what the parent has of a zone in the place of what it had. */
  #delegate(zone: RaisedZone, before?: RaisedZone): void {
    const steps = (rrsets: readonly RRset[], isThere: boolean) =>
      rrsets.map((rrset) => ({ ...rrset, rrset: isThere ? rrset : undefined }))
    const parent = this.#family.parentOf(zone)
    parent?.zone.apply([...steps(before?.delegation ?? [], false), ...steps(zone.delegation, true)])
  }

  /** The zone above a name. */
  #above(apex: NameKey): RaisedZone | undefined {
    for (let key = apex; key !== rootKey; ) {
      key = parentKey(key)
      const zone = this.#family.zones.get(key)
      if (zone) return zone
    }
    return undefined
  }

  /** The zone that another delegates on the way to a name. */
  #delegated(by: RaisedZone, name: NameKey): RaisedZone | undefined {
    let below: RaisedZone | undefined
    for (let key = name; key !== by.zone.apexKey; key = parentKey(key)) {
      below = this.#family.zones.get(key) ?? below
    }
    return below
  }

  /** What faults make of a message of a zone's server: of the zone, and of a delegation by it. */
  #editsOf(zone: RaisedZone, name: NameKey, server: number): Edit[] {
    const child = this.#delegated(zone, name)
    return [
      ...this.#editsBy('zone', zone, server),
      ...(child ? this.#editsBy('parent', child, server) : []),
    ]
  }

  /** What faults of a zone make of a message about it. */
  #editsBy(speaker: Scene['speaker'], zone: RaisedZone, server: number): Edit[] {
    const faults = actsBy(zone, speaker, server)
    if (faults.length === 0) return []
    const scene = sceneOf(zone, speaker, this.#family)
    const keyOf = keyOfFamily(this.#family)
    return faults.map((fault) => (message) => tamperBy(message, fault, scene, keyOf))
  }
}

/**
 * Raises a world. It is there at once: signatures are made when they are asked for.
 *
 * @throws {CodedError} `world-invalid`: without a root, with a zone twice, records that are none
 */
export function buildWorld(spec: WorldSpec): World {
  return new RaisedWorld(spec)
}

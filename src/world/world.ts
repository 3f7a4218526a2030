import { CodedError } from '../base/index.ts'
import { dsRdata } from '../crypto/index.ts'
import { actsAt } from '../lab/index.ts'
import { type Question, readMessage } from '../message/index.ts'
import { RR, type RRset } from '../rr/index.ts'
import { SignatureCache } from '../signer/index.ts'
import {
  formatName,
  lowerName,
  type Name,
  type NameKey,
  nameKey,
  parentKey,
  rootKey,
} from '../wire/index.ts'
import { ZoneTable } from '../zone/index.ts'
import { type Edit, editsBy, type Put } from './at-work.ts'
import { behave } from './behave.ts'
import { Corridor } from './corridor.ts'
import { answerOctetsMax, encodeMessage } from './encode.ts'
import { type Plot, plotsOf } from './plot.ts'
import { type Ground, type RaisedZone, raiseZone } from './raise.ts'
import { checkAddress, serverName } from './records.ts'
import type { Family } from './scene.ts'
import type { Asked, Reply, World, WorldFault, WorldSpec } from './types.ts'

/** SHA-256. */
const anchorDigestType = 2

function refuse(why: string): never {
  throw new CodedError('world-invalid', `Cannot raise world: ${why}`)
}

/** Octets of signatures that are kept for answers made on the way. */
const signatureCacheOctets = 1 << 22

/** What is asked, if it can be read. */
function questionOf(query: Uint8Array): Question | undefined {
  try {
    return readMessage(query).questions[0]
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

class RaisedWorld implements World {
  readonly zones = new Map<string, RaisedZone>()
  readonly anchor: readonly Uint8Array[]
  readonly hints: World['hints']
  readonly front: string | undefined
  readonly #plots = new Map<NameKey, Plot>()
  readonly #family: Family & { readonly zones: Map<NameKey, RaisedZone> }
  /** What is served at each address. */
  readonly #hosts = new Map<string, ZoneTable<RaisedZone>>()
  readonly #corridor: Corridor
  readonly #ground: Ground

  constructor({ seed, now, zones, front }: WorldSpec) {
    this.#ground = { seed, now, signatures: new SignatureCache(signatureCacheOctets) }
    this.#corridor = new Corridor(now)
    if (front !== undefined) checkAddress(front)
    this.front = front
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
    const { server: address, via } = asked
    const question = questionOf(query)
    const zone = question && this.#zoneAt(address, question)
    if (!zone) return { octets: this.#corridor.answer(query, via, undefined), delayMs: 0 }
    const server = Math.max(0, zone.servers.indexOf(address))
    const edits = this.#editsOf(zone, { question, server })
    const acts = zone.faults.flatMap(actsAt)
    return behave(query, acts, { apex: zone.apex, server, asked }, (heard) =>
      edits.length === 0
        ? this.#corridor.answer(heard, via, zone)
        : this.#edited(heard, via, zone, edits),
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
    for (const address of [...zone.servers, ...(this.front ? [this.front] : [])]) {
      const zones = this.#hosts.get(address) ?? new ZoneTable<RaisedZone>()
      this.#hosts.set(address, zones)
      if (zone.isUp) zones.put(zone)
      else zones.delete(key)
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

  /** The zone that a server has for a question: the deepest, but for DS (RFC 4035 §3.1.4.1). */
  #zoneAt(address: string, { name, type }: Question): RaisedZone | undefined {
    const zones = this.#hosts.get(address)
    const key = nameKey(name)
    return type === RR.DS ? zones?.findForDs(key) : zones?.find(key)
  }

  /** What faults make of a message of a zone's server: of the zone, and of a delegation by it. */
  #editsOf(zone: RaisedZone, put: Put): Edit[] {
    const child = this.#delegated(zone, nameKey(put.question.name))
    return [
      ...editsBy('zone', zone, put, this.#family),
      ...(child ? editsBy('parent', child, put, this.#family) : []),
    ]
  }

  /** All of an answer is edited first, and then made as short as the client wants it. */
  #edited(query: Uint8Array, via: Asked['via'], zone: RaisedZone, edits: readonly Edit[]) {
    const honest = this.#corridor.answer(query, 'tcp', zone)
    if (!honest) return undefined
    const said = edits.reduce((message, edit) => edit(message), readMessage(honest))
    return encodeMessage(said, answerOctetsMax(readMessage(query).edns, via))
  }
}

/**
 * Raises a world. It is there at once: signatures are made when they are asked for.
 *
 * @throws {CodedError} `world-invalid`: without a root, with a zone twice, records that are none, a
 *   front that is no address; `name-invalid`: a fault at a name that is none
 */
export function buildWorld(spec: WorldSpec): World {
  return new RaisedWorld(spec)
}

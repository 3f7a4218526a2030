import { CodedError, fixedClock, type MovableClock, type UnixSeconds } from '../base/index.ts'
import { type Certificate, sha256 } from '../crypto/index.ts'
import { keyDuties, keyState, type ZoneKey } from '../keystore/index.ts'
import { AnswerContext, answer, type ServedZone } from '../query/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import type { Hint } from '../stub/index.ts'
import type { TrustAnchor } from '../validator/index.ts'
import { equalNames, formatName, type Name, nameKey, parentName, toHex } from '../wire/index.ts'
import type { Asked } from '../world/index.ts'
import { ZoneTable } from '../zone/index.ts'
import { type FaultAtWork, type FaultyZone, faultyReply } from './faults.ts'
import type { Deed, Scenario, Step } from './scenario.ts'
import { seededCertificate, seededKey } from './secrets.ts'
import { buildServed, parentOf, serverName, type ZoneState, zoneFor } from './zone-build.ts'

/** What a server serves, and from when its signatures are. */
interface Copy {
  readonly served: ServedZone
  readonly contexts: Readonly<Record<Asked['via'], AnswerContext>>
}

/** A server of a zone. */
interface StagedServer {
  readonly name: string
  readonly address: string
  /** What it has kept since transfers stopped; undefined while it follows. */
  kept: Copy | undefined
}

/** A zone with all that happens to it. */
interface StagedZone {
  state: ZoneState
  readonly servers: readonly StagedServer[]
  /** What its operator has now; undefined when it has to be built. */
  copy: Copy | undefined
  /** When its signer stopped; undefined while it works. */
  signsSince: UnixSeconds | undefined
  faults: FaultAtWork[]
}

/** Deeds that change what is served. */
export type Act = Exclude<Deed, { readonly kind: 'ask' | 'expect' | 'watch' | 'advance' }>

const datagramOctetsMax = 1232
const streamOctetsMax = 65_535
const client = '127.0.0.1'

/** The zones of a scenario, their servers and operators; time is that of `clock`. */
export class Stage {
  readonly clock: MovableClock
  readonly #scenario: Scenario
  readonly #zones: readonly StagedZone[]
  readonly #anchors: readonly TrustAnchor[]
  readonly #presented = new Map<string, Certificate>()
  readonly #out = new Uint8Array(streamOctetsMax)
  #digest: Uint8Array = new Uint8Array(0)

  /** Every zone as the head of the scenario has it. */
  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.clock = fixedClock(scenario.start)
    let count = 0
    this.#zones = scenario.zones.map((setup): StagedZone => {
      const servers = setup.servers.map((name) => {
        return { name, address: `127.53.${++count >> 8}.${count & 255}`, kept: undefined }
      })
      const keys = new Map<string, ZoneKey>()
      for (const key of setup.keys) {
        const made = seededKey(scenario.seed, setup.apex, key, [...keys.values()], {})
        keys.set(key.name, made)
      }
      const ds = setup.keys.filter(({ role }) => role !== 'zsk').map(({ name }) => name)
      const addresses = servers.map(({ address }) => address)
      const state = { setup, addresses, keys, ds, tlsa: new Map(), serial: 1 }
      return { state, servers, copy: undefined, signsSince: undefined, faults: [] }
    })
    const root = this.#zone(scenario.zones.find(({ apex }) => apex.length === 1)?.apex)
    const dnskeys = root.state.ds.flatMap((name) => root.state.keys.get(name)?.dnskey ?? [])
    this.#anchors = [{ zone: root.state.setup.apex, ds: [], dnskeys }]
  }

  /** What resolvers begin with: the root's keys as they were at the start. */
  get anchors(): readonly TrustAnchor[] {
    return this.#anchors
  }

  /** The root's servers. */
  get hints(): readonly Hint[] {
    const { state, servers } = this.#zone(this.#anchors[0]?.zone)
    return servers.map(({ name, address }) => ({ name: serverName(name, state.setup), address }))
  }

  /** SHA-256 over every octet that was said so far, in hexadecimal. */
  get digest(): string {
    return toHex(this.#digest)
  }

  /** What a mail host presents. Who asks has seen to it that there is something. */
  certificateOf(host: Name): Certificate | undefined {
    return this.#presented.get(nameKey(host))
  }

  /** Addresses of the servers whose business a question is: for DS those of the parent. */
  serversFor(name: Name, type: RRType): readonly string[] {
    const from = type === RR.DS && name.length > 1 ? parentName(name) : name
    const zone = zoneFor(from, this.#states())
    return this.#zone(zone?.setup.apex).state.addresses
  }

  /**
   * Addresses that cannot be reached where one server, by its name, is the only one of its zone.
   */
  shutBy(server: string): ReadonlySet<string> {
    const zones = this.#zones.filter(({ servers }) => servers.some(({ name }) => name === server))
    const others = zones.flatMap(({ servers }) => servers.filter(({ name }) => name !== server))
    return new Set(others.map(({ address }) => address))
  }

  /** What a server says to a query, which is well-formed; undefined: nothing. */
  answer(query: Uint8Array, address: string, via: Asked['via']): Uint8Array | undefined {
    const zone = this.#zones.find(({ state }) => state.addresses.includes(address))
    const at = zone?.servers.findIndex((server) => server.address === address) ?? -1
    const server = zone?.servers[at]
    if (!zone || !server) return undefined
    const { contexts } = server.kept ?? this.#copyOf(zone)
    const honest = (heard: Uint8Array) => {
      const length = answer(heard, this.#out, contexts[via])
      return length === 0 ? undefined : this.#out.slice(0, length)
    }
    const asked = { server: address, via, from: client }
    const faulty = this.#zones.filter(({ faults }) => faults.length > 0)
    const below = faulty.filter((other) => this.#parentOf(other) === zone)
    const { octets } = faultyReply(
      query,
      this.#faulty(zone),
      below.map((child) => this.#faulty(child)),
      at,
      asked,
      honest,
    )
    if (octets) this.#digest = sha256(Buffer.concat([this.#digest, octets]))
    return octets
  }

  /**
   * Does what a step says.
   *
   * @throws {CodedError} `roll-invalid` where it makes no sense by now
   */
  perform(act: Act, step: Step): void {
    const zone = this.#zone(
      'zone' in act ? act.zone : zoneFor(act.host, this.#states())?.setup.apex,
    )
    switch (act.kind) {
      case 'publish':
        this.#publish(zone, act)
        break
      case 'key':
        this.#turnKey(zone, act, step)
        break
      case 'ds':
        zone.state = { ...zone.state, ds: act.keys }
        this.#changed(this.#parentOf(zone) ?? zone)
        break
      case 'tlsa':
        this.#setTlsa(zone, act)
        break
      case 'cert':
        this.#presented.set(nameKey(act.host), this.#certificate(act.host, act.certificate))
        break
      case 'sign':
        zone.signsSince = act.isOn ? undefined : (zone.signsSince ?? this.clock.now())
        this.#changed(zone)
        break
      case 'transfer': {
        const server = zone.servers.find(({ name }) => name === act.server)
        if (server) server.kept = act.isOn ? undefined : (server.kept ?? this.#keep(zone))
        break
      }
      case 'fault': {
        const at = zone.servers.findIndex(({ name }) => name === act.server)
        zone.faults.push({ fault: act.fault, server: at < 0 ? undefined : at })
        break
      }
      case 'heal':
        zone.faults = []
    }
  }

  #zone(apex: Name | undefined): StagedZone {
    const zone = this.#zones.find(({ state }) => apex && equalNames(state.setup.apex, apex))
    if (!zone) throw new Error(`no zone ${apex ? formatName(apex) : ''} on the stage`)
    return zone
  }

  #states(): ZoneState[] {
    return this.#zones.map(({ state }) => state)
  }

  #parentOf({ state }: StagedZone): StagedZone | undefined {
    const parent = parentOf(state, this.#states())
    return parent && this.#zone(parent.setup.apex)
  }

  #changed(zone: StagedZone): void {
    zone.copy = undefined
    zone.state = { ...zone.state, serial: zone.state.serial + 1 }
  }

  #copyOf(zone: StagedZone): Copy {
    zone.copy ??= this.#build(zone, () => zone.signsSince ?? this.clock.now())
    return zone.copy
  }

  /** A copy of its own, with signatures of now for ever: no other may renew them. */
  #keep(zone: StagedZone): Copy {
    const at = zone.signsSince ?? this.clock.now()
    return this.#build(zone, () => at)
  }

  #build(zone: StagedZone, now: () => UnixSeconds): Copy {
    const states = this.#states()
    const children = states.filter((state) => parentOf(state, states) === zone.state)
    const served = buildServed(zone.state, children, this.clock.now())
    const zones = new ZoneTable<ServedZone>()
    zones.put(served)
    const options = {
      ...{ zones, clock: { now }, udpOctets: datagramOctetsMax },
      ...{ identity: undefined, version: undefined },
    }
    const udp = new AnswerContext({ ...options, datagramOctetsMax })
    const tcp = new AnswerContext({ ...options, datagramOctetsMax: undefined })
    return { served, contexts: { udp, tcp } }
  }

  #publish(zone: StagedZone, { key }: Extract<Act, { kind: 'publish' }>): void {
    const { keys, setup } = zone.state
    const timing = { publish: this.clock.now() }
    const made = seededKey(this.#scenario.seed, setup.apex, key, [...keys.values()], timing)
    zone.state = { ...zone.state, keys: new Map([...keys, [key.name, made]]) }
    this.#changed(zone)
  }

  #turnKey(zone: StagedZone, { key: name, verb }: Extract<Act, { kind: 'key' }>, step: Step): void {
    const key = zone.state.keys.get(name)
    const now = this.clock.now()
    const state = key && keyState(key.timing, now)
    if (!key || state === 'removed') {
      throw senseless(step, `Cannot ${verb} key: ${JSON.stringify(name)} is not published`)
    }
    if (verb === 'activate' && state !== 'published') {
      throw senseless(step, `Cannot activate key: ${JSON.stringify(name)} is ${state}`)
    }
    const field = { activate: 'activate', retire: 'inactive', remove: 'delete' } as const
    const turned = { ...key, timing: { ...key.timing, [field[verb]]: now } }
    const keys = new Map([...zone.state.keys, [name, turned]])
    const duties = keyDuties([...keys.values()], now)
    if (duties.published.length > 0 && duties.keySigners.length === 0) {
      throw senseless(step, `Cannot ${verb} key: none would be left that signs`)
    }
    zone.state = { ...zone.state, keys }
    this.#changed(zone)
  }

  #setTlsa(zone: StagedZone, { host, certificates }: Extract<Act, { kind: 'tlsa' }>): void {
    const tlsa = new Map(zone.state.tlsa)
    const chain = certificates.map((name) => this.#certificate(host, name))
    tlsa.set(nameKey(host), { host, chain })
    zone.state = { ...zone.state, tlsa }
    this.#changed(zone)
  }

  #certificate(host: Name, name: string): Certificate {
    return seededCertificate(this.#scenario.seed, host, name, this.#scenario.start)
  }

  #faulty(zone: StagedZone): FaultyZone {
    const { state, faults } = zone
    return { state, faults, parent: (this.#parentOf(zone) ?? zone).state, now: this.clock.now() }
  }
}

function senseless({ place }: Step, message: string): CodedError {
  return new CodedError('roll-invalid', message, place)
}

import type { UnixSeconds } from '../base/index.ts'
import type { KeyRole } from '../keystore/index.ts'
import type { Ttl } from '../rr/index.ts'
import { type SigningPolicy, standardPolicy } from '../signer/index.ts'
import {
  equalNames,
  formatName,
  type Name,
  type NameKey,
  nameKey,
  parseName,
} from '../wire/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'
import type { Line } from './line.ts'
import { type KeySetup, rollLimits, type Scenario, type Step, type ZoneSetup } from './scenario.ts'

/** A zone while its lines are read. */
export interface ZoneDraft {
  readonly apex: Name
  servers: readonly string[]
  ttl: Ttl
  dsTtl: Ttl
  policy: SigningPolicy
  readonly keys: KeySetup[]
  readonly records: ZoneRecord[]
  /** Every key by name, those of later steps too. */
  readonly known: Map<string, KeySetup>
}

const hour = 3600
const defaultTtl = hour as Ttl
const rootKey: KeySetup = { name: 'root', role: 'csk', algorithm: 13 }
const dayOne = 1_767_225_600 as UnixSeconds

/** A scenario while it is read, and what its lines have named so far. */
export class Draft {
  readonly file: string
  title = ''
  seed = ''
  start: UnixSeconds = dayOne
  readonly steps: Step[] = []
  /** Hosts that present a certificate. */
  readonly presenting = new Set<NameKey>()
  readonly resolvers = new Set<string>()
  hasAsked = false
  watches = 0
  seconds = 0
  moments = 0
  /** How often the keenest watch looks, in seconds. */
  finest = Number.POSITIVE_INFINITY
  readonly #zones: ZoneDraft[] = []

  /** Nothing is known of it but how places call it. */
  constructor(file: string) {
    this.file = file
  }

  /** The zone that lines of the head are about; undefined before the first. */
  get lastZone(): ZoneDraft | undefined {
    return this.#zones.at(-1)
  }

  /** Adds a zone. @throws {CodedError} `roll-invalid` when it is there already, or one too many */
  addZone(apex: Name, line: Line): void {
    if (this.#find(apex)) throw line.wrong('a zone that was not named before')
    if (this.#zones.length >= rollLimits.zones) {
      throw line.senseless(`Cannot add zone: there are ${rollLimits.zones} already`)
    }
    this.#zones.push(emptyZone(apex))
  }

  /** The next word as a zone of the scenario. @throws {CodedError} `roll-invalid` */
  zone(line: Line): ZoneDraft {
    const apex = line.parsed('a zone', parseAbsolute)
    const zone = this.#find(apex)
    if (!zone) throw line.wrong(`a zone: ${this.#zones.map(nameOf).join(', ')}`)
    return zone
  }

  /** Whether a name is in a zone other than the root. */
  isServed(name: Name): boolean {
    const key: string = nameKey(name)
    return this.#zones.some(({ apex }) => apex.length > 1 && key.startsWith(nameKey(apex)))
  }

  /** Whether some zone has a server of that name. */
  hasServer(server: string): boolean {
    return this.#zones.some(({ servers }) => servers.includes(server))
  }

  /** Adds a key that nobody has named yet. @throws {CodedError} `roll-invalid` */
  addKey(zone: ZoneDraft, key: KeySetup, line: Line): void {
    if (zone.known.has(key.name)) throw line.wrong('a name that no other key of the zone has')
    if (zone.known.size >= rollLimits.keysOfZone) {
      throw line.senseless(`Cannot add key: the zone has ${rollLimits.keysOfZone} already`)
    }
    zone.known.set(key.name, key)
  }

  /** All of it. The root is added where nobody spoke of it. */
  finish(): Scenario {
    const zones: ZoneSetup[] = [...this.#zones]
    const root = parseName('.')
    if (!this.#find(root)) zones.unshift({ ...emptyZone(root), keys: [rootKey] })
    const { file, title, seed, start, steps } = this
    return { file, title, seed, start, zones, steps }
  }

  #find(apex: Name): ZoneDraft | undefined {
    return this.#zones.find((zone) => equalNames(zone.apex, apex))
  }
}

function emptyZone(apex: Name): ZoneDraft {
  return {
    ...{ apex, servers: ['ns'], ttl: defaultTtl, dsTtl: defaultTtl },
    policy: { ...standardPolicy, jitterSeconds: 0 },
    ...{ keys: [], records: [], known: new Map() },
  }
}

function nameOf({ apex }: ZoneDraft): string {
  return formatName(apex)
}

/** A name, with or without the dot at its end. @throws {CodedError} `name-invalid` */
export function parseAbsolute(text: string): Name {
  return parseName(text, parseName('.'))
}

/** The roles of keys as steps write them. */
export const keyRoles: readonly KeyRole[] = ['ksk', 'zsk', 'csk']

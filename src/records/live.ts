import { type Config, policyOf, type ZonePolicy } from '../config/index.ts'
import type { PublishedZone } from '../publish/index.ts'
import type { StoredZone } from '../store/index.ts'
import { formatName, type NameKey, nameKey } from '../wire/index.ts'
import { OrderedIndex, type ReadyInstances, type ZoneTable } from '../zone/index.ts'
import type { Finding } from '../zonefile/index.ts'
import type { Base } from './plan.ts'
import { policyWith, settingsFromJson } from './settings.ts'
import type { LiveZone } from './types.ts'

/** A zone of the store in memory. */
export interface LiveEntry extends Base {
  readonly policy: ZonePolicy
  /** What keeps it from being served. */
  readonly trouble: readonly Finding[]
}

/** The zones of the store that this node knows, and those of them that it serves. */
export class LiveZones {
  config: Config
  readonly #table: ZoneTable<PublishedZone>
  readonly #entries = new OrderedIndex<LiveEntry>()

  constructor(table: ZoneTable<PublishedZone>, config: Config) {
    this.#table = table
    this.config = config
  }

  /** What zones made for this node share. */
  get ready(): ReadyInstances {
    return this.#table.ready
  }

  /** What is known of a zone that is not served, or not yet. */
  entryOf(zone: StoredZone, trouble: readonly Finding[] = []): LiveEntry {
    const apexKey = nameKey(zone.apex)
    const settings = settingsFromJson(zone.settings)
    const policy = policyWith(policyOf(this.config, zone.apex), settings)
    return { zone, apexKey, settings, policy, signed: policy.dnssec, trouble }
  }

  /** What is known of a zone of the store. */
  get(key: NameKey): LiveEntry | undefined {
    return this.#entries.get(key)
  }

  /** The zone as it is served; undefined when it is not, or when a file's is. */
  served(key: NameKey): PublishedZone | undefined {
    const published = this.#table.get(key)
    return published?.source.kind === 'store' ? published : undefined
  }

  /** Whether the zone that is served under a name is a file's. */
  isFromFile(key: NameKey): boolean {
    return this.#table.get(key)?.source.kind === 'file'
  }

  /** The step between two queries: from now on the zone is served like this. */
  serve(zone: StoredZone, published: PublishedZone, takesOver = false): void {
    if (!takesOver && this.isFromFile(published.zone.apexKey)) this.hide(zone)
    else {
      this.#entries.set(published.zone.apexKey, this.entryOf(zone))
      this.#table.put(published)
    }
  }

  /** Keeps in mind a zone that is not served. */
  keep(zone: StoredZone, trouble: readonly Finding[]): void {
    this.withdraw(nameKey(zone.apex))
    this.#entries.set(nameKey(zone.apex), this.entryOf(zone, trouble))
  }

  /** Keeps in mind a zone that stays out because a file holds one of its name. */
  hide(zone: StoredZone): void {
    const message = `Zone ${formatName(zone.apex)} of the store stays out: a file holds it as well`
    const finding: Finding = { severity: 'warning', code: 'zone-twice', message }
    this.#entries.set(nameKey(zone.apex), this.entryOf(zone, [finding]))
  }

  /** Notes what became of a zone whose RRsets were changed in place, or whose settings. */
  note(entry: LiveEntry, zone: StoredZone): void {
    this.#entries.set(entry.apexKey, { ...entry, zone })
    const published = this.served(entry.apexKey)
    if (published) this.#table.put({ ...published, changedAt: zone.changedAt })
  }

  /** Forgets a zone. */
  delete(key: NameKey): void {
    this.withdraw(key)
    this.#entries.delete(key)
  }

  /** Stops serving a zone, unless it is a file's. */
  withdraw(key: NameKey): void {
    if (this.served(key)) this.#table.delete(key)
  }

  /** All zones of the store, in canonical order. */
  entries(): Iterable<LiveEntry> {
    return this.#entries.from('')
  }

  /** As others see it. */
  view({ zone, settings, trouble, apexKey }: LiveEntry): LiveZone {
    const published = this.served(apexKey)
    const instances = published?.zone.instances?.count ?? 0
    return { zone, settings, trouble, served: published !== undefined, instances }
  }
}

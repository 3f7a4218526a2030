import { assert, type Clock, CodedError } from '../base/index.ts'
import { type Config, policyOf, type ZonePolicy } from '../config/index.ts'
import type { KeyDirectory, ZoneKey } from '../keystore/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import { type Change, diffSteps, type ReadyInstances, Zone, type ZoneTable } from '../zone/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { assembleZone, isMadeAtApex, isMadeBySigning } from './assemble.ts'
import type { Disk } from './disk.ts'
import { ensureKeys, missingRoles, sameKeys } from './keys.ts'
import { isUnchanged, type LoadedZone, loadZone } from './load.ts'
import { type Pace, runPaced } from './pace.ts'
import type { PublishedZone, PublishReport, ZoneReport } from './published.ts'
import {
  apexTooLong,
  findingOf,
  hidesStored,
  noKeySigns,
  rejected,
  report,
  staleSerial,
  unknownZone,
  unusedOverrides,
  withdrawn,
} from './reports.ts'
import { isNewerSerial } from './serial.ts'
import {
  apexChanges,
  leavesNoRoom,
  listsInstances,
  makeSigning,
  nsec3Parameters,
  type ZoneSigning,
} from './signing.ts'
import { discoverSources, type ZoneSource } from './sources.ts'

/** RRsets that one step between two queries may change; with more, the zone is exchanged whole. */
const changesMax = 5000
/** RRsets that a zone being built takes up between two looks at the pace. */
const buildStep = 50

/** What a publisher works with. */
export interface PublisherOptions {
  /** Where zones are served from; only the publisher changes it. */
  readonly table: ZoneTable<PublishedZone>
  readonly disk: Disk
  readonly keys: KeyDirectory
  /** Whether keys that are missing are made. */
  readonly makeKeys: boolean
  readonly cache: SignatureCache
  readonly clock: Clock
  readonly makePace: () => Pace
  /** Told before each zone how many of how many are done. */
  readonly onProgress?: (done: number, total: number, zone: Name) => void
}

/** The keys of all zones as a directory has them, or why one zone's cannot be had. */
type KeysOf = (zone: Name) => ZoneKey[]

/**
 * Brings zones from files to life, one publication at a time: load, check, apply. Each zone goes
 * live by a single step between two queries, or not at all.
 */
export class Publisher {
  readonly #options: PublisherOptions
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /**
   * Makes what is served agree with the configuration and the files: all zones, or `only` those
   * named, which are then read even if their files look untouched. Never rejects on account of
   * what it finds; that is in the report.
   */
  publish(config: Config, only?: readonly Name[]): Promise<PublishReport> {
    const run = this.#last.then(() => this.#publish(config, only))
    this.#last = run.catch(() => undefined)
    return run
  }

  /** Brings the duties of keys up to date with the clock; returns the zones that this changed. */
  refreshKeys(): Name[] {
    const changed: Name[] = []
    for (const published of [...this.#options.table.values()]) {
      const { zone, policy, keys, signing } = published
      if (!signing) continue
      const fresh = this.#signing(zone.apex, policy, keys, signing)
      if (!fresh || fresh.fingerprint === signing.fingerprint) continue
      zone.apply(apexChanges(fresh, signing))
      this.#options.table.put({ ...published, signing: fresh })
      changed.push(zone.apex)
    }
    return changed
  }

  async #publish(config: Config, only: readonly Name[] | undefined): Promise<PublishReport> {
    const { table, disk, onProgress } = this.#options
    const { sources, findings, complete } = await discoverSources(config.zones, disk)
    const wanted = only && new Set<NameKey>(only.map((zone) => nameKey(zone)))
    const chosen = sources.filter((source) => !wanted || wanted.has(nameKey(source.zone)))
    const keysOf = this.#readKeys()
    const zones: ZoneReport[] = []
    for (const [done, source] of chosen.entries()) {
      onProgress?.(done, chosen.length, source.zone)
      zones.push(await this.#publishOne(source, config, keysOf, wanted !== undefined))
    }
    if (complete) {
      const present = new Set<NameKey>(sources.map((source) => nameKey(source.zone)))
      for (const published of [...table.values()]) {
        const { apexKey } = published.zone
        const { source } = published
        if (source.kind === 'store' || present.has(apexKey)) continue
        if (wanted && !wanted.has(apexKey)) continue
        table.delete(apexKey)
        zones.push(withdrawn(published, source))
      }
    }
    const absent = (only ?? []).filter(
      (name) => !zones.some((report) => nameKey(report.zone) === nameKey(name)),
    )
    return {
      zones,
      findings: [
        ...findings,
        ...absent.map((zone) => unknownZone(zone, table)),
        ...(only ? [] : unusedOverrides(config, sources, table)),
      ],
    }
  }

  /** Reads the key directory once; where one file spoils that, each zone by itself. */
  #readKeys(): KeysOf {
    const { keys } = this.#options
    const byZone = new Map<NameKey, ZoneKey[]>()
    try {
      for (const key of keys.list()) {
        const zone = nameKey(key.zone)
        byZone.set(zone, [...(byZone.get(zone) ?? []), key])
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return (zone) => keys.list(zone)
    }
    return (zone) => byZone.get(nameKey(zone)) ?? []
  }

  async #publishOne(
    source: ZoneSource,
    config: Config,
    keysOf: KeysOf,
    always: boolean,
  ): Promise<ZoneReport> {
    const { table, disk, clock, makePace } = this.#options
    const before = table.get(nameKey(source.zone))
    const policy = policyOf(config, source.zone)
    const fileBefore = before?.source.kind === 'file' ? before.source.file : undefined
    try {
      if (leavesNoRoom(source.zone, policy)) {
        return rejected(source, before, [apexTooLong(source.zone)])
      }
      const present = policy.dnssec ? keysOf(source.zone) : []
      const due = missingRoles(present, policy, clock.now()).length > 0
      const same =
        before !== undefined &&
        fileBefore === source.file &&
        !due &&
        samePolicy(before.policy, policy) &&
        sameKeys(before.keys, present)
      if (same && !always && (await isUnchanged(before.marks, disk))) {
        return report(source, before, { verdict: 'unchanged' })
      }
      const pace = makePace()
      const loaded = await loadZone(source, disk, pace)
      if (!loaded.records) return rejected(source, before, loaded.findings)
      const keysMade = this.#makeKeys(source.zone, present, policy)
      const keys = [...present, ...keysMade]
      const signing = this.#signing(source.zone, policy, keys, before?.signing)
      if (policy.dnssec && !signing) return rejected(source, before, [noKeySigns(source.zone)])
      const zone = await buildZone(source.zone, policy, loaded, signing, pace, table.ready)
      const listed = listsInstances(zone, policy)
      if (listed) return rejected(source, before, [listed])
      const marks = loaded.marks
      const next = { zone, signing, policy, keys, source, marks, changedAt: clock.now() }
      const changes = before && (await changesBetween(before.zone, zone, pace))
      return this.#goLive(before, next, changes ?? [], { keysMade, findings: loaded.findings })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return rejected(source, before, [findingOf(error)])
    }
  }

  #makeKeys(zone: Name, present: readonly ZoneKey[], policy: ZonePolicy): ZoneKey[] {
    const { keys, makeKeys, clock } = this.#options
    const now = clock.now()
    if (makeKeys) return ensureKeys(keys, zone, present, policy, now)
    const [role] = missingRoles(present, policy, now)
    if (role === undefined) return []
    const name = formatName(zone)
    throw new CodedError(
      'key-absent',
      `Cannot sign ${name}: ${keys.path} has no ${role} for it; make one with ` +
        `"danelaw key generate ${name} --role ${role}", or by serving the zone`,
    )
  }

  #signing(
    apex: Name,
    policy: ZonePolicy,
    keys: readonly ZoneKey[],
    before: ZoneSigning | undefined,
  ): ZoneSigning | undefined {
    if (!policy.dnssec) return undefined
    const { clock, cache } = this.#options
    return makeSigning(apex, policy, keys, clock.now(), cache, before)
  }

  /** The step between two queries. Nothing in it waits. */
  #goLive(
    before: PublishedZone | undefined,
    next: PublishedZone & { readonly source: ZoneSource },
    changes: readonly Change[],
    news: { readonly keysMade: readonly ZoneKey[]; readonly findings: readonly Finding[] },
  ): ZoneReport {
    const { table } = this.#options
    const { source } = next
    if (!before) {
      table.put(next)
      return report(source, next, { ...news, verdict: 'published' })
    }
    const findings = [...news.findings]
    if (before.source.kind === 'store') findings.push(hidesStored(source))
    const serialBefore = before.zone.serial
    if (changes.some(isContent) && !isNewerSerial(next.zone.serial, serialBefore)) {
      findings.push(staleSerial(source, serialBefore, next.zone.serial))
    }
    // What the store holds may change at any time: no diff against it is to be trusted.
    const isOfFile = before.source.kind === 'file'
    const inPlace =
      isOfFile && sameChains(before.policy, next.policy) && changes.length <= changesMax
    if (inPlace) before.zone.apply(changes)
    const live = inPlace ? { ...next, zone: before.zone } : next
    const same = changes.length === 0 && before.signing?.fingerprint === next.signing?.fingerprint
    const unchanged = same && samePolicy(before.policy, next.policy)
    table.put(unchanged ? { ...live, changedAt: before.changedAt } : live)
    const verdict = unchanged ? 'unchanged' : 'updated'
    return report(source, live, { ...news, verdict, changes: changes.length, findings })
  }
}

/** Builds a zone aside from what is served, in slices. */
async function buildZone(
  apex: Name,
  policy: ZonePolicy,
  loaded: LoadedZone,
  signing: ZoneSigning | undefined,
  pace: Pace,
  ready: ReadyInstances,
): Promise<Zone> {
  const records = (loaded.records ?? []).filter(
    (record) => !(signing && isMadeBySigning(record, apex)),
  )
  const changes = await assembleZone(apex, records, pace)
  if (signing) changes.push(...apexChanges(signing))
  const nsec3 = nsec3Parameters(policy)
  const zone = new Zone(apex, nsec3 ? { nsec3, ready } : { ready })
  for (let at = 0; at < changes.length; at += buildStep) {
    zone.apply(changes.slice(at, at + buildStep))
    const rest = pace.step()
    if (rest !== undefined) await rest
  }
  assert(zone.serial >= 0, `zone ${formatName(apex)} was checked to have an SOA`)
  return zone
}

/** The change set from one zone to another, in slices; begun anew when keys changed meanwhile. */
async function changesBetween(from: Zone, to: Zone, pace: Pace): Promise<Change[]> {
  for (;;) {
    const { version } = from
    const changes = await runPaced(diffSteps(from, to), pace)
    if (from.version === version) return changes
  }
}

function samePolicy(a: ZonePolicy, b: ZonePolicy): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Whether two policies want the same chains kept, so that one zone can become the other. */
function sameChains(a: ZonePolicy, b: ZonePolicy): boolean {
  const [chain, other] = [nsec3Parameters(a), nsec3Parameters(b)]
  return (chain === undefined) === (other === undefined) && chain?.optOut === other?.optOut
}

/** Whether a change comes from the file rather than from signing. */
function isContent({ type }: Change): boolean {
  return !isMadeAtApex(type)
}

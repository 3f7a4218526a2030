import type { UnixSeconds } from '../base/index.ts'
import type { Host } from '../destination/index.ts'
import type { Ttl } from '../rr/index.ts'
import { equalNames, formatHost, type Name } from '../wire/index.ts'
import type { MigrationMemory } from './memory.ts'
import { isAuthentic } from './status.ts'
import type { ExpectedDomain, ObservedDomain, ObservedMx, StatusCode } from './types.ts'
import { formatTime, zoneRecord } from './words.ts'

/** What an operator may set of the way. */
export interface MigrationSettings {
  /** TTL of MX records on the way, to be published; not under 30 s. */
  readonly lowTtl: number
  /** What is low enough, where a provider has a least TTL. */
  readonly lowTtlMax: number
  /** TTL of MX records at the end. */
  readonly finalTtl: number
  /** Preference with which a host is tried out, if nothing else has it or a larger one. */
  readonly trialPreference: number
  /** Preference of what is about to be taken out. */
  readonly retiredPreference: number
  /** Seconds from enabling until the host has to be there. */
  readonly hostSeconds: number
  /** Seconds from enabling until TLSA records have to be there. */
  readonly tlsaSeconds: number
}

/** As the guide has it. */
export const defaultMigrationSettings: MigrationSettings = {
  lowTtl: 30,
  lowTtlMax: 300,
  finalTtl: 3600,
  trialPreference: 20,
  retiredPreference: 30,
  hostSeconds: 900,
  tlsaSeconds: 1800,
}

/** All that a step looks at. */
export interface Scene {
  readonly expected: ExpectedDomain
  readonly observed: ObservedDomain
  /** With the observation in it. */
  readonly memory: MigrationMemory
  readonly settings: MigrationSettings
  readonly at: UnixSeconds
  /** As commands take it. */
  readonly domain: string
  /** Those that lead to the signed host, and the others. */
  readonly signed: readonly ObservedMx[]
  readonly others: readonly ObservedMx[]
  /** Of the MX records; undefined where there are none. */
  readonly ttl: number | undefined
  /** Preference that the signed host is to have at last. */
  readonly preference: number
}

/** What a step finds, apart from where it stands among the others. */
export interface Finding {
  readonly state: 'done' | 'next' | 'wait' | 'wrong' | 'skipped'
  readonly text: string
  readonly until?: UnixSeconds | undefined
  readonly codes?: readonly StatusCode[]
}

/** A step of the way: how it is called, and how one sees whether it is done. */
export interface Step {
  readonly id: string
  readonly title: string
  readonly look: (scene: Scene) => Finding
}

/** Puts facts in order for the steps. */
export function sceneOf(
  expected: ExpectedDomain,
  observed: ObservedDomain,
  memory: MigrationMemory,
  settings: MigrationSettings,
): Scene {
  const { mx, at } = observed
  const records = mx.kind === 'found' ? mx.records : []
  const signed = signedRecords(expected, observed)
  return {
    ...{ expected, observed, memory, settings, at, signed },
    domain: formatHost(expected.name),
    others: records.filter((record) => !signed.includes(record)),
    ttl: records.length === 0 ? undefined : Math.max(...records.map(({ ttl }) => ttl)),
    preference: expected.expected?.preference ?? 0,
  }
}

/** The MX records that lead to the signed host. */
export function signedRecords(
  { signedHost }: ExpectedDomain,
  { mx }: ObservedDomain,
): readonly ObservedMx[] {
  if (mx.kind !== 'found' || !signedHost) return []
  return mx.records.filter(({ host }) => equalNames(host, signedHost))
}

/** What was seen of a host, wherever it was looked at. */
export function hostOf({ observed }: Scene, name: Name | undefined): Host | undefined {
  if (name === undefined) return undefined
  return [...observed.hosts, ...observed.others].find((host) => equalNames(host.name, name))
}

/** Whether the signed host is there, as a sender of DANE has to find it. */
export function isSignedHostUp(scene: Scene): boolean {
  const host = hostOf(scene, scene.expected.signedHost)
  return host !== undefined && isAuthentic(host)
}

/** Whether mail can be handed to a host; it need not be signed. */
export function takesMail(scene: Scene, name: Name): boolean {
  const host = hostOf(scene, name)
  return host !== undefined && host.level !== 'failed' && host.addresses.length > 0
}

/** The least preference, with which senders begin; infinite without records. */
export function first(records: readonly { readonly preference: number }[]): number {
  return Math.min(...records.map(({ preference }) => preference))
}

/** A record as zone files have it, in quotes. */
export function quoted(host: Name, preference: number, ttl: number): string {
  return `"${zoneRecord({ host, preference, ttl: ttl as Ttl })}"`
}

/** Records, with another TTL where one is given, each in quotes. */
export function quotedAll(records: readonly ObservedMx[], ttl?: number): string {
  return records
    .map((record) => quoted(record.host, record.preference, ttl ?? record.ttl))
    .join(', ')
}

/** Preferences are far enough apart for others to come between. */
const preferenceGap = 10
const preferenceMax = 65_535

/** A preference behind all that are there: who is tried out is not tried by everybody. */
export function trialPreference({ signed, others, settings }: Scene): number {
  const highest = Math.max(...[...signed, ...others].map(({ preference }) => preference))
  if (highest < settings.trialPreference) return settings.trialPreference
  return Math.min(highest + preferenceGap, preferenceMax)
}

/** `until 2026-01-01T00:00:00Z`. */
export function untilText(until: UnixSeconds): string {
  return `until ${formatTime(until)}`
}

/** A step that is done. */
export function done(text: string): Finding {
  return { state: 'done', text }
}

/** What is on is not there at once; after a while it is late. */
export function overdue(scene: Scene, since: number, seconds: number, what: string): Finding {
  const until = (since + seconds) as UnixSeconds
  if (scene.at < until) {
    return { state: 'wait', text: `${what}; it may take ${untilText(until)}`, until }
  }
  return { state: 'wrong', text: `${what}, and it should be by now` }
}

import type { Act, Fault, Setting } from '../lab/index.ts'
import { parseName } from '../wire/index.ts'
import type { WorldFault, ZoneSpec } from '../world/index.ts'
import { type Cast, mailZone, partitionParent } from './cast.ts'
import { atPort, fill, type Stage } from './fill.ts'
import type { MailCase } from './types.ts'

/** Addresses of name servers. */
export interface NameServers {
  /** Of the parents of the zones of cases. */
  readonly parents: readonly string[]
  readonly mail: readonly string[]
}

/** The host of reports about TLS, without the final dot. */
export const reportsHost = `reports.${mailZone}`

/** How zones are made unless a case says otherwise. */
const soundSetting: Setting = {
  ...{ signed: true, ds: true, algorithm: 13, keys: 'ksk+zsk', denial: 'nsec' },
  nsec3: { iterations: 0, salt: '', optOut: false },
  rsa: { bits: 2048, exponentOctets: 3 },
  ...{ servers: 1, children: [], records: [] },
}

function settingOf({ setting }: MailCase): Setting {
  return { ...soundSetting, ...setting }
}

/** One zone of a text; blank lines are left out. */
function zoneOf(
  apex: string,
  text: string,
  servers: readonly string[],
  setting: Setting = soundSetting,
  faults: readonly WorldFault[] = [],
): ZoneSpec {
  const lines = text.split('\n').map((line) => line.trim())
  const records = lines.filter((line) => line !== '')
  return { apex: parseName(`${apex}.`), setting: { ...setting, records }, faults, servers }
}

/** An act whose places have the port at which mail servers listen. */
function actAtPort(act: Act, port: number): Act {
  if ('at' in act) return { ...act, at: { ...act.at, owner: atPort(act.at.owner, port) } }
  if (act.kind !== 'behave' || !act.when.owners) return act
  const owners = act.when.owners.map((owner) => atPort(owner, port))
  return { ...act, when: { ...act.when, owners } }
}

/**
 * What DNS does wrong in the zone of a case, as a fault of the lab; undefined where DNS is in
 * order.
 */
export function mailFault(one: MailCase, port = 25): Fault | undefined {
  const { id, title, fault } = one
  if (!fault) return undefined
  return {
    ...{ id, title, group: 'mail', variant: 'raw', setting: settingOf(one) },
    acts: fault.acts.map((act) => actAtPort(act, port)),
    ask: { ...fault.ask, owner: atPort(fault.ask.owner, port) },
    expect: fault.expect,
  }
}

/** The zones of a case: its own and its siblings. */
export function caseZones(
  { case: one, zone }: Cast,
  stage: Stage,
  servers: NameServers,
): ZoneSpec[] {
  const fault = mailFault(one, stage.port)
  const faults = fault ? [{ fault }] : []
  const own = zoneOf(zone(), fill(one.records, stage), servers.mail, settingOf(one), faults)
  const siblings = Object.entries(one.siblings ?? {}).map(([key, { records, signed }]) => {
    const setting = { ...soundSetting, signed, ds: signed }
    return zoneOf(zone(key), fill(records, stage), servers.mail, setting)
  })
  return [own, ...siblings]
}

/** The zone above those of all cases. */
export function mailParent(web: string, servers: NameServers): ZoneSpec {
  return zoneOf(mailZone, `reports A ${web}`, servers.parents)
}

/** Partitions that cases name, in the order of the alphabet. */
export function partitionsOf(cases: readonly MailCase[]): string[] {
  const named = cases.flatMap((one) => (one.kind === 'status' ? [one.partition] : []))
  return [...new Set(named)].sort()
}

/** Partitions with the signed hosts of the cases, and the zones above them. */
export function partitionZones(
  casts: readonly Cast[],
  front: { readonly address: string; readonly tlsa: string },
  port: number,
  servers: NameServers,
): ZoneSpec[] {
  const zones = partitionsOf(casts.map((cast) => cast.case)).map((name) => {
    const apex = `${name}.${partitionParent}`
    const hosts = casts.flatMap(({ case: one, signed }) =>
      one.kind === 'status' && one.partition === name ? [signed] : [],
    )
    const lines = hosts.flatMap((host) => [
      `${host} A ${front.address}`,
      `_${port}._tcp.${host} TLSA ${front.tlsa}`,
    ])
    return zoneOf(apex, lines.join('\n'), servers.mail)
  })
  if (zones.length === 0) return []
  return [
    zoneOf('microsoft', '', servers.parents),
    zoneOf(partitionParent, '', servers.parents),
    ...zones,
  ]
}

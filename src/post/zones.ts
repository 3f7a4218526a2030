import { type Act, type Fault, type Setting, soundZone } from '../lab/index.ts'
import { parseName } from '../wire/index.ts'
import { type WorldFault, worldAddresses, type ZoneSpec } from '../world/index.ts'
import { type Cast, mailZone, partitionParent } from './cast.ts'
import { atPort, fill, type Stage } from './fill.ts'
import type { MailCase } from './types.ts'

/** Servers of the parents of the zones of cases, and of those zones. */
const parentServers: readonly string[] = [worldAddresses.above]
const mailServers: readonly string[] = ['127.53.0.5']
/** Where policies are, and reports go. */
export const webAddress = '127.53.2.1'

/** The host of reports about TLS, without the final dot. */
export const reportsHost = `reports.${mailZone}`

/** How zones are made unless a case says otherwise. */
const mailSetting: Setting = { ...soundZone, denial: 'nsec' }

function settingOf({ setting }: MailCase): Setting {
  return { ...mailSetting, ...setting }
}

/** One zone of a text; blank lines are left out. */
function zoneOf(
  apex: string,
  text: string,
  servers: readonly string[],
  setting: Setting = mailSetting,
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
export function caseZones({ case: one, zone }: Cast, stage: Stage): ZoneSpec[] {
  const fault = mailFault(one, stage.port)
  const faults = fault ? [{ fault }] : []
  const own = zoneOf(zone(), fill(one.records, stage), mailServers, settingOf(one), faults)
  const siblings = Object.entries(one.siblings ?? {}).map(([key, { records, signed }]) => {
    const setting = { ...mailSetting, signed, ds: signed }
    return zoneOf(zone(key), fill(records, stage), mailServers, setting)
  })
  return [own, ...siblings]
}

/** The zone above those of all cases. */
export function mailParent(): ZoneSpec {
  return zoneOf(mailZone, `reports A ${webAddress}`, parentServers)
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
    return zoneOf(apex, lines.join('\n'), mailServers)
  })
  if (zones.length === 0) return []
  return [
    zoneOf('microsoft', '', parentServers),
    zoneOf(partitionParent, '', parentServers),
    ...zones,
  ]
}

import {
  byZone,
  checked,
  choice,
  entries,
  integer,
  isEmpty,
  itemsOf,
  onOff,
  refuse,
  report,
  type Setting,
  type Spot,
  section,
  spotBelow,
  valueAt,
} from '../config/index.ts'
import {
  type Act,
  type Fault,
  type Place,
  soundZone,
  type Setting as ZoneSetting,
} from '../lab/index.ts'
import { parseType, RR, type Ttl } from '../rr/index.ts'
import { formatName, fromHex, isSubdomain, type Name, parseName } from '../wire/index.ts'
import type { WorldFault, ZoneSpec } from '../world/index.ts'
import { parseMasterFile } from '../zonefile/index.ts'
import { attempt, faultsAt, loopbacks, signedSpan, textAt } from './values.ts'

/** How the clock of a zone differs from everybody else's. */
interface ZoneClock {
  /** Seconds; back when negative. */
  readonly shift: number
  /** Whether it stands; or when, in seconds since 1970. */
  readonly frozen: boolean | number
  /** Seconds of the zone in a second. */
  readonly speed: number
}

/** A zone as a scenario has it. */
interface ZoneEntry {
  readonly signed: boolean
  readonly ds: boolean
  readonly algorithm: number
  readonly keys: ZoneSetting['keys']
  readonly denial: ZoneSetting['denial']
  readonly nsec3: ZoneSetting['nsec3']
  readonly servers: readonly string[]
  readonly records: Spot | undefined
  readonly faults: readonly Fault[]
  readonly names: readonly WorldFault[]
  readonly clock: ZoneClock
}

const nsec3: Setting<ZoneSetting['nsec3']> = section<ZoneSetting['nsec3']>({
  iterations: integer(0, 2500),
  salt: (spot, current) => {
    const text = textAt(spot, 'a salt in hexadecimal')
    if (text !== undefined && fromHex(text)) return text
    refuse(spot, 'a salt in hexadecimal')
    return current
  },
  optOut: onOff,
})

const frozen: Setting<boolean | number> = (spot, current) => {
  const value = valueAt(spot)
  const time =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN
  if (Number.isFinite(time)) return Math.floor(time / 1000)
  if (value === true || value === 'on' || value === false || value === 'off') {
    return onOff(spot, current === true)
  }
  refuse(spot, 'on, off, or the time at which it stands, such as 2026-11-25T10:00:00Z')
  return current
}

const clock = checked(
  section<ZoneClock>({ shift: signedSpan, frozen, speed: integer(1, 86_400) }),
  (value, spot) => {
    if (value.frozen === false) return
    if (value.speed !== 1) refuse(spotBelow(spot, 'speed'), 'speed only without frozen')
    if (typeof value.frozen === 'number' && value.shift !== 0) {
      refuse(spotBelow(spot, 'shift'), 'shift only without a time in frozen')
    }
  },
)

/** Faults at a name, `mail: [id]`, or at a name and type, `mail TLSA: [id]`. */
const names: Setting<readonly WorldFault[]> = (spot, current) => {
  const given = entries(spot)
  if (!given) {
    refuse(spot, 'a mapping from names, or names and types such as "mail TLSA", to faults')
    return current
  }
  return given.flatMap(({ key, keySpot, value }) => {
    const at = attempt(keySpot, () => placeOfKey(key))
    return at ? faultsAt(value).map((fault) => ({ fault, at })) : []
  })
}

/** @throws {CodedError} `name-invalid` or `type-unknown` */
function placeOfKey(key: string): Place {
  const [owner = '', type, ...rest] = key.trim().split(/\s+/)
  if (owner !== '@') parseName(`${owner}.`)
  if (type === undefined) return { owner, type: 'any' }
  return { owner, type: parseType([type, ...rest].join(' ')) }
}

const entry = section<ZoneEntry>({
  signed: onOff,
  ds: onOff,
  algorithm: integer(1, 255),
  keys: choice('csk', 'ksk+zsk'),
  denial: choice('nsec', 'nsec3', 'minimal', 'compact'),
  nsec3,
  servers: loopbacks,
  records: (spot) => spot,
  faults: faultsAt,
  names,
  clock,
})

const defaults: ZoneEntry = {
  signed: true,
  ds: true,
  algorithm: soundZone.algorithm,
  keys: 'csk',
  denial: 'nsec',
  nsec3: soundZone.nsec3,
  servers: [],
  records: undefined,
  faults: [],
  names: [],
  clock: { shift: 0, frozen: false, speed: 1 },
}

/** A clock as the act that sets it; none for one that is honest. */
function clockActs({ shift, frozen: still, speed }: ZoneClock): readonly Act[] {
  if (shift === 0 && still === false && speed === 1) return []
  const set = typeof still === 'number' ? { to: still } : { by: shift }
  return [{ kind: 'clock', set, rate: still === false ? speed : 0 }]
}

function clockFault(acts: readonly Act[]): Fault {
  return {
    ...{ id: 'clock', title: 'A clock of its own', group: 'server', variant: 'raw' },
    ...{ setting: soundZone, acts, ask: { owner: '@', type: RR.A } },
    expect: { status: 'secure', rcode: 'NOERROR', ede: [], why: [] },
  }
}

/** The lines of a zone, each of which is a record; what is none is reported at its line. */
function recordLines(spot: Spot | undefined, origin: Name): readonly string[] {
  if (!spot || isEmpty(spot)) return []
  return itemsOf(spot).flatMap((item) => {
    const line = textAt(item, 'a record, as in a master file') ?? ''
    const { file } = item.source
    let records = 0
    for (const found of parseMasterFile(line, { origin, file, ttl: 3600 as Ttl })) {
      if (found.kind === 'record') {
        records += 1
        if (!isSubdomain(found.record.owner, origin))
          refuse(item, `a name in ${formatName(origin)}`)
      } else if (found.finding.severity === 'error') {
        report(item, found.finding.code, found.finding.message)
      }
    }
    if (line !== '' && records > 1) refuse(item, 'one record in each item of the list')
    return records === 1 ? [line] : []
  })
}

/** A mapping from zones to how they are made and what is wrong with them. */
export const zones: Setting<readonly ZoneSpec[]> = (spot, current) => {
  if (isEmpty(spot)) return current
  const read = byZone(spot, 'a mapping from zones to what they are like', (apex, value) => {
    const { servers, records, faults, names: named, clock: own, ...rest } = entry(value, defaults)
    const setting: ZoneSetting = {
      ...soundZone,
      ...rest,
      servers: Math.max(1, servers.length),
      records: recordLines(records, apex),
    }
    const acts = clockActs(own)
    const carried: readonly WorldFault[] = [
      ...faults.map((fault) => ({ fault })),
      ...named,
      ...(acts.length > 0 ? [{ fault: clockFault(acts) }] : []),
    ]
    return { apex, setting, faults: carried, servers }
  })
  return [...read.values()]
}

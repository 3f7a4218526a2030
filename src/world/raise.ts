import type { Clock, UnixSeconds } from '../base/index.ts'
import {
  compactDenial,
  type Denial,
  minimalDenial,
  nsec3Denial,
  nsecDenial,
} from '../denial/index.ts'
import { type Act, nameIn, type Setting } from '../lab/index.ts'
import type { ServedZone } from '../query/index.ts'
import type { RRset } from '../rr/index.ts'
import { apexRRsets, type SignatureCache, standardPolicy, ZoneSigner } from '../signer/index.ts'
import { fromHex } from '../wire/index.ts'
import { type Nsec3Parameters, Zone } from '../zone/index.ts'
import { type RaisedKeys, raisedDs, raisedKeys } from './keys.ts'
import { delegationOf, worldTtl, zoneRecords } from './records.ts'
import type { WorldZone, ZoneSpec } from './types.ts'

const denials: Readonly<Record<Setting['denial'], Denial>> = {
  nsec: nsecDenial,
  nsec3: nsec3Denial,
  minimal: minimalDenial,
  compact: compactDenial,
}

/** A zone as it is served, with all that is wrong with it from the start. */
export interface RaisedZone extends WorldZone, ServedZone {
  /** Undefined for a zone that is not signed. */
  readonly keys: RaisedKeys | undefined
  readonly clock: Clock
  /** What the parent has of it. */
  readonly delegation: readonly RRset[]
  /** False where the parent refers to an address at which there is nobody. */
  readonly isUp: boolean
}

/** What zones of one world share. */
export interface Ground {
  readonly seed: string
  now(): UnixSeconds
  readonly signatures: SignatureCache
}

function actsOf<K extends Act['kind']>(spec: ZoneSpec, kind: K) {
  return spec.faults
    .flatMap(({ fault }) => fault.acts)
    .filter((act): act is Extract<Act, { readonly kind: K }> => act.kind === kind)
}

/** The clock of a zone, which begins to differ when the zone is raised. */
function clockOf(spec: ZoneSpec, { now }: Pick<Ground, 'now'>): Clock {
  const act = actsOf(spec, 'clock').at(-1)
  if (!act) return { now }
  const start = now()
  const { set, rate } = act
  const base = 'to' in set ? set.to : start + set.by
  return { now: () => Math.floor(base + (now() - start) * rate) as UnixSeconds }
}

function nsec3Of({ signed, denial, nsec3 }: Setting): Nsec3Parameters | undefined {
  if (!signed || denial !== 'nsec3') return undefined
  return { ...nsec3, salt: fromHex(nsec3.salt) ?? new Uint8Array() }
}

/** @throws {CodedError} `name-invalid` for a place that is none: nothing is looked at later */
function checkPlaces({ apex, faults }: ZoneSpec): void {
  for (const { at } of faults) {
    if (at && at.owner !== '*') nameIn({ apex }, at.owner)
  }
}

/**
 * Makes a zone of its records: signed as its setting has it, by the keys that faults leave it.
 *
 * @throws {CodedError} `world-invalid`; `name-invalid` for where a fault is to be at work
 */
export function raiseZone(spec: ZoneSpec, said: readonly RRset[], ground: Ground): RaisedZone {
  checkPlaces(spec)
  const { apex, setting, faults, servers } = spec
  const nsec3 = nsec3Of(setting)
  const zone = new Zone(apex, nsec3 && { nsec3 })
  const rrsets = zoneRecords(apex, servers, said)
  const keys = setting.signed ? raisedKeys(apex, setting, ground.seed, faults) : undefined
  if (keys) rrsets.push(...apexRRsets(apex, keys.zone, { ttl: worldTtl, cds: false, nsec3 }))
  zone.apply(rrsets.map((rrset) => ({ owner: rrset.owner, type: rrset.type, rrset })))
  const signing = keys && {
    signer: new ZoneSigner(apex, keys.zone, standardPolicy, ground.signatures),
    denial: denials[setting.denial],
  }
  const ds = raisedDs(apex, setting, keys, faults)
  const glue = actsOf(spec, 'glue').map(({ address }) => address)
  return {
    ...spec,
    ...{ ds, keys, zone, signing },
    clock: clockOf(spec, ground),
    delegation: delegationOf(apex, glue.length > 0 ? glue : servers, ds),
    isUp: glue.length === 0,
  }
}

import type { UnixSeconds } from '../base/index.ts'
import { algorithmByNumber } from '../crypto/index.ts'
import { type KeyRole, type KeyState, keyRole, keyState, type ZoneKey } from '../keystore/index.ts'
import { equalNames, formatName } from '../wire/index.ts'

/** A key as `--json` shows it: nothing of its secret. */
export interface KeyJson {
  readonly zone: string
  readonly algorithm: number
  readonly mnemonic: string
  readonly keyTag: number
  readonly flags: number
  readonly role: KeyRole
  readonly state: KeyState
  /** ISO 8601 in UTC, by the name of the event; only the times that are set. */
  readonly timing: Readonly<Record<string, string>>
  /** The files without their ending; missing for a key that is sealed in the store. */
  readonly path?: string
}

/** Describes a key among `keys`, which its role depends on; those of other zones do not count. */
export function describeKey(key: ZoneKey, keys: readonly ZoneKey[], now: UnixSeconds): KeyJson {
  const { algorithm } = key.private
  const fellows = keys.filter((other) => equalNames(other.zone, key.zone))
  const times = Object.entries(key.timing).map(([event, time]) => [
    event,
    new Date(Number(time) * 1000).toISOString().replace('.000', ''),
  ])
  return {
    zone: formatName(key.zone),
    algorithm,
    mnemonic: algorithmByNumber(algorithm)?.mnemonic ?? String(algorithm),
    keyTag: key.keyTag,
    flags: key.flags,
    role: keyRole(key, fellows, now),
    state: keyState(key.timing, now),
    timing: Object.fromEntries(times),
  }
}

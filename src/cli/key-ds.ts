import type { UnixSeconds } from '../base/index.ts'
import { dsRdata } from '../crypto/index.ts'
import { keyDuties, keyState, type ZoneKey } from '../keystore/index.ts'
import { formatRdata, RR } from '../rr/index.ts'
import { formatName } from '../wire/index.ts'

/** A DS record as `--json` shows it. */
export interface DsJson {
  readonly zone: string
  readonly keyTag: number
  readonly algorithm: number
  readonly digestType: number
  readonly digest: string
}

/**
 * The DS records that the parent should have, of the keys of one zone: of those with SEP that sign
 * or are to sign; in a zone without such keys, of those that sign the DNSKEY RRset.
 *
 * @throws {CodedError} `digest-unknown`
 */
export function dsRecords(
  keys: readonly ZoneKey[],
  now: UnixSeconds,
  digestType: number,
): readonly DsJson[] {
  const entries = keys.filter((key) => {
    const state = keyState(key.timing, now)
    return key.flags === 257 && (state === 'published' || state === 'active')
  })
  const chosen = entries.length > 0 ? entries : keyDuties(keys, now).keySigners
  return chosen.map((key) => {
    const rdata = formatRdata(RR.DS, dsRdata(key.zone, key.dnskey, digestType))
    const [keyTag, algorithm, type, digest = ''] = rdata.split(' ')
    return {
      zone: formatName(key.zone),
      ...{ keyTag: Number(keyTag), algorithm: Number(algorithm), digestType: Number(type) },
      digest,
    }
  })
}

/** A DS record as a line of a zone file. */
export function formatDs({ zone, keyTag, algorithm, digestType, digest }: DsJson): string {
  return `${zone} IN DS ${keyTag} ${algorithm} ${digestType} ${digest}`
}

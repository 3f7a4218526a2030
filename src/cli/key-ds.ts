import { CodedError, type UnixSeconds } from '../base/index.ts'
import { callControl, type JsonObject } from '../control/index.ts'
import { dsRdata } from '../crypto/index.ts'
import { keyDuties, keyState, type ZoneKey } from '../keystore/index.ts'
import type { PublishedZone } from '../publish/index.ts'
import { formatRdata, RR } from '../rr/index.ts'
import { formatName, type Name, nameKey, parseName } from '../wire/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import type { Io } from './io.ts'

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

/** What a running server answers to `askDs`: none of a zone that it does not serve, or unsigned. */
export function dsOfServed(
  zones: ZoneTable<PublishedZone>,
  { zone, digestType }: JsonObject,
  { clock }: Io,
): { readonly ds: readonly DsJson[] } {
  if (typeof zone !== 'string' || typeof digestType !== 'number') {
    const what = 'zone must be a string, digestType a number'
    throw new CodedError('control-malformed', `Cannot read request: ${what}`)
  }
  const served = zones.get(nameKey(parseName(zone)))
  return { ds: served?.signing ? dsRecords(served.keys, clock.now(), digestType) : [] }
}

/** No server is at the socket, or its path is none that a socket can have. */
const absences: ReadonlySet<string> = new Set(['control-absent', 'control-path-invalid'])

/**
 * Asks the server at a control socket for the DS records of a zone by the keys that it serves the
 * zone with, wherever those are kept. Resolves to none where no server is, or can be.
 */
export async function askDs(
  socket: string,
  zone: Name,
  digestType: number,
): Promise<readonly DsJson[]> {
  const request = { command: 'key-ds', zone: formatName(zone), digestType }
  try {
    const { ds } = await callControl(socket, request)
    // Both ends are danelaw.
    return ds as readonly DsJson[]
  } catch (error) {
    if (error instanceof CodedError && absences.has(error.code)) return []
    throw error
  }
}

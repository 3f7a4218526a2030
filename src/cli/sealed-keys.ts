import { CodedError } from '../base/index.ts'
import { type ControlRequest, callControl, type JsonObject } from '../control/index.ts'
import {
  formatPrivateFile,
  makeZoneKey,
  parsePrivateFile,
  type ZoneKey,
} from '../keystore/index.ts'
import { formatName, type Name, nameKey, parseName } from '../wire/index.ts'
import type { Io } from './io.ts'
import { type DsJson, dsRecords } from './key-ds.ts'
import { describeKey, type KeyJson } from './key-json.ts'
import type { RunningServer } from './running-server.ts'
import { operator } from './tokens.ts'

// Keys that are sealed in the store are no files that a command could read: the server, which has
// them open, is asked. Its control socket is for its own user alone.

/** A key on its way over the control socket: the text of its .private file, and its flags. */
interface CarriedKey {
  readonly flags: 256 | 257
  readonly text: string
}

/** The keys of a zone of the store where they are sealed there; none where they are files. */
function sealedKeysOf(server: RunningServer, { zone }: JsonObject): readonly ZoneKey[] {
  if (typeof zone !== 'string') {
    throw new CodedError('control-malformed', 'Cannot read request: zone must be a string')
  }
  const isSealing = (server.provisioning?.sealing.length ?? 0) > 0
  const served = server.zones.get(nameKey(parseName(zone)))
  return isSealing && served?.source.kind === 'store' ? served.keys : []
}

/**
 * Answers `askDs`.
 *
 * @throws {CodedError} `control-malformed`, `digest-unknown`
 */
export function tellDs(
  server: RunningServer,
  request: JsonObject,
  { clock }: Io,
): { readonly ds: readonly DsJson[] } {
  const keys = sealedKeysOf(server, request)
  return { ds: dsRecords(keys, clock.now(), Number(request['digestType'])) }
}

/** Answers `askKeyList`. @throws {CodedError} `control-malformed` */
export function tellKeyList(
  server: RunningServer,
  request: JsonObject,
  { clock }: Io,
): { readonly keys: readonly KeyJson[] } {
  const keys = sealedKeysOf(server, request)
  return { keys: keys.map((key) => describeKey(key, keys, clock.now())) }
}

/**
 * Answers `askKeys`, and leaves a trace of it in the audit log.
 *
 * @throws {CodedError} `control-malformed`, or what the store throws: then no key is told
 */
export async function tellKeys(
  server: RunningServer,
  request: JsonObject,
  { clock }: Io,
): Promise<{ readonly keys: readonly CarriedKey[] }> {
  const keys = sealedKeysOf(server, request)
  const [first] = keys
  if (first) {
    const detail = keys.map(({ keyTag }) => keyTag).join()
    await server.provisioning?.store.putAudit({
      ...{ at: clock.now(), actor: operator, action: 'key.export', apex: first.zone, detail },
    })
  }
  return { keys: keys.map((key) => ({ flags: key.flags, text: formatPrivateFile(key) })) }
}

/** The DS records of a zone whose keys a running server has sealed; none where that is not so. */
export async function askDs(
  socket: string,
  zone: Name,
  digestType: number,
): Promise<readonly DsJson[]> {
  const request = { command: 'key-ds', zone: formatName(zone), digestType }
  const { ds = [] } = (await askIfThere(socket, request)) as { ds?: readonly DsJson[] }
  return ds
}

/** What there is to tell of the keys of a zone that a running server has sealed; none as above. */
export async function askKeyList(socket: string, zone: Name): Promise<readonly KeyJson[]> {
  const request = { command: 'key-list', zone: formatName(zone) }
  const { keys = [] } = (await askIfThere(socket, request)) as { keys?: readonly KeyJson[] }
  return keys
}

/** The keys of a zone that a running server has sealed, secrets and all; none as above. */
export async function askKeys(socket: string, zone: Name): Promise<readonly ZoneKey[]> {
  const request = { command: 'key-export', zone: formatName(zone) }
  const { keys = [] } = (await askIfThere(socket, request)) as { keys?: readonly CarriedKey[] }
  return keys.map(({ flags, text }) => {
    const { privateKey, timing } = parsePrivateFile(text, socket)
    return makeZoneKey(zone, privateKey, flags, timing)
  })
}

/** No server is at the socket, or its path is none that a socket can have. */
const absences: ReadonlySet<string> = new Set(['control-absent', 'control-path-invalid'])

/** What the server answers; both ends are danelaw. Nothing where there is none. */
async function askIfThere(socket: string, request: ControlRequest): Promise<JsonObject> {
  try {
    return await callControl(socket, request)
  } catch (error) {
    if (error instanceof CodedError && absences.has(error.code)) return {}
    throw error
  }
}

import { rename } from 'node:fs/promises'
import { isTenantName } from '../access/index.ts'
import { CodedError } from '../base/index.ts'
import { policyOf } from '../config/index.ts'
import type { JsonObject } from '../control/index.ts'
import { openKeyDirectory } from '../keystore/index.ts'
import {
  exportRecords,
  formatExported,
  formatOfFile,
  isMadeBySigning,
  loadZone,
  makePace,
  plainRecords,
  systemDisk,
} from '../publish/index.ts'
import { defaultSettings, type RRsetEdit } from '../records/index.ts'
import { formatRdata } from '../rr/index.ts'
import { formatName, lowerName, type Name, nameKey, parseName } from '../wire/index.ts'
import type { Finding, ZoneRecord } from '../zonefile/index.ts'
import { writeText } from './files.ts'
import { type FindingJson, findingJson } from './findings.ts'
import type { Io } from './io.ts'
import { provisioningOf } from './needs-store.ts'
import type { RunningServer } from './running-server.ts'
import { operator } from './tokens.ts'

const sliceMs = 5
/** Zone files are no secrets. */
const zoneFileMode = 0o644
/** What is added to the name of a file whose zone lives in the store now. */
const importedSuffix = '.imported'

/** What became of an import. */
export interface ImportResult {
  readonly zone: string
  readonly serial: number
  readonly rrsets: number
  /** What the file is called now, where it was one that is served. */
  readonly renamed?: string
  readonly findings: readonly FindingJson[]
}

/**
 * Takes a zone from a file into the store: the named file, or the one that the zone is served
 * from. In the latter case the store takes over between two queries, with the same keys, and the
 * file gets another name, so that no reload brings it back.
 *
 * @throws {CodedError} what is wrong with the file or the zone, or what the store throws
 */
export async function importZone(
  server: RunningServer,
  request: JsonObject,
  io: Io,
): Promise<ImportResult> {
  const { records, sealing } = provisioningOf(server)
  const zone = lowerName(parseName(text(request, 'zone')))
  const served = server.zones.get(nameKey(zone))
  const servedFile = served?.source.kind === 'file' ? served.source.file : undefined
  const file = typeof request['file'] === 'string' ? request['file'] : servedFile
  if (file === undefined) {
    const why = `no file is served for ${formatName(zone)}`
    throw new CodedError('zone-absent', `Cannot import zone: ${why}; name one`)
  }
  const tenant = tenantOf(request)
  const takesOver = servedFile !== undefined && file === servedFile
  const { config } = server
  const { dnssec } = policyOf(config, zone)
  const brings = sealing.length > 0 && dnssec && takesOver
  const { directory } = config.keys
  const keys = brings ? openKeyDirectory(directory, config.signing).list(zone) : []
  const { loaded, findings } = await load(zone, file, io)
  const result = await records.submit({
    ...{ apex: zone, actor: operator, note: `from ${file}`, force: false, dryRun: false },
    wish: {
      kind: 'create',
      ...{ tenant, settings: { ...defaultSettings, dnssec }, keys, takesOver },
      rrsets: editsOf(dnssec ? loaded.filter((it) => !isMadeBySigning(it, zone)) : loaded),
    },
  })
  if (result.kind === 'refused') throw result.error
  const { renamed, warnings } = takesOver ? await putAside(file) : { warnings: [] }
  const { serialAfter = 0, changes } = result.kind === 'done' ? result.changeSet : { changes: [] }
  return {
    ...{ zone: formatName(zone), serial: serialAfter, rrsets: changes.length },
    ...(renamed === undefined ? {} : { renamed }),
    findings: [...findings, ...warnings].map(findingJson),
  }
}

/** Gives a file whose zone has moved another name. The zone has moved even where that fails. */
async function putAside(
  file: string,
): Promise<{ readonly renamed?: string; readonly warnings: readonly Finding[] }> {
  const renamed = `${file}${importedSuffix}`
  try {
    await rename(file, renamed)
    return { renamed, warnings: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message =
      `Cannot rename ${file}: ${why}; take it away, or the next reload serves it instead of ` +
      'what is in the store'
    return { warnings: [{ severity: 'warning', code: 'file-unwritable', message }] }
  }
}

function text(request: JsonObject, name: string): string {
  const value = request[name]
  if (typeof value === 'string') return value
  throw new CodedError('control-malformed', `Cannot read request: ${name} must be a string`)
}

function tenantOf({ tenant = 'default' }: JsonObject): string {
  if (typeof tenant === 'string' && isTenantName(tenant)) return tenant
  const why = `tenant ${JSON.stringify(tenant)} is not letters, digits, dots and hyphens`
  throw new CodedError('scope-invalid', `Cannot import zone: ${why}`)
}

async function load(zone: Name, file: string, io: Io) {
  const pace = makePace({ sliceMs, now: io.monotonicMs, turn: io.turn })
  const source = { kind: 'file', zone, file, format: formatOfFile(file) } as const
  const { records, findings } = await loadZone(source, systemDisk, pace)
  if (records) return { loaded: records, findings }
  const [first] = findings.filter(({ severity }) => severity === 'error')
  const why = first?.message ?? 'it has errors'
  throw new CodedError(first?.code ?? 'zone-file-failed', why, first?.place)
}

/** Records, RRset by RRset in the order of the file. */
function editsOf(records: readonly ZoneRecord[]): RRsetEdit[] {
  const groups = new Map<string, ZoneRecord[]>()
  for (const record of records) {
    const key = `${record.type} ${nameKey(record.owner)}`
    const group = groups.get(key)
    if (group) group.push(record)
    else groups.set(key, [record])
  }
  return [...groups.values()].map((group) => {
    const [{ owner, type, ttl }] = group as [ZoneRecord]
    const content = ({ rdata }: ZoneRecord) => formatRdata(type, rdata)
    return {
      ...({ kind: 'replace', owner, type, ttl, comments: undefined } as const),
      records: group.map((it) => ({ rdata: it.rdata, content: content(it), disabled: false })),
    }
  })
}

/**
 * Writes a zone as it is served to a file: with its signatures, or plain, as a zone file that can
 * be served instead.
 *
 * @throws {CodedError} `zone-absent`, `file-unwritable`
 */
export async function exportZone(
  server: RunningServer,
  request: JsonObject,
  io: Io,
): Promise<{ readonly zone: string; readonly file: string; readonly records: number }> {
  const zone = parseName(text(request, 'zone'))
  const file = text(request, 'file')
  const published = server.zones.get(nameKey(zone))
  if (!published) {
    throw new CodedError('zone-absent', `Cannot export ${formatName(zone)}: it is not served`)
  }
  const pace = makePace({ sliceMs, now: io.monotonicMs, turn: io.turn })
  const isPlain = request['plain'] === true
  const all = isPlain ? plainRecords(published.zone) : exportRecords(published, io.clock.now())
  const isMade = isPlain && published.signing !== undefined
  const lines: string[] = []
  for (const record of all) {
    if (isMade && isMadeBySigning(record, published.zone.apex)) continue
    lines.push(formatExported(record))
    const rest = pace.step()
    if (rest !== undefined) await rest
  }
  await writeText(file, `${lines.join('\n')}\n`, zoneFileMode, io)
  return { zone: formatName(zone), file, records: lines.length }
}

import { join } from 'node:path'
import { CodedError } from '../base/index.ts'
import type { ZonesConfig } from '../config/index.ts'
import { formatName, type Name, nameKey, parseName } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { type Disk, reasonOf } from './disk.ts'

/** A zone and the file that holds it. */
export interface ZoneSource {
  readonly kind: 'file'
  readonly zone: Name
  readonly file: string
  readonly format: ZoneFormat
}

/** A zone whose home is the store: `records` brings it to life, and no file may touch it. */
export interface StoreSource {
  readonly kind: 'store'
  readonly zone: Name
}

/** How a zone file is written: RFC 1035 §5, or YAML in octoDNS's layout. */
export type ZoneFormat = 'master' | 'yaml'

/** What there is to be published. */
export interface Discovery {
  /** One for each zone: first those of the directory by file name, then those named one by one. */
  readonly sources: readonly ZoneSource[]
  readonly findings: readonly Finding[]
  /** Whether the directory could be read; if not, nothing says that a zone is gone. */
  readonly complete: boolean
}

const endings: readonly (readonly [ending: string, format: ZoneFormat])[] = [
  ['.zone', 'master'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
]

/** The format that the name of a file stands for; master files may have any ending. */
export function formatOfFile(file: string): ZoneFormat {
  return endings.find(([ending]) => file.endsWith(ending))?.[1] ?? 'master'
}

/**
 * The zone that a file name in the zone directory stands for: `example.test.zone` holds
 * `example.test.`; undefined for files that are none of ours, hidden ones among them.
 *
 * @throws {CodedError} `name-invalid`
 */
export function zoneOfFile(fileName: string): Name | undefined {
  if (fileName.startsWith('.')) return undefined
  const ending = endings.find(([text]) => fileName.endsWith(text))?.[0]
  if (ending === undefined) return undefined
  return parseName(`${fileName.slice(0, -ending.length)}.`)
}

/** Finds the zones that the configuration asks for. Looks at names, not into files. */
export async function discoverSources(zones: ZonesConfig, disk: Disk): Promise<Discovery> {
  const sources = new Map<string, ZoneSource>()
  const findings: Finding[] = []
  const add = (zone: Name, file: string) => {
    const key = nameKey(zone)
    const other = sources.get(key)
    if (!other) {
      sources.set(key, { kind: 'file', zone, file, format: formatOfFile(file) })
      return
    }
    const message =
      `Cannot use ${file} for zone ${JSON.stringify(formatName(zone))}: ` +
      `${other.file} holds it already`
    findings.push({ severity: 'error', code: 'zone-twice', message })
  }
  const complete = await listDirectory(zones.directory, disk, add, findings)
  for (const { zone, file } of zones.files.values()) add(zone, file)
  return { sources: [...sources.values()], findings, complete }
}

async function listDirectory(
  directory: string | undefined,
  disk: Disk,
  add: (zone: Name, file: string) => void,
  findings: Finding[],
): Promise<boolean> {
  if (directory === undefined) return true
  let names: readonly string[]
  try {
    names = await disk.list(directory)
  } catch (error) {
    const message = `Cannot read zone directory ${directory}: ${reasonOf(error)}`
    findings.push({ severity: 'error', code: 'zone-file-failed', message })
    return false
  }
  for (const name of names) {
    try {
      const zone = zoneOfFile(name)
      if (zone) add(zone, join(directory, name))
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const { code, message } = error
      const place = { file: join(directory, name), line: 1, column: 1 }
      findings.push({ severity: 'error', code, message, place })
    }
  }
  return true
}

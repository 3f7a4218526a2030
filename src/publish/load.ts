import { dirname, resolve } from 'node:path'
import { CodedError } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { toHex } from '../wire/index.ts'
import {
  type Finding,
  type IncludeText,
  parseMasterFile,
  parseYamlZone,
  type ZoneItem,
  type ZoneRecord,
} from '../zonefile/index.ts'
import { zoneFindings } from './check.ts'
import { type Disk, reasonOf } from './disk.ts'
import { type Pace, runPaced } from './pace.ts'
import type { FileMark } from './published.ts'
import type { ZoneSource } from './sources.ts'

/** What a zone file came to. */
export interface LoadedZone {
  /** The records in the order of the file; undefined when an error keeps them from being served. */
  readonly records: readonly ZoneRecord[] | undefined
  /** Errors and warnings, in the order in which they were found. */
  readonly findings: readonly Finding[]
  /** The files that were read: the zone's own first. */
  readonly marks: readonly FileMark[]
}

const utf8 = new TextDecoder()

/**
 * Reads a zone file, with what it includes, and checks the zone in it, in slices. Never rejects on
 * account of the file: what is wrong with it is among the findings.
 */
export async function loadZone(source: ZoneSource, disk: Disk, pace: Pace): Promise<LoadedZone> {
  const marks: FileMark[] = []
  const findings: Finding[] = []
  const records: ZoneRecord[] = []
  try {
    const text = await readMarked(source.file, disk, marks)
    const serial = Math.floor((marks[0]?.changedMs ?? 0) / 1000)
    for (const item of parse(source, text, serial, includeFrom(disk, marks))) {
      if (item.kind === 'record') records.push(item.record)
      else findings.push(item.finding)
      const rest = pace.step()
      if (rest !== undefined) await rest
    }
  } catch (error) {
    const message = `Cannot read zone file ${source.file}: ${reasonOf(error)}`
    if (!isSystemError(error)) throw error
    findings.push({ severity: 'error', code: 'zone-file-failed', message })
  }
  if (!findings.some(isError)) {
    findings.push(...(await runPaced(zoneFindings(source.zone, records), pace)))
  }
  return { records: findings.some(isError) ? undefined : records, findings, marks }
}

function isError({ severity }: Finding): boolean {
  return severity === 'error'
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** A YAML zone may have no SOA of its own; the time of its last change serves as serial. */
function parse(
  { file, zone: origin, format }: ZoneSource,
  text: string,
  serial: number,
  include: IncludeText,
): Generator<ZoneItem> {
  if (format === 'yaml') return parseYamlZone(text, { file, origin, serial })
  return parseMasterFile(text, { file, origin, include })
}

/** The stamp is taken before the content, so a change in between is seen the next time. */
async function readMarked(file: string, disk: Disk, marks: FileMark[]): Promise<string> {
  const stamp = await disk.stamp(file)
  const octets = await disk.read(file)
  marks.push({ file, ...stamp, digest: toHex(sha256(octets)) })
  return utf8.decode(octets)
}

/** `$INCLUDE`: paths start from the directory of the file that includes. */
function includeFrom(disk: Disk, marks: FileMark[]): IncludeText {
  return (path, from) => {
    const file = resolve(dirname(from.file), path)
    try {
      const octets = disk.readNow(file)
      // The stamp of an included file is not known: its content alone tells whether it changed.
      const digest = toHex(sha256(octets))
      marks.push({ file, sizeOctets: octets.length, changedMs: Number.NaN, digest })
      return { file, text: utf8.decode(octets) }
    } catch (error) {
      if (!isSystemError(error)) throw error
      const message = `Cannot include ${JSON.stringify(path)}: ${reasonOf(error)}`
      throw new CodedError('include-failed', message, from)
    }
  }
}

/**
 * Whether the files that a zone was made of are what they were: by their stamps, and where those
 * differ by their content.
 */
export async function isUnchanged(marks: readonly FileMark[], disk: Disk): Promise<boolean> {
  try {
    for (const { file, sizeOctets, changedMs, digest } of marks) {
      const stamp = await disk.stamp(file)
      if (stamp.sizeOctets !== sizeOctets) return false
      if (stamp.changedMs === changedMs) continue
      if (toHex(sha256(await disk.read(file))) !== digest) return false
    }
    return true
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
}

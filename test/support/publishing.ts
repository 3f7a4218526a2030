import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { fixedClock, type MovableClock } from '../../src/base/index.ts'
import { type Config, parseConfig } from '../../src/config/index.ts'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import {
  makePace,
  type PublishedZone,
  Publisher,
  type PublisherOptions,
  type PublishReport,
  systemDisk,
} from '../../src/publish/index.ts'
import { parseRdata, parseType, scanRdataText } from '../../src/rr/index.ts'
import { SignatureCache } from '../../src/signer/index.ts'
import { formatName, nameKey, parseName, rootName } from '../../src/wire/index.ts'
import { findRRset, ZoneTable } from '../../src/zone/index.ts'
import { testTime } from './served-zone.ts'

/** A directory with zones and keys, and a publisher over it. */
export interface Publishing {
  readonly directory: string
  readonly table: ZoneTable<PublishedZone>
  readonly clock: MovableClock
  readonly publisher: Publisher
  /** Publishes under a configuration given as YAML; the directories are the default ones. */
  publish(yaml?: string, only?: readonly string[]): Promise<PublishReport>
  /** Writes a file of the zone directory. */
  write(file: string, text: string): void
  remove(file: string): void
  /** The served zone of a name. */
  zone(name: string): PublishedZone | undefined
  /** The same of a zone that must be served. */
  served(name: string): PublishedZone
  /** Whether the served zone has a record. */
  has(zone: string, owner: string, type: string, rdata: string): boolean
}

/** A pace that never gives way. */
export const noPause = { step: () => undefined }

/** Reads a configuration that must be without fault. */
export function configOf(yaml: string, directory: string): Config {
  const { config, findings } = parseConfig(yaml, { file: 'danelaw.yaml', directory })
  if (!config) throw new Error(findings.map(({ message }) => message).join('\n'))
  return config
}

/** A small sound zone: SOA with `serial`, one name server, and `records` in master file form. */
export function zoneText(serial: number, records = ''): string {
  return [
    '$TTL 3600',
    `@ SOA ns hostmaster ${serial} 7200 900 1209600 300`,
    '@ NS ns',
    '@ NS ns2.example.',
    'ns A 192.0.2.1',
    records,
    '',
  ].join('\n')
}

/** Makes a publisher over a fresh directory with the zone files given. */
export function publishing(
  t: Test,
  files: Readonly<Record<string, string>>,
  options: Partial<PublisherOptions> = {},
): Publishing {
  const directory = t.testdir({ zones: { ...files } })
  mkdirSync(join(directory, 'zones'), { recursive: true })
  const table = new ZoneTable<PublishedZone>()
  const clock = fixedClock(testTime)
  const publisher = new Publisher({
    table,
    disk: systemDisk,
    keys: openKeyDirectory(join(directory, 'keys')),
    makeKeys: true,
    cache: new SignatureCache(1 << 20),
    clock,
    makePace: () => makePace({ sliceMs: 5, now: () => 0, turn: async () => undefined }),
    ...options,
  })
  const path = (file: string) => join(directory, 'zones', file)
  const zone = (name: string) => table.get(nameKey(parseName(name)))
  return {
    directory,
    table,
    clock,
    publisher,
    zone,
    served(name) {
      const published = zone(name)
      if (!published) throw new Error(`${name} is not served`)
      return published
    },
    publish: (yaml = '', only) =>
      publisher.publish(
        configOf(yaml, directory),
        only?.map((name) => parseName(name)),
      ),
    write: (file, text) => writeFileSync(path(file), text),
    remove: (file) => rmSync(path(file)),
    has(apex, owner, mnemonic, text) {
      const type = parseType(mnemonic)
      const node = zone(apex)?.zone.node(nameKey(parseName(owner)))
      const rdata = parseRdata(type, scanRdataText(text, rootName))
      const rdatas = (node && findRRset(node, type)?.rdatas) ?? []
      return rdatas.some((present) => Buffer.compare(present, rdata) === 0)
    },
  }
}

/** What became of each zone: `example.: updated`. */
export function verdicts({ zones }: PublishReport): string[] {
  return zones.map(({ zone, verdict }) => `${formatName(zone)}: ${verdict}`)
}

/** The codes of all findings, those of zones first. */
export function codes({ zones, findings }: PublishReport): string[] {
  return [...zones.flatMap((zone) => zone.findings), ...findings].map(({ code }) => code)
}

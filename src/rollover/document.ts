import { CodedError, type UnixSeconds } from '../base/index.ts'
import { readTlsa, type Tlsa } from '../dane/index.ts'
import type { Json, Ttl } from '../rr/index.ts'
import type { DocumentWrite, StoredDocument } from '../store/index.ts'
import { formatName, fromHex, type Name, parseName, toHex } from '../wire/index.ts'
import { tlsaRdata } from './plan.ts'
import type { KeyFact, Rollover, RolloverSettings, Sighting } from './types.ts'

/** Where the store keeps TLSA owners. */
export const rolloverCollection = 'tlsa'

/** Key of the document of an owner. */
export function rolloverKey(owner: Name): string {
  return formatName(owner).toLowerCase()
}

/** Writes an owner that was worked out upon its own `version`. */
export function rolloverWrite(
  rollover: Rollover,
  dueAt: UnixSeconds | undefined,
  note: string,
): DocumentWrite {
  const { owner, tenant, version } = rollover
  const document = {
    ...{ collection: rolloverCollection, key: rolloverKey(owner), version: version + 1 },
    ...{ tenant, dueAt, value: jsonOf(rollover) },
  }
  return { expectedVersion: version, document, claims: [], note }
}

/** Writes that an owner follows no certificates any more. */
export function forgottenWrite(rollover: Rollover, note: string): DocumentWrite {
  const write = rolloverWrite(rollover, undefined, note)
  return { ...write, document: { ...write.document, value: null } }
}

/** Whether two owners are the same in everything that their document has. */
export function sameRollovers(a: Rollover, b: Rollover): boolean {
  return JSON.stringify(jsonOf(a)) === JSON.stringify(jsonOf(b))
}

function jsonOf({ owner, zone, ttl, cachesUntil, settings, keys, sightings }: Rollover): Json {
  const { issuer, lagSeconds, warnSeconds, servers, port } = settings
  return {
    ...{ owner: formatName(owner), zone: formatName(zone), ttl, cachesUntil },
    settings: {
      ...{ issuer, lagSeconds, warnSeconds, port },
      servers: servers.map(({ host, addresses }) => ({
        ...{ host: formatName(host), addresses: [...addresses] },
      })),
    },
    keys: keys.map((key) => ({
      ...{ id: key.id, source: key.source, tlsas: key.tlsas.map((tlsa) => toHex(tlsaRdata(tlsa))) },
      ...Object.fromEntries(times.map((name) => [name, key[name] ?? null])),
    })),
    sightings: sightings.map(({ host, address, at, key, anchors, text }) => ({
      ...{ host: formatName(host), address, at, key: key ?? null, anchors: [...anchors], text },
    })),
  }
}

const times = [
  ...(['notAfter', 'importedAt', 'publishedAt', 'deployedAt'] as const),
  ...(['lastSeenAt', 'retiredAt', 'withdrawnAt'] as const),
]

/** What this room wrote, as it comes back. */
interface Value {
  readonly owner: string
  readonly zone: string
  readonly ttl: Ttl
  readonly cachesUntil: UnixSeconds
  readonly settings: Omit<RolloverSettings, 'servers'> & {
    readonly servers: readonly { readonly host: string; readonly addresses: readonly string[] }[]
  }
  readonly keys: readonly (Record<(typeof times)[number], UnixSeconds | null> & {
    readonly id: string
    readonly source: string
    readonly tlsas: readonly string[]
  })[]
  readonly sightings: readonly (Omit<Sighting, 'host' | 'key'> & {
    readonly host: string
    readonly key: string | null
  })[]
}

/**
 * The owner of a document; undefined where it was forgotten.
 *
 * @throws {CodedError} `store-corrupt` for what this room did not write
 */
export function rolloverFromDocument(document: StoredDocument): Rollover | undefined {
  const { key, version, tenant, value } = document
  if (value === null) return undefined
  try {
    const { owner, zone, ttl, cachesUntil, settings, ...rest } = value as unknown as Value
    return {
      ...{ owner: parseName(owner), zone: parseName(zone), tenant, ttl, cachesUntil, version },
      settings: {
        ...settings,
        servers: settings.servers.map((server) => ({ ...server, host: parseName(server.host) })),
      },
      keys: rest.keys.map(keyFrom),
      sightings: rest.sightings.map((sighting) => ({
        ...{ ...sighting, host: parseName(sighting.host), key: sighting.key ?? undefined },
      })),
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CodedError('store-corrupt', `Cannot read tlsa ${JSON.stringify(key)}: ${why}`)
  }
}

function keyFrom({ id, source, tlsas, ...moments }: Value['keys'][number]): KeyFact {
  return {
    ...{ id, source, tlsas: tlsas.map(tlsaFrom) },
    notAfter: moments.notAfter ?? undefined,
    importedAt: moments.importedAt ?? (0 as UnixSeconds),
    publishedAt: moments.publishedAt ?? undefined,
    deployedAt: moments.deployedAt ?? undefined,
    lastSeenAt: moments.lastSeenAt ?? undefined,
    retiredAt: moments.retiredAt ?? undefined,
    withdrawnAt: moments.withdrawnAt ?? undefined,
  }
}

function tlsaFrom(hex: string): Tlsa {
  const tlsa = readTlsa(fromHex(hex) ?? Uint8Array.of())
  if (!tlsa) throw new CodedError('rdata-invalid', `Cannot read TLSA ${JSON.stringify(hex)}`)
  return tlsa
}

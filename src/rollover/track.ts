import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { Ttl } from '../rr/index.ts'
import type { StoredZone } from '../store/index.ts'
import { formatName, lowerName, type Name, nameLabels, parentName } from '../wire/index.ts'
import type { Present } from './change.ts'
import type { Rollover, RolloverSettings } from './types.ts'
import { addressesMax } from './watch.ts'
import type { TrackWish } from './world.ts'

/** TTL of TLSA sets: short, so that a rollover, and the way back, is soon done. */
const defaultTtl = 3600 as Ttl
/** Longest TTL: a certificate in trouble is replaced within days. */
const ttlMax = 7 * 86_400
/** How far secondaries, and nodes that follow the store, may be behind. */
const defaultLagSeconds = 300
const defaultWarnSeconds = 14 * 86_400
/** Longest lag and warning that can be set, in seconds. */
const lagMax = 30 * 86_400
const warnMax = 366 * 86_400

/** A TLSA owner of SMTP, in parts (RFC 6698 §3). */
interface Base {
  readonly port: number
  readonly host: Name
}

/** Takes the name of a TLSA owner apart. @throws {CodedError} `tlsa-owner` */
export function baseOf(owner: Name): Base {
  const [port, protocol] = nameLabels(owner).map((label) => Buffer.from(label).toString('latin1'))
  const number = /^_(\d{1,5})$/.exec(port ?? '')?.[1]
  if (number === undefined || Number(number) > 65_535 || protocol?.toLowerCase() !== '_tcp') {
    const text = `Cannot follow certificates of ${formatName(owner)}: expected _25._tcp.HOST`
    throw new CodedError('tlsa-owner', text)
  }
  return { port: Number(number), host: parentName(parentName(owner)) }
}

/**
 * The owner as it shall be; undefined where it is so already.
 *
 * @throws {CodedError} `tlsa-owner`, `request-invalid` for what is out of range
 */
export function tracked(
  { rollover, version }: Present,
  owner: Name,
  zone: StoredZone,
  wish: TrackWish,
): Rollover | undefined {
  const { port } = baseOf(owner)
  const { ttl, ...settings } = wish
  const before: RolloverSettings = rollover?.settings ?? {
    ...{ issuer: false, lagSeconds: defaultLagSeconds, warnSeconds: defaultWarnSeconds },
    ...{ servers: [], port },
  }
  const after: Rollover = {
    ...(rollover ?? { cachesUntil: 0 as UnixSeconds, keys: [], sightings: [] }),
    ...{ owner: lowerName(owner), zone: zone.apex, tenant: zone.tenant, version },
    ttl: ttl ?? rollover?.ttl ?? defaultTtl,
    settings: { ...before, ...settings },
  }
  refuseOutside(after)
  return rollover && isSame(rollover, after) ? undefined : after
}

function isSame(a: Rollover, b: Rollover): boolean {
  const textOf = ({ zone, ttl, settings }: Rollover) => {
    const { issuer, lagSeconds, warnSeconds, port, servers } = settings
    const named = servers.map(({ host, addresses }) => [formatName(host), addresses])
    return JSON.stringify([formatName(zone), ttl, issuer, lagSeconds, warnSeconds, port, named])
  }
  return textOf(a) === textOf(b)
}

function refuseOutside({ owner, ttl, settings }: Rollover): void {
  const { lagSeconds, warnSeconds, servers } = settings
  const addresses = servers.reduce((sum, server) => sum + server.addresses.length, 0)
  const limits = [
    ['TTL', ttl, ttlMax],
    ['lag', lagSeconds, lagMax],
    ['warning', warnSeconds, warnMax],
    ['number of servers', addresses, addressesMax],
  ] as const
  for (const [what, value, max] of limits) {
    if (Number.isInteger(value) && value >= 0 && value <= max) continue
    const name = formatName(owner)
    const text = `Cannot follow certificates of ${name}: ${what} ${value} exceeds ${max}`
    throw new CodedError('request-invalid', text)
  }
}

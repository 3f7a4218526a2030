import { isIP } from 'node:net'
import { CodedError } from '../base/index.ts'
import { type Name, type NameKey, nameKey, parseName } from '../wire/index.ts'
import type { TlsaConfig, TlsaServer } from './config.ts'
import {
  entries,
  isEmpty,
  refuse,
  report,
  type Setting,
  type Spot,
  section,
  valueAt,
} from './setting.ts'
import { duration, itemsOf, onOff, paths } from './values.ts'

const day = 86_400

/** What holds for an owner where nothing is set. */
const defaults: Omit<TlsaConfig, 'owner'> = {
  certificates: [],
  servers: [],
  ttl: 3600,
  issuer: false,
  lag: 300,
  warn: 14 * day,
}

/** A name as the key of a mapping; undefined when it was reported as none. */
function nameOf(spot: Spot, text: string): Name | undefined {
  try {
    return parseName(text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    report(spot, error.code, error.message)
    return undefined
  }
}

const addresses: Setting<readonly string[]> = (spot) =>
  itemsOf(spot).flatMap((item) => {
    const value = valueAt(item)
    if (typeof value === 'string' && isIP(value) !== 0) return [value]
    refuse(item, 'an IPv4 or IPv6 address')
    return []
  })

/** A mapping from hosts, as senders know them, to the addresses where they are looked at. */
const servers: Setting<readonly TlsaServer[]> = (spot, current) => {
  const given = entries(spot)
  if (!given) {
    refuse(spot, 'a mapping from hosts to addresses')
    return current
  }
  return given.flatMap(({ key, keySpot, value }) => {
    const host = nameOf(keySpot, key)
    return host ? [{ host, addresses: addresses(value, []) }] : []
  })
}

const entry = section<Omit<TlsaConfig, 'owner'>>({
  certificates: paths,
  servers,
  ttl: duration(1, 7 * day),
  issuer: onOff,
  lag: duration(0, 30 * day),
  warn: duration(0, 366 * day),
})

/** A mapping from TLSA owners, such as `_25._tcp.mail.example`, to certificates. */
export const tlsaOwners: Setting<ReadonlyMap<NameKey, TlsaConfig>> = (spot, current) => {
  if (isEmpty(spot)) return current
  const given = entries(spot)
  if (!given) {
    refuse(spot, 'a mapping from TLSA owners, such as _25._tcp.mail.example, to certificates')
    return current
  }
  const owners = new Map<NameKey, TlsaConfig>()
  for (const { key, keySpot, value } of given) {
    const owner = nameOf(keySpot, key)
    if (!owner) continue
    if (!/^_\d{1,5}\._tcp\../i.test(key)) refuse(keySpot, 'a TLSA owner such as _25._tcp.HOST')
    if (owners.has(nameKey(owner))) {
      report(keySpot, 'config-invalid', `Cannot use ${keySpot.path}: the owner is named twice`)
    }
    const read = entry(value, defaults)
    if (read.certificates.length === 0) refuse(value, 'certificates: one or more paths')
    owners.set(nameKey(owner), { owner, ...read })
  }
  return owners
}

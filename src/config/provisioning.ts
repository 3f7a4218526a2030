import { isIP } from 'node:net'
import { CodedError } from '../base/index.ts'
import { type Name, parseName } from '../wire/index.ts'
import type { NameServerConfig, ProvisioningConfig } from './config.ts'
import {
  checked,
  entries,
  isEmpty,
  refuse,
  report,
  type Setting,
  type Spot,
  section,
  spotBelow,
  valueAt,
} from './setting.ts'
import { duration, integer, itemsOf, optionalPath } from './values.ts'

const day = 86_400
/** A text with a dot inside: a name of more labels than one. */
const innerDot = /\.[^.]/

/** What holds where nothing is set. */
export const defaultProvisioning: ProvisioningConfig = {
  suffix: parseName('mx.microsoft.'),
  nameServers: [],
  partition: 'least-full',
  legacyZone: undefined,
  legacyFrontends: [],
  expectedPreference: 0,
  expectedTtl: 60,
  hostTtl: 300,
  hold: 2 * day,
  legacyHold: 2 * day,
  smtpPort: 25,
  mtaSts: { port: 443, authorities: undefined },
}

function readName(spot: Spot, text: string): Name | undefined {
  try {
    return parseName(text.endsWith('.') ? text : `${text}.`)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    report(spot, error.code, error.message)
    return undefined
  }
}

/** A domain name of one label or more, with or without its final dot. */
const name: Setting<Name> = (spot, current) => {
  const value = valueAt(spot)
  if (typeof value === 'string' && value !== '' && value !== '.') {
    return readName(spot, value) ?? current
  }
  refuse(spot, 'a domain name')
  return current
}

const optionalName: Setting<Name | undefined> = (spot, current) => {
  const value = valueAt(spot)
  return value === false || value === 'off' ? undefined : name(spot, current ?? parseName('.'))
}

/** IPv4 and IPv6 addresses; one may stand without the list. */
const addresses: Setting<readonly string[]> = (spot, current) => {
  const items = itemsOf(spot)
  const texts = items.flatMap((item) => {
    const value = valueAt(item)
    if (typeof value === 'string' && isIP(value) !== 0 && !value.includes('%')) return [value]
    refuse(item, 'an address, such as 192.0.2.1 or "2001:db8::1"')
    return []
  })
  return texts.length === items.length ? texts : current
}

/**
 * Name servers: names in a list, or a mapping from names to addresses. One label is below each zone
 * that is made, and needs addresses; more are a name of their own.
 */
const nameServers: Setting<readonly NameServerConfig[]> = (spot) => {
  const given = entries(spot)?.map(({ key, keySpot, value }) => ({
    ...{ text: key, at: keySpot, isBare: isEmpty(value) },
    addresses: isEmpty(value) ? [] : addresses(value, []),
  }))
  const listed = itemsOf(spot).map((item) => {
    const value = valueAt(item)
    return { text: typeof value === 'string' ? value : '', at: item, isBare: true, addresses: [] }
  })
  return (given ?? listed).flatMap((server) => {
    const { text, at } = server
    if (text === '') refuse(at, 'the name of a name server')
    const isOwn = !text.endsWith('.') && innerDot.test(text)
    if (text === '' || !readName(at, text)) return []
    if (!innerDot.test(text) && server.isBare) {
      refuse(at, 'addresses of a name server in the zone itself, such as {ns1: [192.0.2.53]}')
    }
    return [{ name: isOwn ? `${text}.` : text, addresses: server.addresses }]
  })
}

const partition: Setting<string> = (spot, current) => {
  const value = valueAt(spot)
  if (typeof value === 'string' && /^[a-z0-9-]{1,63}$/.test(value)) return value
  refuse(spot, 'least-full, or the name of a partition such as o-v1')
  return current
}

/** The settings of `ProvisioningConfig`. */
export const provisioning = checked(
  section<ProvisioningConfig>({
    suffix: name,
    nameServers,
    partition,
    legacyZone: optionalName,
    legacyFrontends: addresses,
    expectedPreference: integer(0, 65_535),
    expectedTtl: duration(0, 7 * day),
    hostTtl: duration(0, 7 * day),
    hold: duration(0, 30 * day),
    legacyHold: duration(0, 30 * day),
    smtpPort: integer(1, 65_535),
    mtaSts: section<ProvisioningConfig['mtaSts']>({
      port: integer(1, 65_535),
      authorities: optionalPath,
    }),
  }),
  ({ legacyZone, legacyFrontends, nameServers: servers }, spot) => {
    if (!legacyZone) return
    const at = spotBelow(spot, 'legacyZone')
    if (legacyFrontends.length === 0) refuse(at, 'legacyFrontends, addresses, with legacyZone')
    if (servers.length === 0) refuse(at, 'nameServers, with legacyZone')
  },
)

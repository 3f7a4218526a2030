import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { ApiConfig, Config, LogConfig, ResolverConfig, StoreConfig } from './config.ts'
import { lab } from './lab.ts'
import { defaultProvisioning, provisioning } from './provisioning.ts'
import { checked, refuse, report, type Setting, section, spotBelow, valueAt } from './setting.ts'
import { tlsaOwners } from './tlsa.ts'
import {
  choice,
  duration,
  endpoints,
  integer,
  octets,
  onOff,
  optionalPath,
  path,
  paths,
  socketPath,
  textOrOff,
} from './values.ts'

/** The part of the configuration that is about zones of the API, and what is told about them. */
export type ServicesConfig = Pick<
  Config,
  'store' | 'api' | 'resolver' | 'provisioning' | 'tlsa' | 'log' | 'lab'
>

/** What holds where nothing is set. */
export function defaultServices(directory: string): ServicesConfig {
  return {
    store: {
      driver: 'auto',
      path: resolve(directory, 'state/store'),
      url: undefined,
      passwordFile: undefined,
      sealingKeys: [],
      node: undefined,
    },
    api: {
      listen: [],
      socket: undefined,
      tls: { certificate: undefined, key: undefined },
      allowPlain: false,
      bodyOctets: 16 * 2 ** 20,
      headerOctets: 16 * 2 ** 10,
      connectionsMax: 512,
      requestsMax: 128,
      requestTimeout: 30,
    },
    resolver: { servers: [], anchors: undefined },
    provisioning: defaultProvisioning,
    tlsa: new Map(),
    log: { level: 'info', format: 'json' },
    lab: { inject: [], allowRemote: false },
  }
}

/** A URL of PostgreSQL. A password in it would be shown by whatever shows the configuration. */
const postgresUrl: Setting<string | undefined> = (spot, current) => {
  const value = valueAt(spot)
  if (value === false || value === 'off') return undefined
  if (typeof value === 'string' && URL.canParse(value)) {
    const { protocol, password } = new URL(value)
    if (password !== '') {
      // Not quoted, so that it is not told on.
      const message = `Cannot read ${spot.path}: it has a password; put it into store.passwordFile`
      report(spot, 'config-invalid', message)
      return current
    }
    if (protocol === 'postgres:' || protocol === 'postgresql:') return value
  }
  refuse(spot, 'off, or a URL such as postgres://danelaw@db.example/danelaw')
  return current
}

const store = checked(
  section<StoreConfig>({
    driver: choice('auto', 'off', 'lmdb', 'postgres'),
    path,
    url: postgresUrl,
    passwordFile: optionalPath,
    sealingKeys: paths,
    node: textOrOff(64),
  }),
  (value, spot) => {
    if (value.driver === 'postgres' && value.url === undefined) {
      refuse(spot, 'store.url, such as postgres://danelaw@db.example/danelaw, with postgres')
    }
    if (value.driver !== 'postgres' && value.url !== undefined) {
      refuse(spotBelow(spot, 'url'), `url only with driver postgres, not ${value.driver}`)
    }
  },
)

/** Whether everything that is sent to an address stays on this machine. */
export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}

const api = checked(
  section<ApiConfig>({
    listen: endpoints,
    socket: socketPath,
    tls: section<ApiConfig['tls']>({ certificate: optionalPath, key: optionalPath }),
    allowPlain: onOff,
    bodyOctets: octets(2 ** 10, 2 ** 28),
    headerOctets: octets(2 ** 10, 2 ** 20),
    connectionsMax: integer(1, 100_000),
    requestsMax: integer(1, 10_000),
    requestTimeout: duration(1, 3600),
  }),
  (value, spot) => {
    const { listen, tls, allowPlain } = value
    if ((tls.certificate === undefined) !== (tls.key === undefined)) {
      refuse(spotBelow(spot, 'tls'), 'certificate and key, two PEM files, or neither')
    }
    if (tls.certificate !== undefined || allowPlain) return
    for (const { address } of listen) {
      if (isLoopback(address)) continue
      const message =
        `Cannot use api.listen: ${address} is not this machine's own, and keys would cross the ` +
        'network in the clear; expected api.tls, or allowPlain: on where something else encrypts'
      report(spotBelow(spot, 'listen'), 'listen-remote', message)
    }
  },
)

/** The settings of `ServicesConfig`. */
export const services: { readonly [Key in keyof ServicesConfig]: Setting<ServicesConfig[Key]> } = {
  store,
  api,
  resolver: section<ResolverConfig>({ servers: endpoints, anchors: optionalPath }),
  provisioning,
  tlsa: tlsaOwners,
  log: section<LogConfig>({
    level: choice('info', 'warn', 'error', 'off'),
    format: choice('json', 'text'),
  }),
  lab,
}

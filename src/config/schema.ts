import { resolve } from 'node:path'
import { CodedError } from '../base/index.ts'
import { algorithmByNumber, parseAlgorithm } from '../crypto/index.ts'
import type { NameKey } from '../wire/index.ts'
import type {
  Config,
  ServerConfig,
  SignaturesConfig,
  SigningConfig,
  TcpConfig,
  TlsConfig,
  ZoneFileConfig,
  ZoneOverride,
  ZonePolicy,
  ZonesConfig,
} from './config.ts'
import { defaultServices, services } from './services.ts'
import {
  checked,
  placeOf,
  refuse,
  type Setting,
  type Spot,
  section,
  spotBelow,
  valueAt,
} from './setting.ts'
import {
  choice,
  duration,
  endpoints,
  formatDuration,
  integer,
  octets,
  onOff,
  optionalPath,
  path,
  socketPath,
  textOrOff,
} from './values.ts'
import { byZone } from './zones.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const defaultPolicy: ZonePolicy = {
  dnssec: true,
  algorithm: 13,
  keys: 'csk',
  denial: 'nsec',
  optOut: false,
  signatures: { validity: 14 * day, refresh: 5 * day, jitter: 12 * hour, skew: hour },
  dnskeyTtl: hour,
  cds: true,
}

/** What holds where nothing is set; relative paths start from `directory`, which is absolute. */
export function defaultConfig(directory: string): Config {
  return {
    listen: [{ address: '127.0.0.1', port: 5300 }],
    tls: { listen: [], certificate: undefined, key: undefined },
    zones: { directory: resolve(directory, 'zones'), files: new Map() },
    keys: { directory: resolve(directory, 'keys') },
    policy: defaultPolicy,
    overrides: new Map(),
    signing: { deterministic: false, cacheOctets: 64 * 2 ** 20 },
    server: {
      udpOctetsMax: 1232,
      nsid: undefined,
      version: 'danelaw',
      tcp: {
        connectionsMax: 1000,
        clientConnectionsMax: 100,
        connectionQueriesMax: 0,
        idleTimeout: 10,
        readTimeout: 10,
        writeTimeout: 10,
      },
    },
    control: { socket: resolve(directory, 'state/control.sock') },
    ...defaultServices(directory),
  }
}

/** The algorithms that danelaw signs with, by number or mnemonic. */
const signingAlgorithm: Setting<number> = (spot, current) => {
  try {
    const { number } = parseAlgorithm(String(valueAt(spot)))
    if (algorithmByNumber(number)?.signs) return number
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  refuse(spot, 'one of ECDSAP256SHA256 (13), ECDSAP384SHA384 (14) or ED25519 (15)')
  return current
}

const signatures = checked(
  section<SignaturesConfig>({
    validity: duration(hour, 366 * day),
    refresh: duration(minute, 365 * day),
    jitter: duration(0, 30 * day),
    skew: duration(0, day),
  }),
  ({ validity, refresh, jitter }, spot) => {
    if (refresh + jitter < validity) return
    const sum = `${formatDuration(refresh)} and ${formatDuration(jitter)}`
    refuse(
      spotBelow(spot, 'validity'),
      `validity to be longer than refresh and jitter together, which are ${sum}`,
    )
  },
)

const policy = checked(
  section<ZonePolicy>({
    dnssec: onOff,
    algorithm: signingAlgorithm,
    keys: choice('csk', 'ksk+zsk'),
    denial: choice('nsec', 'nsec3', 'minimal', 'compact'),
    optOut: onOff,
    signatures,
    dnskeyTtl: duration(0, 7 * day),
    cds: onOff,
  }),
  (value, spot) => {
    if (value.optOut && value.denial !== 'nsec3') {
      refuse(spotBelow(spot, 'optOut'), `optOut only with denial nsec3, not ${value.denial}`)
    }
    if (value.dnssec && value.dnskeyTtl >= value.signatures.refresh) {
      const refresh = formatDuration(value.signatures.refresh)
      refuse(
        spotBelow(spot, 'dnskeyTtl'),
        `a dnskeyTtl shorter than signatures.refresh, ${refresh}, so that no cache keeps ` +
          'a signature past its end',
      )
    }
  },
)

const zoneFiles: Setting<ZonesConfig['files']> = (spot) =>
  byZone<ZoneFileConfig>(spot, 'a mapping from zones to files', (zone, value) => ({
    zone,
    file: path(value, ''),
  }))

/** Overrides wait until the common policy, which they start from, is known. */
interface TopLevel extends Omit<Config, 'overrides'> {
  readonly overrides: Spot | undefined
}

const topLevel = checked(
  section<TopLevel>({
    listen: endpoints,
    tls: checked(
      section<TlsConfig>({ listen: endpoints, certificate: optionalPath, key: optionalPath }),
      (tls, spot) => {
        if (tls.listen.length === 0) return
        if (tls.certificate === undefined) refuse(spot, 'tls.certificate, a PEM file, with listen')
        if (tls.key === undefined) refuse(spot, 'tls.key, a PEM file, with listen')
      },
    ),
    zones: section<ZonesConfig>({ directory: optionalPath, files: zoneFiles }),
    keys: section<Config['keys']>({ directory: path }),
    policy,
    overrides: (spot) => spot,
    signing: section<SigningConfig>({
      deterministic: onOff,
      cacheOctets: octets(2 ** 16, 2 ** 36),
    }),
    server: section<ServerConfig>({
      udpOctetsMax: integer(512, 4096),
      nsid: textOrOff(128),
      version: textOrOff(255),
      tcp: section<TcpConfig>({
        connectionsMax: integer(1, 100_000),
        clientConnectionsMax: integer(1, 100_000),
        connectionQueriesMax: integer(0, 1_000_000_000),
        idleTimeout: duration(1, hour),
        readTimeout: duration(1, hour),
        writeTimeout: duration(1, hour),
      }),
    }),
    control: section<Config['control']>({ socket: socketPath }),
    ...services,
  }),
  (config, spot) => {
    if (config.listen.length === 0 && config.tls.listen.length === 0) {
      refuse(spotBelow(spot, 'listen'), 'at least one endpoint in listen or tls.listen')
    }
    const { api, store } = config
    if (store.driver === 'off' && (api.listen.length > 0 || api.socket !== undefined)) {
      const expected = 'lmdb, postgres or auto, since zones of the API need a store'
      refuse(spotBelow(spotBelow(spot, 'store'), 'driver'), expected)
    }
  },
)

function readOverrides(spot: Spot, common: ZonePolicy): ReadonlyMap<NameKey, ZoneOverride> {
  return byZone(spot, 'a mapping from zones to policies', (zone, value, keySpot) => ({
    zone,
    policy: policy(value, common),
    place: placeOf(keySpot),
  }))
}

/** Reads the whole configuration over the defaults, reporting to the source of `spot`. */
export function readConfig(spot: Spot): Config {
  const defaults = defaultConfig(spot.source.directory)
  const { overrides, ...common } = topLevel(spot, { ...defaults, overrides: undefined })
  if (!overrides) return { ...common, overrides: defaults.overrides }
  return { ...common, overrides: readOverrides(overrides, common.policy) }
}

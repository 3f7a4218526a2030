/**
 * config: `danelaw.yaml`, typed.
 *
 * In goes a text, out comes a `Config` in which every setting has a value, or the list of findings
 * for which there is none: unknown keys with the nearest known one, values of the wrong kind or
 * range with what was expected, settings that do not go together, each with line and column.
 *
 * `schema.ts`, with `services.ts` for the API and its store, is the one table of settings: names,
 * kinds, ranges, and beside it the defaults.
 * An override is read by the same settings as the common policy, over it instead of over the
 * defaults, so the two can never differ in what they accept.
 *
 * How settings are read serves other texts of people too: `readText` and what `section` is made of
 * know nothing of `danelaw.yaml`.
 *
 * Invariants: pure; a `Config` is complete, consistent and never changes; its paths are absolute,
 * its durations in seconds. No environment, no disk, no zone is looked at: whether a file exists is
 * for those who open it.
 */

export {
  type ApiConfig,
  type Config,
  type DenialMode,
  type LabConfig,
  type ListenEndpoint,
  type LogConfig,
  type NameServerConfig,
  type ProvisioningConfig,
  policyOf,
  type ResolverConfig,
  type ServerConfig,
  type SignaturesConfig,
  type SigningConfig,
  type StoreConfig,
  storeDriverOf,
  type TcpConfig,
  type TlsaConfig,
  type TlsaServer,
  type TlsConfig,
  type ZoneFileConfig,
  type ZoneOverride,
  type ZonePolicy,
  type ZonesConfig,
} from './config.ts'
export { type ParseConfigOptions, type ReadText, readText } from './document.ts'
export { type ParsedConfig, parseConfig } from './parse.ts'
export { defaultConfig } from './schema.ts'
export { isLoopback } from './services.ts'
export {
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
export { suggest } from './suggest.ts'
export { choice, duration, formatDuration, integer, itemsOf, onOff } from './values.ts'
export { byZone } from './zones.ts'

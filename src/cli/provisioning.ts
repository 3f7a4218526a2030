import type { OpenApi } from '../api/index.ts'
import { CodedError } from '../base/index.ts'
import { type Config, storeDriverOf } from '../config/index.ts'
import { placeSocket } from '../control/index.ts'
import type { SealingKey } from '../crypto/index.ts'
import {
  openKeyDirectory,
  parseSealingKeys,
  readSealingKey,
  readSecretLine,
} from '../keystore/index.ts'
import type { HealthReport, Log, Metrics } from '../observe/index.ts'
import type { Pace, PublishedZone } from '../publish/index.ts'
import {
  directoryKeys,
  type KeySource,
  openRecords,
  type ParentDs,
  parentDsFrom,
  type Records,
  sealedKeys,
} from '../records/index.ts'
import { type Rollovers, tlsaGuard } from '../rollover/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import { openLmdbStore, openPostgresStore, type Store } from '../store/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import { type Domains, openDomains } from './domains.ts'
import type { Io } from './io.ts'
import { readPems } from './responder.ts'
import { readStubOptions, type StubSource } from './stub-options.ts'
import { type OpenTlsa, openTlsa } from './tlsa-open.ts'

/** What the zones of the store share with those of files, and with the rest of the server. */
export interface ProvisioningParts {
  readonly version: string
  readonly table: ZoneTable<PublishedZone>
  readonly cache: SignatureCache
  readonly makePace: () => Pace
  readonly answer: (query: Uint8Array) => Uint8Array
  readonly log: Log
  readonly metrics: Metrics
  readonly health: () => HealthReport
  /** As it is now: a reload may have changed it. */
  readonly currentConfig: () => Config
  readonly onFault: (error: unknown) => void
}

/** A store with its zones live. */
export interface Provisioning {
  readonly store: Store
  readonly records: Records
  /** The first one seals; empty where private keys live in the key directory. */
  readonly sealing: readonly SealingKey[]
  readonly rollovers: Rollovers
  readonly domains: Domains
  /**
   * Reads the certificate of the API anew, for connections to come.
   *
   * @throws {CodedError} `tls-credentials-invalid`; the one in use stays
   */
  renewTls(config: Config): Promise<void>
  /** Has a token that was revoked open nothing from now on, also while the store is gone. */
  forgetToken(id: string): void
  /** Begins to listen; tells where. */
  openApi(): Promise<OpenApi['addresses']>
  /** Begins what is to be done every minute. */
  lookAfter(): void
  /** Ends requests under way, then lets go of the store. */
  close(): Promise<void>
}

/**
 * Opens the store that the configuration names and brings its zones to life; undefined where it
 * names none. Where PostgreSQL is away, they follow when it is there.
 *
 * @throws {CodedError} what the store, the sealing keys and the resolver settings throw
 */
export async function openProvisioning(
  config: Config,
  parts: ProvisioningParts,
  io: Io,
): Promise<Provisioning | undefined> {
  const driver = storeDriverOf(config)
  if (driver === 'off') return undefined
  const sealing = readSealingKeys(config, io)
  const resolver = await openResolver(config, parts, io)
  const parentDs = parentDsOf(resolver)
  const store = await openStore(config, driver, io, parts)
  try {
    const keys = keySource(config, store, sealing)
    const { table, cache, makePace, onFault } = parts
    const records = await openRecords({
      ...{ store, table, config, keys, cache, makePace, onFault, parentDs },
      ...{ clock: io.clock, timers: io.timers, node: nodeName(config, io) },
      guard: tlsaGuard(store),
    })
    const domains = await openDomains(config, { store, records, resolver, onFault }, io)
    const tlsa = openTlsa({ store, records }, parts, io)
    return new OpenProvisioning(config, { store, records, sealing, domains, tlsa }, parts, io)
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Those of the environment, then those of files: the first seals, all open. */
function readSealingKeys({ store }: Config, { sealingKeys }: Io): SealingKey[] {
  const given =
    sealingKeys === undefined ? [] : parseSealingKeys(sealingKeys, 'in DANELAW_SEALING_KEYS')
  return [...given, ...store.sealingKeys.map(readSealingKey)]
}

function nodeName({ store }: Config, { hostName }: Io): string {
  return store.node ?? hostName
}

async function openStore(
  { store }: Config,
  driver: 'lmdb' | 'postgres',
  { clock, timers, monotonicMs }: Io,
  { metrics, log }: ProvisioningParts,
): Promise<Store> {
  const onCommit = (ms: number) => metrics.observeCommit(ms / 1000)
  const common = { clock, timers, monotonicMs, onCommit }
  if (driver === 'lmdb') return openLmdbStore({ path: store.path, ...common })
  const { url = '', passwordFile } = store
  const password = passwordFile === undefined ? undefined : readSecretLine(passwordFile)
  return openPostgresStore({
    ...{ url, password, ...common },
    onLost: (error) => log.error('store gone', { error }),
    onBack: () => log.info('store back'),
    onRewind: (from, to) => log.error('store lost change sets', { from, to }),
  })
}

/** Keys sealed in the store where there is something to seal them with, else in their directory. */
function keySource(
  { keys, signing }: Config,
  store: Store,
  [first, ...others]: readonly SealingKey[],
): KeySource {
  if (first !== undefined) return sealedKeys(store, [first, ...others], signing)
  if (store.driver === 'lmdb') {
    return directoryKeys(openKeyDirectory(keys.directory, signing), store, signing)
  }
  throw new CodedError(
    'seal-key-invalid',
    'Cannot share keys through PostgreSQL: name files in store.sealingKeys, each made by ' +
      'openssl rand -hex 32, or set DANELAW_SEALING_KEYS',
  )
}

/** Whom to ask what others publish; undefined where nobody can be, which is said. */
async function openResolver(
  { resolver }: Config,
  { log }: ProvisioningParts,
  io: Io,
): Promise<StubSource | undefined> {
  const server = resolver.servers.map((endpoint) => ({ ...endpoint, via: 'udp' as const }))
  const anchor = resolver.anchors === undefined ? [] : [resolver.anchors]
  try {
    return await readStubOptions({ server, anchor }, io)
  } catch (error) {
    if (!(error instanceof CodedError) || resolver.servers.length > 0) throw error
    log.warn('no resolver: nobody can be asked what others publish', { error })
    return undefined
  }
}

/** Who tells whether a parent has a DS. Where nobody can be asked it stays unknown. */
function parentDsOf(resolver: StubSource | undefined): ParentDs {
  return resolver ? parentDsFrom(resolver.open().stub) : () => Promise.resolve('unknown')
}

/** What a `Provisioning` is made of. */
type Rooms = Pick<Provisioning, 'store' | 'records' | 'sealing' | 'domains'> & {
  readonly tlsa: OpenTlsa
}

class OpenProvisioning implements Provisioning {
  readonly store: Store
  readonly records: Records
  readonly sealing: readonly SealingKey[]
  readonly domains: Domains
  readonly rollovers: Rollovers
  readonly #tlsa: OpenTlsa
  readonly #config: Config
  readonly #parts: ProvisioningParts
  readonly #io: Io
  #api: OpenApi | undefined

  constructor(config: Config, rooms: Rooms, parts: ProvisioningParts, io: Io) {
    this.store = rooms.store
    this.records = rooms.records
    this.sealing = rooms.sealing
    this.domains = rooms.domains
    this.rollovers = rooms.tlsa.rollovers
    this.#tlsa = rooms.tlsa
    this.#config = config
    this.#parts = parts
    this.#io = io
  }

  async openApi(): Promise<OpenApi['addresses']> {
    const { api } = this.#config
    const listen = [
      ...api.listen.map(({ address, port }) => ({ address, port })),
      ...(api.socket === undefined ? [] : [{ path: api.socket }]),
    ]
    if (listen.length === 0) return []
    const { defaultApiLimits, openApi } = await import('../api/index.ts')
    const tls = await readPems(api.tls)
    const { version, log, metrics, health, table, answer, makePace } = this.#parts
    const { clock, timers, random } = this.#io
    this.#api = await openApi(
      {
        listen,
        allowPlain: api.allowPlain,
        place: placeSocket,
        limits: {
          ...defaultApiLimits,
          bodyOctets: api.bodyOctets,
          headerOctets: api.headerOctets,
          connections: api.connectionsMax,
          requests: api.requestsMax,
          requestTimeoutMs: api.requestTimeout * 1000,
        },
        ...(tls ? { tls } : {}),
      },
      {
        ...{ records: this.records, store: this.store, zones: table },
        ...{ provision: this.domains.provision, outlook: this.domains.outlook },
        ...{ rollovers: this.rollovers },
        ...{ log, metrics, health, answer, clock, timers, random, version, makePace },
        node: nodeName(this.#config, this.#io),
      },
    )
    return this.#api.addresses
  }

  lookAfter(): void {
    this.#tlsa.lookAfter()
  }

  async renewTls({ api }: Config): Promise<void> {
    const tls = await readPems(api.tls)
    if (tls) this.#api?.renewTls(tls)
  }

  forgetToken(id: string): void {
    this.#api?.forgetToken(id)
  }

  async close(): Promise<void> {
    await this.#api?.close()
    await this.#tlsa.close()
    await this.domains.close()
    await this.records.close()
    await this.store.close()
  }
}

import type { OpenApi } from '../api/index.ts'
import { CodedError, systemTimers, type UnixSeconds } from '../base/index.ts'
import { type Config, storeDriverOf } from '../config/index.ts'
import { type Control, openControl } from '../control/index.ts'
import { openKeyDirectory } from '../keystore/index.ts'
import { type HealthReport, type Log, type Metrics, openLog } from '../observe/index.ts'
import {
  makePace,
  type PublishedZone,
  Publisher,
  type PublishReport,
  renewZones,
  systemDisk,
} from '../publish/index.ts'
import { type BoundAddress, type Server, startServer } from '../server/index.ts'
import { SignatureCache } from '../signer/index.ts'
import { type NameKey, nameKey, parseName } from '../wire/index.ts'
import { ZoneTable } from '../zone/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { AnchorFiles } from './anchor.ts'
import { controlCommands, readers } from './control-commands.ts'
import { asFinding } from './findings.ts'
import { type Io, writeLine } from './io.ts'
import { type LabDesk, openLabDesk } from './lab-desk.ts'
import { healthOf, type Observed, observe } from './observing.ts'
import { openProvisioning, type Provisioning } from './provisioning.ts'
import { type ReloadResult, reloadResult } from './reload-result.ts'
import { limitsOf, makeResponder, type Responder, readPems } from './responder.ts'
import { needsRestart, readSettings, type Settings } from './settings.ts'

/** How long one piece of background work holds up queries, in milliseconds. */
const sliceMs = 5
/** How often keys and signatures are looked after, in milliseconds. */
const upkeepMs = 60_000
/** How long before its turn a signature is made, at most: an hour. */
const renewalLeadSeconds = 3600
/** How long a stop waits for clients that do not take their answers, in milliseconds. */
const stopGraceMs = 5000

/** Told before each zone how many of how many are done. */
export type OnProgress = (done: number, total: number, zone: Uint8Array) => void

/** What is bound. */
export interface Bound {
  readonly dns: readonly BoundAddress[]
  /** Of the HTTP API. */
  readonly api: OpenApi['addresses']
}

/** How a server is made. */
export interface RunningServerOptions {
  readonly settings: Settings & { readonly config: Config }
  readonly version: string
  readonly io: Io
  readonly onProgress?: OnProgress
}

/** A danelaw that serves: sockets, zones, keys, store, API and control under one configuration. */
export class RunningServer {
  readonly zones: ZoneTable<PublishedZone>
  readonly log: Log
  readonly #io: Io
  readonly #anchors: AnchorFiles
  readonly #version: string
  readonly #cache: SignatureCache
  readonly #publisher: Publisher
  readonly #metrics: Metrics
  readonly #responder: Responder
  /** What the sockets, the keys and the signer were set up by. */
  readonly #started: Config
  /** Zones whose files have errors. */
  readonly #troubled = new Set<NameKey>()
  #settings: Settings & { readonly config: Config }
  #server: Server | undefined
  #provisioning: Provisioning | undefined
  #control: Control | undefined
  #lab: LabDesk | undefined
  #expirations: ReadonlyMap<NameKey, UnixSeconds> = new Map()
  #endUpkeep: () => void = () => undefined
  #upkeep: Promise<unknown> = Promise.resolve()

  constructor({ settings, version, io, onProgress }: RunningServerOptions) {
    const { config } = settings
    this.#started = config
    this.#settings = settings
    this.#io = io
    this.#version = version
    const makePace = () => this.#pace()
    this.#anchors = new AnchorFiles(config.keys.directory, makePace, io.turn)
    this.zones = new ZoneTable(this.#anchors)
    this.#cache = new SignatureCache(config.signing.cacheOctets)
    const write = (line: string) => io.stderr.write(line)
    this.log = openLog({ ...config.log, write, clock: io.clock })
    this.#metrics = observe(this.observed)
    this.#responder = makeResponder(config, this.zones, this.#metrics, io)
    this.#publisher = new Publisher({
      table: this.zones,
      disk: systemDisk,
      keys: openKeyDirectory(config.keys.directory, config.signing),
      makeKeys: true,
      cache: this.#cache,
      clock: io.clock,
      makePace,
      ...(onProgress ? { onProgress } : {}),
    })
  }

  /** The configuration that zones are served by. */
  get config(): Config {
    return this.#settings.config
  }

  /** The store and its zones, where there is one and the server has started. */
  get provisioning(): Provisioning | undefined {
    return this.#provisioning
  }

  /** How things are, read anew with every look. */
  get observed(): Observed {
    return {
      ...{ version: this.#version, clock: this.#io.clock, table: this.zones, cache: this.#cache },
      expirations: () => this.#expirations,
      counters: () => this.#server?.counters(),
      provisioning: () => this.#provisioning,
      troubledZones: () => this.#troubled.size,
      faultsAtWork: () => this.#lab?.atWork() ?? [],
    }
  }

  /** Reads and publishes all zones of files. */
  async publish(): Promise<PublishReport> {
    const report = await this.#noted(await this.#publisher.publish(this.config))
    if (storeDriverOf(this.config) === 'off') return report
    // What an override is for may be in the store, which is not open yet.
    const findings = report.findings.filter(({ code }) => code !== 'config-override-unused')
    return { ...report, findings }
  }

  /**
   * Opens the store and brings its zones to life, binds the sockets, then the API and the control
   * socket; from then on everything is answered. Returns what is bound.
   *
   * @throws {CodedError} `listen-failed`, `tls-credentials-invalid`, or what store, API and control
   * throw; nothing stays open then
   */
  async start(): Promise<Bound> {
    try {
      this.#provisioning = await this.#openProvisioning()
      this.#lab = await openLabDesk(this.config, this, this.#io)
      const dns = await this.#bind()
      const api = (await this.#provisioning?.openApi()) ?? []
      const { socket } = this.config.control
      if (socket !== undefined) await this.#openControl(socket)
      this.#inTurn(() => this.#provisioning?.domains.lookAfter())
      this.#endUpkeep = this.#io.every(upkeepMs, () => this.#lookAfter())
      this.#provisioning?.lookAfter()
      return { dns, api }
    } catch (error) {
      await this.#close(0)
      throw error
    }
  }

  /**
   * Reads the configuration and the zones anew, all or those named. What is wrong is in the
   * result; what was served before stays then.
   */
  async reload(only?: readonly string[]): Promise<ReloadResult> {
    const settings = await readSettings(this.#settings.file, this.#io)
    const { config, findings } = settings
    if (!config) return reloadResult({ zones: [], findings }, [])
    const restart = needsRestart(this.#started, config)
    this.#settings = { ...settings, config }
    const problems = await this.#renewCredentials()
    const zones = only?.map((zone) => parseName(zone.endsWith('.') ? zone : `${zone}.`))
    const published = await this.#publisher.publish(config, zones)
    const stored = (await this.#provisioning?.records.reload(config)) ?? []
    const report = await this.#noted(published)
    return reloadResult(
      { ...report, findings: [...problems, ...report.findings, ...stored] },
      restart,
    )
  }

  /** Ends what changes zones, answers what was asked, then lets go of everything. */
  async stop(): Promise<void> {
    await this.#close(stopGraceMs)
    await this.#upkeep
    await this.#anchors.settled()
  }

  async #close(graceMs: number): Promise<void> {
    this.#endUpkeep()
    await this.#control?.close()
    this.#lab?.close()
    await this.#provisioning?.close()
    await this.#server?.stop({ graceMs })
  }

  #openProvisioning(): Promise<Provisioning | undefined> {
    return openProvisioning(
      this.config,
      {
        ...{ version: this.#version, table: this.zones, cache: this.#cache, log: this.log },
        ...{ metrics: this.#metrics, answer: this.#responder.answer },
        makePace: () => this.#pace(),
        health: () => this.health(),
        currentConfig: () => this.config,
        onFault: (error) => this.#fault(error),
      },
      this.#io,
    )
  }

  /** How the server is. */
  health(): HealthReport {
    return healthOf(this.observed)
  }

  async #bind(): Promise<readonly BoundAddress[]> {
    const { config } = this
    const { respond } = this.#responder
    const credentials = await readPems(config.tls)
    this.#server = await startServer({
      plain: config.listen,
      ...(credentials ? { tls: { endpoints: config.tls.listen, credentials } } : {}),
      respond: this.#lab?.over(respond) ?? respond,
      limits: limitsOf(config),
      onFault: (error) => this.#fault(error),
    })
    return this.#server.addresses()
  }

  async #openControl(path: string): Promise<void> {
    const own = controlCommands(this, this.#io)
    const commands = new Map([...own, ...(this.#lab?.commands ?? [])])
    this.#control = await openControl({ path, commands, readers, timers: systemTimers })
  }

  /** Notes which zones have errors, and sees to it that anchors are there. */
  async #noted(report: PublishReport): Promise<PublishReport> {
    for (const { zone, verdict } of report.zones) {
      if (verdict === 'kept' || verdict === 'refused') this.#troubled.add(nameKey(zone))
      else this.#troubled.delete(nameKey(zone))
    }
    return this.#withAnchors(report)
  }

  /** Anchors are a convenience: where one cannot be written, that is a warning, and the last. */
  async #withAnchors(report: PublishReport): Promise<PublishReport> {
    this.#anchors.retry()
    for (const published of this.zones.values()) this.#anchors.note(published)
    await this.#anchors.settled()
    const failure = this.#anchors.takeFailure()
    if (failure === undefined) return report
    const warning = { ...asFinding(failure), severity: 'warning' as const }
    return { ...report, findings: [...report.findings, warning] }
  }

  /**
   * A certificate may have been renewed in place: connections to come get the new one. Domains go
   * by their new settings.
   */
  async #renewCredentials(): Promise<Finding[]> {
    const problems: Finding[] = []
    const attempt = async (renew: () => Promise<void> | undefined): Promise<void> => {
      try {
        await renew()
      } catch (error) {
        problems.push(asFinding(error))
      }
    }
    await attempt(async () => {
      const credentials = await readPems(this.config.tls)
      if (credentials && this.config.tls.listen.length > 0) {
        this.#server?.setSecureContext(credentials)
      }
    })
    await attempt(() => this.#provisioning?.renewTls(this.config))
    await attempt(() => this.#provisioning?.domains.reload(this.config))
    return problems
  }

  /**
   * Keys come and go by the clock, and signatures are made before their turn: never by a query.
   * What is due of domains is done.
   */
  #lookAfter(): void {
    this.#provisioning?.lookAfter()
    for (const fault of this.observed.faultsAtWork()) this.log.warn('fault at work', { ...fault })
    this.#inTurn(() => this.#renew())
    this.#inTurn(() => this.#provisioning?.domains.lookAfter())
  }

  #inTurn(work: () => Promise<void> | undefined): void {
    this.#upkeep = this.#upkeep.then(work).catch((error) => this.#fault(error))
  }

  async #renew(): Promise<void> {
    this.#publisher.refreshKeys()
    const failure = this.#anchors.takeFailure()
    if (failure !== undefined) this.log.warn('anchor not written', { error: failure })
    const pace = this.#pace()
    const report = await renewZones(this.zones, this.#io.clock, renewalLeadSeconds, pace)
    this.#expirations = report.expirations
    if (report.renewed > 0) this.log.info('signatures renewed', { rrsets: report.renewed })
  }

  #pace() {
    const { monotonicMs, turn } = this.#io
    return makePace({ sliceMs, now: monotonicMs, turn })
  }

  #fault(error: unknown): void {
    if (error instanceof CodedError) {
      this.log.error('failed', { error })
      return
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    writeLine(this.#io.stderr, `internal error, please report it: ${text}`)
  }
}

import type { OpenApi } from '../api/index.ts'
import { systemTimers, type UnixSeconds } from '../base/index.ts'
import type { Config } from '../config/index.ts'
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
import { type NameKey, parseName } from '../wire/index.ts'
import { ZoneTable } from '../zone/index.ts'
import { writeAnchor } from './anchor.ts'
import { asFinding } from './findings.ts'
import { controlCommands } from './control-commands.ts'
import { type Io, writeLine } from './io.ts'
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

/** A danelaw that serves: sockets, zones, keys and control under one configuration. */
export class RunningServer {
  readonly zones = new ZoneTable<PublishedZone>()
  readonly #io: Io
  readonly #publisher: Publisher
  /** What the sockets, the keys and the signer were set up by. */
  readonly #started: Config
  #settings: Settings & { readonly config: Config }
  #server: Server | undefined
  #control: Control | undefined
  #endUpkeep: () => void = () => undefined
  #upkeep: Promise<unknown> = Promise.resolve()

  constructor(settings: Settings & { readonly config: Config }, io: Io, onProgress?: OnProgress) {
    const { config } = settings
    this.#started = config
    this.#settings = settings
    this.#io = io
    this.#publisher = new Publisher({
      table: this.zones,
      disk: systemDisk,
      keys: openKeyDirectory(config.keys.directory, config.signing),
      makeKeys: true,
      cache: new SignatureCache(config.signing.cacheOctets),
      clock: io.clock,
      makePace: () => this.#pace(),
      ...(onProgress ? { onProgress } : {}),
    })
  }

  /** The configuration that zones are served by. */
  get config(): Config {
    return this.#settings.config
  }

  /** Reads and publishes all zones. */
  async publish(): Promise<PublishReport> {
    return this.#withAnchors(await this.#publisher.publish(this.config))
  }

  /**
   * Binds the sockets, then the control socket; from then on everything is answered. Returns what
   * is bound.
   *
   * @throws {CodedError} `listen-failed`, `tls-credentials-invalid` or one of the control room's;
   * nothing stays bound then
   */
  async start(): Promise<readonly BoundAddress[]> {
    const { config } = this
    const credentials = await readCredentials(config)
    this.#server = await startServer({
      plain: config.listen,
      ...(credentials ? { tls: { endpoints: config.tls.listen, credentials } } : {}),
      respond: makeRespond(config, this.zones, this.#io),
      limits: limitsOf(config),
      onFault: (error) => this.#fault(error),
    })
    try {
      if (config.control.socket !== undefined) await this.#openControl(config.control.socket)
    } catch (error) {
      await this.#server.stop({ graceMs: 0 })
      throw error
    }
    this.#endUpkeep = this.#io.every(upkeepMs, () => this.#lookAfter())
    return this.#server.addresses()
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
    const report = this.#withAnchors(await this.#publisher.publish(config, zones))
    return reloadResult({ ...report, findings: [...problems, ...report.findings] }, restart)
  }

  /** Answers what was asked, then lets go of everything. */
  async stop(): Promise<void> {
    this.#endUpkeep()
    await this.#control?.close()
    await this.#server?.stop({ graceMs: stopGraceMs })
    await this.#upkeep
  }

  async #openControl(path: string): Promise<void> {
    const reload = async (request: object) => {
      const zones = 'zones' in request && Array.isArray(request.zones) ? request.zones : undefined
      return { ...(await this.reload(zones?.map(String))) }
    }
    const commands = new Map([['reload', reload]])
    this.#control = await openControl({ path, commands, timers: systemTimers })
  }

  /** Anchors are a convenience: where one cannot be written, that is a warning, and the last. */
  #withAnchors(report: PublishReport): PublishReport {
    try {
      for (const published of this.zones.values()) {
        writeAnchor(published, this.#started.keys.directory)
      }
      return report
    } catch (error) {
      const warning = { ...asFinding(error), severity: 'warning' as const }
      return { ...report, findings: [...report.findings, warning] }
    }
  }

  /** A certificate may have been renewed in place: connections to come get the new one. */
  async #renewCredentials() {
    try {
      const credentials = await readCredentials(this.config)
      if (credentials) this.#server?.setSecureContext(credentials)
      return []
    } catch (error) {
      return [asFinding(error)]
    }
  }

  /** Keys come and go by the clock, and signatures are made before their turn: never by a query. */
  #lookAfter(): void {
    this.#upkeep = this.#upkeep
      .then(() => {
        this.#publisher.refreshKeys()
        return renewZones(this.zones, this.#io.clock, renewalLeadSeconds, this.#pace())
      })
      .catch((error) => this.#fault(error))
  }

  #pace() {
    const { monotonicMs, turn } = this.#io
    return makePace({ sliceMs, now: monotonicMs, turn })
  }

  #fault(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    writeLine(this.#io.stderr, `internal error, please report it: ${text}`)
  }
}

import { type Clock, CodedError } from '../base/index.ts'
import type { Name } from '../wire/index.ts'
import type { ZoneSpec } from '../world/index.ts'
import { mailCases } from './cases/cases.ts'
import { addressGiver, type Cast, castOf, partitionParent } from './cast.ts'
import { fill, type Stage } from './fill.ts'
import { LabMailServer, type MailHost, type ReceivedMail } from './mail-host.ts'
import { type Mint, openMint, type Presented } from './mint.ts'
import type { MailCase } from './types.ts'
import { openWeb, type ReceivedReport, type Web } from './web.ts'
import {
  caseZones,
  mailParent,
  partitionsOf,
  partitionZones,
  reportsHost,
  webAddress,
} from './zones.ts'

/** What to start, and where. */
export interface PostOptions {
  /** All keys and certificates come of it. */
  readonly seed: string
  /** Dates of certificates are relative to its time at the start. */
  readonly clock: Clock
  /** By default all. */
  readonly cases?: readonly MailCase[]
  /**
   * Where all mail servers listen; 25 by default, 0 for any that is free. TLSA records have the
   * port in their owner (RFC 6698 §3), so whoever checks has to use the same.
   */
  readonly smtpPort?: number
  /** Where policies and reports are; 443 by default, 0 for any that is free. */
  readonly httpsPort?: number
}

/** A case in its place. */
export interface PlacedCase {
  readonly case: MailCase
  /** What mail is for. */
  readonly domain: Name
  /** The host that provisioning would have for it, with its final dot. */
  readonly signed: string
  /** Of its mail servers, by their keys, in the order of the scene. */
  readonly addresses: ReadonlyMap<string, string>
  /** A text of the case with its placeholders filled in. */
  fill(text: string): string
}

/** Mail servers and a web server that are up, and the zones that lead to them. */
export interface OpenPost {
  /** To be served by a world that has the root and `test.` beside; parents before children. */
  readonly zones: readonly ZoneSpec[]
  readonly cases: readonly PlacedCase[]
  readonly smtpPort: number
  readonly httpsPort: number
  /** PEM of the authority to be trusted by whoever fetches policies here. */
  readonly ca: string
  /** The latest messages that mail servers took. */
  readonly mail: readonly ReceivedMail[]
  /** The latest reports about TLS that were handed in. */
  readonly reports: readonly ReceivedReport[]
  /** Host and path of the latest HTTPS requests. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Messages that are kept. */
const mailMax = 256
/** Tries at a port that is free on every address. */
const portTriesMax = 32

/** Servers that listen on one port. */
interface MailServers {
  readonly port: number
  close(): Promise<unknown>
}

/**
 * Starts mail servers and the web server, each with its certificates, and makes the zones that lead
 * to them. What is random comes of the seed: equal options give equal zones, whichever process
 * asks, where ports are not left to chance.
 *
 * @throws {CodedError} `listen-failed`
 */
export async function openPost(options: PostOptions): Promise<OpenPost> {
  const { seed, clock, cases = mailCases } = options
  const mint = openMint(seed, clock.now())
  const giveAddress = addressGiver()
  const front = frontOf(cases, giveAddress(), mint.present)
  const casts = cases.map((one) => castOf(one, mint, giveAddress))
  const mail: ReceivedMail[] = []
  const take = (one: ReceivedMail): void => {
    mail.push(one)
    if (mail.length > mailMax) mail.shift()
  }
  const hosts = [front, ...casts.flatMap((cast) => cast.hosts)]
  const servers = await startAll(hosts, options.smtpPort ?? 25, take)

  const web = await openWeb({
    ...{ address: webAddress, port: options.httpsPort ?? 443, clock },
    sites: casts.flatMap(({ site }) => site ?? []),
    reports: { host: reportsHost, credential: mint.present(reportsHost, [reportsHost]) },
  }).catch(async (error: unknown) => {
    await servers.close()
    throw cannotListen(error)
  })

  const stageOf = (cast: Cast): Stage => {
    const addresses = new Map([...cast.addresses, ['web', webAddress]])
    return { ...cast, addresses, reports: reportsUrl(web), port: servers.port }
  }
  const at = { address: front.address, tlsa: front.credential.tlsa([3, 1, 1], 'leaf') }
  return {
    zones: [
      mailParent(),
      ...casts.flatMap((cast) => caseZones(cast, stageOf(cast))),
      ...partitionZones(casts, at, servers.port),
    ],
    cases: casts.map((cast) => {
      const stage = stageOf(cast)
      return { ...cast, fill: (text: string) => fill(text, stage) }
    }),
    ...{ smtpPort: servers.port, httpsPort: web.port, ca: mint.authority, mail },
    ...{ reports: web.reports, requests: web.requests },
    async close() {
      await Promise.all([servers.close(), web.close()])
    },
  }
}

/** The mail server behind the hosts of all partitions. */
function frontOf(
  cases: readonly MailCase[],
  address: string,
  present: Mint['present'],
): MailHost & { readonly credential: Presented } {
  const name = `frontend.${partitionParent}`
  const names = partitionsOf(cases).map((partition) => `*.${partition}.${partitionParent}`)
  // Names of the real world: TLSA records are all that vouches for them.
  const credential = present(name, [name, ...names], { selfSigned: true })
  return { address, name, startTls: 'good', credential }
}

function reportsUrl({ port }: Web): string {
  return `https://${reportsHost}${port === 443 ? '' : `:${port}`}/v1/reports`
}

/** Starts mail servers on one port, each at its address. */
async function startAll(
  hosts: readonly MailHost[],
  wanted: number,
  take: (mail: ReceivedMail) => void,
): Promise<MailServers> {
  for (let tries = 1; ; tries++) {
    const servers: LabMailServer[] = []
    const close = () => Promise.all(servers.map((server) => server.stop()))
    let port = wanted
    try {
      for (const host of hosts) {
        const server = new LabMailServer(host, take)
        port = await server.start(port)
        servers.push(server)
      }
      return { port, close }
    } catch (error) {
      await close()
      if (wanted !== 0 || tries >= portTriesMax) throw cannotListen(error)
    }
  }
}

function cannotListen(error: unknown): CodedError {
  const reason = error instanceof Error ? error.message : String(error)
  return new CodedError('listen-failed', `Cannot start the post: ${reason}`)
}

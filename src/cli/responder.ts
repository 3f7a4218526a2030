import { readFile } from 'node:fs/promises'
import { CodedError } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { PublishedZone } from '../publish/index.ts'
import { AnswerContext, type AnswerOptions, answer } from '../query/index.ts'
import type { Limits, Respond } from '../server/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import type { Io } from './io.ts'

/** The corridor between the sockets and the zones. */
export interface Responder {
  /** For sockets: one context for datagrams, one for streams; every answer is counted. */
  readonly respond: Respond
  /** For ourselves, as over TCP and uncounted: the answer's octets, empty for none. */
  readonly answer: (query: Uint8Array) => Uint8Array
}

const answerOctetsMax = 65_535

/** Puts the corridor between what asks and what is served. */
export function makeResponder(
  config: Config,
  zones: ZoneTable<PublishedZone>,
  metrics: Pick<Metrics, 'countAnswer'>,
  { clock }: Pick<Io, 'clock'>,
): Responder {
  const { udpOctetsMax, nsid, version } = config.server
  const common: Omit<AnswerOptions, 'datagramOctetsMax'> = {
    zones,
    clock,
    udpOctets: udpOctetsMax,
    identity: nsid === undefined ? undefined : Buffer.from(nsid),
    version,
  }
  const datagrams = new AnswerContext({ ...common, datagramOctetsMax: udpOctetsMax })
  const streams = new AnswerContext({ ...common, datagramOctetsMax: undefined })
  const own = new Uint8Array(answerOctetsMax)
  return {
    respond(query, out, via) {
      const length = answer(query, out, via === 'udp' ? datagrams : streams)
      metrics.countAnswer(via, out, length)
      return length
    },
    answer: (query) => own.slice(0, answer(query, own, streams)),
  }
}

/** The limits of the sockets, of those that can be set. */
export function limitsOf({ server: { tcp } }: Config): Partial<Limits> {
  return {
    connectionsMax: tcp.connectionsMax,
    clientConnectionsMax: tcp.clientConnectionsMax,
    connectionQueriesMax: tcp.connectionQueriesMax,
    idleTimeoutMs: tcp.idleTimeout * 1000,
    readTimeoutMs: tcp.readTimeout * 1000,
    writeTimeoutMs: tcp.writeTimeout * 1000,
  }
}

/** A certificate chain and its private key, as PEM texts. */
export interface PemPair {
  readonly certificate: string
  readonly key: string
}

/**
 * Reads a pair of PEM files; undefined where none is named.
 *
 * @throws {CodedError} `tls-credentials-invalid`
 */
export async function readPems(files: {
  readonly certificate: string | undefined
  readonly key: string | undefined
}): Promise<PemPair | undefined> {
  if (files.certificate === undefined || files.key === undefined) return undefined
  return { certificate: await readPem(files.certificate), key: await readPem(files.key) }
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CodedError('tls-credentials-invalid', `Cannot read ${file}: ${why}`)
  }
}

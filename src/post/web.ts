import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type net from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { type Clock, CodedError, type UnixSeconds } from '../base/index.ts'
import { type RptReport, readReport } from '../tlsrpt/index.ts'
import type { Credential } from './mint.ts'
import type { SiteSpec } from './types.ts'

/** The web server of one policy host, its text filled in. */
export interface Site {
  readonly host: string
  readonly credential: Credential
  readonly policy: SiteSpec
}

/** A report about TLS that somebody handed in. */
export interface ReceivedReport {
  readonly at: UnixSeconds
  /** The path that it was posted to. */
  readonly path: string
  readonly report: RptReport
}

/** A web server for policies and reports. */
export interface Web {
  readonly port: number
  /** The latest, in the order in which they came. */
  readonly reports: readonly ReceivedReport[]
  /** Host and path of the latest requests. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** What to serve, and where. */
export interface WebOptions {
  readonly address: string
  /** 0: any that is free. */
  readonly port: number
  readonly sites: readonly Site[]
  /** Where reports are taken. */
  readonly reports: { readonly host: string; readonly credential: Credential }
  readonly clock: Clock
}

/** Bounds on what clients can make it do and keep. */
const limits = {
  connections: 128,
  reportOctets: 2 ** 20,
  reports: 100,
  requests: 1000,
}

const policyPath = '/.well-known/mta-sts.txt'

/** Puts something at the end of a list that keeps the latest. */
function keep<T>(list: T[], one: T, most: number): void {
  list.push(one)
  if (list.length > most) list.shift()
}

/**
 * Starts the web server: one address and port for all hosts, told apart by SNI and by `Host`. Each
 * policy is at the path of RFC 8461 §3.3. The host of reports takes reports by POST at any path
 * (RFC 8460 §5.4), and shows those that it has by GET, as JSON.
 */
export async function openWeb(options: WebOptions): Promise<Web> {
  const { address, sites, clock } = options
  const reports: ReceivedReport[] = []
  const requests: string[] = []
  const byHost = new Map(sites.map((site) => [site.host, site]))
  const contexts = new Map<string, SecureContext>()
  const contextOf = (host: string): SecureContext | undefined => {
    const credential = byHost.get(host)?.credential
    const known = contexts.get(host)
    if (known || !credential) return known
    const made = createSecureContext({ key: credential.key, cert: credential.chain })
    contexts.set(host, made)
    return made
  }
  const { key, chain } = options.reports.credential
  const server = createServer({
    ...{ key, cert: chain },
    SNICallback: (name, done) => done(null, contextOf(name.toLowerCase())),
  })
  server.maxConnections = limits.connections
  server.on('request', (request, response) => {
    const host = hostOf(request)
    keep(requests, `${host}${request.url}`, limits.requests)
    const site = byHost.get(host)
    if (site) servePolicy(site.policy, request, response)
    else if (host !== options.reports.host) response.writeHead(404).end()
    else if (request.method === 'POST') {
      void takeReport(request, response, (report) => {
        const received = { at: clock.now(), path: request.url ?? '/', report }
        keep(reports, received, limits.reports)
      })
    } else {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ reports }))
    }
  })
  const port = await listening(server, options.port, address)
  return {
    ...{ port, reports, requests },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').toLowerCase().replace(/:\d+$/, '')
}

function servePolicy(
  { body = '', status = 200, type = 'text/plain', location, isSilent = false }: SiteSpec,
  { url }: IncomingMessage,
  response: ServerResponse,
): void {
  if (isSilent) return
  const headers = { 'content-type': type, ...(location === undefined ? {} : { location }) }
  if (url === policyPath) response.writeHead(status, headers).end(body)
  else if (url === location) response.writeHead(200, { 'content-type': type }).end(body)
  else response.writeHead(404).end()
}

async function takeReport(
  request: IncomingMessage,
  response: ServerResponse,
  take: (report: RptReport) => void,
): Promise<void> {
  const answer = (status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' })
    response.end(`${text}\n`)
  }
  const pieces: Buffer[] = []
  let octets = 0
  try {
    for await (const piece of request) {
      pieces.push(piece as Buffer)
      octets += (piece as Buffer).length
      if (octets > limits.reportOctets) {
        answer(413, `A report may have ${limits.reportOctets} octets`)
        return
      }
    }
    take(readReport(Buffer.concat(pieces)))
    answer(201, 'The report was taken')
  } catch (error) {
    if (error instanceof CodedError) answer(400, error.message)
    // A client that went away is not told.
    else response.destroy()
  }
}

function listening(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      resolve((server.address() as net.AddressInfo).port)
    })
  })
}

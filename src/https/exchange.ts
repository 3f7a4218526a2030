import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { isIP } from 'node:net'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { onAbort, type TimerHandle, type Timers } from '../base/index.ts'
import type { HttpsRequest, HttpsResult, HttpsWorld } from './types.ts'

/** One try at one address: what came of it, or that the next address may do better. */
type Attempt = HttpsResult | { readonly kind: 'next'; readonly text: string }

/**
 * Makes one request and takes one response. Addresses are tried in order until one completes a
 * TLS handshake; from there on no other is, so that nothing is posted twice. Always resolves,
 * within `timeoutMs`; closes what it opened.
 */
export function exchangeHttps(request: HttpsRequest, world: HttpsWorld): Promise<HttpsResult> {
  return new Exchange(request, world.timers).run(world.signal)
}

class Exchange {
  readonly #request: HttpsRequest
  readonly #timers: Timers
  #socket: TLSSocket | undefined
  /** Ends an attempt that does not come to TLS. */
  #patience: TimerHandle | undefined
  /** Ends the attempt under way. */
  #finish: (end: Attempt) => void = () => undefined
  /** Why no attempt counts any more. */
  #over: HttpsResult | undefined

  constructor(request: HttpsRequest, timers: Timers) {
    this.#request = request
    this.#timers = timers
  }

  async run(signal: AbortSignal | undefined): Promise<HttpsResult> {
    const { timeoutMs } = this.#request.limits
    const text = `no response within ${timeoutMs} ms`
    const timer = this.#timers.set(timeoutMs, () => this.#stop({ kind: 'timeout', text }))
    const unhear = onAbort(signal, () => this.#stop({ kind: 'failed', text: 'given up' }))
    try {
      return await this.#tryAll()
    } finally {
      this.#timers.clear(timer)
      unhear()
    }
  }

  async #tryAll(): Promise<HttpsResult> {
    let text = 'there is no address to connect to'
    for (const address of this.#over ? [] : this.#request.addresses) {
      const attempt = await this.#attempt(address)
      if (this.#over) break
      if (attempt.kind !== 'next') return attempt
      text = attempt.text
    }
    return this.#over ?? { kind: 'failed', text }
  }

  /** Ends the exchange, whatever is under way. */
  #stop(end: HttpsResult): void {
    this.#over ??= end
    this.#finish(end)
  }

  #attempt(address: string): Promise<Attempt> {
    return new Promise((resolve) => {
      this.#finish = (end) => {
        if (this.#patience) this.#timers.clear(this.#patience)
        resolve(end)
        this.#socket?.destroy()
      }
      const { connectTimeoutMs } = this.#request.limits
      const text = `cannot connect to ${address}: no TLS within ${connectTimeoutMs} ms`
      this.#patience = this.#timers.set(connectTimeoutMs, () => {
        this.#finish({ kind: 'next', text })
      })
      this.#connect(address)
    })
  }

  #connect(address: string): void {
    if (isIP(address) === 0) {
      this.#finish({ kind: 'next', text: `"${address}" is not an address` })
      return
    }
    const { host, port, ca } = this.#request
    const socket = connect({
      host: address,
      port,
      // RFC 6066 §3: SNI carries names, never addresses.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      checkServerIdentity: (_, certificate) => checkNames(host, certificate),
      // Judged below, so that a certificate can be told from all else that may fail.
      rejectUnauthorized: false,
    })
    this.#socket = socket
    const failed = (error: Error): void => {
      this.#finish({ kind: 'next', text: `cannot connect to ${address}: ${error.message}` })
    }
    socket.once('error', failed)
    // Whatever it says later is said to the request, or to nobody.
    socket.on('error', () => undefined)
    socket.once('secureConnect', () => {
      if (this.#patience) this.#timers.clear(this.#patience)
      socket.off('error', failed)
      if (this.#request.verify && !socket.authorized) this.#finish(distrusted(socket, host))
      else this.#ask(socket, address)
    })
  }

  #ask(socket: TLSSocket, address: string): void {
    const { method, host, port, path, headers = {}, body, limits } = this.#request
    const authority = isIP(host) === 6 ? `[${host}]` : host
    const lost = (error: Error): void => {
      const isOverflow = 'code' in error && error.code === 'HPE_HEADER_OVERFLOW'
      if (isOverflow) this.#tooLarge('header', limits.headerOctets)
      else this.#finish({ kind: 'failed', text: `no whole response: ${error.message}` })
    }
    let asked: ClientRequest
    try {
      asked = requestHttp({
        method,
        path,
        headers: {
          host: port === 443 ? authority : `${authority}:${port}`,
          ...(body === undefined ? {} : { 'content-length': String(body.length) }),
          ...headers,
        },
        maxHeaderSize: limits.headerOctets,
        createConnection: () => socket,
      })
    } catch (error) {
      // A path or a header that HTTP has no room for.
      this.#finish({ kind: 'failed', text: String(error) })
      return
    }
    asked.on('error', lost)
    asked.on('close', () => lost(new Error('the connection was closed')))
    asked.on('response', (response) => this.#take(response, address, lost))
    asked.end(body)
  }

  #take(response: IncomingMessage, address: string, lost: (error: Error) => void): void {
    const { bodyOctets } = this.#request.limits
    const pieces: Buffer[] = []
    let octets = 0
    response.on('error', lost)
    response.on('data', (piece: Buffer) => {
      octets += piece.length
      if (octets > bodyOctets) this.#tooLarge('body', bodyOctets)
      else pieces.push(piece)
    })
    response.on('end', () => {
      this.#finish({
        kind: 'response',
        status: response.statusCode ?? 0,
        headers: firstHeaders(response.rawHeaders),
        body: Buffer.concat(pieces),
        address,
      })
    })
  }

  #tooLarge(what: string, octets: number): void {
    this.#finish({ kind: 'too-large', text: `the ${what} exceeds ${octets} octets` })
  }
}

/** RFC 8461 §3.3 wants a DNS-ID; a common name alone, which node would take, is none. */
function checkNames(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname === undefined) {
    return Object.assign(new Error('the certificate has no subjectAltName'), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  }
  return checkServerIdentity(host, certificate)
}

function distrusted(socket: TLSSocket, host: string): HttpsResult {
  // Declared as an error; what is there is its code.
  const code = String(socket.authorizationError)
  return { kind: 'certificate', code, text: `the certificate is not right for ${host}: ${code}` }
}

/** By lower case name; of those that come more than once, the first. */
function firstHeaders(raw: readonly string[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? ''
    if (!headers.has(name)) headers.set(name, raw[index + 1] ?? '')
  }
  return Object.fromEntries(headers)
}

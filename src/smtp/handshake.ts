import { isIP } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { type Certificate, readCertificate } from '../crypto/index.ts'
import type { ProbeRequest, TlsFacts } from './types.ts'

/**
 * How TLS is asked for. The chain is accepted whatever it is, since others judge it; `ca` only
 * serves the opinion of WebPKI. Ciphers without authentication are never offered (RFC 7672 §8.2
 * allows them only where there is no DANE), nor is anything before TLS 1.2 (RFC 8996).
 */
export function tlsOptions(request: ProbeRequest): ConnectionOptions {
  const { serverName, ca } = request
  return {
    minVersion: 'TLSv1.2',
    ciphers: 'HIGH:!aNULL:!eNULL:!PSK:!SRP',
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
    // RFC 6066 §3: SNI carries names, never addresses.
    ...(serverName === undefined || isIP(serverName) !== 0
      ? { checkServerIdentity: () => undefined }
      : { servername: serverName }),
  }
}

/**
 * What a finished handshake says. The chain comes from the peer's own list: node's
 * `getPeerCertificate` follows issuers instead, which loses certificates that are out of order or
 * lead nowhere, and DANE-TA may need those (RFC 7671 §5.2.2). At most `chainLength` are read.
 */
export function tlsFacts(socket: TLSSocket, chainLength: number): TlsFacts {
  // Declared as an error; what is there is its code, or null.
  const error: unknown = socket.authorizationError
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    chain: sentChain(socket, chainLength),
    webPkiError: socket.authorized ? undefined : String(error),
  }
}

/** The certificates that the peer sent, in its order; a certificate that cannot be read ends it. */
function sentChain(socket: TLSSocket, chainLength: number): Certificate[] {
  const chain: Certificate[] = []
  let sent = socket.getPeerX509Certificate()
  while (sent !== undefined && chain.length < chainLength) {
    const certificate = readCertificate(sent.raw)
    if (certificate === undefined) break
    chain.push(certificate)
    sent = sent.issuerCertificate
  }
  return chain
}

import https from 'node:https'
import type net from 'node:net'
import type { Credential } from './mail-hosts.ts'

/** A web server with one policy. */
export interface PolicyHost {
  readonly port: number
  /** `Host` and path of every request. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Starts a web server that answers every request alike. */
export function openPolicyHost(
  address: string,
  credential: Credential,
  body: string,
): Promise<PolicyHost> {
  const requests: string[] = []
  const server = https.createServer(
    { key: credential.key, cert: credential.chain },
    (request, response) => {
      requests.push(`${request.headers.host}${request.url}`)
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.end(body)
    },
  )
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, address, () => {
      resolve({
        port: (server.address() as net.AddressInfo).port,
        requests,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}

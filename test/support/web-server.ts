import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { Test } from 'tap'

/** An HTTPS server at a free port of loopback, until the test is over. */
export async function webServer(
  t: Test,
  tls: TlsOptions,
  respond: RequestListener,
  address = '127.0.0.1',
): Promise<{ readonly port: number; readonly connections: () => number }> {
  const server = createServer(tls, respond)
  let connections = 0
  server.on('connection', () => connections++)
  server.listen(0, address)
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

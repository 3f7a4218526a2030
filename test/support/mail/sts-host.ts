import { once } from 'node:events'
import { createServer } from 'node:https'
import type { Test } from 'tap'
import { chainPem, type Issued, issue } from '../certificates.ts'

/** A policy that a domain publishes. */
export interface PublishedPolicy {
  /** Without its final dot. */
  readonly domain: string
  readonly mode: 'enforce' | 'testing'
  readonly mx: readonly string[]
}

/** Where the policies of all domains are fetched from. */
export const policyAddress = '127.0.2.1'

/**
 * Publishes MTA-STS policies at port 443 of a network of one's own, with a certificate of `ca`.
 *
 * @returns the records that go with them, below `test.`
 */
export async function publishPolicies(
  t: Test,
  policies: readonly PublishedPolicy[],
  ca: Issued,
): Promise<string> {
  const names = policies.map(({ domain }) => `mta-sts.${domain}`)
  const certificate = await issue({ names, issuer: ca })
  const tls = { key: certificate.keyPem, cert: chainPem(certificate, ca) }
  const server = createServer(tls, (request, response) => {
    const policy = policies.find(({ domain }) => request.headers.host === `mta-sts.${domain}`)
    if (policy === undefined || request.url !== '/.well-known/mta-sts.txt') {
      response.writeHead(404).end()
      return
    }
    const { mode, mx } = policy
    const lines = [
      'version: STSv1',
      `mode: ${mode}`,
      'max_age: 86400',
      ...mx.map((h) => `mx: ${h}`),
    ]
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end(lines.join('\n'))
  })
  server.listen(443, policyAddress)
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return policies
    .map(
      ({ domain }) =>
        `_mta-sts.${domain}. TXT "v=STSv1; id=1"\nmta-sts.${domain}. A ${policyAddress}\n`,
    )
    .join('')
}

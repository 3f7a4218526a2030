import 'reflect-metadata'
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Test } from 'tap'
import { authority, issue } from './certificates.ts'

/** An ACME directory (RFC 8555) for one client that is trusted: no signature is verified. */
export interface AcmeDirectory {
  readonly url: string
  /** The authority of its TLS certificate, as PEM. */
  readonly caPem: string
}

interface Jwk {
  readonly crv: string
  readonly kty: string
  readonly x: string
  readonly y: string
}

function decode(text: string): unknown {
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
}

/** The digest that a dns-01 challenge wants to see in TXT (RFC 8555 §8.1, §8.4; RFC 7638). */
function digestFor(token: string, { crv, kty, x, y }: Jwk): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')
  return sha256(`${token}.${sha256(JSON.stringify({ crv, kty, x, y }))}`)
}

async function bodyOf(request: IncomingMessage): Promise<{ protected: string; payload: string }> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

/**
 * Starts a directory on loopback that issues to whoever meets a dns-01 challenge. `verify` is given
 * the name and the text that has to be in its TXT, once the client says that it is there.
 */
export async function acmeDirectory(
  t: Test,
  domain: string,
  verify: (name: string, text: string) => Promise<boolean>,
): Promise<AcmeDirectory> {
  const ca = await authority()
  const own = await issue({ names: ['localhost'], issuer: ca })
  const token = 'a-token-of-the-directory'
  let jwk: Jwk | undefined
  let state: 'pending' | 'valid' | 'invalid' = 'pending'
  let chain: string | undefined
  const server = createServer({ cert: own.pem, key: own.keyPem }, (request, response) => {
    void respond(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const challenge = () => ({ type: 'dns-01', url: `${url}/challenge`, token, status: state })
  const order = () => ({
    status: chain ? 'valid' : state === 'valid' ? 'ready' : 'pending',
    identifiers: [{ type: 'dns', value: domain }],
    authorizations: [`${url}/authorization`],
    finalize: `${url}/finalize`,
    ...(chain && { certificate: `${url}/certificate` }),
  })
  const posts: Readonly<Record<string, (payload: unknown) => Promise<object> | object | string>> = {
    '/account': () => ({ status: 'valid' }),
    '/order': order,
    '/order/1': order,
    '/authorization': () => ({
      ...{ status: state, identifier: { type: 'dns', value: domain }, challenges: [challenge()] },
    }),
    '/challenge': async () => {
      const name = `_acme-challenge.${domain}.`
      const isMet = state === 'valid' || (jwk && (await verify(name, digestFor(token, jwk))))
      state = isMet ? 'valid' : 'invalid'
      return challenge()
    },
    '/finalize': async (payload) => {
      const { csr } = payload as { readonly csr: string }
      const wanted = new Pkcs10CertificateRequest(Buffer.from(csr, 'base64url'))
      const certificate = await X509CertificateGenerator.create({
        ...{ serialNumber: '77', subject: `CN=${domain}`, issuer: ca.subject },
        notBefore: new Date('2020-01-01'),
        notAfter: new Date('2040-01-01'),
        publicKey: wanted.publicKey,
        signingKey: ca.keys.privateKey,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
        extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: domain }])],
      })
      chain = `${certificate.toString('pem')}\n${ca.pem}`
      return order()
    },
    '/certificate': () => chain ?? '',
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    response.setHeader('Replay-Nonce', 'nonce')
    if (path === '/directory') {
      const newNonce = `${url}/nonce`
      const directory = { newNonce, newAccount: `${url}/account`, newOrder: `${url}/order` }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(directory))
      return
    }
    const post = posts[path]
    if (request.method !== 'POST' || !post) {
      response.writeHead(path === '/nonce' ? 200 : 404).end()
      return
    }
    const body = await bodyOf(request)
    jwk ??= (decode(body.protected) as { readonly jwk?: Jwk }).jwk
    const answer = await post(body.payload === '' ? {} : decode(body.payload))
    if (path === '/account') response.setHeader('Location', `${url}/account/1`)
    if (path === '/order' || path === '/finalize') response.setHeader('Location', `${url}/order/1`)
    const isMade = path === '/account' || path === '/order'
    const type =
      typeof answer === 'string' ? 'application/pem-certificate-chain' : 'application/json'
    response.writeHead(isMade ? 201 : 200, { 'content-type': type })
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  }
  return { url: `${url}/directory`, caPem: ca.pem }
}

import { createHash, X509Certificate } from 'node:crypto'
import {
  authority,
  type CertificateOptions,
  chainPem,
  type Issued,
  issue,
} from '../certificates.ts'
import type { Credential } from './mail-hosts.ts'

/** What a server presents; what is left out is as it should be. */
export interface ChainSpec {
  /** Of the end entity; by default its name is the server's. */
  readonly leaf?: CertificateOptions
}

/** A chain with all that belongs to it, sent or not. */
export interface Presented extends Credential {
  readonly leaf: Issued
  readonly anchor: Issued
  /** TLSA RDATA for a certificate of it: `leaf` or `anchor`. */
  tlsa(numbers: readonly [number, number, number], of: 'leaf' | 'anchor'): string
}

function spkiOf({ der }: Issued): Buffer {
  return new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' })
}

function association(certificate: Issued, selector: number, matching: number): string {
  const octets = selector === 1 ? spkiOf(certificate) : certificate.der
  if (matching === 0) return Buffer.from(octets).toString('hex')
  return createHash(matching === 2 ? 'sha512' : 'sha256')
    .update(octets)
    .digest('hex')
}

/** Makes a chain for a server: end entity and anchor. */
export async function present(names: readonly string[], spec: ChainSpec = {}): Promise<Presented> {
  const anchor = await authority({ subject: `CN=Authority of ${names[0]}` })
  const leaf = await issue({ names, issuer: anchor, ...spec.leaf })
  return {
    leaf,
    anchor,
    key: leaf.keyPem,
    chain: chainPem(leaf, anchor),
    tlsa: ([usage, selector, matching], of) => {
      const data = association(of === 'leaf' ? leaf : anchor, selector, matching)
      return `${usage} ${selector} ${matching} ${data}`
    },
  }
}

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
  readonly intermediate?: CertificateOptions
  readonly anchor?: CertificateOptions
  /** The end entity is its own issuer, and alone. */
  readonly selfSigned?: boolean
  /** What is left out of the chain as sent. */
  readonly omit?: readonly ('intermediate' | 'anchor')[]
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

/** Makes a chain for a server: end entity, perhaps an intermediate, and an anchor. */
export async function present(names: readonly string[], spec: ChainSpec = {}): Promise<Presented> {
  const anchor = await authority({ subject: `CN=Authority of ${names[0]}`, ...spec.anchor })
  const intermediate = spec.intermediate
    ? await issue({
        subject: 'CN=Lab Intermediate',
        ca: true,
        issuer: anchor,
        ...spec.intermediate,
      })
    : undefined
  const issuer = intermediate ?? anchor
  const leaf = await issue({ names, ...(spec.selfSigned ? {} : { issuer }), ...spec.leaf })
  const chain = [leaf]
  if (!spec.selfSigned) {
    if (intermediate && !spec.omit?.includes('intermediate')) chain.push(intermediate)
    if (!spec.omit?.includes('anchor')) chain.push(anchor)
  }
  return {
    leaf,
    anchor,
    key: leaf.keyPem,
    chain: chainPem(...chain),
    tlsa: ([usage, selector, matching], of) => {
      const data = association(of === 'leaf' ? leaf : anchor, selector, matching)
      return `${usage} ${selector} ${matching} ${data}`
    },
  }
}

import type { UnixSeconds } from '../base/index.ts'
import {
  certificatesToPem,
  digest,
  issueCertificate,
  type PrivateKey,
  privateKeyFromSecret,
  privateKeyToPem,
  readCertificate,
  sha256,
} from '../crypto/index.ts'
import type { CertificateSpec, ChainSpec } from './types.ts'

/** A private key and a chain, end entity first, as PEM. */
export interface Credential {
  readonly key: string
  readonly chain: string
}

/** A chain with all that belongs to it, sent or not. */
export interface Presented extends Credential {
  /** PEM of the authority at its top. */
  readonly anchor: string
  /** TLSA RDATA for a certificate of it, as text: `leaf` or `anchor`. */
  tlsa(numbers: readonly [number, number, number], of: 'leaf' | 'anchor'): string
}

/** Makes keys and certificates. */
export interface Mint {
  /** The authority of all chains that have none of their own, PEM. */
  readonly authority: string
  /**
   * A chain for a server of these names; the first is its common name. The label tells it from all
   * others of the mint, and is all that its keys come of.
   */
  present(label: string, names: readonly string[], spec?: ChainSpec): Presented
}

/** A certificate with its key. */
interface Issued {
  readonly commonName: string
  readonly key: PrivateKey
  readonly der: Uint8Array
}

const day = 86_400
/** Certificates are valid so long before and after now, whichever clock looks at them. */
const validSeconds = 3650 * day
/**
 * Names that its authorities can vouch for (RFC 5280 §4.2.1.10): those that nobody has (RFC 6761
 * §6.2, §6.5). Whoever knows the seed has their keys, so a machine that trusts them must lose
 * nothing by it.
 */
const permitted: readonly string[] = ['test', 'example']
/** Octets of serial numbers. */
const serialOctets = 12

/**
 * Opens a mint. The seed and the time are all that its certificates come of: keys are digests of
 * the seed, signatures are deterministic (RFC 6979), dates are relative to now.
 */
export function openMint(seed: string, now: UnixSeconds): Mint {
  const draw = (label: string) => sha256(Buffer.from(`${seed} certificate ${label}`))

  function issue(
    label: string,
    commonName: string,
    { from = -validSeconds, to = validSeconds }: CertificateSpec,
    { issuer, ...rest }: { issuer?: Issued; dnsNames?: readonly string[]; isCa?: boolean },
  ): Issued {
    const key = privateKeyFromSecret(13, draw(`key of ${label}`), { deterministic: true })
    const serial = draw(`serial of ${label} at ${now}`).slice(0, serialOctets)
    // Neither zero nor negative (RFC 5280 §4.1.2.2).
    serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
    const der = issueCertificate({
      ...{ serial, commonName, key, dnsNames: [], isCa: false, ...rest },
      ...(rest.isCa && { permitted }),
      notBefore: (now + from) as UnixSeconds,
      notAfter: (now + to) as UnixSeconds,
      issuer: issuer ?? { commonName, key },
    })
    return { commonName, key, der }
  }

  const shared = issue('authority', 'Danelaw Lab Authority', {}, { isCa: true })
  return {
    authority: certificatesToPem(shared.der),
    present(label, names, spec = {}) {
      const { leaf: leafSpec = {}, intermediate: between, omit = [], selfSigned = false } = spec
      const anchor = spec.anchor
        ? issue(`authority of ${label}`, `Authority of ${label}`, spec.anchor, { isCa: true })
        : shared
      const intermediate =
        between &&
        issue(`intermediate of ${label}`, `Intermediate of ${label}`, between, {
          isCa: true,
          issuer: anchor,
        })
      const commonName = leafSpec.commonName ?? names[0] ?? label
      const leaf = issue(label, commonName, leafSpec, {
        dnsNames: names,
        ...(selfSigned ? {} : { issuer: intermediate ?? anchor }),
      })
      const chain = [leaf]
      if (!selfSigned) {
        if (intermediate && !omit.includes('intermediate')) chain.push(intermediate)
        if (!omit.includes('anchor')) chain.push(anchor)
      }
      return {
        key: privateKeyToPem(leaf.key),
        chain: certificatesToPem(...chain.map(({ der }) => der)),
        anchor: certificatesToPem(anchor.der),
        tlsa: (numbers, of) => tlsaText(numbers, of === 'leaf' ? leaf : anchor),
      }
    },
  }
}

/** RFC 6698 §2.1. */
function tlsaText([usage, selector, matching]: readonly number[], { der }: Issued): string {
  const octets = selector === 1 ? (readCertificate(der)?.spki ?? der) : der
  const data = matching === 0 ? octets : digest(matching === 2 ? 'sha512' : 'sha256', octets)
  return `${usage} ${selector} ${matching} ${Buffer.from(data).toString('hex')}`
}

import { CodedError } from '../base/index.ts'

/** A DNSSEC algorithm that this server can verify, and perhaps sign with. */
export interface Algorithm {
  /** Its number in DNSKEY, RRSIG and DS, 0 to 255. */
  readonly number: number
  /** Its name in the IANA registry, upper case. */
  readonly mnemonic: string
  /** Octets of every signature, or 0 when that depends on the key (RSA). */
  readonly signatureOctets: number
  /** Octets of the public key field, or 0 when that depends on the key (RSA). */
  readonly publicKeyOctets: number
  /** Whether keys of it can be made, kept and signed with here. */
  readonly signs: boolean
}

/**
 * The algorithms, by rising number. Those with SHA-1, MD5 or DSA are left out: RFC 8624 §3.1 has
 * nobody sign with them, and a validator does well to treat them as unknown.
 */
const algorithms: readonly Algorithm[] = [
  row(8, 'RSASHA256', 0, 0, false),
  row(10, 'RSASHA512', 0, 0, false),
  row(13, 'ECDSAP256SHA256', 64, 64, true),
  row(14, 'ECDSAP384SHA384', 96, 96, true),
  row(15, 'ED25519', 64, 32, true),
  row(16, 'ED448', 114, 57, false),
]

function row(
  number: number,
  mnemonic: string,
  signatureOctets: number,
  publicKeyOctets: number,
  signs: boolean,
): Algorithm {
  return { number, mnemonic, signatureOctets, publicKeyOctets, signs }
}

/** The algorithm with this number, or undefined when it is not one of ours. */
export function algorithmByNumber(number: number): Algorithm | undefined {
  return algorithms.find((algorithm) => algorithm.number === number)
}

/**
 * Reads an algorithm as people write it: its number, or its mnemonic in any case.
 *
 * @throws {CodedError} `algorithm-unknown`
 */
export function parseAlgorithm(text: string): Algorithm {
  const upper = text.toUpperCase()
  const found = algorithms.find(
    (algorithm) => algorithm.mnemonic === upper || String(algorithm.number) === upper,
  )
  if (found) return found
  const known = algorithms.map((algorithm) => algorithm.mnemonic).join(', ')
  throw new CodedError(
    'algorithm-unknown',
    `Cannot read algorithm ${JSON.stringify(text)}: expected one of ${known}, or its number`,
  )
}

/**
 * The algorithm with this number, which must be one to sign with: 13, 14 or 15.
 *
 * @throws {CodedError} `algorithm-unknown`
 */
export function signingAlgorithm(number: number): Algorithm {
  const algorithm = algorithmByNumber(number)
  if (algorithm?.signs) return algorithm
  throw new CodedError(
    'algorithm-unknown',
    `Cannot sign with algorithm ${number}: expected 13, 14 or 15`,
  )
}

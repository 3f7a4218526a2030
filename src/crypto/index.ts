/**
 * crypto: what DNSSEC asks of cryptography, and nothing of its policy.
 *
 * In go octets: what is to be signed or was signed (RFC 4034 §3.1.8.1 builds it elsewhere), public
 * key fields of DNSKEYs, secrets. Out come signatures as RRSIGs carry them, verdicts, key tags, DS
 * RDATA and NSEC3 hashes. Algorithms: 13, 14 (RFC 6605) and 15 (RFC 8080) to sign with; those and
 * 8, 10 (RFC 5702) and 16 to verify with. Laboratories sign with those and older ones of RSA too.
 * DS digests: 1 (RFC 4034), 2 (RFC 4509), 4 (RFC 6605).
 *
 * Certificates (RFC 5280) are read here too, for whoever judges them, and written for labs.
 *
 * Private keys that rest elsewhere than in files are sealed here (AES-256-GCM), for one zone each.
 *
 * Invariants: pure but for `generatePrivateKey`, `generateSealingKeyText`, `seal` and
 * `randomOctets`, which draw on the system.
 * Verifying never throws, whatever the octets. Keys are made ready once, never per signature. This
 * is the only room that imports node:crypto's signatures and hashes, and `deterministic.ts` in it
 * the only module that imports @noble/curves. Secrets are never logged, quoted or part of JSON.
 */

export { type Algorithm, algorithmByNumber, parseAlgorithm } from './algorithms.ts'
export { certificatesFromPem, readCertificate, readSpki } from './certificate.ts'
export type { Certificate, SubjectKey } from './certificate-type.ts'
export { dsRdata, type KeyTag, keyTag } from './delegation.ts'
export { digest, equalOctets, nsec3Hash, sha256 } from './digests.ts'
export {
  type CertificateRequest,
  certificatesToPem,
  type Issuer,
  issueCertificate,
} from './issue.ts'
export { ed448SigningKey, isRsa, type RsaNumbers, rsaSigningKey } from './other-keys.ts'
export { publicHalfOfPem } from './public-half.ts'
export { randomOctets } from './random.ts'
export {
  generateSealingKeyText,
  parseSealingKey,
  type SealedFor,
  type SealingKey,
  seal,
  sealingKeyId,
  unseal,
} from './seal.ts'
export { equalSecrets } from './secrets.ts'
export {
  generatePrivateKey,
  type PrivateKey,
  privateKeyFromPem,
  privateKeyFromSecret,
  privateKeyToPem,
  type SigningKey,
  type SigningOptions,
} from './sign.ts'
export { type Verdict, type VerifyingKey, verifyingKey, verifySignature } from './verify.ts'

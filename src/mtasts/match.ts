import type { Certificate } from '../crypto/index.ts'
import { formatHost, type Name, parentName } from '../wire/index.ts'
import type { StsPolicy } from './types.ts'

/** What is wrong with the certificate of an MX host, by the result types of RFC 8460 §4.3.1. */
export interface StsCertificateProblem {
  readonly type: 'certificate-host-mismatch' | 'certificate-expired' | 'certificate-not-trusted'
  readonly text: string
}

/** Whether an MX host is one that the policy names (RFC 8461 §4.1). */
export function matchesMx(policy: StsPolicy, host: Name): boolean {
  return policy.mx.some((pattern) => matches(pattern, host))
}

/**
 * Judges the certificate of an MX host (RFC 8461 §4.2): it has to chain to an authority, to be
 * within its dates, and to have the host's name among its dNSNames; a common name is none. The
 * first two are told by `webPkiError`, the opinion of who spoke TLS; if that opinion is about the
 * name, the name is looked at here instead, as it may have been compared with another.
 *
 * @returns undefined when nothing is wrong
 */
export function checkStsCertificate(
  certificate: Certificate | undefined,
  webPkiError: string | undefined,
  host: Name,
): StsCertificateProblem | undefined {
  if (webPkiError === 'CERT_HAS_EXPIRED') {
    return { type: 'certificate-expired', text: 'the certificate, or one above it, has expired' }
  }
  if (webPkiError !== undefined && webPkiError !== 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const text = `the certificate is not trusted: ${webPkiError}`
    return { type: 'certificate-not-trusted', text }
  }
  if (certificate?.dnsNames.some((name) => matches(name.toLowerCase(), host)) === true) {
    return undefined
  }
  return {
    type: 'certificate-host-mismatch',
    text: `the certificate does not name ${formatHost(host)}`,
  }
}

/** A wildcard stands for the whole first label, and for one label only. */
function matches(pattern: string, host: Name): boolean {
  if (!pattern.startsWith('*.')) return pattern === formatHost(host)
  return pattern.slice(2) === formatHost(parentName(host))
}

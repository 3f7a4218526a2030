import type { Certificate } from '../crypto/index.ts'
import { equalNames, formatHost, type Name } from '../wire/index.ts'

/** What host names in certificates are made of; anything else names no host of ours. */
const hostPattern = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/

/**
 * The host names of a certificate, in lower case: its dNSNames, or, only when it has none at all,
 * its common name (RFC 7672 §3.2.3). Names are compared as A-labels; what is no host name is left
 * out.
 */
export function certificateNames(certificate: Certificate): readonly string[] {
  const { dnsNames, commonName } = certificate
  const names = dnsNames.length > 0 || commonName === undefined ? dnsNames : [commonName]
  return names.map((name) => name.toLowerCase()).filter((name) => hostPattern.test(name))
}

/** Whether a certificate has one of the reference names (RFC 7672 §3.2.3). */
export function hasReferenceName(
  certificate: Certificate,
  referenceNames: readonly Name[],
): boolean {
  const presented = certificateNames(certificate)
  return referenceNames.some((reference) => {
    const text = formatHost(reference)
    return presented.some((name) => matchesHost(name, text))
  })
}

/** RFC 7672 §3.2.3: a wildcard is the whole first label, and stands for exactly one. */
function matchesHost(presented: string, reference: string): boolean {
  if (!presented.startsWith('*.')) return presented === reference
  const dot = reference.indexOf('.')
  return dot > 0 && reference.slice(dot + 1) === presented.slice(2)
}

/**
 * Whether a name lies within the dNSName constraints of an authority (RFC 5280 §4.2.1.10): below
 * one that is permitted, if any are, and below none that is excluded.
 */
export function meetsConstraints(
  name: string,
  { permitted, excluded }: NonNullable<Certificate['nameConstraints']>,
): boolean {
  const lower = name.toLowerCase()
  const isWithin = (subtree: string): boolean => isBelow(lower, subtree.toLowerCase())
  return (permitted.length === 0 || permitted.some(isWithin)) && !excluded.some(isWithin)
}

/** Zero or more labels in front satisfy; a leading dot, which many write, wants at least one. */
function isBelow(name: string, subtree: string): boolean {
  if (subtree === '' || name === subtree) return true
  return name.endsWith(subtree.startsWith('.') ? subtree : `.${subtree}`)
}

/** How a host was found; the names it may go by follow from it. */
export interface ReferenceQuestion {
  /** Where the TLSA records in force are: the MX host, or what it is an alias of. */
  readonly tlsaBase: Name
  /** The domain that the mail is for, as it was before any alias. */
  readonly nextHop: Name
  /** The domain after its alias, when it is one; else the same. */
  readonly expandedNextHop: Name
  /** Whether the host was found in MX records. */
  readonly isMx: boolean
  /** Whether those records, and the alias before them, were secure. */
  readonly mxSecure: boolean
}

/**
 * The names that a certificate of DANE-TA may have, each once (RFC 7672 §3.2.2). An insecure MX
 * could have been forged to lead here, so the domain may not vouch for the host then.
 */
export function referenceNames(question: ReferenceQuestion): readonly Name[] {
  const { tlsaBase, nextHop, expandedNextHop, isMx, mxSecure } = question
  const names = [tlsaBase]
  if (!isMx) names.push(nextHop)
  else if (mxSecure) names.push(nextHop, expandedNextHop)
  return names.filter((name, at) => names.findIndex((other) => equalNames(other, name)) === at)
}

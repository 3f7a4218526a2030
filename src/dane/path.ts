import { type Certificate, equalOctets, readCertificate } from '../crypto/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import { mostTelling } from './failures.ts'
import { certificateNames, hasReferenceName, meetsConstraints } from './names.ts'
import { Matching, Selector, selects } from './tlsa.ts'
import type { AnchorDates, JudgedTlsa, MatchFailure, RecordMatch } from './types.ts'

/** Steps of one search for a path: certificates that all issue each other have too many paths. */
const pathStepsMax = 512

/** What a path to a trust anchor is looked for in. */
export interface AnchorQuestion {
  readonly leaf: Certificate
  /** As sent, the leaf first. */
  readonly chain: readonly Certificate[]
  readonly referenceNames: readonly Name[]
  readonly now: number
  readonly anchorDates?: AnchorDates
  /** Whether the second issued the first. */
  readonly issued: (certificate: Certificate, issuer: Certificate) => boolean
}

/** From the leaf up; `anchor` is the certificate that ends it, undefined for a bare key. */
interface Path {
  readonly certificates: readonly Certificate[]
  readonly anchor: Certificate | undefined
}

interface Failure {
  readonly failure: MatchFailure
  readonly text: string
}

/**
 * Matches a DANE-TA record (RFC 7671 §5.2): a trust anchor that it selects, above the server's
 * certificate, from which valid certificates lead to the server's, which has a reference name
 * (RFC 7672 §3.1.2, §3.2.2). The server must have sent the anchor, but one that the record holds in
 * full is known anyway (RFC 7671 §5.2.2, §5.2.3).
 *
 * The server's own certificate is never the anchor, not even when it is self-signed: who wants that
 * publishes DANE-EE. OpenSSL takes it likewise.
 */
export function matchAnchor(tlsa: JudgedTlsa, question: AnchorQuestion): RecordMatch {
  const { leaf, chain } = question
  const failures: Failure[] = []
  for (const path of paths(tlsa, question)) {
    const failure = checkPath(path, question)
    if (!failure) return matched(tlsa, path, chain)
    failures.push(failure)
  }
  const { failure, text } = mostTelling(failures) ?? whyNoPath(tlsa, question)
  const depth = chain.findIndex((one) => one !== leaf && selects(tlsa.record, one))
  return { tlsa, matched: false, failure, text, depth: depth < 0 ? undefined : depth }
}

function matched(tlsa: JudgedTlsa, path: Path, chain: readonly Certificate[]): RecordMatch {
  const { anchor } = path
  const at = anchor ? chain.indexOf(anchor) : -1
  const depth = at < 0 ? undefined : at
  const what = anchor ? `the trust anchor ${anchor.subject}` : 'the key of a trust anchor'
  const text = `It matches ${what}, which vouches for the server's certificate`
  return { tlsa, matched: true, failure: undefined, text, depth }
}

/** The certificates above the leaf, and the one in the record when it has one in full. */
function pool({ record }: JudgedTlsa, { leaf, chain }: AnchorQuestion): readonly Certificate[] {
  const above = chain.filter((one) => !equalOctets(one.der, leaf.der))
  if (record.selector !== Selector.cert || record.matching !== Matching.full) return above
  if (equalOctets(record.data, leaf.der) || above.some((one) => selects(record, one))) return above
  const supplied = readCertificate(record.data)
  return supplied ? [...above, supplied] : above
}

/** Every path from the leaf to an anchor of the record, in the order of a search that goes deep. */
function* paths(tlsa: JudgedTlsa, question: AnchorQuestion): Generator<Path> {
  const { record } = tlsa
  const above = pool(tlsa, question)
  const isSent = above.some((one) => selects(record, one))
  const isBareKey = record.selector === Selector.spki && record.matching === Matching.full
  const signed = new Map<Certificate, boolean>()
  const pending: (readonly Certificate[])[] = [[question.leaf]]
  for (let steps = 0; steps < pathStepsMax; steps++) {
    const certificates = pending.pop()
    const top = certificates?.at(-1)
    if (!certificates || !top) return
    if (certificates.length > 1 && selects(record, top)) yield { certificates, anchor: top }
    // RFC 7671 §5.2.3: only when no certificate of that key was sent.
    else if (isBareKey && !isSent && isSigned(top, record.data, signed)) {
      yield { certificates, anchor: undefined }
    }
    for (const issuer of above) {
      if (certificates.includes(issuer) || !question.issued(top, issuer)) continue
      pending.push([...certificates, issuer])
    }
  }
}

/** Whether a bare key signed a certificate; checked once, however many paths lead there. */
function isSigned(top: Certificate, key: Uint8Array, known: Map<Certificate, boolean>): boolean {
  const found = known.get(top) ?? top.isSignedBy(key)
  known.set(top, found)
  return found
}

function whyNoPath(tlsa: JudgedTlsa, question: AnchorQuestion): Failure {
  const { record } = tlsa
  if (selects(record, question.leaf)) {
    const text = "It matches the server's own certificate, which is no trust anchor: usage 3 is"
    return { failure: 'no-match', text }
  }
  const isKnown = record.matching === Matching.full
  if (isKnown || pool(tlsa, question).some((one) => selects(record, one))) {
    const text = "No chain of signatures leads from the trust anchor to the server's certificate"
    return { failure: 'chain-broken', text }
  }
  const text = 'No certificate above that of the server matches it; the anchor must be sent along'
  return { failure: 'trust-anchor-missing', text }
}

/** What is wrong with a path whose signatures are right: authority, then dates, then names. */
function checkPath(path: Path, question: AnchorQuestion): Failure | undefined {
  return (
    checkAuthority(path.certificates, question.leaf) ??
    checkDates(path, question) ??
    checkName(question.leaf, question.referenceNames)
  )
}

/** RFC 5280 §6.1.4: authorities, the length of the path, and names within their constraints. */
function checkAuthority(
  certificates: readonly Certificate[],
  leaf: Certificate,
): Failure | undefined {
  for (const [at, certificate] of certificates.entries()) {
    const { subject, isCa, pathLength, nameConstraints } = certificate
    const refuse = (why: string): Failure => ({ failure: 'constraint', text: `${subject} ${why}` })
    if (certificate.hasUnknownCritical) return refuse('has a critical extension nobody knows')
    if (!certificate.serverAuth) return refuse('is not meant for TLS servers')
    if (at === 0) continue
    if (!isCa) return refuse('is no authority, and yet issued a certificate')
    // What is self-issued, such as a key rolled over, counts for neither (RFC 5280 §6.1.4).
    const intermediates = certificates.slice(1, at).filter((one) => one.subject !== one.issuer)
    if (pathLength !== undefined && intermediates.length > pathLength) {
      return refuse(`allows ${pathLength} authorities below it, and there are more`)
    }
    if (!nameConstraints) continue
    const outside = [
      ...certificateNames(leaf),
      ...intermediates.flatMap((one) => one.dnsNames),
    ].find((name) => !meetsConstraints(name, nameConstraints))
    if (outside !== undefined) return refuse(`may not vouch for ${outside}`)
  }
  return undefined
}

function checkDates(path: Path, question: AnchorQuestion): Failure | undefined {
  const { now, anchorDates = 'self-issued' } = question
  for (const certificate of path.certificates) {
    const { subject, notBefore, notAfter } = certificate
    const isRoot = subject === certificate.issuer
    const isChecked = anchorDates === 'always' || (anchorDates === 'self-issued' && isRoot)
    if (certificate === path.anchor && !isChecked) continue
    if (now > notAfter) {
      return { failure: 'expired', text: `${subject} expired on ${dateText(notAfter)}` }
    }
    if (now < notBefore) {
      const text = `${subject} is not valid before ${dateText(notBefore)}`
      return { failure: 'not-yet-valid', text }
    }
  }
  return undefined
}

function checkName(leaf: Certificate, references: readonly Name[]): Failure | undefined {
  if (hasReferenceName(leaf, references)) return undefined
  const wanted = references.map(formatHost).join(' or ')
  const found = certificateNames(leaf).join(', ')
  const has = found === '' ? 'no name' : `only ${found}`
  return { failure: 'host-mismatch', text: `The server's certificate has ${has}, not ${wanted}` }
}

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

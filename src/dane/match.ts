import type { Certificate } from '../crypto/index.ts'
import { mostTelling } from './failures.ts'
import { hasReferenceName } from './names.ts'
import { matchAnchor } from './path.ts'
import { selects, Usage } from './tlsa.ts'
import type { JudgedTlsa, MatchFailure, MatchQuestion, MatchResult, RecordMatch } from './types.ts'

/** Certificates of a chain that are looked at; longer ones are cut. */
export const chainLengthMax = 16

/**
 * Says whether a server's certificates are what its TLSA records promise: one record that matches
 * is enough (RFC 6698 §2.1, RFC 7671 §5.1 and §5.2). Costs at most a signature check for each pair
 * of certificates, and for each bare key and certificate.
 */
export function matchChain(question: MatchQuestion): MatchResult {
  const { tlsa, referenceNames, now } = question
  const chain = question.chain.slice(0, chainLengthMax)
  const [leaf] = chain
  const issued = issuanceMemo()
  const records = tlsa.active.map((record): RecordMatch => {
    if (!leaf) return failed(record, 'no-certificate', 'The server sent no certificate')
    return record.record.usage === Usage.daneEe
      ? matchEndEntity(record, leaf)
      : matchAnchor(record, { ...question, chain, leaf, issued })
  })
  const by = records.find(({ matched }) => matched)
  return {
    authenticated: by !== undefined,
    records,
    failure: by ? undefined : mostTelling(records)?.failure,
    by,
    endEntity: leaf && {
      isExpired: now > leaf.notAfter,
      isNotYetValid: now < leaf.notBefore,
      hasName: hasReferenceName(leaf, referenceNames),
    },
  }
}

/**
 * RFC 7671 §5.1, RFC 7672 §3.1.1: the record is about the server's own certificate or key; names,
 * dates and what the rest of the chain says MUST be ignored.
 */
function matchEndEntity(tlsa: JudgedTlsa, leaf: Certificate): RecordMatch {
  if (!selects(tlsa.record, leaf)) {
    return failed(tlsa, 'no-match', "It does not match the server's certificate")
  }
  const text = "It matches the server's certificate"
  return { tlsa, matched: true, failure: undefined, text, depth: 0 }
}

function failed(tlsa: JudgedTlsa, failure: MatchFailure, text: string): RecordMatch {
  return { tlsa, matched: false, failure, text, depth: undefined }
}

/** Remembers who issued whom, so that each signature is checked once, whatever the records. */
function issuanceMemo(): (certificate: Certificate, issuer: Certificate) => boolean {
  const known = new Map<Certificate, Map<Certificate, boolean>>()
  return (certificate, issuer) => {
    const row = known.get(certificate) ?? new Map<Certificate, boolean>()
    known.set(certificate, row)
    const found = row.get(issuer) ?? certificate.isIssuedBy(issuer)
    row.set(issuer, found)
    return found
  }
}

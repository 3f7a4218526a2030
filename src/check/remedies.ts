import type { MatchFailure } from '../dane/index.ts'
import { Ede } from '../message/index.ts'
import { formatType } from '../rr/index.ts'
import type { Reason } from '../validator/index.ts'
import { formatName } from '../wire/index.ts'

const again = 'then check again'

/** What to do about each way in which DNSSEC fails, by its code (RFC 8914). */
const lookupAdvice: Readonly<Record<number, string>> = {
  [Ede.SIGNATURE_EXPIRED]:
    'Sign the zone anew: its signatures have expired. See why the signer stopped renewing them',
  [Ede.SIGNATURE_NOT_YET_VALID]:
    'Set the clock of the signer right and sign the zone anew: its signatures are not valid yet',
  [Ede.SIGNATURE_EXPIRED_BEFORE_VALID]:
    'Sign the zone anew: its signatures expire before they begin',
  [Ede.DNSKEY_MISSING]:
    'Compare the key tags of the DS records in the parent zone with those of the DNSKEY and ' +
    'RRSIG records: have the parent publish the DS of a key that is in use, or put the key back',
  [Ede.RRSIGS_MISSING]:
    'Sign the zone, or have the DS record removed from the parent zone: while it is there, ' +
    'answers without signatures are refused',
  [Ede.NO_ZONE_KEY_BIT]: 'Publish keys with the zone key flag (256 or 257), and sign with them',
  [Ede.NSEC_MISSING]:
    'Make the name servers prove that the records are not there (NSEC or NSEC3): an answer ' +
    'without proof counts as a failure, so mail is deferred',
  [Ede.DNSSEC_BOGUS]:
    'Sign the zone anew, and make sure that all its name servers have the same version: a ' +
    'signature does not fit its records',
  [Ede.NO_REACHABLE_AUTHORITY]:
    'Make the name servers of the zone answer: for each type NOERROR or NXDOMAIN with a proof, ' +
    'never SERVFAIL, REFUSED or silence',
  [Ede.NETWORK_ERROR]:
    'Make the name servers of the zone reachable, over UDP and TCP, and see that firewalls let ' +
    'large answers pass',
}

const lookupAdviceElse =
  'Make the name servers answer this question: NOERROR or NXDOMAIN with a proof, never SERVFAIL, ' +
  'REFUSED or silence. A failed lookup defers mail, also when nothing is published'

/** What to do about a lookup that failed. */
export function adviceForLookup({ ede, subject, key }: Reason): string[] {
  const advice = (ede === undefined ? undefined : lookupAdvice[ede]) ?? lookupAdviceElse
  const where: string[] = []
  if (subject) where.push(`${formatName(subject.owner)} ${formatType(subject.type)}`)
  if (key) where.push(`key ${key.keyTag} of ${formatName(key.zone)}`)
  return [`${advice}; ${again}${where.length === 0 ? '' : ` (${where.join(', ')})`}`]
}

/** What to do about a conversation that did not come to TLS. */
export const conversationAdvice = {
  'no-starttls': `Enable STARTTLS for everybody, and let no firewall take it away; ${again}`,
  'handshake-failed':
    'Make the server complete a handshake of TLS 1.2 or 1.3, whatever name the client sends; its ' +
    `log says why it failed; ${again}`,
  unreachable: `Make the server reachable from outside, or take the address out of DNS; ${again}`,
  rejected: `Make the server talk to strangers; its reply says what it objects to; ${again}`,
} as const

/** What to do about a chain that is not what the TLSA records promise. */
export function adviceForMatch(
  failure: MatchFailure,
  names: { readonly owner: string; readonly base: string; readonly spki: string | undefined },
): string {
  const { owner, base, spki } = names
  const record = spki === undefined ? '' : `: "${owner} IN TLSA 3 1 1 ${spki}"`
  switch (failure) {
    case 'no-match':
    case 'no-certificate':
      return (
        `Publish a TLSA record for the certificate in use${record}; or install the certificate ` +
        `that the records promise. If you changed neither, somebody may be in between; ${again}`
      )
    case 'trust-anchor-missing':
      return (
        'Make the server send its whole chain, the trust anchor included (RFC 7672 §3.1.2); ' +
        again
      )
    case 'chain-broken':
      return `Make the server send the certificates between its own and the trust anchor; ${again}`
    case 'host-mismatch':
      return `Get a certificate that has the name ${base} (RFC 7672 §3.2.2); ${again}`
    case 'expired':
      return (
        'Renew the certificate, publish a TLSA record for the new key, wait for twice its TTL, ' +
        `install the certificate; ${again}`
      )
    case 'not-yet-valid':
      return `Install a certificate that is valid already, or set the clock right; ${again}`
    case 'constraint':
      return `Have a certificate issued that the constraints of its authority allow; ${again}`
  }
}

import type { ExpectedMx } from '../provision/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import type { StatusCode, StatusLine, StatusLines } from './types.ts'
import { mxRecord } from './words.ts'

/** A code's severity and words; `{domain}`, `{record}` and `{host}` are filled in. */
interface CodeRow {
  readonly severity: 'error' | 'warning'
  readonly text: string
  readonly cause: string
  readonly remedy: string
}

const addRecord = 'Publish "{record}" in the zone of {domain}'

/**
 * The codes in the order in which they are told. Texts are those of Exchange Online; what follows
 * them is our own. Where mail reaches the signed host first all the same, it is a warning.
 */
const codeRows: Readonly<Record<StatusCode, CodeRow>> = {
  EG001: {
    severity: 'error',
    text: 'Cannot retrieve DNSSEC feature status for domain [{domain}].',
    cause: '{domain} is not among the accepted domains of the organization',
    remedy: 'Check the spelling; add the domain as an accepted domain and verify it',
  },
  EG002: {
    severity: 'error',
    text: 'Domain [{domain}] is not verified domain of the organization.',
    cause: '{domain} was added, and nobody has proved yet that it is theirs',
    remedy: 'Publish the TXT record with the proof, and verify the domain',
  },
  ED001: {
    severity: 'error',
    text: 'DNS query error occurs when getting MX records for domain [{domain}].',
    cause:
      'The lookup of MX failed: SERVFAIL, REFUSED, no answer in time, or data that does not ' +
      'validate because signatures have expired or DS and DNSKEY records do not fit each other',
    remedy:
      'Make every name server of {domain} answer. If signatures do not validate, take the DS out ' +
      'of the parent zone at the DNS provider first, so that mail flows, then sign anew',
  },
  ED002: {
    severity: 'error',
    text: 'Domain [{domain}] not found.',
    cause: 'DNS says that {domain} does not exist (NXDOMAIN)',
    remedy: 'Check the spelling, the registration and the delegation of {domain}',
  },
  ED003: {
    severity: 'error',
    text: 'Domain [{domain}] found. No authentic MX records found.',
    cause:
      'Either {domain} is not signed, or its parent has no DS for it, or the MX host has no ' +
      'address that DNSSEC vouches for',
    remedy:
      'Enable DNSSEC for {domain} at its DNS provider, have the DS published in the parent zone, ' +
      'and use an MX host in a signed zone',
  },
  EX002: {
    severity: 'error',
    text: 'MX record value did not match the expected one.',
    cause: 'The only MX record of {domain} leads to another host than the signed one',
    remedy: `${addRecord}, and take the other one out once mail arrives there`,
  },
  EX003: {
    severity: 'warning',
    text: 'Priority of MX record did not match the expected one.',
    cause: 'The only MX record leads to the signed host, with another preference than expected',
    remedy: 'Change the record to "{record}"',
  },
  EX004: {
    severity: 'error',
    text: "There's a different MX record with the same preference as the expected one.",
    cause: 'Senders choose at random between the signed host and another one',
    remedy: 'Give the other record a larger number, then take it out',
  },
  EX005: {
    severity: 'warning',
    text: "There's a different MX record with lower preference than the expected one.",
    cause:
      'Another host takes mail when the signed one does not, so that whoever keeps senders from ' +
      'the signed host keeps them from DANE',
    remedy: 'Take the other record out once the signed host has been seen to take mail',
  },
  EX006: {
    severity: 'error',
    text: "There's a different MX record with higher preference than the expected one.",
    cause: 'Senders try another host first, whose number is smaller',
    remedy:
      'Publish "{record}", and set the preference of the other record to 20, so that it comes ' +
      'after the signed host',
  },
  EX007: {
    severity: 'error',
    text: 'MX record not found.',
    cause: 'There are several MX records, and none leads to the signed host',
    remedy: `${addRecord}, and take the others out once mail arrives there`,
  },
  EX008: {
    severity: 'warning',
    text: 'Correct MX record found, but with lower preference than expected.',
    cause: 'One of several MX records leads to the signed host, with a larger number than expected',
    remedy: 'Change that record to "{record}"',
  },
  EX009: {
    severity: 'warning',
    text: 'Correct MX record found, but with higher preference than expected.',
    cause:
      'One of several MX records leads to the signed host, with a smaller number than expected',
    remedy: 'Change that record to "{record}"',
  },
  EX010: {
    severity: 'error',
    text: 'Unknown error while searching for MX records for domain [{domain}].',
    cause: 'The lookup of MX failed, so that there is nothing to compare',
    remedy: 'Make the name servers of {domain} answer, and ask again',
  },
  EX012: {
    severity: 'error',
    text: 'No MX records found for domain [{domain}].',
    cause: '{domain} has no MX record at all',
    remedy: addRecord,
  },
  EX013: {
    severity: 'error',
    text: 'Unknown expected MX record for domain [{domain}].',
    cause: 'DNSSEC is not enabled for {domain}, so that it has no signed host',
    remedy: 'Run Enable-DnssecForVerifiedDomain -DomainName {domain}',
  },
  ES001: {
    severity: 'error',
    text: "Expected MX record is missing in the policy while mode is 'enforced'.",
    cause:
      'The MTA-STS policy is in mode enforce and has no mx line for the signed host: senders ' +
      'that keep to it refuse to deliver there',
    remedy:
      'Set the policy to "mode: testing", give the record at _mta-sts.{domain} a new id, then ' +
      'add the line "mx: {host}" and change the id again',
  },
  ES002: {
    severity: 'warning',
    text:
      'No expected MX record found to compare the policy against. ' +
      'Enable DNSSEC feature for domain [{domain}] first.',
    cause: '{domain} has an MTA-STS policy, and no signed host that it should name',
    remedy: 'Run Enable-DnssecForVerifiedDomain -DomainName {domain}',
  },
}

/** Lines for the codes that hold, in the order of the table, apart by severity. */
export function linesOf(
  codes: readonly StatusCode[],
  about: { readonly name: Name; readonly expected: ExpectedMx | undefined },
): StatusLines {
  const { expected } = about
  const words: Readonly<Record<string, string>> = {
    domain: formatHost(about.name),
    record: expected ? mxRecord(expected) : '@ IN MX',
    host: expected ? formatHost(expected.host) : '',
  }
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '')
  const errors: StatusLine[] = []
  const warnings: StatusLine[] = []
  for (const code of codes) {
    const { severity, text, cause, remedy } = codeRows[code]
    const line = { code, text: fill(text), cause: fill(cause), remedy: fill(remedy) }
    if (severity === 'error') errors.push(line)
    else warnings.push(line)
  }
  return { errors, warnings }
}

import type { ExchangeStatus, MatchFailure, ReportType } from './types.ts'

/** Everything that can go wrong with a host, in words of our own. */
export type Finding =
  | MatchFailure
  | 'no-starttls'
  | 'handshake-failed'
  | 'unreachable'
  | 'no-address'
  | 'dns-failed'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-mx-mismatch'
  | 'sts-certificate'
  | 'message-expired'

/** One finding in the dialects of others. */
interface Row {
  /** `7.321`, without the digit for temporary or permanent; with the text that goes with it. */
  readonly exchange: readonly [code: string, text: string]
  /** RFC 8460 §4.3; undefined for what is no failure of TLS. */
  readonly report: ReportType | undefined
}

const startTls = 'starttls-not-supported: Destination mail server must support TLS to receive mail.'
const expired = "certificate-expired: Destination mail server's certificate is expired."
const tlsaInvalid = 'tlsa-invalid: The domain failed DANE validation.'
const dnssecInvalid = 'dnssec-invalid: Destination domain returned invalid DNSSEC records'
const mismatch =
  'certificate-host-mismatch: Remote certificate MUST have a common name or subject alternative ' +
  'name matching the hostname (DANE)'

/**
 * The texts are Microsoft's, letter for letter; `<domain>` and `<validityStatus>` are filled in.
 * Exchange Online has one code, 7.323, for all that RFC 8460 tells apart as a wrong certificate,
 * a missing anchor and a broken chain; and none for "DANE required", which it says as 7.323 too.
 */
const rows: Readonly<Record<Finding, Row>> = {
  'no-starttls': { exchange: ['7.321', startTls], report: 'starttls-not-supported' },
  'handshake-failed': { exchange: ['7.321', startTls], report: 'validation-failure' },
  expired: { exchange: ['7.322', expired], report: 'certificate-expired' },
  'no-match': { exchange: ['7.323', tlsaInvalid], report: 'tlsa-invalid' },
  'no-certificate': { exchange: ['7.323', tlsaInvalid], report: 'validation-failure' },
  'trust-anchor-missing': { exchange: ['7.323', tlsaInvalid], report: 'certificate-not-trusted' },
  'chain-broken': { exchange: ['7.323', tlsaInvalid], report: 'certificate-not-trusted' },
  constraint: { exchange: ['7.323', tlsaInvalid], report: 'certificate-not-trusted' },
  'not-yet-valid': { exchange: ['7.323', tlsaInvalid], report: 'certificate-not-trusted' },
  'dane-required': { exchange: ['7.323', tlsaInvalid], report: 'dane-required' },
  'dnssec-invalid': { exchange: ['7.324', dnssecInvalid], report: 'dnssec-invalid' },
  'host-mismatch': { exchange: ['7.325', mismatch], report: 'certificate-host-mismatch' },
  'dns-failed': { exchange: ['4.312', 'DNS query failed'], report: 'dnssec-invalid' },
  'no-address': { exchange: ['4.312', 'DNS query failed'], report: undefined },
  unreachable: { exchange: ['4.316', 'Connection refused'], report: undefined },
  'message-expired': { exchange: ['4.300', 'Message expired'], report: undefined },
  'sts-mx-mismatch': {
    exchange: ['4.8', 'MX hosts of <domain> failed MTA-STS validation'],
    report: 'validation-failure',
  },
  'sts-certificate': {
    exchange: ['7.5', 'Remote certificate failed MTA-STS validation. Reason: <validityStatus>'],
    report: 'certificate-not-trusted',
  },
}

/** What the texts of Exchange Online name. */
export interface StatusWords {
  /** The domain that the mail is for, as text. */
  readonly domain?: string
  /** Why a certificate is not valid, for 7.5. */
  readonly validityStatus?: string
}

/** What Exchange Online calls a finding; words that are not given are left out. */
export function exchangeStatus(finding: Finding, words: StatusWords = {}): ExchangeStatus {
  const [code, template] = rows[finding].exchange
  const text = template
    .replace('<domain>', () => words.domain ?? 'the domain')
    .replace('<validityStatus>', () => words.validityStatus ?? 'unknown')
  return { code, transient: `4.${code}`, permanent: `5.${code}`, text }
}

/** What TLS-RPT calls a finding (RFC 8460 §4.3); undefined for what it does not report. */
export function reportType(finding: Finding): ReportType | undefined {
  return rows[finding].report
}

/** What TLS-RPT calls what is wrong by WebPKI, from the code that OpenSSL or Node has for it. */
export function webPkiReportType(code: string): ReportType {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return 'certificate-host-mismatch'
  }
  return code === 'CERT_HAS_EXPIRED' ? 'certificate-expired' : 'certificate-not-trusted'
}

import t from 'tap'
import { exchangeStatus, type Finding, reportType, webPkiReportType } from '../../src/dane/index.ts'

t.test(
  'exchangeStatus has the codes and texts of Exchange Online, letter for letter',
  async (t) => {
    const texts: Partial<Record<Finding, readonly [string, string]>> = {
      'no-starttls': [
        '7.321',
        'starttls-not-supported: Destination mail server must support TLS to receive mail.',
      ],
      'handshake-failed': [
        '7.321',
        'starttls-not-supported: Destination mail server must support TLS to receive mail.',
      ],
      expired: ['7.322', "certificate-expired: Destination mail server's certificate is expired."],
      'no-match': ['7.323', 'tlsa-invalid: The domain failed DANE validation.'],
      'dnssec-invalid': [
        '7.324',
        'dnssec-invalid: Destination domain returned invalid DNSSEC records',
      ],
      'host-mismatch': [
        '7.325',
        'certificate-host-mismatch: Remote certificate MUST have a common name or subject ' +
          'alternative name matching the hostname (DANE)',
      ],
      'dns-failed': ['4.312', 'DNS query failed'],
      'sts-mx-mismatch': ['4.8', 'MX hosts of contoso.com failed MTA-STS validation'],
      'sts-certificate': [
        '7.5',
        'Remote certificate failed MTA-STS validation. Reason: CERT_HAS_EXPIRED',
      ],
      'message-expired': ['4.300', 'Message expired'],
    }
    const words = { domain: 'contoso.com', validityStatus: 'CERT_HAS_EXPIRED' }
    for (const [finding, [code, text]] of Object.entries(texts)) {
      t.same(exchangeStatus(finding as Finding, words), {
        code,
        transient: `4.${code}`,
        permanent: `5.${code}`,
        text,
      })
    }
    t.equal(exchangeStatus('unreachable').transient, '4.4.316')
    t.notMatch(exchangeStatus('sts-certificate').text, /[<>]/, 'no blank is left open')
    t.equal(
      exchangeStatus('sts-mx-mismatch', { domain: '$&' }).text,
      'MX hosts of $& failed MTA-STS validation',
    )
  },
)

t.test('exchangeStatus says 7.323 of whatever it does not tell apart', async (t) => {
  const same = ['no-match', 'trust-anchor-missing', 'chain-broken', 'constraint'] as const
  for (const finding of [...same, 'not-yet-valid', 'no-certificate', 'dane-required'] as const) {
    t.equal(exchangeStatus(finding).code, '7.323', finding)
  }
})

t.test('reportType has a type of RFC 8460 §4.3 for each failure of TLS', async (t) => {
  const types: Readonly<Record<Finding, string | undefined>> = {
    'no-starttls': 'starttls-not-supported',
    'handshake-failed': 'validation-failure',
    expired: 'certificate-expired',
    'not-yet-valid': 'certificate-not-trusted',
    'no-match': 'tlsa-invalid',
    'no-certificate': 'validation-failure',
    'trust-anchor-missing': 'certificate-not-trusted',
    'chain-broken': 'certificate-not-trusted',
    constraint: 'certificate-not-trusted',
    'host-mismatch': 'certificate-host-mismatch',
    'dane-required': 'dane-required',
    'dnssec-invalid': 'dnssec-invalid',
    'dns-failed': 'dnssec-invalid',
    'sts-mx-mismatch': 'validation-failure',
    'sts-certificate': 'certificate-not-trusted',
    'no-address': undefined,
    unreachable: undefined,
    'message-expired': undefined,
  }
  for (const [finding, type] of Object.entries(types)) {
    t.equal(reportType(finding as Finding), type, finding)
  }
})

t.test('webPkiReportType reads the codes of Node', async (t) => {
  t.equal(webPkiReportType('ERR_TLS_CERT_ALTNAME_INVALID'), 'certificate-host-mismatch')
  t.equal(webPkiReportType('CERT_HAS_EXPIRED'), 'certificate-expired')
  t.equal(webPkiReportType('DEPTH_ZERO_SELF_SIGNED_CERT'), 'certificate-not-trusted')
})

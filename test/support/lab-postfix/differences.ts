/** A way in which Postfix differs from what RFC 7672 has senders do. */
export interface PostfixDifference {
  /** Stable: its heading in the document. */
  readonly id: string
  /** Ids of cases. */
  readonly cases: readonly string[]
  /** What becomes of their mail. */
  readonly said: string
  readonly right: 'the book' | 'Postfix' | 'both'
  /** Why, with the section that decides or the limit that Postfix has. */
  readonly why: string
}

/** What is said of mail whose process of Postfix was killed, and is left in the queue. */
export const killed = 'nothing'

/** All of them; one that is no longer met fails the test. */
export const postfixDifferences: readonly PostfixDifference[] = [
  {
    id: 'one-family-is-enough',
    cases: ['host-aaaa-bogus'],
    said: 'delivered, Verified',
    right: 'both',
    why:
      'RFC 7672 §2.1.2 and §2.2.2 leave open whether a host of which one family of addresses ' +
      'cannot be looked up is to be used by the other; Postfix does so, as ' +
      '`host-aaaa-bogus-lax` has it.',
  },
  {
    id: 'no-such-host',
    cases: ['host-cname-dangling'],
    said: 'bounced',
    right: 'both',
    why:
      'RFC 5321 §5.1: that no MX host is usable is an error, and not whether it will pass. To ' +
      'Postfix a host that is proved not to exist will not come to exist.',
  },
  {
    id: 'no-mta-sts',
    cases: [
      ...['sts-ok', 'sts-txt-cname', 'sts-policy-maxage-big', 'sts-policy-dup-keys'],
      ...['sts-policy-lf', 'sts-policy-trailing'],
      ...['sts-mx-mismatch', 'sts-cert-mismatch', 'sts-wildcard-two-labels'],
    ],
    said: 'delivered, Untrusted',
    right: 'the book',
    why:
      'Postfix knows nothing of MTA-STS (RFC 8461 §5): it asks others for policies, such as ' +
      '`danelaw policy-server` (see policy-server.md).',
  },
  {
    id: 'killed-by-nothing',
    cases: ['tlsa-empty'],
    said: killed,
    right: 'the book',
    why:
      'RFC 7672 §2.2: TLSA records that cannot be used demand TLS. The process of Postfix that ' +
      'reads association data of no octets aborts, and the mail stays in the queue, to be tried ' +
      'again.',
  },
]

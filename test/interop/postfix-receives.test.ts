import t from 'tap'
import { type ChildZone, startFailingAuthority, startMailDns } from '../support/mail/dns.ts'
import { finger, type Trust } from '../support/mail/finger.ts'
import { judge } from '../support/mail/judged.ts'
import {
  type MailServer,
  startMailServers,
  tlsaOfCertificate,
  tlsaOfKey,
} from '../support/mail/servers.ts'
import { inOwnNetwork, prepareNetwork, resolverAddress } from '../support/peers/own-network.ts'
import { transcript } from '../support/peers/programs.ts'

// Must be shown: of a real Postfix that receives, `danelaw check` and Postfix's own judge, which
// asks a validating unbound, think alike.

/** A mail server, and how far a sender that follows RFC 7672 goes with it. */
interface Case extends MailServer {
  readonly trust: Trust
}

const only10 = '>=TLSv1, <=TLSv1'

const cases: readonly Case[] = [
  {
    name: 'good-311',
    tlsa: ({ current }) => [tlsaOfKey(3, current)],
    chain: ({ current }) => [current],
    trust: 'authenticated',
  },
  {
    name: 'good-201',
    tlsa: ({ ca }) => [tlsaOfCertificate(2, ca)],
    chain: ({ current, ca }) => [current, ca],
    trust: 'authenticated',
  },
  {
    name: 'rollover-before',
    tlsa: ({ current, next }) => [tlsaOfKey(3, current), tlsaOfKey(3, next)],
    chain: ({ current }) => [current],
    trust: 'authenticated',
  },
  {
    name: 'rollover-after',
    tlsa: ({ current, next }) => [tlsaOfKey(3, current), tlsaOfKey(3, next)],
    chain: ({ next }) => [next],
    trust: 'authenticated',
  },
  {
    name: 'stale',
    tlsa: ({ current }) => [tlsaOfKey(3, current)],
    chain: ({ next }) => [next],
    trust: 'refused',
  },
  {
    // Dates do not count for DANE-EE (RFC 7672 §3.1.1).
    name: 'expired-311',
    tlsa: ({ expired }) => [tlsaOfKey(3, expired)],
    chain: ({ expired }) => [expired],
    trust: 'authenticated',
  },
  {
    name: 'expired-211',
    tlsa: ({ ca }) => [tlsaOfKey(2, ca)],
    chain: ({ expired, ca }) => [expired, ca],
    trust: 'refused',
  },
  {
    name: 'other-name-311',
    tlsa: ({ elsewhere }) => [tlsaOfKey(3, elsewhere)],
    chain: ({ elsewhere }) => [elsewhere],
    trust: 'authenticated',
  },
  {
    name: 'other-name-201',
    tlsa: ({ ca }) => [tlsaOfCertificate(2, ca)],
    chain: ({ elsewhere, ca }) => [elsewhere, ca],
    trust: 'refused',
  },
  {
    // An authority that is not in the chain cannot be found in it (RFC 7672 §3.1.2).
    name: 'authority-left-out',
    tlsa: ({ ca }) => [tlsaOfCertificate(2, ca)],
    chain: ({ current }) => [current],
    trust: 'refused',
  },
  { name: 'no-starttls', tlsa: ({ current }) => [tlsaOfKey(3, current)], trust: 'refused' },
  {
    name: 'tls-1.0',
    tlsa: ({ current }) => [tlsaOfKey(3, current)],
    chain: ({ current }) => [current],
    settings: { smtpd_tls_protocols: only10, smtpd_tls_mandatory_protocols: only10 },
    trust: 'refused',
  },
  {
    // A key for ECDSA, and ciphers for RSA only: nothing is left to agree upon.
    name: 'no-common-cipher',
    tlsa: ({ current }) => [tlsaOfKey(3, current)],
    chain: ({ current }) => [current],
    settings: { smtpd_tls_protocols: '<=TLSv1.2', smtpd_tls_exclude_ciphers: 'ECDSA' },
    trust: 'refused',
  },
  {
    // PKIX-EE is of no use to mail: TLS is demanded, and no more (RFC 7672 §3.1.3).
    name: 'unusable',
    tlsa: ({ current }) => [tlsaOfKey(1, current)],
    chain: ({ current }) => [current],
    trust: 'encrypted',
  },
  {
    name: 'unusable-no-starttls',
    tlsa: ({ current }) => [tlsaOfKey(1, current)],
    trust: 'refused',
  },
  { name: 'no-tlsa', tlsa: () => [], chain: ({ current }) => [current], trust: 'encrypted' },
  { name: 'no-tlsa-no-starttls', tlsa: () => [], trust: 'clear' },
]

const failingAuthority = '127.0.3.1'

/** What DNS makes of servers above: each domain with its records, and how far a sender goes. */
const roundabout: Readonly<Record<string, readonly [records: string, trust: Trust]>> = {
  'bogus-tlsa': ['bogus-tlsa MX 10 mx.bogus-tlsa\nmx.bogus-tlsa A 127.0.1.1', 'refused'],
  'failing-tlsa': [
    'failing-tlsa MX 10 mx.failing-tlsa\nmx.failing-tlsa A 127.0.1.1\n' +
      `_tcp.mx.failing-tlsa NS ns.failing-tlsa\nns.failing-tlsa A ${failingAuthority}`,
    'refused',
  ],
  'bogus-mx': ['', 'refused'],
  // TLSA records are held to, and yet nobody may call it protected (RFC 7672 §2.2.1).
  'insecure-mx': ['', 'encrypted'],
  'insecure-mx-stale': ['', 'refused'],
  'alias-of-domain': ['alias-of-domain CNAME good-311', 'authenticated'],
  'null-mx': ['null-mx MX 0 .', 'refused'],
  nowhere: ['', 'refused'],
}

const children: readonly ChildZone[] = [
  { name: '_tcp.mx.bogus-tlsa.test.', records: '_24 TXT "of no use"', ds: 'wrong' },
  { name: 'bogus-mx.test.', records: '@ MX 10 mx.good-311.test.', ds: 'wrong' },
  { name: 'insecure-mx.test.', records: '@ MX 10 mx.good-311.test.', ds: 'none' },
  { name: 'insecure-mx-stale.test.', records: '@ MX 10 mx.stale.test.', ds: 'none' },
]

await inOwnNetwork(t, import.meta.filename, ['postfix', 'posttls-finger', 'unbound'], () => {
  t.test('a real Postfix that receives is judged alike by all', async (t) => {
    prepareNetwork(t)
    const { records, postfix } = await startMailServers(t, cases)
    await startFailingAuthority(t, failingAuthority)
    const more = Object.values(roundabout).map(([text]) => `${text}\n`)
    const { anchor } = await startMailDns(t, records + more.join(''), children)
    const args = ['--server', resolverAddress, '--anchor', anchor]
    const led = Object.entries(roundabout).map(([name, [, trust]]) => ({ name, trust }))
    for (const { name, trust } of [...cases, ...led]) {
      await t.test(name, async (t) => {
        const domain = `${name}.test`
        const [ours, theirs] = await Promise.all([judge(domain, args), finger(domain, postfix)])
        if (!t.equal(theirs.trust, trust, 'posttls-finger')) t.comment(transcript(theirs))
        if (!t.equal(ours.trust, trust, 'danelaw check')) t.comment(ours.out + ours.err)
      })
    }
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ChildZone, startMailDns } from '../support/mail/dns.ts'
import { inOwnNetwork, prepareNetwork, resolverAddress } from '../support/mail/own-network.ts'
import { type PolicyProcess, startPolicyProcess } from '../support/mail/policies.ts'
import { type Postfix, startPostfix } from '../support/mail/postfix.ts'
import {
  type Certificates,
  type MailServer,
  startMailServers,
  tlsaOfKey,
} from '../support/mail/servers.ts'
import { type PublishedPolicy, publishPolicies } from '../support/mail/sts-host.ts'
import { submit } from '../support/mail/submit.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'

// Must be shown: a real Postfix that sends, and asks `danelaw policy-server` what destinations
// demand, delivers, defers and refuses as each case demands.

const current = ({ current }: Certificates) => [current]
const good = (of: Certificates) => [tlsaOfKey(3, of.current)]
const stale = (of: Certificates) => [tlsaOfKey(3, of.next)]
const none = () => []

const servers: readonly MailServer[] = [
  { name: 'good', tlsa: good, chain: current },
  { name: 'stale', tlsa: stale, chain: current },
  { name: 'no-starttls', tlsa: good },
  { name: 'unusable', tlsa: (of) => [tlsaOfKey(1, of.current)], chain: current },
  { name: 'unusable-clear', tlsa: (of) => [tlsaOfKey(1, of.current)] },
  { name: 'plain', tlsa: none, chain: current },
  { name: 'clear', tlsa: none },
  { name: 'bogus-tlsa', tlsa: none, chain: current },
  { name: 'servfail-tlsa', tlsa: none, chain: current },
  { name: 'sts', tlsa: none, chain: ({ current, ca }) => [current, ca] },
  { name: 'sts-other-name', tlsa: none, chain: ({ elsewhere, ca }) => [elsewhere, ca] },
  { name: 'sts-expired', tlsa: none, chain: ({ expired, ca }) => [expired, ca] },
  { name: 'sts-not-listed', tlsa: none, chain: ({ current, ca }) => [current, ca] },
  { name: 'sts-no-starttls', tlsa: none },
  { name: 'sts-testing', tlsa: none, chain: ({ elsewhere, ca }) => [elsewhere, ca] },
  { name: 'sts-stale', tlsa: stale, chain: ({ current, ca }) => [current, ca] },
]

/** Domains whose mail goes to servers above. */
const further = ['spread', 'half', 'sts-half', 'insecure', 'insecure-stale', 'bogus-mx', 'null-mx']

const furtherRecords = `
spread MX 10 mx.stale
spread MX 20 mx.good
half MX 10 mx.stale
half MX 20 mx.plain
sts-half MX 10 mx.stale
sts-half MX 20 mx.plain
null-mx MX 0 .
_tcp.mx.servfail-tlsa NS ns.servfail-tlsa
ns.servfail-tlsa A 127.0.3.1
`

const children: readonly ChildZone[] = [
  { name: 'insecure.test.', records: '@ MX 10 mx.good.test.', ds: 'none' },
  { name: 'insecure-stale.test.', records: '@ MX 10 mx.stale.test.', ds: 'none' },
  { name: 'bogus-mx.test.', records: '@ MX 10 mx.plain.test.', ds: 'wrong' },
  { name: '_tcp.mx.bogus-tlsa.test.', records: '_24 TXT "of no use"', ds: 'wrong' },
]

const enforce = (name: string, mx = `mx.${name}.test`): PublishedPolicy => ({
  domain: `${name}.test`,
  mode: 'enforce',
  mx: [mx],
})

const policies: readonly PublishedPolicy[] = [
  enforce('sts', '*.sts.test'),
  ...['sts-other-name', 'sts-expired', 'sts-no-starttls', 'sts-stale'].map((name) => enforce(name)),
  enforce('sts-not-listed', 'mx.elsewhere.test'),
  enforce('sts-half', 'mx.plain.test'),
  { ...enforce('sts-testing'), mode: 'testing' },
]

/** Mail to a domain: what the policy server is to say, and what is to become of it. */
interface Case {
  readonly name: string
  /** Of `user@…`; default `<name>.test`. */
  readonly nexthop?: string
  /** Undefined where Postfix finds out by itself that it need not ask. */
  readonly policy: string | undefined
  readonly status: 'sent' | 'deferred' | 'bounced'
  /** What Postfix says of the connection that it delivers over, or why it does not. */
  readonly says: RegExp
}

const cases: readonly Case[] = [
  {
    name: 'good',
    policy: 'dane-only',
    status: 'sent',
    says: /Verified TLS connection established to mx\.good\.test/,
  },
]

await inOwnNetwork(t, import.meta.filename, ['postfix', 'unbound'], () => {
  t.test('a real Postfix that sends', async (t) => {
    prepareNetwork(t)
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ChildZone, startFailingAuthority, startMailDns } from '../support/mail/dns.ts'
import { fateOf } from '../support/mail/fate.ts'
import { type PolicyProcess, startPolicyProcess } from '../support/mail/policies.ts'
import { type Postfix, type Settings, startPostfix } from '../support/mail/postfix.ts'
import {
  type Certificates,
  type MailServer,
  startMailServers,
  tlsaOfKey,
} from '../support/mail/servers.ts'
import { type PublishedPolicy, publishPolicies } from '../support/mail/sts-host.ts'
import { submit } from '../support/mail/submit.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { inOwnNetwork, prepareNetwork, resolverAddress } from '../support/peers/own-network.ts'

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

const failingAuthority = '127.0.3.1'

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
ns.servfail-tlsa A ${failingAuthority}
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

/** Mail to a destination: what the policy server is to say, and what is to become of it. */
interface Case {
  /** The domain, or an address in brackets. */
  readonly to: string
  /** Undefined where Postfix finds out by itself, before it asks. */
  readonly policy: string | undefined
  readonly fate: Fate
}

/** What is to become of a mail. */
interface Fate {
  readonly status: string
  /** For a mail that was sent: to which host, and what is said of its certificate. */
  readonly relay?: string
  readonly tls?: string
  /** For one that was not: why. */
  readonly why?: RegExp
}

const sent = (relay: string, tls?: 'Verified' | 'Trusted' | 'Untrusted'): Fate => ({
  status: 'sent',
  relay,
  ...(tls ? { tls } : {}),
})
const deferred = (why: RegExp): Fate => ({ status: 'deferred', why })
const bounced = (why: RegExp): Fate => ({ status: 'bounced', why })
const secure = (names: string): string => `secure match=${names} servername=hostname`

const isRefused = deferred(/Server certificate not verified/)
const isLater = deferred(/client TLS configuration problem/)
const isTlsAbsent = deferred(/TLS is required, but was not offered/)

const cases: readonly Case[] = [
  { to: 'good.test', policy: 'dane-only', fate: sent('mx.good.test', 'Verified') },
  { to: 'stale.test', policy: 'dane-only', fate: isRefused },
  { to: 'no-starttls.test', policy: 'dane-only', fate: isTlsAbsent },
  { to: 'unusable.test', policy: 'dane', fate: sent('mx.unusable.test', 'Trusted') },
  { to: 'unusable-clear.test', policy: 'dane', fate: isTlsAbsent },
  { to: 'plain.test', policy: 'may', fate: sent('mx.plain.test', 'Trusted') },
  { to: 'clear.test', policy: 'may', fate: sent('mx.clear.test') },
  // The best host fails: the next one is tried as its own records demand (RFC 7672 §2.2.1).
  { to: 'spread.test', policy: 'dane-only', fate: sent('mx.good.test', 'Verified') },
  { to: 'half.test', policy: 'dane', fate: sent('mx.plain.test', 'Trusted') },
  // Matched, but Postfix calls no host verified that MX records lead to which can be forged.
  { to: 'insecure.test', policy: 'dane', fate: sent('mx.good.test', 'Trusted') },
  { to: 'insecure-stale.test', policy: 'dane', fate: isRefused },
  { to: 'bogus-tlsa.test', policy: 'temporary', fate: isLater },
  { to: 'servfail-tlsa.test', policy: 'temporary', fate: isLater },
  { to: 'bogus-mx.test', policy: undefined, fate: deferred(/Host not found, try again/) },
  { to: 'null-mx.test', policy: undefined, fate: bounced(/does not accept mail \(nullMX\)/) },
  { to: 'nowhere.test', policy: undefined, fate: bounced(/Host not found/) },
  { to: 'sts.test', policy: secure('.sts.test'), fate: sent('mx.sts.test', 'Verified') },
  { to: 'sts-other-name.test', policy: secure('mx.sts-other-name.test'), fate: isRefused },
  { to: 'sts-expired.test', policy: secure('mx.sts-expired.test'), fate: isRefused },
  { to: 'sts-not-listed.test', policy: secure('mx.elsewhere.test'), fate: isRefused },
  { to: 'sts-no-starttls.test', policy: secure('mx.sts-no-starttls.test'), fate: isTlsAbsent },
  { to: 'sts-testing.test', policy: 'may', fate: sent('mx.sts-testing.test', 'Trusted') },
  // RFC 8461 §2: a certificate that is right for MTA-STS does not make up for one DANE refuses.
  { to: 'sts-stale.test', policy: 'dane-only', fate: isRefused },
  { to: 'sts-half.test', policy: 'dane-only', fate: deferred(/no TLSA records found/) },
  { to: '[127.0.1.7]', policy: 'absent', fate: sent('127.0.1.7') },
]

/** A Postfix that sends what is handed to it at `address`, and asks `table` for policies. */
function startSender(
  t: Test,
  address: string,
  table: string,
  ca: string,
  settings: Settings = {},
): Promise<Postfix> {
  return startPostfix(t, {
    hostname: 'sender.test',
    listeners: [{ address, settings: {} }],
    // What docs/policy-server.md says.
    settings: {
      mydestination: '',
      smtp_tls_policy_maps: table,
      smtp_tls_security_level: 'dane',
      smtp_dns_support_level: 'dnssec',
      smtp_host_lookup: 'dns',
      smtp_tls_CAfile: ca,
      smtp_tls_loglevel: '1',
      ...settings,
    },
  })
}

/** Sends one mail for each case, all at once, and looks at what becomes of them. */
async function tryAll(
  t: Test,
  sender: Postfix,
  address: string,
  policy: PolicyProcess,
  cases: readonly Case[],
): Promise<void> {
  const ids: string[] = []
  for (const { to } of cases) ids.push(await submit(address, `user@${to}`))
  for (const [index, { to, policy: wanted, fate }] of cases.entries()) {
    await t.test(to, async (t) => {
      const { line, status, relay, tls } = await fateOf(sender, ids[index] ?? '')
      t.equal(status, fate.status, line)
      if (fate.why) t.match(line, fate.why)
      else t.strictSame({ relay, tls }, { relay: fate.relay, tls: fate.tls }, 'over what')
      if (wanted !== undefined) t.equal(await policy.answer(to), wanted, 'the policy')
    })
  }
}

await inOwnNetwork(t, import.meta.filename, ['postfix', 'unbound'], () => {
  t.test('a real Postfix asks what destinations demand, and does it', async (t) => {
    prepareNetwork(t)
    const { records, certificates } = await startMailServers(
      t,
      servers,
      further.map((name) => `${name}.test`),
    )
    const stsRecords = await publishPolicies(t, policies, certificates.ca)
    await startFailingAuthority(t, failingAuthority)
    const { anchor } = await startMailDns(t, records + furtherRecords + stsRecords, children)
    const ca = join(temporaryDirectory(t), 'ca.pem')
    writeFileSync(ca, certificates.ca.pem)
    const args = ['--server', resolverAddress, '--anchor', anchor, '--ca', ca]

    await t.test('by socketmap', async (t) => {
      const policy = await startPolicyProcess(t, args)
      const table = `socketmap:inet:127.0.0.1:${policy.port}:danelaw`
      const sender = await startSender(t, '127.0.4.1', table, ca)
      await tryAll(t, sender, '127.0.4.1', policy, cases)
      t.equal(await policy.stop(), 0, 'it stops when it is told to')
      const id = await submit('127.0.4.1', 'user@clear.test')
      const { status } = await fateOf(sender, id)
      t.equal(status, 'deferred', 'where nobody says what is demanded, mail waits')
    })

    await t.test('by tcp_table', async (t) => {
      const policy = await startPolicyProcess(t, [...args, '--protocol', 'tcp'])
      const sender = await startSender(t, '127.0.4.2', `tcp:127.0.0.1:${policy.port}`, ca)
      const some = ['good.test', 'stale.test', 'clear.test', 'bogus-tlsa.test', 'sts.test']
      const chosen = cases.filter(({ to }) => some.includes(to))
      await tryAll(t, sender, '127.0.4.2', policy, chosen)
    })

    await t.test('a Postfix that cannot do DANE waits where it has to', async (t) => {
      const policy = await startPolicyProcess(t, args)
      const table = `socketmap:inet:127.0.0.1:${policy.port}:danelaw`
      const settings = { smtp_dns_support_level: 'enabled' }
      const sender = await startSender(t, '127.0.4.3', table, ca, settings)
      await tryAll(t, sender, '127.0.4.3', policy, [
        { to: 'good.test', policy: 'dane-only', fate: isLater },
        { to: 'clear.test', policy: 'may', fate: sent('mx.clear.test') },
      ])
    })
  })
})

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

/** Mail to a destination: what the policy server is to say, and what is to become of it. */
interface Case {
  /** The domain, or an address in brackets. */
  readonly to: string
  /** Undefined where Postfix finds out by itself, before it asks. */
  readonly policy: string | undefined
  readonly status: 'sent' | 'deferred' | 'bounced'
  /** In the line of the log that says what became of it. */
  readonly says: RegExp
  /** What is said of the TLS connection that it was sent over; undefined for none. */
  readonly tls?: RegExp
}

const verified = (host: string): RegExp =>
  new RegExp(`Verified TLS connection established to ${host}\\[`)
const untrusted = (host: string): RegExp =>
  new RegExp(`Untrusted TLS connection established to ${host}\\[`)
const secure = (names: string): string => `secure match=${names} servername=hostname`
const isRefused = { status: 'deferred', says: /Server certificate not verified/ } as const
const isLater = { status: 'deferred', says: /client TLS configuration problem/ } as const
const isTlsAbsent = { status: 'deferred', says: /TLS is required, but was not offered/ } as const

const cases: readonly Case[] = [
  {
    to: 'good.test',
    policy: 'dane-only',
    status: 'sent',
    says: /250/,
    tls: verified('mx.good.test'),
  },
  { to: 'stale.test', policy: 'dane-only', ...isRefused },
  { to: 'no-starttls.test', policy: 'dane-only', ...isTlsAbsent },
  {
    to: 'unusable.test',
    policy: 'dane',
    status: 'sent',
    says: /250/,
    tls: untrusted('mx.unusable.test'),
  },
  { to: 'unusable-clear.test', policy: 'dane', ...isTlsAbsent },
  { to: 'plain.test', policy: 'may', status: 'sent', says: /250/, tls: untrusted('mx.plain.test') },
  { to: 'clear.test', policy: 'may', status: 'sent', says: /relay=mx.clear.test/ },
  {
    to: 'spread.test',
    policy: 'dane-only',
    status: 'sent',
    says: /relay=mx.good.test/,
    tls: verified('mx.good.test'),
  },
  {
    to: 'half.test',
    policy: 'dane',
    status: 'sent',
    says: /relay=mx.plain.test/,
    tls: untrusted('mx.plain.test'),
  },
  {
    to: 'insecure.test',
    policy: 'dane',
    status: 'sent',
    says: /250/,
    tls: verified('mx.good.test'),
  },
  { to: 'insecure-stale.test', policy: 'dane', ...isRefused },
  { to: 'bogus-tlsa.test', policy: 'temporary', ...isLater },
  { to: 'servfail-tlsa.test', policy: 'temporary', ...isLater },
  { to: 'bogus-mx.test', policy: undefined, status: 'deferred', says: /Host not found, try again/ },
  {
    to: 'null-mx.test',
    policy: undefined,
    status: 'bounced',
    says: /does not accept mail \(nullMX\)/,
  },
  { to: 'nowhere.test', policy: undefined, status: 'bounced', says: /Host not found/ },
  {
    to: 'sts.test',
    policy: secure('.sts.test'),
    status: 'sent',
    says: /250/,
    tls: verified('mx.sts.test'),
  },
  { to: 'sts-other-name.test', policy: secure('mx.sts-other-name.test'), ...isRefused },
  { to: 'sts-expired.test', policy: secure('mx.sts-expired.test'), ...isRefused },
  { to: 'sts-not-listed.test', policy: secure('mx.elsewhere.test'), ...isRefused },
  { to: 'sts-no-starttls.test', policy: secure('mx.sts-no-starttls.test'), ...isTlsAbsent },
  {
    to: 'sts-testing.test',
    policy: 'may',
    status: 'sent',
    says: /250/,
    tls: untrusted('mx.sts-testing.test'),
  },
  // RFC 8461 §2: a certificate that is right for MTA-STS does not make up for one that DANE refuses.
  { to: 'sts-stale.test', policy: 'dane-only', ...isRefused },
  { to: 'sts-half.test', policy: 'dane-only', status: 'deferred', says: /./ },
  { to: '[127.0.1.7]', policy: 'absent', status: 'sent', says: /250/ },
]

/** A Postfix that sends what is handed to it at `address`, and asks `table` for policies. */
function startSender(t: Test, address: string, table: string, ca: string): Promise<Postfix> {
  return startPostfix(t, {
    hostname: 'sender.test',
    listeners: [{ address, settings: {} }],
    settings: {
      mydestination: '',
      smtp_tls_policy_maps: table,
      smtp_tls_security_level: 'may',
      smtp_dns_support_level: 'dnssec',
      smtp_host_lookup: 'dns',
      smtp_tls_CAfile: ca,
      smtp_tls_loglevel: '1',
    },
  })
}

/** What became of a mail: the line of the log that says so, and those of the process that sent it. */
async function fateOf({ log }: Postfix, id: string) {
  const { input } = await log.line(new RegExp(` ${id}: to=.* status=`))
  const [, status = ''] = / status=(\w+) /.exec(input) ?? []
  return { line: input, status }
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
  for (const [index, { to, policy: wanted, status, says, tls }] of cases.entries()) {
    await t.test(to, async (t) => {
      const fate = await fateOf(sender, ids[index] ?? '')
      t.equal(fate.status, status)
      t.match(fate.line, says)
      if (tls) t.match(sender.log.text(), tls)
      if (wanted !== undefined) t.equal(policy.answers(to)[0], wanted, 'the policy')
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
  })
})

/** RFC 7672: SMTP Security via Opportunistic DANE TLS, what §2 says of looking things up. */
import t from 'tap'
import { Rcode } from '../../../src/message/index.ts'
import { formatName } from '../../../src/wire/index.ts'
import { examine, hostsOf, mailTree } from '../../support/mail-tree.ts'
import type { Tamper } from '../../support/signed-tree.ts'
import { failing, spoiling, treeStub } from '../../support/tree-stub.ts'

/** Examines a domain of shop.test., with answers tampered with. */
const shop = (label: string, tamper?: Tamper, changes: Parameters<typeof examine>[2] = {}) =>
  examine(treeStub(mailTree, tamper), `${label}.shop.test.`, changes)

/** The ways in which a lookup fails (RFC 7672 §2.1.1, §2.1.2). */
const failures = (question: string): Record<string, Tamper> => ({
  SERVFAIL: failing(Rcode.SERVFAIL, question),
  REFUSED: failing(Rcode.REFUSED, question),
  NOTIMP: failing(Rcode.NOTIMP, question),
  bogus: spoiling(question),
})

t.test('§2.1.1: bogus and indeterminate are failures, insecure is none', async (t) => {
  for (const [how, tamper] of Object.entries(failures('good.shop.test. MX'))) {
    const found = await shop('good', tamper)
    t.match(found, { kind: 'failed', hosts: [], isProtected: false }, how)
  }
  const insecure = await examine(treeStub(mailTree), 'good.plain.test.')
  t.match(insecure, { kind: 'mx', isProtected: false })
})

t.test('§2.1.1: that there is nothing is no failure, secure or not', async (t) => {
  t.equal((await shop('alone')).kind, 'implicit')
  t.equal((await shop('never')).kind, 'absent')
  t.equal((await examine(treeStub(mailTree), 'alone.plain.test.')).kind, 'implicit')
  t.equal((await examine(treeStub(mailTree), 'never.plain.test.')).kind, 'absent')
})

t.test('§2.1.2: addresses that cannot be looked up make a host unreachable', async (t) => {
  for (const tamper of [
    failing(Rcode.SERVFAIL, 'tlsa.shop.test. A', 'tlsa.shop.test. AAAA'),
    spoiling('tlsa.shop.test. A', 'tlsa.shop.test. AAAA'),
  ]) {
    for (const families of ['strict', 'lax'] as const) {
      const { hosts } = await shop('good', tamper, { families })
      t.match(hosts, [{ level: 'failed', failedLookup: 'address', addresses: [], tlsaLookups: [] }])
    }
  }
})

t.test('§2.1.2: a failed host does not keep the others back', async (t) => {
  const found = await shop('several', failing(Rcode.SERVFAIL, 'bare.shop.test. A'))
  t.same(hostsOf(found).sort(), [
    'bare.shop.test. failed',
    'tlsa.shop.test. authenticated tlsa.shop.test.',
    'unusable.shop.test. encrypted unusable.shop.test.',
  ])
})

t.test('§2.1.2: one family failing is strict or lax by choice', async (t) => {
  for (const family of ['A', 'AAAA']) {
    for (const tamper of Object.values(failures(`tlsa.shop.test. ${family}`))) {
      const strict = await shop('good', tamper)
      t.same(hostsOf(strict), ['tlsa.shop.test. failed'])
      const lax = await shop('good', tamper, { families: 'lax' })
      t.same(hostsOf(lax), ['tlsa.shop.test. authenticated tlsa.shop.test.'])
      t.same(lax.hosts[0]?.addresses, [family === 'A' ? '2001:db8::1' : '192.0.2.1'])
    }
  }
  const only = failing(Rcode.SERVFAIL, 'alone.shop.test. A')
  const empty = await shop('alone', only, { families: 'lax' })
  t.same(hostsOf(empty), ['alone.shop.test. failed'], 'the other family has nothing')
})

t.test('§2.1.2: TLSA that cannot be looked up make a host as good as unreachable', async (t) => {
  const tlsa = '_25._tcp.tlsa.shop.test. TLSA'
  for (const [how, tamper] of Object.entries(failures(tlsa))) {
    const { hosts } = await shop('good', tamper)
    t.match(hosts, [{ level: 'failed', failedLookup: 'tlsa', tlsa: undefined }], how)
    t.same(hosts[0]?.addresses, ['192.0.2.1', '2001:db8::1'], 'whatever addresses it has')
  }
  for (const [how, tamper] of Object.entries(failures('_25._tcp.bare.shop.test. TLSA'))) {
    const { hosts } = await shop('wrongowner', tamper)
    t.match(hosts, [{ level: 'failed', failedLookup: 'tlsa' }], `a denial: ${how}`)
  }
})

t.test('§2.1.2: a denial of TLSA without proof is a failure', async (t) => {
  const unproven: Tamper = (message, { name }) =>
    formatName(name) === '_25._tcp.bare.shop.test.' ? { ...message, authority: [] } : message
  t.match((await shop('wrongowner', unproven)).hosts, [{ level: 'failed', failedLookup: 'tlsa' }])
})

t.test('§2.1.3: what follows an insecure alias is insecure', async (t) => {
  const found = await shop('farmail')
  t.match(found, { kind: 'mx', isProtected: false })
  t.equal(formatName(found.expanded), 'good.plain.test.')
  t.same(hostsOf(found), ['tlsa.shop.test. authenticated tlsa.shop.test.'])
})

t.test('§2.1.3: a DNAME is followed by the alias that it makes', async (t) => {
  const found = await shop('mail.tree')
  t.match(found, { kind: 'mx', isProtected: true })
  t.equal(formatName(found.expanded), 'mail.branch.shop.test.')
  t.equal(formatName(found.domain), 'mail.tree.shop.test.', 'and the unexpanded name is kept')
})

t.test('§2.1.3: an alias that fails fails the lookup', async (t) => {
  t.same(hostsOf(await shop('toloop')), ['loop.shop.test. failed'])
  const dangling = await shop('todangling')
  t.same(hostsOf(dangling), ['dangling.shop.test. none'])
  t.same(dangling.hosts[0]?.addresses, [], 'host-cname dangling: nowhere to go')
  const spoilt = spoiling('domainalias.shop.test. MX', 'good.shop.test. MX')
  t.equal((await shop('domainalias', spoilt)).kind, 'failed')
})

t.test('§2.2: the four outcomes', async (t) => {
  const outcomes: Record<string, string> = {
    good: 'tlsa.shop.test. authenticated tlsa.shop.test.',
    mixed: 'mix.shop.test. authenticated mix.shop.test.',
    wrongowner: 'bare.shop.test. none',
    wrongport: 'tlsa587.shop.test. none',
    outside: 'tlsa.plain.test. none',
  }
  for (const [label, outcome] of Object.entries(outcomes)) {
    t.same(hostsOf(await shop(label)), [outcome], label)
  }
  t.same(hostsOf(await shop('good', failing(Rcode.SERVFAIL, '_25._tcp.tlsa.shop.test. TLSA'))), [
    'tlsa.shop.test. failed',
  ])
})

t.test('§2.2.1: hosts in the order of preference, whatever TLSA they have', async (t) => {
  const found = await shop('several')
  t.same(
    found.hosts.map(({ preference }) => preference),
    [10, 10, 20],
  )
  t.same(found.hosts.at(-1)?.level, 'authenticated', 'pref-10-none-20-dane')
})

t.test('§2.2.1: with insecure MX a host may have DANE that does not protect', async (t) => {
  const found = await examine(treeStub(mailTree), 'good.plain.test.')
  t.equal(found.isProtected, false)
  t.same(hostsOf(found), ['tlsa.shop.test. authenticated tlsa.shop.test.'])
  t.same(found.hosts[0]?.referenceNames.map(formatName), ['tlsa.shop.test.'], '§3.2.2')
})

t.test('§2.2.1: a domain that is an alias has the MX of what it stands for', async (t) => {
  const found = await shop('domainalias')
  t.match(found, { kind: 'mx', isProtected: true })
  t.equal(formatName(found.domain), 'domainalias.shop.test.')
  t.equal(formatName(found.expanded), 'good.shop.test.')
  t.same(found.hosts[0]?.referenceNames.map(formatName), [
    'tlsa.shop.test.',
    'domainalias.shop.test.',
    'good.shop.test.',
  ])
})

t.test('§2.2.2: without MX the domain is its own host', async (t) => {
  const found = await shop('alone')
  t.match(found, { kind: 'implicit', isProtected: true })
  t.same(hostsOf(found), ['alone.shop.test. authenticated alone.shop.test.'])
  t.same(
    found.hosts[0]?.tlsaLookups.map(({ owner }) => formatName(owner)),
    ['_25._tcp.alone.shop.test.'],
  )
})

t.test('§2.2.2: a denial of MX without proof is a failure, not an implicit MX', async (t) => {
  const unproven: Tamper = (message, { name }) =>
    formatName(name) === 'alone.shop.test.' ? { ...message, authority: [] } : message
  t.equal((await shop('alone', unproven)).kind, 'failed')
})

t.test('§2.2.2: without MX, the name that the domain is an alias of comes first', async (t) => {
  const found = await shop('hostalias')
  t.equal(found.kind, 'implicit')
  t.same(hostsOf(found), ['hostalias.shop.test. authenticated alone.shop.test.'])
  t.same(found.hosts[0]?.referenceNames.map(formatName), [
    'alone.shop.test.',
    'hostalias.shop.test.',
  ])
})

t.test('§2.2.2: an MX that names an address has no DANE, and no host', async (t) => {
  const found = await shop('literal')
  t.same(hostsOf(found), ['tlsa.shop.test. authenticated tlsa.shop.test.'])
  t.match(found.notes, [
    /MX 10 192\.0\.2\.1\. is left out: it names an address/,
    /MX 15 2001.*1\. is left out: it names an address/,
  ])
})

t.test('§2.2.2: addresses are looked up first, and TLSA only where they are secure', async (t) => {
  const stub = treeStub(mailTree)
  await examine(stub, 'good.shop.test.')
  t.same(stub.asked, [
    'good.shop.test. MX',
    'tlsa.shop.test. A',
    'tlsa.shop.test. AAAA',
    '_25._tcp.tlsa.shop.test. TLSA',
  ])
  const insecure = treeStub(mailTree)
  t.same(hostsOf(await examine(insecure, 'outside.shop.test.')), ['tlsa.plain.test. none'])
  t.notOk(
    insecure.asked.some((question) => question.endsWith('TLSA')),
    'host-insecure',
  )
})

t.test('§2.2.2: a host without addresses is not asked about TLSA', async (t) => {
  for (const label of ['nosuch', 'unaddressed']) {
    const stub = treeStub(mailTree)
    const found = await examine(stub, `${label}.shop.test.`)
    t.match(found.hosts, [{ level: 'none', addresses: [], reason: { text: /has no address/ } }])
    t.notOk(stub.asked.some((question) => question.endsWith('TLSA')))
  }
})

t.test('§2.2.2: an alias that is insecure from the start has no DANE', async (t) => {
  const stub = treeStub(mailTree)
  t.same(hostsOf(await examine(stub, 'toalias.plain.test.')), ['alias.plain.test. none'])
  t.notOk(stub.asked.some((question) => question.endsWith('TLSA')))
})

t.test('§2.2.2: a secure alias of an insecure name has TLSA at its own name only', async (t) => {
  const stub = treeStub(mailTree)
  const found = await examine(stub, 'tofar.shop.test.')
  t.same(hostsOf(found), ['far.shop.test. authenticated far.shop.test.'])
  t.equal(found.hosts[0]?.security, 'insecure')
  t.same(
    stub.asked.filter((question) => question.endsWith('TLSA')),
    ['_25._tcp.far.shop.test. TLSA'],
  )
})

t.test('§2.2.3: a secure alias has TLSA at its end first, then at its beginning', async (t) => {
  t.same(
    hostsOf(await shop('toalias')),
    ['both.shop.test. authenticated tlsa.shop.test.'],
    'host-cname-secure-both',
  )
  const stub = treeStub(mailTree)
  t.same(
    hostsOf(await examine(stub, 'toaliasonly.shop.test.')),
    ['aliasonly.shop.test. authenticated aliasonly.shop.test.'],
    'host-cname-secure-alias-only',
  )
  t.same(stub.asked.slice(-2), [
    '_25._tcp.bare.shop.test. TLSA',
    '_25._tcp.aliasonly.shop.test. TLSA',
  ])
})

t.test('§2.2.3: names between the ends of an alias are never asked about', async (t) => {
  const stub = treeStub(mailTree)
  t.same(hostsOf(await examine(stub, 'tolong.shop.test.')), ['long.shop.test. none'])
  t.same(stub.asked.slice(-2), ['_25._tcp.bare.shop.test. TLSA', '_25._tcp.long.shop.test. TLSA'])
})

t.test('§2.2.3: an error at one candidate is not made good by the next', async (t) => {
  for (const tamper of Object.values(failures('_25._tcp.bare.shop.test. TLSA'))) {
    const stub = treeStub(mailTree, tamper)
    const found = await examine(stub, 'toaliasonly.shop.test.')
    t.match(found.hosts, [{ level: 'failed', failedLookup: 'tlsa' }])
    t.equal(stub.asked.at(-1), '_25._tcp.bare.shop.test. TLSA', 'the next is not asked')
  }
  const second = failing(Rcode.SERVFAIL, '_25._tcp.aliasonly.shop.test. TLSA')
  t.match((await shop('toaliasonly', second)).hosts, [{ level: 'failed', failedLookup: 'tlsa' }])
})

t.test('§2.2.3: TLSA is looked for at the port in use', async (t) => {
  const found = await shop('wrongport', undefined, { port: 587 })
  t.same(hostsOf(found), ['tlsa587.shop.test. authenticated tlsa587.shop.test.'])
  t.equal(
    formatName(found.hosts[0]?.tlsaLookups[0]?.owner ?? found.domain),
    '_587._tcp.tlsa587.shop.test.',
  )
})

t.test('§2.2.3: TLSA behind an alias is followed and the base stays', async (t) => {
  t.same(hostsOf(await shop('tlsacname')), ['ctlsa.shop.test. authenticated ctlsa.shop.test.'])
  t.same(hostsOf(await shop('tlsafar')), ['farctlsa.shop.test. none'], '-insecure-target')
  t.match((await shop('tlsaloop')).hosts, [{ level: 'failed', failedLookup: 'tlsa' }], '-loop')
})

t.test('§2.2.3: TLSA from a wildcard wants its proof', async (t) => {
  t.same(hostsOf(await shop('tlsawild')), ['wild.shop.test. authenticated wild.shop.test.'])
  const unproven: Tamper = (message, { name }) =>
    formatName(name) === '_25._tcp.wild.shop.test.' ? { ...message, authority: [] } : message
  t.match((await shop('tlsawild', unproven)).hosts, [{ level: 'failed', failedLookup: 'tlsa' }])
})

t.test('§2.2.3: secure TLSA of any kind, even unusable, demand TLS', async (t) => {
  const { hosts } = await shop('several')
  t.match(
    hosts.find(({ name }) => formatName(name).startsWith('unusable')),
    { level: 'encrypted', tlsa: { active: [] }, reason: { text: /none usable/ } },
  )
  t.same(hostsOf(await shop('empty')), ['etlsa.shop.test. encrypted etlsa.shop.test.'], 'no data')
})

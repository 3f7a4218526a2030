import t from 'tap'
import { examineSoleHost } from '../../src/destination/index.ts'
import { createStub } from '../../src/stub/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { examine, hostsOf, mailTree } from '../support/mail-tree.ts'
import { anchorOf, serveDns } from '../support/served-dns.ts'
import { buildZone } from '../support/served-zone.ts'
import { seededRandom, stubParts } from '../support/stub-parts.ts'
import { treeStub } from '../support/tree-stub.ts'

t.test('examineDestination says why, for each kind of destination', async (t) => {
  const reasons: Record<string, [string, RegExp]> = {
    good: ['mx', /^The MX records of good\.shop\.test\. are secure$/],
    alone: ['implicit', /^alone\.shop\.test\. has no MX records and is its own host$/],
    never: ['absent', /^never\.shop\.test\. does not exist$/],
    null: ['null-mx', /^null\.shop\.test\. takes no mail$/],
  }
  for (const [label, [kind, text]] of Object.entries(reasons)) {
    const found = await examine(treeStub(mailTree), `${label}.shop.test.`)
    t.match(found, { kind, reason: { text } })
  }
})

t.test('examineDestination says of each host why it has the level it has', async (t) => {
  const reasons: Record<string, RegExp> = {
    good: /^_25\._tcp\.tlsa\.shop\.test\. has secure TLSA records$/,
    wrongowner: /^_25\._tcp\.bare\.shop\.test\. has no TLSA records$/,
    tlsafar: /^TLSA of _25\._tcp\.farctlsa\.shop\.test\. is not secure$/,
    outside: /^tlsa\.plain\.test\. has addresses that are not secure: no DANE$/,
    todangling: /^dangling\.shop\.test\. has no address$/,
  }
  for (const [label, text] of Object.entries(reasons)) {
    t.match((await examine(treeStub(mailTree), `${label}.shop.test.`)).hosts, [
      { reason: { text } },
    ])
  }
})

t.test('examineSoleHost asks nothing about MX records, and TLSA for its port', async (t) => {
  const stub = treeStub(mailTree)
  const sole = (host: string, port: number) =>
    examineSoleHost(
      { domain: parseName(host), port, families: 'lax', hostsMax: 1, addressesMax: 4 },
      stub,
    )
  t.match(await sole('tlsa.shop.test.', 25), {
    level: 'authenticated',
    addresses: ['192.0.2.1', '2001:db8::1'],
    tlsaBase: parseName('tlsa.shop.test.'),
    // RFC 7672 §3.2.2: without MX records the name that was asked for is all there is.
    referenceNames: [parseName('tlsa.shop.test.')],
  })
  t.match(await sole('tlsa587.shop.test.', 587), { level: 'authenticated' })
  t.match(await sole('tlsa587.shop.test.', 25), { level: 'none' })
  // A host of a relay may have MX records of its own, which are of no interest.
  t.match(await sole('good.shop.test.', 25), { level: 'none', addresses: [] })
  t.notOk(stub.asked.some((question) => question.endsWith(' MX')))
})

t.test('examineDestination shuffles equal preferences and nothing else', async (t) => {
  const orders = new Set<string>()
  for (let round = 0; round < 24; round++) {
    const random = seededRandom(`${round}`)
    const { hosts } = await examine(treeStub(mailTree), 'several.shop.test.', { random })
    const order = hosts.map(({ name }) => formatName(name).split('.')[0])
    t.equal(order[2], 'tlsa')
    orders.add(order.join(' '))
  }
  t.same([...orders].sort(), ['bare unusable tlsa', 'unusable bare tlsa'])
  const still = await examine(treeStub(mailTree), 'several.shop.test.')
  t.match(
    hostsOf(still),
    [/^bare/, /^unusable/, /^tlsa/],
    'in the order of the zone without random',
  )
})

t.test('examineDestination looks at a bounded number of hosts and addresses', async (t) => {
  const stub = treeStub(mailTree)
  const found = await examine(stub, 'several.shop.test.', { hostsMax: 1, addressesMax: 1 })
  t.equal(found.hosts.length, 1)
  t.same(found.notes.length, 2)
  t.match(found.notes[1], /MX 20 tlsa\.shop\.test\. is left out: only 1 hosts are looked at/)
  t.notOk(stub.asked.some((question) => question.includes('tlsa.shop')))
  const one = await examine(treeStub(mailTree), 'good.shop.test.', { addressesMax: 1 })
  t.same(one.hosts[0]?.addresses, ['192.0.2.1'])
})

t.test('examineDestination gives names that a certificate may have', async (t) => {
  const namesOf = async (domain: string) => {
    const { hosts } = await examine(treeStub(mailTree), domain)
    return hosts.map((host) => host.referenceNames.map(formatName).join(' '))
  }
  t.same(await namesOf('good.shop.test.'), ['tlsa.shop.test. good.shop.test.'])
  t.same(await namesOf('wrongowner.shop.test.'), [''], 'none without TLSA')
})

t.test('examineDestination works with a stub that asks over the network', async (t) => {
  const parts = stubParts(t.name)
  const text = `
    @ SOA ns.test. host. 1 7200 900 1209600 300
    @ NS ns.test.
    ns.test. A 127.0.0.1
    mail.test. MX 10 mx.test.
    mx.test. A 192.0.2.1
    _25._tcp.mx.test. TLSA 3 1 1 ${'ab'.repeat(32)}`
  const root = buildZone('.', text, { denial: 'compact' })
  const { address, port } = await serveDns(t, [root], parts.clock)
  const hints = [{ name: parseName('ns.test.'), address, port }]
  const mode = { kind: 'iterate', hints, port } as const
  const stub = createStub({ ...parts, mode, anchors: [anchorOf(root)] })
  t.teardown(() => stub.close())
  const found = await examine(stub, 'mail.test.', { random: parts.random })
  t.match(found, { kind: 'mx', isProtected: true })
  t.same(hostsOf(found), ['mx.test. authenticated mx.test.'])
  await stub.close()
})

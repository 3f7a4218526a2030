import t from 'tap'
import { catalogue, type Fault, faultById } from '../../src/lab/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { parseMasterFile } from '../../src/zonefile/index.ts'
import { rfcTitles } from '../../tools/rfc-titles.ts'

/** What extended-dns-errors.com served in 2023. */
const testbed = `
  valid unsigned no-ds ds-bad-tag ds-bad-key-algo ds-unassigned-key-algo ds-reserved-key-algo
  ds-unassigned-digest-algo ds-bogus-digest-value
  rrsig-exp-all rrsig-exp-a rrsig-not-yet-all rrsig-not-yet-a rrsig-exp-before-all
  rrsig-exp-before-a rrsig-no-all rrsig-no-a
  nsec3-missing bad-nsec3-hash bad-nsec3-next bad-nsec3-rrsig nsec3-rrsig-missing
  nsec3param-missing bad-nsec3param-salt no-nsec3param-nsec3 nsec3-iter-200
  no-zsk bad-zsk no-ksk bad-ksk no-rrsig-ksk bad-rrsig-ksk no-rrsig-dnskey bad-rrsig-dnskey
  no-dnskey-256 no-dnskey-257 no-dnskey-256-257 bad-zsk-algo unassigned-zsk-algo
  reserved-zsk-algo ed448 rsamd5 dsa
  allow-query-none allow-query-localhost
  v4-private-10 v4-private-172 v4-private-192 v4-this-host v4-loopback v4-link-local v4-doc
  v4-reserved v6-mapped v6-mapped-dep v4-hex v6-unspecified v6-localhost v6-link-local v6-doc
  v6-unique-local v6-nat64 v6-multicast
`

/** Of the testbed, those whose expectation differs when nothing else is wrong. */
const twins = `
  no-zsk bad-zsk no-dnskey-256 no-dnskey-257 bad-zsk-algo unassigned-zsk-algo reserved-zsk-algo
`

/** What it has come to serve since. */
const testbedLater = `
  no-nsec3 no-nsec3-rrsig no-nsec3param no-dnskey-rrsig bad-dnskey-rrsig no-rrsig-all no-rrsig-a
  nsec3-iter-0 nsec3-iter-1 nsec3-iter-50 nsec3-iter-100 nsec3-iter-150 nsec3-iter-500
  nsec3-iter-1000 nsec3-iter-1500 nsec3-iter-2000 nsec3-iter-2500
  dsa-nsec3-sha1 rsasha1 rsasha1-nsec3-sha1 rsasha256 rsasha512 ecdsap256sha256 ecdsap384sha384
  ed25519 no-dnskey bad-ksk-algo unassigned-ksk-algo reserved-ksk-algo not-auth
  ede-0 ede-1 ede-2 ede-3 ede-4 ede-5 ede-6 ede-7 ede-8 ede-9 ede-10 ede-11 ede-12 ede-13 ede-14
  ede-15 ede-16 ede-17 ede-18 ede-19 ede-20 ede-21 ede-22 ede-23 ede-24 ede-25 ede-26 ede-27
  ede-28 ede-29 ede-30 ede-10000 ede-50000
  rcode-noerror rcode-formerr rcode-servfail rcode-nxdomain rcode-notimp rcode-refused
  rcode-yxdomain rcode-yxrrset rcode-nxrrset rcode-notauth rcode-notzone
`

/** What tries validators beyond it. */
const validator = `
  wildcard-noproof wildcard-labels-lie labels-exceed signer-parent signer-sibling signer-child
  type-covered-swap ottl-lower ottl-higher name-case nsec-next-case dup-rr unsorted
  nxdomain-no-wc nodata-hasdata nodata-hascname nodata-parent-nsec ds-child-nsec ds-denial-nons
  ds-stripped
  ds-rrsig-missing ds-rrsig-bad optout-span optout-span-signed optout-abuse
  nsec3-unknown-hash nsec3-flag-2 nsec3-mixed-salt nsec3-mixed-iter
  nsec3-no-ce nsec3-no-nc nsec3-no-wc dname-signed dname-cname-mismatch dname-unsigned
  cname-insecure-mid cname-nx-target ds-two-one-good ds-two-unsupported-plus-bad
  ds-sha1-only ds-sha1-plus-sha256bad alg-incomplete revoked-ksk proto-2
  keytag-collision-16 sig-flood-16 nsec3-hash-flood rsa-512 rsa-8192 rsa-exp-huge
  clock-edge-inception clock-edge-expiration clock-edge-wrap ns-incoherent
  do-stripped edns-dropped udp-only tcp-only trunc-loop
  answer-injection-answer answer-injection-authority answer-injection-additional
  split-ent wildcard-ent nodata-ent-nx compact-ok compact-nxname-in-use compact-co
`

/** What servers can be told to do, and no other group does. */
const server = `
  type-formerr type-servfail type-notimp type-refused type-notauth type-timeout name-servfail
  rdata-changed wrong-id wrong-question case-lost not-aa upward-referral
  silent slow udp-refused udp-servfail edns-badvers one-server-silent one-server-lame
  one-server-servfail clock-behind clock-ahead clock-stopped cname-loop dname-loop ttl-zero ttl-huge
  denial-nsec denial-nsec3 denial-minimal denial-unsigned-zone denial-missing
`

const words = (text: string) => text.trim().split(/\s+/)
const idsOf = (group: Fault['group']) =>
  catalogue.filter((fault) => fault.group === group).map(({ id }) => id)

t.test('every name of the sections is there, and no other', async (t) => {
  t.equal(words(testbed).length, 63)
  const isolated = words(twins).map((id) => `${id}-isolated`)
  t.same(idsOf('testbed').toSorted(), [...words(testbed), ...isolated].toSorted())
  t.same(idsOf('testbed-later').toSorted(), words(testbedLater).toSorted())
  t.same(idsOf('validator').toSorted(), words(validator).toSorted())
  t.same(idsOf('server').toSorted(), words(server).toSorted())
})

t.test('ids are labels, and find their fault', async (t) => {
  for (const fault of catalogue) {
    t.match(fault.id, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
    t.equal(faultById(fault.id), fault, `${fault.id} is there once`)
  }
  t.equal(faultById('no-such-fault'), undefined)
})

t.test('the testbed edits what is signed, but for what it signs late, and the twins', async (t) => {
  const isolated = catalogue.filter(
    ({ group, variant }) => group.startsWith('testbed') && variant === 'isolated',
  )
  t.same(isolated.map(({ id }) => id).toSorted(), [
    ...[...words(twins).map((id) => `${id}-isolated`), 'rrsig-exp-all'].toSorted(),
  ])
})

t.test('a twin does what its raw fault does, and is expected to differ', async (t) => {
  for (const id of words(twins)) {
    const raw = faultById(id)
    const isolated = faultById(`${id}-isolated`)
    t.same(isolated?.acts, raw?.acts, id)
    t.same(isolated?.setting, raw?.setting, id)
    t.equal(isolated?.expect.status, raw?.expect.status, id)
    t.notSame(isolated?.expect.ede, raw?.expect.ede, id)
  }
})

t.test('every expectation says which sections say so, of RFCs with a title', async (t) => {
  for (const { id, expect } of catalogue) {
    t.ok(expect.why.length > 0, id)
    for (const why of expect.why) {
      const [, rfc] = /^RFC (\d+) (?:§\d+(?:\.\d+)*|App\. [A-Z])$/.exec(why) ?? []
      t.ok(rfcTitles[Number(rfc)], `${id}: ${why}`)
    }
  }
})

t.test('status and rcode of an expectation fit', async (t) => {
  for (const { id, expect } of catalogue) {
    const { status, rcode, ede } = expect
    const fails = status === 'bogus' || status === 'unreachable'
    t.equal(rcode === 'SERVFAIL', fails, id)
    if (status === 'bogus') t.ok(ede.length > 0, `${id}: bogus says why (RFC 8914)`)
    if (status === 'secure') t.same(ede, [], `${id}: nothing is to be said of what is in order`)
    const { or } = expect
    if (or) t.ok(or.status !== status || (or.rcode !== undefined && or.rcode !== rcode), id)
    t.same(
      ede.filter((code) => expect.edeToo?.includes(code)),
      [],
      `${id}: due or not due`,
    )
  }
})

t.test('a fault without an act differs in its setting, or is in order', async (t) => {
  const plain = JSON.stringify(faultById('valid')?.setting)
  for (const { id, acts, setting, expect } of catalogue) {
    const differs = acts.length > 0 || JSON.stringify(setting) !== plain
    t.ok(differs || expect.status === 'secure', id)
    if (!setting.signed) t.notOk(setting.ds, `${id}: nothing to vouch for`)
  }
})

t.test('what is served by one server is of a zone with more than one', async (t) => {
  for (const { id, acts, setting } of catalogue) {
    for (const act of acts) {
      const server =
        act.kind === 'signature' ? act.server : act.kind === 'behave' ? act.when.server : undefined
      if (server !== undefined) t.ok(server < setting.servers && setting.servers > 1, id)
    }
  }
})

t.test('records of settings are lines of a master file', async (t) => {
  const origin = parseName('fault.test.')
  for (const { id, setting } of catalogue) {
    const text = `$TTL 600\n${setting.records.join('\n')}\n`
    const items = [...parseMasterFile(text, { file: id, origin })]
    t.same(
      items.map(({ kind }) => kind),
      setting.records.map(() => 'record'),
      id,
    )
  }
})

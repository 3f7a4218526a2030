import { readFileSync } from 'node:fs'
import t from 'tap'
import { mailCaseById, mailCases } from '../../src/post/index.ts'
import { RR, type RRType } from '../../src/rr/index.ts'
import { rfcTitles } from '../../tools/rfc-titles.ts'
import { openPostWorld } from '../support/open-post.ts'
import { otherCase } from '../support/other-cases.ts'

/** Seconds, but for a busy machine. */
t.setTimeout(240_000)

/** The rows of the catalogue of mail, as it has them. */
const catalogue = `
  dane-good-311 dane-good-301 dane-good-312 dane-good-201 dane-good-211 dane-good-200
  dane-two-311-next
  mx-zone-insecure
  mx-bogus mx-expired mx-servfail mx-timeout
  mx-denial-missing
  mx-implicit
  mx-null
  mx-cname
  domain-cname domain-dname
  host-insecure
  host-a-bogus host-aaaa-bogus
  host-cname-insecure-target
  host-cname-secure-both
  host-cname-secure-alias-only
  host-cname-loop host-cname-dangling
  tlsa-none-nodata tlsa-none-nxdomain tlsa-none-ent
  tlsa-servfail tlsa-refused tlsa-notimp tlsa-timeout
  tlsa-bogus tlsa-expired tlsa-nosig tlsa-denial-missing tlsa-denial-bogus
  tlsa-cname-secure tlsa-cname-insecure-target tlsa-cname-loop
  tlsa-wildcard
  tlsa-usage-0 tlsa-usage-1
  tlsa-usage-4 tlsa-usage-255 tlsa-selector-2 tlsa-match-3 tlsa-digest-31-bytes tlsa-empty
  tlsa-garbage-full
  tlsa-unusable-plus-good tlsa-unusable-plus-bad
  tlsa-agility
  tlsa-stale-rollover
  tlsa-wrong-owner tlsa-wrong-port
  tlsa-full-0-0 tlsa-huge-rrset
  ee-expired ee-notyet ee-wrongname
  ee-selfsigned
  ta-missing-in-chain
  ta-omitted-200
  ta-name-mismatch ta-name-nexthop ta-wildcard ta-partial-wildcard ta-cn-only ta-san-beats-cn
  ta-leaf-expired ta-intermediate-expired ta-self-expired
  ta-matches-leaf
  sni-picks-cert
  ip-split
  starttls-absent starttls-454 starttls-helo-only starttls-selective starttls-drop-after-220
  tls-handshake-alert tls10-only cipher-none
  starttls-injection
  unusable-no-starttls
  pref-10-none-20-dane
  pref-10-fail-20-good pref-10-fail-20-none
  pref-all-fail
  sts-ok sts-testing sts-none
  sts-txt-two sts-txt-bad-id sts-txt-cname
  sts-redirect sts-404 sts-bad-cert sts-expired-cert sts-wrong-type sts-65k sts-slow
  sts-policy-no-mx sts-policy-bad-mode sts-policy-maxage-big sts-policy-dup-keys sts-policy-lf
  sts-policy-trailing
  sts-mx-mismatch sts-cert-mismatch sts-wildcard-two-labels
  sts-pass-dane-fail
  sts-fail-dane-pass
  rpt-two-txt rpt-no-rua rpt-http rpt-big-list
  cfg-ex002 cfg-ex003 cfg-ex004 cfg-ex005 cfg-ex006 cfg-ex007 cfg-ex008 cfg-ex009 cfg-ex010
  cfg-ex012 cfg-ex013
  cfg-es001 cfg-es002
  cfg-ed001 cfg-ed002 cfg-ed003
  cfg-eg001 cfg-eg002
`
  .trim()
  .split(/\s+/)

/** Those that show what it looks like when nothing is wrong. */
const beside = ['cfg-valid']

t.test('verifyMail: every case is as expected', async (t) => {
  const post = await openPostWorld()
  t.teardown(() => post.close())
  const rows = await post.verify()
  t.strictSame(
    rows.map(({ id }) => id),
    mailCases.map(({ id }) => id),
  )
  for (const { id, title, agrees, expected, got, why } of rows) {
    t.ok(agrees, `${id}: ${title}`, { expected, got, why })
  }
  const asked = (zone: string, type: RRType, via: 'udp' | 'tcp') =>
    post.asked.some((one) => one.type === type && one.via === via && one.name.includes(zone))
  // RFC 7672 §2.2.2: TLSA records of a host whose addresses are insecure are not asked for.
  t.ok(asked('mx.host-insecure-plain.', RR.A, 'udp'))
  t.notOk(asked('.host-insecure-plain.', RR.TLSA, 'udp'))
  t.ok(asked('.host-cname-insecure-target.', RR.TLSA, 'udp'))
  for (const id of ['tlsa-full-0-0', 'tlsa-huge-rrset', 'tlsa-huge-notcp']) {
    t.ok(asked(`.${id}.`, RR.TLSA, 'tcp'), `${id} is larger than a datagram`)
  }
  t.notOk(asked('.dane-good-311.', RR.TLSA, 'tcp'))
})

t.test('verifyMail: no case is met without what makes it one', async (t) => {
  const others = mailCases.map(otherCase)
  const post = await openPostWorld({ cases: others.map(({ other }) => other) })
  t.teardown(() => post.close())
  const rows = await post.verify()
  t.equal(rows.length, mailCases.length)
  for (const [at, { id, agrees, got, why }] of rows.entries()) {
    const [column] = got.split('; ')
    t.notOk(agrees, id, { got, why })
    t.equal(column, others[at]?.becomes, id, { got, why })
  }
})

t.test('mailCases: the rows are those of the catalogue, each there', async (t) => {
  const rows = mailCases.map(({ id, row }) => row ?? id)
  t.strictSame(new Set(rows), new Set([...catalogue, ...beside]))
  t.equal(new Set(catalogue).size, catalogue.length)
})

t.test('mailCases: ids are labels of host names, titles are told apart', async (t) => {
  for (const { id } of mailCases) {
    t.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    t.equal(mailCaseById(id)?.id, id)
  }
  t.equal(new Set(mailCases.map(({ id }) => id)).size, mailCases.length)
  t.equal(new Set(mailCases.map(({ title }) => title)).size, mailCases.length)
  t.equal(mailCaseById('no-such-case'), undefined)
})

t.test('mailCases: every one says why, by sections of RFCs that are known', async (t) => {
  for (const { id, why } of mailCases) {
    t.ok(why.length > 0, id)
    for (const section of why) {
      const [, number] = /^RFC (\d+) §\d+(?:\.\d+)*$/.exec(section) ?? []
      t.ok(number && rfcTitles[Number(number)], `${id}: ${section}`)
    }
  }
})

t.test('mailCases: what was decided is written down, and nothing else is', async (t) => {
  const text = readFileSync('docs/decisions/0012-open-rows-of-the-case-table.md', 'utf8')
  const written = [...text.matchAll(/^\| ((?:`[a-z0-9-]+`(?:, )?)+)/gm)].flatMap(([, ids = '']) =>
    [...ids.matchAll(/`([a-z0-9-]+)`/g)].map(([, id]) => id),
  )
  const decided = mailCases.flatMap(({ id, row, decided }) => (decided ? [row ?? id] : []))
  t.strictSame(new Set(decided), new Set(written))
})

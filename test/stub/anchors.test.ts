import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { CodedError, formatPlace, type UnixSeconds } from '../../src/base/index.ts'
import { generatePrivateKey, keyTag } from '../../src/crypto/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { parseAnchors, rootAnchors } from '../../src/stub/index.ts'
import type { TrustAnchor } from '../../src/validator/index.ts'
import { formatName, toBase64 } from '../../src/wire/index.ts'

const now = 1767225600 as UnixSeconds
const file = 'anchors'
const ds2017 = '20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d'
const ds2024 = '38696 8 2 683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16'
const key = toBase64(generatePrivateKey(13).publicKey)

/** Anchors as text: zone, then DS, then DNSKEY. */
function texts(anchors: readonly TrustAnchor[]): string[] {
  return anchors.flatMap(({ zone, ds, dnskeys }) => [
    ...ds.map((rdata) => `${formatName(zone)} DS ${formatRdata(RR.DS, rdata).toLowerCase()}`),
    ...dnskeys.map((rdata) => `${formatName(zone)} DNSKEY ${formatRdata(RR.DNSKEY, rdata)}`),
  ])
}

const read = (text: string, at = now): string[] => texts(parseAnchors(text, file, at))

/** The place and the message of what is wrong with a text. */
function fault(text: string, at = now): string {
  try {
    parseAnchors(text, file, at)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'anchor-invalid') {
      return `${error.place ? formatPlace(error.place) : '?'} ${error.message}`
    }
    throw error
  }
  return 'none'
}

t.test('rootAnchors: KSK-2017 and KSK-2024, as IANA publishes them', (t) => {
  t.strictSame(texts(rootAnchors), [`. DS ${ds2017}`, `. DS ${ds2024}`])
  t.end()
})

t.test(
  'rootAnchors: those that the distribution has',
  { skip: existsSync('/usr/share/dns/root.key') ? false : 'dns-root-data is not installed' },
  (t) => {
    t.strictSame(read(readFileSync('/usr/share/dns/root.ds', 'utf8')), texts(rootAnchors))
    const [root] = parseAnchors(readFileSync('/usr/share/dns/root.key', 'utf8'), file, now)
    t.strictSame(root?.dnskeys.map(keyTag), [20326, 38696])
    t.end()
  },
)

t.test('parseAnchors: BIND, as danelaw writes it beside its keys', (t) => {
  const text = `trust-anchors {
    "mail.example." static-key 257 3 13 "${key}";
    "mail.example." static-key 257 3 13
        "${key.slice(0, 20)} ${key.slice(20)}";
};
`
  const dnskey = `mail.example. DNSKEY 257 3 13 ${key}`
  t.strictSame(read(text), [dnskey, dnskey])
  t.end()
})

t.test('parseAnchors: BIND, every keyword and every comment', (t) => {
  const text = `# keys
/* of
   the root */
trust-anchors { // {
  . initial-ds ${ds2017.replace(/ (\w+)$/, ' "$1"')};
  "." static-ds 38696 8 2 "683D2D0ACB8C9B712A1948B27F741219 298D0A450D612C483AF444A4C0FB2B16"; # };
  b.example initial-key 257 3 13 "${key}";
};
managed-keys { c.example. initial-key 257 3 13 "${key}"; };
trusted-keys { "d\\.e.example." 256 3 13 "${key}"; };`
  t.strictSame(read(text), [
    `. DS ${ds2017}`,
    `. DS ${ds2024}`,
    `b.example. DNSKEY 257 3 13 ${key}`,
    `c.example. DNSKEY 257 3 13 ${key}`,
    `d\\.e.example. DNSKEY 256 3 13 ${key}`,
  ])
  t.end()
})

t.test('parseAnchors: BIND, what is wrong and where', (t) => {
  const cases: readonly (readonly [text: string, expected: RegExp])[] = [
    ['trust-anchors { . static-key 257 3 13 "AA=="', /^anchors:1:39 .*";" is missing/],
    ['trust-anchors {\n  . some-key 257 3 13 "AA=="; };', /^anchors:2:5 .*"some-key"/],
    ['trust-anchors {\n  . static-ds 1 8 2 "abcd"; };', /^anchors:2:3 .*digest/],
    ['trust-anchors { . static-key x 3 13 "AA=="; };', /^anchors:1:17 .*"x"/],
    ['trust-anchors { a..b static-key 257 3 13 "AA=="; };', /^anchors:1:17 .*empty label/],
    ['trust-anchors { . static-key 257 3 13 "AA==; };', /^anchors:1:39 .*not closed/],
    ['/* trust-anchors {', /^anchors:1:1 .*not closed/],
    ['options { };\ntrust-anchors { };', /^anchors:1:1 .*"options"/],
    ['trust-anchors { } }', /^anchors:1:19 .*expected ;/],
    ['trust-anchors { };', /there is none/],
  ]
  for (const [text, expected] of cases) t.match(fault(text), expected, text)
  t.end()
})

t.test('parseAnchors: records as in a zone file', (t) => {
  t.strictSame(
    read(`; comment
. IN DS ${ds2017}
.\t172800\tIN\tDS\t38696 8 2 ( 683D2D0ACB8C9B712A1948B27F741219 ; half
   298D0A450D612C483AF444A4C0FB2B16 )
b.example. DNSKEY 257 3 13 ${key}
`),
    [`. DS ${ds2017}`, `. DS ${ds2024}`, `b.example. DNSKEY 257 3 13 ${key}`],
  )
  t.match(fault('. DS 1 8 2 abcd'), /^anchors:1:\d+ .*digest/)
  t.match(fault('\n. A 192.0.2.1'), /^anchors:2:1 Cannot trust \. A/)
  t.match(fault('. DS'), /^anchors:1:5 /)
  t.match(fault(`. DNSKEY 0 3 13 ${key}`), /flags 0 are not those of a zone key/)
  t.match(fault(''), /there is none/)
  t.match(fault('; nothing\n'), /there is none/)
  t.end()
})

t.test('parseAnchors: of what Unbound keeps, only what is valid or missing', (t) => {
  const line = (tag: number, state: string): string => {
    const fields = `.\t172800\tIN\tDNSKEY\t257 3 13 ${key} ;{id = ${tag} (ksk), size = 256b}`
    return `${fields} ;;state=${state} ;;count=0 ;;lastchange=1511000000 ;;Tue Nov 21 2017`
  }
  const states = ['0 [ START ]', '1 [ ADDPEND ]', '2 [  VALID  ]', '3 [ MISSING ]', '5 [ REMOVED ]']
  const head = '; autotrust trust anchor file\n;;id: . 1\n'
  const text = head + states.map((state, tag) => line(tag, state)).join('\n')
  t.equal(read(text).length, 2)
  t.end()
})

t.test('parseAnchors: a revoked key is no anchor (RFC 5011 §2.1)', (t) => {
  const revoked = `. DNSKEY 385 3 13 ${key}`
  t.strictSame(read(`${revoked}\n. DS ${ds2017}`), [`. DS ${ds2017}`])
  t.match(fault(revoked), /every key is revoked/)
  t.end()
})

/** What IANA publishes, shortened. */
const xml = (digests: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<TrustAnchor id="E9724F53-1851-4F86-85E5-F1392102940B" source="http://data.iana.org/x">
<Zone>.</Zone>
<!-- <KeyDigest> -->
${digests}
</TrustAnchor>
`
const digest = (ds: string, dates: string): string => {
  const [tag, algorithm, type, hash] = ds.split(' ')
  return `<KeyDigest id="K" ${dates}>
<KeyTag>${tag}</KeyTag> <Algorithm>${algorithm}</Algorithm>
<DigestType>${type}</DigestType><Digest>${hash}</Digest>
<PublicKey>AwEAAa==</PublicKey><Flags>257</Flags>
</KeyDigest>`
}

t.test('parseAnchors: XML, what is valid at the time (RFC 9718 §2)', (t) => {
  const old = digest(
    '19036 8 2 49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5',
    'validFrom="2010-07-15T00:00:00+00:00" validUntil="2019-01-11T00:00:00+00:00"',
  )
  const text = xml(
    old +
      digest(ds2017, 'validFrom="2017-02-02T00:00:00+00:00"') +
      digest(ds2024, "validFrom='2024-07-18T00:00:00Z'"),
  )
  const at = (date: string) => (Date.parse(date) / 1000) as UnixSeconds
  t.strictSame(read(text), [`. DS ${ds2017}`, `. DS ${ds2024}`])
  t.strictSame(read(`\uFEFF${text}`, at('2024-07-17T23:59:59Z')), [`. DS ${ds2017}`])
  t.equal(read(text, at('2018-01-01T00:00:00Z')).length, 2)
  t.equal(read(text, at('2019-01-11T00:00:00Z')).length, 1, 'validUntil is the first moment after')
  t.match(fault(text, at('2009-01-01T00:00:00Z')), /^anchors:2:1 .*none is valid at this time/)
  t.end()
})

t.test('parseAnchors: XML, what is wrong and where', (t) => {
  const good = digest(ds2017, '')
  const cases: readonly (readonly [text: string, expected: RegExp])[] = [
    ['<Other/>', /^anchors:1:1 .*root is not TrustAnchor/],
    [xml(''), /there is none/],
    [xml(good.replace('<KeyTag>20326</KeyTag>', '')), /^anchors:5:1 .*no KeyTag/],
    [xml(good.replace('20326', '99999')), /^anchors:5:1 /],
    [xml(good.replace('20326', '1</KeyTag><KeyTag>2')), /more than one KeyTag/],
    [xml(digest(ds2017, 'validFrom="yesterday"')), /^anchors:5:1 .*"yesterday": not a date/],
    [xml(`${good}<`), /Cannot read XML/],
    [xml(`${good}<A>`), /<\/TrustAnchor>: not open/],
    ['<TrustAnchor><Zone>.</Zone>', /^anchors:1:1 Cannot read <TrustAnchor>: not closed/],
    ['<!DOCTYPE x [<!ENTITY a "b">]><TrustAnchor/>', /^anchors:1:1 Cannot read XML/],
    [xml('<a>'.repeat(20)), /too deep/],
    [xml(good).replace('<Zone>.', '<Zone>a..b'), /empty label/],
  ]
  for (const [text, expected] of cases) t.match(fault(text), expected, text.slice(0, 300))
  t.end()
})

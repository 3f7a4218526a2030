import t from 'tap'
import { judgeTlsas, lintTlsas } from '../../src/dane/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { authority, type Issued, issue, tlsaFor } from '../support/certificates.ts'
import { certificates, matchTime, past } from '../support/chain-cases.ts'

const names = ['mx.example.com']

const lint = (chain: readonly Issued[], ...tlsa: readonly Uint8Array[]): string[] =>
  lintTlsas({
    tlsa: judgeTlsas(tlsa),
    chain: certificates(...chain),
    referenceNames: [parseName('mx.example.com.')],
    now: matchTime,
  }).map(({ severity, text, rfc }) => `${severity} ${rfc}: ${text}`)

t.test('lintTlsas has nothing against 3 1 1 and 2 0 1 that match', async (t) => {
  const ca = await authority()
  const leaf = await issue({ names, issuer: ca })
  const next = await issue({ names })
  t.same(lint([leaf, ca], tlsaFor(leaf, 3, 1, 1), tlsaFor(ca, 2, 0, 1)), [])
  t.same(lint([leaf], tlsaFor(leaf, 3, 1, 1), tlsaFor(next, 3, 1, 1)), [], 'the next key')
  t.same(lint([leaf]), [], 'no records')
  t.same(lint([], tlsaFor(leaf, 3, 1, 1)), [], 'no chain to compare with')
})

t.test('lintTlsas wants every combination to match the live chain (RFC 7671 §8)', async (t) => {
  const ca = await authority()
  const leaf = await issue({ names, issuer: ca })
  const other = await issue({ names })
  const partly = lint([leaf, ca], tlsaFor(leaf, 3, 1, 1), tlsaFor(other, 3, 0, 1))
  t.equal(partly.length, 1)
  t.match(partly[0], /^warning RFC 7671 §8: No 3 0 1 record matches/)
  const hidden = lint([leaf], tlsaFor(leaf, 3, 1, 2), tlsaFor(other, 3, 1, 1))
  t.match(hidden, [/^warning RFC 7671 §8: No 3 1 1 /], 'also what agility leaves out')
  const never = lint([leaf], tlsaFor(other, 3, 1, 1))
  t.match(never, [/^error RFC 7671 §8: No 3 1 1 .*does not match the server's certificate$/])
})

t.test('lintTlsas advises against whole certificates and keys (RFC 7671 §10.1.2)', async (t) => {
  const leaf = await issue({ names })
  const found = lint([leaf], tlsaFor(leaf, 3, 1, 1), tlsaFor(leaf, 3, 0, 0), tlsaFor(leaf, 3, 1, 0))
  t.match(found, [/^warning RFC 7671 §10\.1\.2: 3 0 0 /, /^advice RFC 7671 §10\.1\.2: 3 1 0 /])
})

t.test('lintTlsas names what cannot be used, and the forms recommended', async (t) => {
  const leaf = await issue({ names })
  t.match(lint([leaf], tlsaFor(leaf, 3, 1, 1), tlsaFor(leaf, 1, 1, 1)), [
    /^warning RFC 7672 §3\.1: 1 1 1 .* cannot be used: Usage 1/,
  ])
  t.match(lint([leaf], tlsaFor(leaf, 3, 0, 1)), [/^advice RFC 7672 §3\.1: None .* 3 1 1 or 2 0 1/])
})

t.test('lintTlsas wants trust anchors sent along (RFC 7671 §5.2.3)', async (t) => {
  const ca = await authority()
  const leaf = await issue({ names, issuer: ca })
  const found = lint([leaf], tlsaFor(leaf, 3, 1, 1), tlsaFor(ca, 2, 1, 0))
  t.match(found, [
    /^advice /,
    /^warning RFC 7671 §5\.2\.3: 2 1 0 .* does not send its trust anchor/,
  ])
})

t.test('lintTlsas tells what usage 3 ignores and some senders do not', async (t) => {
  const leaf = await issue({ names: ['other.example'], ...past })
  t.match(lint([leaf], tlsaFor(leaf, 3, 1, 1)), [/has expired/, /does not have the name/])
})

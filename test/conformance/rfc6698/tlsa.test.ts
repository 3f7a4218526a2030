/** RFC 6698: The DNS-Based Authentication of Named Entities (DANE) TLSA. Sections as there. */
import t from 'tap'
import { judgeTlsas } from '../../../src/dane/index.ts'
import { authority, issue, tlsaFor } from '../../support/certificates.ts'
import { certificates, matchFor } from '../../support/chain-cases.ts'

const names = ['mx.example.com']
const leaf = await issue({ names })
const good = tlsaFor(leaf, 3, 1, 1)

/** A record with some of its octets put in place of those of a good one. */
const edited = (...head: readonly number[]): Uint8Array =>
  Uint8Array.of(...head, ...good.subarray(head.length))

/** Why the only record is unusable; with it, TLSA is there and says nothing of the certificate. */
function why(rdata: Uint8Array): string {
  const { all, active } = judgeTlsas([rdata])
  return active.length === 0 && all[0]?.usable === false ? (all[0].why ?? '') : 'usable'
}

t.test('§2.1.1: an unknown usage makes a record unusable, not wrong', async (t) => {
  for (const usage of [4, 128, 255]) t.match(why(edited(usage)), /Usage \d+ is unknown/)
})

t.test('§2.1.2: an unknown selector makes a record unusable', async (t) => {
  for (const selector of [2, 255]) t.match(why(edited(3, selector)), /Selector \d+ is unknown/)
})

t.test('§2.1.3: an unknown matching type makes a record unusable', async (t) => {
  for (const matching of [3, 255]) t.match(why(edited(3, 1, matching)), /type \d+ is unknown/)
})

t.test('§2.1.3: a digest has the length of its algorithm', async (t) => {
  t.match(why(good.subarray(0, -1)), /has 31 octets, expected 32/)
  t.match(why(Uint8Array.of(...good, 0)), /has 33 octets, expected 32/)
  t.match(why(good.subarray(0, 3)), /has 0 octets, expected 32/)
  t.match(why(edited(3, 1, 2)), /has 32 octets, expected 64/)
  t.equal(why(good), 'usable')
})

t.test('§2.1.4: data in full has to be a certificate, or a key', async (t) => {
  t.match(why(Uint8Array.of(3, 0, 0, 1, 2, 3)), /no certificate/)
  t.match(why(Uint8Array.of(2, 1, 0, 1, 2, 3)), /no public key/)
  const certificate = tlsaFor(leaf, 3, 0, 0)
  const key = tlsaFor(leaf, 3, 1, 0)
  t.match(why(Uint8Array.of(3, 1, 0, ...certificate.subarray(3))), /no public key/)
  t.match(why(Uint8Array.of(3, 0, 0, ...key.subarray(3))), /no certificate/)
  t.match(why(certificate.subarray(0, -1)), /no certificate/, 'cut short')
  t.equal(why(certificate), 'usable')
  t.equal(why(key), 'usable')
})

t.test('§2.1: one record that matches is enough, whatever else is there', async (t) => {
  const other = tlsaFor(await issue({ names }), 3, 1, 1)
  t.equal(matchFor([leaf], [edited(9), other, good]).authenticated, true)
  t.equal(matchFor([leaf], [edited(9), other]).failure, 'no-match')
})

t.test('§2.1.4: the key is compared as it stands in the certificate', async (t) => {
  for (const key of ['p256', 'p384', 'ed25519', 'rsa2048'] as const) {
    const made = await issue({ names, key })
    for (const matching of [0, 1, 2]) {
      t.equal(matchFor([made], [tlsaFor(made, 3, 0, matching)]).authenticated, true)
      t.equal(matchFor([made], [tlsaFor(made, 3, 1, matching)]).authenticated, true)
    }
    const renewed = await issue({ names, key, keysOf: made })
    t.equal(matchFor([renewed], [tlsaFor(made, 3, 1, 1)]).authenticated, true, 'key kept')
    t.equal(matchFor([renewed], [tlsaFor(made, 3, 0, 1)]).authenticated, false)
    t.same(certificates(renewed)[0]?.spki, certificates(made)[0]?.spki)
  }
})

t.test('§2.1.1: usage 2 is about an authority above, usage 3 about the server', async (t) => {
  const ca = await authority()
  const below = await issue({ names, issuer: ca })
  t.equal(matchFor([below, ca], [tlsaFor(ca, 2, 0, 1)]).authenticated, true)
  t.equal(matchFor([below, ca], [tlsaFor(ca, 3, 0, 1)]).authenticated, false)
  t.equal(matchFor([below, ca], [tlsaFor(below, 2, 0, 1)]).authenticated, false)
})

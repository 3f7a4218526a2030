import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import { makeRRset, RR, type RRType, type Ttl } from '../../src/rr/index.ts'
import {
  readRrsig,
  secondsLeft,
  serialSpan,
  signedLabels,
  signedOctets,
} from '../../src/validator/rrsig.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { records, rrsigOver } from '../support/forge.ts'
import { octetsToVerify, readRrsig as readIndependently } from '../support/verify.ts'

const key = generatePrivateKey(15)

t.test('readRrsig takes every field apart', async (t) => {
  const [mx] = [records('mail.test. MX 10 a.test.')]
  const { rdata } = rrsigOver(mx, 'test.', key, {
    inception: 5,
    expiration: 4_000_000_000,
    keyTag: 65535,
    originalTtl: 77,
  })
  const rrsig = readRrsig(rdata, 60 as Ttl)
  t.equal(rrsig.typeCovered, RR.MX)
  t.equal(rrsig.algorithm, 15)
  t.equal(rrsig.labels, 2)
  t.equal(rrsig.originalTtl, 77)
  t.equal(rrsig.inception, 5)
  t.equal(rrsig.expiration, 4_000_000_000)
  t.equal(rrsig.keyTag, 65535)
  t.equal(formatName(rrsig.signer), 'test.')
  t.equal(rrsig.signature.length, 64)
  t.equal(rrsig.ttl, 60)
  t.equal(rrsig.rdata, rdata)
})

t.test('signedLabels leaves out the root and the asterisk of a wildcard', async (t) => {
  for (const [name, labels] of [
    ['.', 0],
    ['test.', 1],
    ['*.', 0],
    ['*.test.', 1],
    ['a.*.test.', 3],
    ['**.test.', 2],
    ['*.*.test.', 2],
  ] as const) {
    t.equal(signedLabels(parseName(name)), labels, name)
  }
})

t.test('serialSpan counts modulo 2^32, half of it at most (RFC 1982 §3.2)', async (t) => {
  t.equal(serialSpan(0, 1), 1)
  t.equal(serialSpan(1, 0), -1)
  t.equal(serialSpan(2 ** 32 - 1, 0), 1)
  t.equal(serialSpan(0, 2 ** 32 - 1), -1)
  t.equal(serialSpan(0, 2 ** 31 - 1), 2 ** 31 - 1)
  t.equal(serialSpan(0, 2 ** 31) < 0, true, 'undefined by the RFC: not valid')
  t.equal(serialSpan(2 ** 32 + 5, 6), 1, 'a time that was not wrapped yet')
})

t.test('secondsLeft is zero in the last second', async (t) => {
  const { rdata } = rrsigOver(records('a.test. A 192.0.2.1'), 'test.', key, { expiration: 100 })
  const rrsig = readRrsig(rdata, 60 as Ttl)
  t.equal(secondsLeft(rrsig, 100 as UnixSeconds), 0)
  t.equal(secondsLeft(rrsig, 101 as UnixSeconds), -1)
})

t.test('signedOctets are those of an independent reading of RFC 4034 §3.1.8.1', async () => {
  const texts = [
    'A.b.TEST. A 192.0.2.1',
    '*.Test. TXT "x"',
    'w.x.y.test. MX 10 MAIL.Test.',
    'SRV.test. SRV 1 2 3 Target.TEST.',
    'n.test. NSEC Next.TEST. A RRSIG',
    'soa.test. SOA NS.Test. Host.TEST. 1 2 3 4 5',
    'u.test. TYPE65534 \\# 3 414243',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom('test.', 'TeST.', '.'),
      (text, fewer, originalTtl, signer) => {
        const set = records(text)
        const [first] = set as [(typeof set)[0]]
        const labels = Math.max(0, signedLabels(first.owner) - fewer)
        const { rdata } = rrsigOver(set, 'test.', key, { labels, originalTtl, signer })
        const rrset = makeRRset(first.owner, first.type as RRType, 60 as Ttl, [first.rdata])
        const octets = Buffer.from(signedOctets(rrset, readRrsig(rdata, 60 as Ttl)))
        return octets.equals(octetsToVerify(readIndependently(rdata), set))
      },
    ),
    { seed: 20261125, numRuns: 300 },
  )
})

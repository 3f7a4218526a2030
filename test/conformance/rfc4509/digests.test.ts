/** RFC 4509 §3: SHA-1 digests count only where nothing better is there. */
import t from 'tap'
import { dsRdata, type PrivateKey } from '../../../src/crypto/index.ts'
import type { ResourceRecord } from '../../../src/message/index.ts'
import { RR, type Ttl } from '../../../src/rr/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { denialModes, faultTree, inShort, judgeWith } from '../../support/fault-tree.ts'
import { dnskeyRecord, signed } from '../../support/forge.ts'
import type { TestSigning } from '../../support/served-zone.ts'

const tree = faultTree(denialModes['nsec'] as TestSigning)
const rootKey = tree.keys.get('.') as PrivateKey
const key = tree.keys.get('test.') as PrivateKey

/** A DS of the zone's key, its digest good or not, its algorithm perhaps one that is unknown. */
function ds(type: number, isGood = true, algorithm = 13): ResourceRecord {
  const rdata = dsRdata(parseName('test.'), dnskeyRecord('test.', key).rdata, type)
  if (!isGood) rdata[8] = (rdata[8] ?? 0) ^ 1
  rdata[2] = algorithm
  return { owner: parseName('test.'), type: RR.DS, class: 1, ttl: 3600 as Ttl, rdata }
}

/** The verdict, in short, where the parent has these DS. */
function withDs(...set: readonly ResourceRecord[]): string {
  return inShort(
    judgeWith(tree, 'mail.test. A', { 'test. DS': { answer: signed(set, '.', rootKey) } }),
  )
}

t.test('RFC 4509 §2.1: a SHA-256 digest of owner and DNSKEY RDATA', async (t) => {
  t.equal(withDs(ds(2)), 'secure NOERROR')
  t.equal(withDs(ds(2, false)), 'bogus 9')
})

t.test('RFC 6605 §2: a SHA-384 digest', async (t) => {
  t.equal(withDs(ds(4)), 'secure NOERROR')
  t.equal(withDs(ds(4, false)), 'bogus 9')
})

t.test('RFC 4509 §3: SHA-1 is ignored where SHA-256 or SHA-384 is there', async (t) => {
  t.equal(withDs(ds(1), ds(2)), 'secure NOERROR')
  t.equal(withDs(ds(1), ds(2, false)), 'bogus 9')
  t.equal(withDs(ds(1), ds(4, false)), 'bogus 9')
  t.equal(withDs(ds(1, false), ds(2)), 'secure NOERROR')
})

t.test('RFC 4509 §3: SHA-1 counts where there is nothing better', async (t) => {
  t.equal(withDs(ds(1)), 'secure NOERROR')
  t.equal(withDs(ds(1, false)), 'bogus 9')
  // SHA-256 of a key that cannot be used is not there, for this purpose.
  t.equal(withDs(ds(1), ds(2, true, 200)), 'secure NOERROR')
})

t.test('RFC 4509 §3: either of SHA-256 and SHA-384 suffices', async (t) => {
  t.equal(withDs(ds(2, false), ds(4)), 'secure NOERROR')
  t.equal(withDs(ds(2), ds(4, false)), 'secure NOERROR')
})

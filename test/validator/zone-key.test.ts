import t from 'tap'
import { generatePrivateKey, keyTag } from '../../src/crypto/index.ts'
import { unfitness, zoneKey } from '../../src/validator/zone-key.ts'
import { parseName } from '../../src/wire/index.ts'
import { dnskeyRecord } from '../support/forge.ts'

const key = generatePrivateKey(13)
const zone = parseName('test.')
const made = (fields = {}) => zoneKey(dnskeyRecord('test.', key, fields).rdata)

t.test('zoneKey takes DNSKEY RDATA apart, and makes a key ready once', async (t) => {
  const { rdata } = dnskeyRecord('test.', key)
  const read = zoneKey(rdata)
  t.equal(read.flags, 257)
  t.equal(read.protocol, 3)
  t.equal(read.algorithm, 13)
  t.equal(read.keyTag, keyTag(rdata))
  t.equal(zoneKey(rdata), read)
  t.not(zoneKey(rdata.slice()), read)
  t.strictSame(read.reference(zone), { zone, algorithm: 13, keyTag: read.keyTag })
})

t.test('ZoneKey verifies, and says of what is no key that it is none', async (t) => {
  const data = Buffer.from('data')
  const good = made()
  t.equal(good.verifies(data, key.sign(data)), true)
  t.equal(good.verifies(Buffer.from('other'), key.sign(data)), false)
  t.equal(good.isMalformed, false)
  const none = zoneKey(Uint8Array.of(1, 1, 3, 13, 1, 2, 3))
  t.equal(none.verifies(data, key.sign(data)), false)
  t.equal(none.isMalformed, true)
  const unknown = zoneKey(Uint8Array.of(1, 1, 3, 99, 1, 2, 3))
  t.equal(unknown.verifies(data, key.sign(data)), false)
  t.equal(unknown.isMalformed, false)
  t.equal(zoneKey(new Uint8Array(0)).verifies(data, key.sign(data)), false)
})

t.test('ZoneKey knows the tag that it would have with the zone key flag', async (t) => {
  const tag = made({ flags: 257 }).keyTag
  t.equal(made({ flags: 1 }).zoneKeyTag, tag)
  t.not(made({ flags: 1 }).keyTag, tag)
  t.equal(made().zoneKeyTag, tag)
})

t.test('unfitness says why a key must not verify', async (t) => {
  t.equal(unfitness(made({ flags: 256 }), zone), undefined)
  t.equal(unfitness(made({ flags: 257 }), zone), undefined)
  t.equal(unfitness(made({ flags: 0 }), zone)?.ede, 11)
  t.equal(unfitness(made({ protocol: 2 }), zone)?.ede, 6)
  t.equal(unfitness(made({ flags: 385 }), zone)?.ede, 9)
})

import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { privateKeyFromSecret } from '../../src/crypto/index.ts'
import {
  type KeyTiming,
  keyDuties,
  keyRole,
  makeZoneKey,
  roleFlags,
  type ZoneKey,
} from '../../src/keystore/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

const now = 1000 as UnixSeconds
const past = 1 as UnixSeconds
const future = 2000 as UnixSeconds
const zone = parseName('Example.COM.')

let seed = 0
function key(flags: 256 | 257, timing: KeyTiming = {}, algorithm = 13): ZoneKey {
  seed++
  return makeZoneKey(
    zone,
    privateKeyFromSecret(algorithm, new Uint8Array(32).fill(seed)),
    flags,
    timing,
  )
}

t.test('makeZoneKey builds the DNSKEY and lowers the zone', async (t) => {
  const made = key(257)
  t.equal(formatName(made.zone), 'example.com.')
  t.strictSame([...made.dnskey.subarray(0, 4)], [1, 1, 3, 13])
  t.equal(made.dnskey.length, 68)
})

t.test('keyDuties: a lone key with SEP signs everything', async (t) => {
  const csk = key(257)
  const duties = keyDuties([csk], now)
  t.strictSame(duties, { published: [csk], keySigners: [csk], zoneSigners: [csk] })
  t.equal(keyRole(csk, [csk], now), 'csk')
})

t.test('keyDuties: KSK and ZSK share the work', async (t) => {
  const ksk = key(257)
  const zsk = key(256)
  const duties = keyDuties([ksk, zsk], now)
  t.strictSame(duties, { published: [ksk, zsk], keySigners: [ksk], zoneSigners: [zsk] })
  t.equal(keyRole(ksk, [ksk, zsk], now), 'ksk')
  t.equal(keyRole(zsk, [ksk, zsk], now), 'zsk')
})

t.test('keyDuties: a ZSK rollover by pre-publication (RFC 7583 §2.1)', async (t) => {
  const ksk = key(257)
  const old = key(256, { publish: past, activate: past, inactive: past })
  const present = key(256, { publish: past, activate: past })
  const next = key(256, { publish: past, activate: future })
  const later = key(256, { publish: future, activate: future })
  const gone = key(256, { publish: past, delete: past })
  const duties = keyDuties([ksk, old, present, next, later, gone], now)
  t.strictSame(duties.published, [ksk, old, present, next])
  t.strictSame(duties.keySigners, [ksk])
  t.strictSame(duties.zoneSigners, [present])
})

t.test('keyDuties: each algorithm signs everything (RFC 4035 §2.2)', async (t) => {
  const csk = key(257, {}, 15)
  const ksk = key(257)
  const zsk = key(256)
  const duties = keyDuties([csk, ksk, zsk], now)
  t.strictSame(duties.keySigners, [csk, ksk])
  t.strictSame(duties.zoneSigners, [csk, zsk])
})

t.test('keyDuties: a ZSK alone, and a KSK whose ZSK is not active, do both', async (t) => {
  const zsk = key(256)
  t.strictSame(keyDuties([zsk], now).keySigners, [zsk])
  const ksk = key(257)
  const waiting = key(256, { publish: past, activate: future })
  t.strictSame(keyDuties([ksk, waiting], now).zoneSigners, [ksk])
})

t.test('keyRole: a KSK whose ZSKs are all removed is a CSK', async (t) => {
  const ksk = key(257)
  t.equal(keyRole(ksk, [ksk, key(256, { delete: past })], now), 'csk')
  t.equal(keyRole(ksk, [ksk, key(256, { delete: future })], now), 'ksk')
})

t.test('roleFlags', async (t) => {
  t.strictSame([roleFlags('csk'), roleFlags('ksk'), roleFlags('zsk')], [257, 257, 256])
})

/** Keys of worlds: of every algorithm that a setting may name, and the same everywhere. */
import { checkPrimeSync } from 'node:crypto'
import t from 'tap'
import { keyTag, verifySignature } from '../../src/crypto/index.ts'
import { type Fault, type Setting, soundZone } from '../../src/lab/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { raisedDs, raisedKeys } from '../../src/world/keys.ts'
import { rsaNumbers } from '../../src/world/rsa.ts'
import { seededOctets } from '../../src/world/seeded.ts'

const apex = parseName('zone.test.')
const data = Buffer.from('what is signed')

function keysOf(setting: Partial<Setting>, seed = 'keys') {
  return raisedKeys(apex, { ...soundZone, ...setting }, seed, [])
}

t.test('seededOctets: as many as are wanted, by the text', async (t) => {
  t.equal(seededOctets('a', 57).length, 57)
  t.same(seededOctets('a', 40).subarray(0, 20), seededOctets('a', 20))
  t.notSame(seededOctets('a', 20), seededOctets('b', 20))
  t.notSame(seededOctets('a', 64).subarray(0, 32), seededOctets('a', 64).subarray(32))
})

t.test('rsaNumbers: primes of the size, coprime to the exponent', async (t) => {
  for (const bits of [512, 1024, 2048, 4096, 8192]) {
    for (const role of ['ksk', 'zsk'] as const) {
      for (const [octets, exponent] of [
        [1, 3n],
        [3, 65537n],
      ] as const) {
        const numbers = rsaNumbers({ bits, exponentOctets: octets }, role)
        const { p, q } = numbers
        t.equal(numbers.exponent, exponent)
        t.equal((p * q).toString(2).length, bits)
        t.not(p, q)
        t.ok((p - 1n) % exponent !== 0n && (q - 1n) % exponent !== 0n)
        // The largest are taken at their word here: they take seconds.
        if (bits <= 2048) t.ok(checkPrimeSync(p) && checkPrimeSync(q), `${bits} ${role}`)
      }
    }
  }
  t.throws(() => rsaNumbers({ bits: 1000, exponentOctets: 3 }, 'ksk'), { code: 'world-invalid' })
})

t.test('rsaNumbers: an exponent as long as the modulus, and less', async (t) => {
  const { p, q, exponent } = rsaNumbers({ bits: 2048, exponentOctets: 256 }, 'zsk')
  t.equal(exponent.toString(16).length, 512)
  t.ok(exponent < p * q)
  t.equal(exponent % 2n, 1n)
})

t.test('what can be verified is signed in earnest', async (t) => {
  for (const algorithm of [8, 10, 13, 14, 15, 16]) {
    const { zone } = keysOf({ algorithm })
    const [key] = zone.zoneSigning
    if (!key) throw new Error('a zone has a key to sign with')
    const { publicKey } = key.private
    t.equal(verifySignature(algorithm, publicKey, data, key.private.sign(data)), 'good')
    t.same(key.private.sign(data), key.private.sign(data), `${algorithm} is deterministic`)
  }
})

t.test('what cannot be signed has octets of the right shape', async (t) => {
  const keyOf = (algorithm: number) => keysOf({ algorithm }).zone.zoneSigning[0]?.private
  const dsa = keyOf(3)
  // RFC 2536 §2: T, Q, then P, G and Y of 64 + 8T octets.
  t.equal(dsa?.publicKey[0], 8)
  t.equal(dsa?.publicKey.length, 405)
  t.equal(dsa?.sign(data).length, 41)
  t.same(dsa?.sign(data), keyOf(3)?.sign(data))
  t.notSame(keyOf(100)?.sign(data), keyOf(100)?.sign(Buffer.from('something else')))
})

t.test('keys are of the seed, the zone and the role', async (t) => {
  const { zone } = keysOf({})
  t.same(keysOf({}).zone.published, zone.published)
  t.notSame(keysOf({}, 'another seed').zone.published, zone.published)
  t.equal(new Set(zone.published.map(keyTag)).size, 2)
  const other = raisedKeys(parseName('other.test.'), soundZone, 'keys', [])
  t.notSame(other.zone.published, zone.published)
  const csk = keysOf({ keys: 'csk' })
  t.equal(csk.zone.published.length, 1)
  t.same(csk.tags.ksk, csk.tags.zsk)
  t.same(csk.zone.keySigning, csk.zone.zoneSigning)
})

/** A fault that is one edit of a key. */
function keyFault(
  variant: Fault['variant'],
  which: 'ksk' | 'zsk',
  edit: Extract<Fault['acts'][number], { kind: 'key' }>['edit'],
) {
  const acts = [{ kind: 'key', which, edit } as const]
  return [{ fault: { variant, acts } as unknown as Fault }]
}

t.test('isolated: signatures are by the key as it is published', async (t) => {
  const plain = keysOf({})
  const edited = (faults: ReturnType<typeof keyFault>) =>
    raisedKeys(apex, soundZone, 'keys', faults)
  const [ksk, zsk] = plain.zone.published
  const flags = edited(keyFault('isolated', 'zsk', { kind: 'flags', flags: 0 }))
  t.same(flags.zone.published[0], ksk)
  t.equal(flags.zone.published[1]?.[0], 0)
  t.equal(flags.zone.zoneSigning[0]?.keyTag, keyTag(flags.zone.published[1] as Uint8Array))
  t.equal(flags.zone.keySigning.length, 1, 'the edited key signs no keys')
  const gone = edited(keyFault('isolated', 'zsk', { kind: 'remove' }))
  t.same(gone.zone.published, [ksk])
  t.equal(gone.zone.zoneSigning[0]?.keyTag, keyTag(zsk as Uint8Array), 'it signs all the same')
  const revoked = edited(keyFault('isolated', 'ksk', { kind: 'revoke' }))
  t.equal(revoked.entryPoint[1], 0x81)
  t.notSame(raisedDs(apex, soundZone, revoked, []), raisedDs(apex, soundZone, plain, []))
})

t.test('raw: keys are made as if nothing were wrong', async (t) => {
  const raw = raisedKeys(apex, soundZone, 'keys', keyFault('raw', 'ksk', { kind: 'remove' }))
  t.same(raw.zone.published, keysOf({}).zone.published)
  t.equal(raw.zone.keySigning.length, 2, 'every key signs DNSKEY')
})

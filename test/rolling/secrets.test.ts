import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { tagsOf, type ZoneKey } from '../../src/keystore/index.ts'
import { seededCertificate, seededKey, seededRandom } from '../../src/rolling/secrets.ts'
import { parseName, toHex } from '../../src/wire/index.ts'

const apex = parseName('example.test.')
const setup = { name: 'a', role: 'ksk', algorithm: 13 } as const

t.test('seededKey: follows from seed, zone, name and algorithm', (t) => {
  const octets = (key: ZoneKey) => toHex(key.dnskey)
  const one = seededKey('s', apex, setup, [], {})
  t.equal(octets(seededKey('s', apex, setup, [], {})), octets(one))
  const others = [
    seededKey('other', apex, setup, [], {}),
    seededKey('s', parseName('other.test.'), setup, [], {}),
    seededKey('s', apex, { ...setup, name: 'b' }, [], {}),
  ]
  for (const other of others) t.not(octets(other), octets(one))
  for (const algorithm of [13, 14, 15]) {
    const key = seededKey('s', apex, { ...setup, algorithm }, [], {})
    const data = Buffer.from('data')
    t.equal(key.private.algorithm, algorithm)
    t.equal(toHex(key.private.sign(data)), toHex(key.private.sign(data)), 'signs the same')
  }
  t.end()
})

t.test('seededKey: no two keys of a zone share a tag, revoked or not', (t) => {
  const one = seededKey('s', apex, setup, [], {})
  const other = seededKey('s', apex, setup, [one], {})
  t.same(
    tagsOf(other).filter((tag) => tagsOf(one).includes(tag)),
    [],
  )
  t.not(other.keyTag, one.keyTag)
  t.end()
})

t.test('seededCertificate: the same octets, for the host that it names', (t) => {
  const start = 1_772_323_200 as UnixSeconds
  const host = parseName('mx.example.test.')
  const one = seededCertificate('s', host, 'a', start)
  t.equal(toHex(seededCertificate('s', host, 'a', start).der), toHex(one.der))
  t.not(toHex(seededCertificate('s', host, 'b', start).spki), toHex(one.spki))
  t.match(one.subject, /a of mx\.example\.test$/)
  t.ok(one.isSignedBy(one.spki))
  t.ok(one.notBefore < start && start < one.notAfter)
  t.end()
})

t.test('seededRandom: as many octets as wanted, never the same twice', (t) => {
  const random = seededRandom('s', 'x')
  const again = seededRandom('s', 'x')
  const drawn = [1, 33, 0, 64, 64].map((count) => toHex(random(count)))
  t.same(
    drawn.map(({ length }) => length / 2),
    [1, 33, 0, 64, 64],
  )
  t.not(drawn[3], drawn[4])
  t.equal(toHex(again(1)), drawn[0])
  t.not(toHex(seededRandom('s', 'y')(64)), toHex(seededRandom('s', 'x')(64)))
  t.end()
})

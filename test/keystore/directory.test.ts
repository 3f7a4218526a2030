import { createPublicKey } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import {
  generatePrivateKey,
  privateKeyFromSecret,
  verifySignature,
} from '../../src/crypto/index.ts'
import {
  exportKey,
  exportPem,
  keyFileBase,
  makeZoneKey,
  type NewKey,
  openKeyDirectory,
  readKeyPair,
  readPemKey,
} from '../../src/keystore/index.ts'
import { formatName, parseName, toHex } from '../../src/wire/index.ts'
import { opensslKey } from '../support/openssl-key.ts'

const now = 1795479662 as UnixSeconds
const csk: NewKey = { algorithm: 13, role: 'csk', now }
const zone = parseName('Example.com.')
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

t.test('KeyDirectory.list is empty where there is no directory', async (t) => {
  t.strictSame(openKeyDirectory(join(t.testdir(), 'none')).list(), [])
})

t.test('KeyDirectory.generate writes a pair that list reads back', async (t) => {
  const path = join(t.testdir(), 'a', 'keys')
  const keys = openKeyDirectory(path)
  for (const algorithm of [13, 14, 15]) {
    const made = keys.generate(zone, { ...csk, algorithm })
    const read = keys.list(zone).find((key) => key.keyTag === made.keyTag)
    t.equal(toHex(read?.dnskey ?? zone), toHex(made.dnskey))
    t.equal(toHex(read?.private.secret() ?? zone), toHex(made.private.secret()))
    t.strictSame(read?.timing, { created: now, publish: now, activate: now })
  }
  t.equal(keys.list().length, 3)
  t.strictSame(
    keys.list().map((key) => key.private.algorithm),
    [13, 14, 15],
    'sorted',
  )
})

t.test('KeyDirectory.generate makes directory and secret for the owner alone', async (t) => {
  const path = join(t.testdir(), 'keys')
  const base = join(path, keyFileBase(openKeyDirectory(path).generate(zone, csk)))
  t.equal(mode(path), '700')
  t.equal(mode(`${base}.private`), '600')
  t.equal(mode(`${base}.key`), '644')
  t.equal(readdirSync(path).length, 2, 'nothing temporary is left')
})

t.test('KeyDirectory.generate keeps the mode whatever the umask', async (t) => {
  const path = t.testdir()
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const base = join(path, keyFileBase(openKeyDirectory(path).generate(zone, csk)))
  t.equal(mode(`${base}.private`), '600')
})

t.test('KeyDirectory.generate replaces what a killed writer left', async (t) => {
  const secret = new Uint8Array(32).fill(9)
  const makePrivateKey = () => privateKeyFromSecret(13, secret)
  const path = t.testdir()
  const first = openKeyDirectory(path, { makePrivateKey }).generate(zone, csk)
  const other = t.testdir({ [`${keyFileBase(first)}.private.tmp`]: 'half a k' })
  const again = openKeyDirectory(other, { makePrivateKey }).generate(zone, csk)
  t.equal(openKeyDirectory(other).list(zone).length, 1)
  t.notOk(readdirSync(other).includes(`${keyFileBase(again)}.private.tmp`))
})

t.test('KeyDirectory.list takes only the keys of the zone, in any case of its name', async (t) => {
  const keys = openKeyDirectory(t.testdir())
  for (const name of ['example.com.', 'sub.example.com.', 'com.', '.', 'a\\046b.example.']) {
    keys.generate(parseName(name), csk)
  }
  t.strictSame(
    keys.list().map((key) => formatName(key.zone)),
    ['.', 'com.', 'example.com.', 'sub.example.com.', 'a\\.b.example.'],
  )
  t.strictSame(
    keys.list(parseName('EXAMPLE.com.')).map((key) => formatName(key.zone)),
    ['example.com.'],
  )
})

t.test('KeyDirectory.generate: no name leads out of the directory', async (t) => {
  const outer = t.testdir({ keys: {} })
  const keys = openKeyDirectory(join(outer, 'keys'))
  const names = ['\\.\\.\\/\\.\\.\\/evil.', '\\.\\..', '\\/etc\\/passwd.', '\\000.', '..\\\\x.']
  for (const name of names.slice(0, 4)) keys.generate(parseName(name), csk)
  t.strictSame(readdirSync(outer), ['keys'])
  t.equal(keys.list().length, 4)
  t.equal(readdirSync(join(outer, 'keys')).length, 8)
})

t.test('KeyDirectory.generate says so when a name is too long for a file', async (t) => {
  const path = t.testdir()
  const long = parseName(`${'%'.repeat(63)}.${'%'.repeat(63)}.`)
  t.throws(() => openKeyDirectory(path).generate(long, csk), {
    code: 'key-file-failed',
    message: new RegExp(`Cannot write ${path}/K.*ENAMETOOLONG`),
  })
})

t.test('KeyDirectory.generate steps round a key tag that is taken', async (t) => {
  const secrets = [1, 1, 1, 2].map((octet) => new Uint8Array(32).fill(octet))
  const makePrivateKey = (algorithm: number) =>
    privateKeyFromSecret(algorithm, secrets.shift() ?? new Uint8Array(32).fill(1))
  const keys = openKeyDirectory(t.testdir(), { makePrivateKey })
  const first = keys.generate(zone, csk)
  const second = keys.generate(zone, csk)
  t.equal(first.private.secret()[0], 1)
  t.equal(second.private.secret()[0], 2)
  t.throws(() => keys.generate(zone, csk), { code: 'key-exists', message: /tags are all taken/ })
  t.doesNotThrow(() => keys.generate(parseName('example.org.'), csk), 'another zone may have it')
})

t.test('KeyDirectory.generate avoids the tags of keys when revoked, too', async (t) => {
  const privateKey = (seed: number) => {
    const secret = new Uint8Array(32).fill(1)
    new DataView(secret.buffer).setUint32(0, seed)
    return privateKeyFromSecret(15, secret)
  }
  // The REVOKE bit is worth 128: search two keys whose tags are that far apart.
  const seedOf = new Map<number, number>()
  let seeds: number[] = []
  for (let seed = 1; seeds.length === 0 && seed < 3000; seed++) {
    const { keyTag } = makeZoneKey(zone, privateKey(seed), 257, {})
    const other = seedOf.get(keyTag - 128)
    if (other !== undefined) seeds = [other, seed, 4000]
    seedOf.set(keyTag, seed)
  }
  const expected = [seeds[0] ?? 0, 4000].map((seed) => toHex(privateKey(seed).secret()))
  const makePrivateKey = () => privateKey(seeds.shift() ?? 0)
  const keys = openKeyDirectory(t.testdir(), { makePrivateKey })
  const made = [1, 2].map(() => keys.generate(zone, { ...csk, algorithm: 15 }))
  t.strictSame(
    made.map((key) => toHex(key.private.secret())),
    expected,
  )
})

t.test(
  'KeyDirectory.list refuses a secret that others can read, and says what to do',
  async (t) => {
    const path = t.testdir()
    const keys = openKeyDirectory(path)
    const file = join(path, `${keyFileBase(keys.generate(zone, csk))}.private`)
    for (const open of [0o640, 0o604, 0o644, 0o620, 0o601]) {
      chmodSync(file, open)
      t.throws(() => keys.list(zone), {
        code: 'key-exposed',
        message:
          `Cannot use ${file}: mode 0${open.toString(8)} lets others at it than its owner; run: ` +
          `chmod 600 ${file}`,
      })
    }
    chmodSync(file, 0o400)
    t.equal(keys.list(zone).length, 1)
  },
)

t.test('KeyDirectory.list refuses a pair that disagrees', async (t) => {
  const path = t.testdir()
  const keys = openKeyDirectory(path)
  const one = join(path, keyFileBase(keys.generate(zone, csk)))
  const two = join(path, keyFileBase(keys.generate(zone, csk)))
  const text = readFileSync(`${one}.key`, 'utf8')
  writeFileSync(`${one}.key`, readFileSync(`${two}.key`, 'utf8'))
  t.throws(() => keys.list(zone), {
    code: 'key-mismatch',
    message: new RegExp(`^Cannot use ${path}`),
  })
  writeFileSync(`${one}.key`, text.replace('example.com. IN', 'example.org. IN'))
  t.throws(() => keys.list(zone), { code: 'key-mismatch', message: /should be Kexample\.org\./ })
  writeFileSync(`${one}.key`, text.replace(' 257 ', ' 256 '))
  t.throws(() => keys.list(zone), { code: 'key-mismatch' }, 'other flags, other tag')
  writeFileSync(`${one}.key`, text.replace(' 257 ', ' 385 '))
  t.throws(() => keys.list(zone), { code: 'key-invalid', message: /flags 385: it is revoked/ })
  writeFileSync(`${one}.key`, text)
  t.equal(keys.list(zone).length, 2)
})

t.test(
  'KeyDirectory.list: a .private without .key is an error, a .key alone is none',
  async (t) => {
    const path = t.testdir()
    const keys = openKeyDirectory(path)
    const base = join(path, keyFileBase(keys.generate(zone, csk)))
    renameSync(`${base}.key`, `${base}.saved`)
    t.throws(() => keys.list(zone), {
      code: 'key-file-failed',
      message: new RegExp(`Cannot read ${base}\\.key: ENOENT`.replaceAll('+', '\\+')),
    })
    renameSync(`${base}.saved`, `${base}.key`)
    renameSync(`${base}.private`, `${base}.saved`)
    t.strictSame(keys.list(zone), [])
  },
)

t.test('KeyDirectory.list passes over files that are no keys, and refuses huge ones', async (t) => {
  const path = t.testdir({ 'README.private': 'hello', 'Kx.private': 'hello', 'K.key': '' })
  t.strictSame(openKeyDirectory(path).list(), [])
  const huge = join(path, 'Kexample.com.+013+00001.private')
  writeFileSync(huge, 'x'.repeat(70000), { mode: 0o600 })
  t.throws(() => openKeyDirectory(path).list(), { code: 'key-file-failed' })
})

t.test('KeyDirectory.add refuses a key that is there', async (t) => {
  const keys = openKeyDirectory(t.testdir())
  const key = keys.generate(zone, csk)
  t.throws(() => keys.add(key), { code: 'key-exists', message: /has the same key tag$/ })
})

t.test('openKeyDirectory: deterministic holds for keys made and keys read', async (t) => {
  const path = t.testdir()
  const data = Uint8Array.of(1, 2, 3)
  const made = openKeyDirectory(path, { deterministic: true }).generate(zone, csk)
  const [read] = openKeyDirectory(path, { deterministic: true }).list(zone)
  const [loose] = openKeyDirectory(path).list(zone)
  t.equal(toHex(made.private.sign(data)), toHex(made.private.sign(data)))
  t.equal(toHex(read?.private.sign(data) ?? data), toHex(made.private.sign(data)))
  t.not(toHex(loose?.private.sign(data) ?? data), toHex(made.private.sign(data)))
})

t.test('readPemKey takes PKCS#8 and SEC 1, with zone and role', async (t) => {
  const privateKey = opensslKey({ ec: 'P-384' })
  const path = t.testdir()
  const timing = { created: now }
  for (const type of ['pkcs8', 'sec1'] as const) {
    const file = join(path, `${type}.pem`)
    writeFileSync(file, privateKey.export({ type, format: 'pem' }), { mode: 0o600 })
    const key = readPemKey(file, zone, { role: 'zsk', timing })
    t.match(key, { flags: 256, timing, private: { algorithm: 14 } })
    t.equal(formatName(key.zone), 'example.com.')
    const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
    t.equal(Buffer.from(key.private.publicKey.subarray(0, 48)).toString('base64url'), x)
    chmodSync(file, 0o644)
    t.throws(() => readPemKey(file, zone, { role: 'zsk', timing }), { code: 'key-exposed' })
  }
  const bad = join(path, 'bad.pem')
  writeFileSync(bad, 'no key', { mode: 0o600 })
  t.throws(() => readPemKey(bad, zone, { role: 'csk', timing }), {
    code: 'key-invalid',
    place: { file: bad },
  })
})

t.test('exportKey and readKeyPair carry a key over, by any of its names', async (t) => {
  const outer = t.testdir()
  const key = openKeyDirectory(join(outer, 'a')).generate(zone, csk)
  const path = exportKey(key, join(outer, 'b'))
  t.equal(path, join(outer, 'b', `${keyFileBase(key)}.private`))
  const data = Uint8Array.of(1)
  for (const name of [path, path.replace(/private$/, 'key'), path.replace(/\.private$/, '')]) {
    const read = readKeyPair(name)
    t.strictSame(read.timing, key.timing)
    t.equal(verifySignature(13, key.private.publicKey, data, read.private.sign(data)), 'good')
  }
  t.equal(mode(dirname(path)), '700')
  t.throws(() => exportKey(key, join(outer, 'b')), { code: 'key-exists' })
})

t.test('exportPem writes what readPemKey reads, for the owner alone', async (t) => {
  const outer = t.testdir()
  const key = openKeyDirectory(join(outer, 'a')).generate(zone, csk)
  const path = exportPem(key, join(outer, 'b'))
  t.equal(path, join(outer, 'b', `${keyFileBase(key)}.pem`))
  t.equal(mode(path), '600')
  const read = readPemKey(path, zone, { role: 'csk', timing: key.timing })
  t.equal(toHex(read.dnskey), toHex(key.dnskey))
  t.throws(() => exportPem(key, join(outer, 'b')), { code: 'key-exists' })
})

t.test('readKeyPair takes a pair whose files have other names', async (t) => {
  const path = t.testdir()
  const key = openKeyDirectory(path).generate(zone, csk)
  for (const ending of ['key', 'private']) {
    renameSync(join(path, `${keyFileBase(key)}.${ending}`), join(path, `mine.${ending}`))
  }
  t.equal(readKeyPair(join(path, 'mine')).keyTag, key.keyTag)
})

t.test('KeyDirectory.generate refuses algorithms that cannot be signed with', async (t) => {
  const path = join(t.testdir(), 'keys')
  t.throws(() => openKeyDirectory(path).generate(zone, { ...csk, algorithm: 8 }), {
    code: 'algorithm-unknown',
  })
  t.throws(() => generatePrivateKey(8), { code: 'algorithm-unknown' })
})

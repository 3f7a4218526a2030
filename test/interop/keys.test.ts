import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { algorithmByNumber, dsRdata, verifySignature } from '../../src/crypto/index.ts'
import {
  formatKeyTime,
  keyFileBase,
  openKeyDirectory,
  readKeyPair,
  type ZoneKey,
} from '../../src/keystore/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

// Key files cross the border to BIND and ldns and back, with the tools of Debian's bind9-utils and
// ldnsutils.

const now = 1795479662 as UnixSeconds
const algorithms = [13, 14, 15]

function run(directory: string, tool: string, ...args: string[]): string {
  return execFileSync(tool, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' }).trim()
}

/** A reason to skip, in words that stand out, when a tool is not there. */
function missing(tool: string): string | false {
  const found = !spawnSync(tool, ['-h'], { stdio: 'ignore' }).error
  return found ? false : `NOT TESTED: ${tool} is not installed (bind9-utils, ldnsutils)`
}

function makeKeys(path: string, zone = 'example.com.'): ZoneKey[] {
  const keys = openKeyDirectory(path)
  const times = { created: now, publish: now, activate: now, inactive: now, delete: now }
  return algorithms.flatMap((algorithm) => [
    keys.generate(parseName(zone), { algorithm, role: 'ksk', now }),
    keys.generate(parseName(zone), { algorithm, role: 'zsk', now, timing: times }),
  ])
}

/** DS fields in one form: lower case, one space, digest in one piece. */
function plain(ds: string): string {
  const [tag, algorithm, type, ...digest] = ds.toLowerCase().split(/\s+/)
  return `${tag} ${algorithm} ${type} ${digest.join('')}`
}

function ourDs(key: ZoneKey, digestType: number): string {
  return plain(formatRdata(RR.DS, dsRdata(key.zone, key.dnskey, digestType)))
}

for (const algorithm of algorithms) {
  const skip = missing('dnssec-keygen')
  t.test(`readKeyPair: a key of dnssec-keygen, algorithm ${algorithm}`, { skip }, async (t) => {
    const path = t.testdir()
    const args = ['-q', '-a', String(algorithm), '-f', 'KSK', '-I', '+1d', '-D', '20380101000000']
    const base = run(path, 'dnssec-keygen', ...args, 'Example.COM')
    const key = readKeyPair(join(path, base))
    t.equal(keyFileBase(key), base)
    t.equal(formatName(key.zone), 'example.com.')
    t.equal(key.flags, 257)
    t.equal(formatKeyTime(key.timing.delete ?? now), '20380101000000')
    t.equal((key.timing.inactive ?? 0) - (key.timing.created ?? 0), 86400)
    t.strictSame(openKeyDirectory(path).list().length, 1)
    const data = Uint8Array.of(1, 2, 3)
    t.equal(verifySignature(algorithm, key.private.publicKey, data, key.private.sign(data)), 'good')
  })

  t.test(`readKeyPair: an old-style key (v1.2), algorithm ${algorithm}`, { skip }, async (t) => {
    const path = t.testdir()
    const base = run(path, 'dnssec-keygen', '-q', '-C', '-a', String(algorithm), 'example.com')
    t.match(readKeyPair(join(path, base)), { flags: 256, timing: {} })
  })
}

t.test('readKeyPair: a key of ldns-keygen', { skip: missing('ldns-keygen') }, async (t) => {
  const path = t.testdir()
  for (const algorithm of algorithms) {
    const { mnemonic = '' } = algorithmByNumber(algorithm) ?? {}
    const base = run(path, 'ldns-keygen', '-a', mnemonic, '-k', 'L.Example')
    const key = readKeyPair(join(path, base))
    t.match(key, { flags: 257, private: { algorithm }, timing: {} })
    const theirs = readFileSync(join(path, `${base}.ds`), 'utf8').split('\tDS\t')[1] ?? ''
    const [, , digestType] = theirs.split(' ')
    t.equal(plain(theirs.trim()), ourDs(key, Number(digestType)))
  }
  t.equal(openKeyDirectory(path).list(parseName('l.example.')).length, 3)
})

t.test(
  'dsRdata: the DS that dnssec-dsfromkey makes',
  {
    skip: missing('dnssec-dsfromkey'),
  },
  async (t) => {
    const path = t.testdir()
    for (const key of makeKeys(path)) {
      for (const [digestType, name] of [
        [1, 'SHA-1'],
        [2, 'SHA-256'],
        [4, 'SHA-384'],
      ] as const) {
        const line = run(path, 'dnssec-dsfromkey', '-A', '-a', name, keyFileBase(key))
        t.equal(plain(line.replace(/^.* IN DS /, '')), ourDs(key, digestType))
      }
    }
  },
)

t.test('dsRdata: the DS that ldns-key2ds makes', { skip: missing('ldns-key2ds') }, async (t) => {
  const path = t.testdir()
  for (const key of makeKeys(path)) {
    for (const [digestType, flag] of [
      [2, '-2'],
      [4, '-4'],
    ] as const) {
      const line = run(path, 'ldns-key2ds', '-n', '-f', flag, `${keyFileBase(key)}.key`)
      t.equal(plain(line.replace(/^.*\tDS\t/, '')), ourDs(key, digestType))
    }
  }
})

t.test(
  'formatPrivateFile: dnssec-settime reads our times, and changes them',
  {
    skip: missing('dnssec-settime'),
  },
  async (t) => {
    const path = t.testdir()
    for (const key of makeKeys(path)) {
      const base = keyFileBase(key)
      const shown = run(path, 'dnssec-settime', '-u', '-p', 'all', base)
      t.match(shown, `Created: ${now}`)
      t.match(shown, `Activate: ${now}`)
      t.match(shown, key.timing.delete === undefined ? 'Delete: UNSET' : `Delete: ${now}`)
      run(path, 'dnssec-settime', '-I', '20370101000000', '-D', '20380101000000', base)
      const changed = readKeyPair(join(path, base))
      t.equal(formatKeyTime(changed.timing.inactive ?? now), '20370101000000')
      t.equal(formatKeyTime(changed.timing.delete ?? now), '20380101000000')
      t.equal(changed.timing.activate, now)
    }
  },
)

t.test(
  'formatPrivateFile: dnssec-signzone signs with our keys, and the signatures verify',
  {
    skip: missing('dnssec-signzone'),
  },
  async (t) => {
    for (const algorithm of algorithms) {
      const path = t.testdir()
      const keys = openKeyDirectory(path)
      const zone = parseName('example.com.')
      const pair = [
        keys.generate(zone, { algorithm, role: 'ksk', now }),
        keys.generate(zone, { algorithm, role: 'zsk', now }),
      ]
      writeFileSync(
        join(path, 'zone'),
        `$TTL 300
@ SOA ns hostmaster 1 7200 3600 1209600 300
@ NS ns
ns A 192.0.2.1
${pair.map((key) => `$INCLUDE ${keyFileBase(key)}.key`).join('\n')}
`,
      )
      const bases = pair.map(keyFileBase)
      const times = ['-s', '20261101000000', '-e', '20270101000000']
      run(path, 'dnssec-signzone', '-q', '-P', ...times, '-o', 'example.com', 'zone', ...bases)
      const signed = readFileSync(join(path, 'zone.signed'), 'utf8')
      for (const key of pair) t.match(signed, ` ${key.keyTag} example.com.`)
      if (missing('dnssec-verify')) continue
      t.doesNotThrow(() => run(path, 'dnssec-verify', '-q', '-o', 'example.com', 'zone.signed'))
    }
  },
)

t.test(
  'formatKeyFileName: dnssec-keygen gives odd names the names that we give',
  {
    skip: missing('dnssec-keygen'),
  },
  async (t) => {
    const path = t.testdir()
    for (const zone of ['.', 'a b*é.example', '_x-1.EXAMPLE', '\\$\\;\\@.example', 'x%y.example']) {
      const base = run(path, 'dnssec-keygen', '-q', '-a', '15', zone)
      t.equal(keyFileBase(readKeyPair(join(path, base))), base)
    }
    t.equal(openKeyDirectory(path).list().length, 5)
    const copy = join(path, 'Kcopy.+015+00001.key')
    const [first = ''] = readdirSync(path).filter((name) => name.endsWith('.key'))
    copyFileSync(join(path, first), copy)
    t.throws(() => readKeyPair(copy), { code: 'key-file-failed' }, 'a .key without .private')
  },
)

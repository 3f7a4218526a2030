import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { privateKeyFromSecret } from '../../src/crypto/index.ts'
import {
  formatKeyFileName,
  parseKeyFileName,
  parsePrivateFile,
  parsePublicFile,
} from '../../src/keystore/format.ts'
import { formatPrivateFile, formatPublicFile, makeZoneKey } from '../../src/keystore/index.ts'
import { equalNames, formatName, nameFromLabels, parseName, toHex } from '../../src/wire/index.ts'

const time = 1795479662 as UnixSeconds
const secret = new Uint8Array(32).fill(7)
const key = makeZoneKey(parseName('Example.com.'), privateKeyFromSecret(13, secret), 257, {
  created: time,
  publish: time,
  activate: time,
  syncPublish: time,
})

t.test('formatKeyFileName as BIND names its files', async (t) => {
  const base = (name: string) =>
    formatKeyFileName({ zone: parseName(name), algorithm: 13, keyTag: 42 })
  t.equal(base('Example.COM.'), 'Kexample.com.+013+00042')
  t.equal(base('.'), 'K.+013+00042')
  t.equal(base('_dmarc.a-b.'), 'K_dmarc.a-b.+013+00042')
  t.equal(base('a b*\\195\\169.example.'), 'Ka%20b%2A%C3%A9.example.+013+00042')
  t.equal(base('\\.\\.\\/\\.\\.\\/etc.'), 'K%2E%2E%2F%2E%2E%2Fetc.+013+00042')
})

t.test('formatKeyFileName never leaves the directory, and parses back', async (t) => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.array(label, { maxLength: 4 }), (labels) => {
      const zone = nameFromLabels(labels)
      const text = formatKeyFileName({ zone, algorithm: 15, keyTag: 65535 })
      const read = parseKeyFileName(text)
      return /^K[A-Za-z0-9_.%+-]+$/.test(text) && !!read && equalNames(read.zone, zone)
    }),
  )
  t.pass('for names of any octets')
})

t.test('parseKeyFileName refuses what is no such name', async (t) => {
  const refused = ['', 'K', 'Kexample.com.+13+00042', 'Kexample.com.+013+42', 'Kx..+013+00042']
  for (const text of [...refused, 'K../x.+013+00042', 'K%2.+013+00042', 'example.+013+00042']) {
    t.equal(parseKeyFileName(text), undefined, text)
  }
  t.equal(formatName(parseKeyFileName('KL.Example.+013+25793')?.zone ?? key.zone), 'l.example.')
})

t.test('formatPrivateFile writes v1.3 as BIND does', async (t) => {
  t.equal(
    formatPrivateFile(key),
    `Private-key-format: v1.3
Algorithm: 13 (ECDSAP256SHA256)
PrivateKey: BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
Created: 20261124002102
Publish: 20261124002102
Activate: 20261124002102
SyncPublish: 20261124002102
`,
  )
})

t.test('formatPublicFile writes comments and record as BIND does', async (t) => {
  t.match(
    formatPublicFile(key),
    new RegExp(`^; This is a key-signing key, keyid ${key.keyTag}, for example.com.
; Created: 20261124002102 \\(Tue Nov 24 00:21:02 2026\\)
; Publish: 20261124002102 \\(Tue Nov 24 00:21:02 2026\\)
; Activate: 20261124002102 \\(Tue Nov 24 00:21:02 2026\\)
; SyncPublish: 20261124002102 \\(Tue Nov 24 00:21:02 2026\\)
example.com. IN DNSKEY 257 3 13 [A-Za-z0-9+/]{86}==
$`),
  )
  const january = makeZoneKey(key.zone, key.private, 256, { delete: 1798934462 as UnixSeconds })
  t.match(formatPublicFile(january), '; This is a zone-signing key')
  t.match(formatPublicFile(january), '; Delete: 20270103000102 (Sun Jan  3 00:01:02 2027)')
})

t.test('parsePrivateFile reads back what formatPrivateFile writes', async (t) => {
  const { privateKey, timing } = parsePrivateFile(formatPrivateFile(key), 'a.private')
  t.equal(toHex(privateKey.secret()), toHex(secret))
  t.strictSame(timing, key.timing)
})

t.test('parsePrivateFile passes over lines that it does not know', async (t) => {
  const text = `${formatPrivateFile(key)}Predecessor: 4711\nDSPublish: 20261124002102\n\n`
  t.strictSame(parsePrivateFile(text, 'a.private').timing, key.timing)
  t.strictSame(parsePrivateFile(text.replaceAll('\n', '\r\n'), 'a.private').timing, key.timing)
})

t.test('parsePrivateFile reads v1.2, without times', async (t) => {
  const text = `Private-key-format: v1.2
Algorithm: 13
PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=`
  t.strictSame(parsePrivateFile(text, 'a.private').timing, {})
})

t.test('parsePrivateFile refuses, with code and place, and never quotes the secret', async (t) => {
  const good = formatPrivateFile(key)
  const cases: [string, string, string, number][] = [
    ['', 'key-invalid', 'Cannot read private key: line "Private-key-format:" is missing', 1],
    [good.replace('v1.3', 'v2.0'), 'key-invalid', 'Cannot read format "v2.0": expected v1.3', 1],
    [good.replace('13 (', '8 ('), 'algorithm-unknown', 'Cannot sign with algorithm 8', 2],
    [good.replace('13 (', 'x ('), 'key-invalid', 'Cannot read algorithm "x (ECDSAP256', 2],
    [good.replace('PrivateKey: ', 'PrivateKey: !'), 'key-invalid', 'it is not base64', 3],
    [good.replace('PrivateKey: ', 'PrivateKey: AAAA'), 'key-invalid', 'it has 35 octets', 3],
    [good.replace('PrivateKey: ', ''), 'key-invalid', 'Cannot read line: expected "Field:', 3],
    [good.replace('PrivateKey', 'Other'), 'key-invalid', 'line "PrivateKey:" is missing', 1],
    [good.replace('Publish: 2026', 'Publish: x'), 'key-invalid', 'is not YYYYMMDDHHMMSS', 5],
    [
      `${good}Publish: 20261124002102\n`,
      'key-invalid',
      'Cannot read Publish: it is there twice',
      8,
    ],
  ]
  for (const [text, code, message, line] of cases) {
    const place = { file: 'a.private', line, column: 1 }
    try {
      parsePrivateFile(text, 'a.private')
      t.fail(`accepted: ${message}`)
    } catch (error) {
      t.match(error, { code, place }, message)
      t.match(error, { message: new RegExp(message.replace(/[()]/g, '\\$&')) })
      t.notMatch(String(error), 'BwcHBw')
    }
  }
})

t.test('parsePublicFile reads the records of BIND and of ldns', async (t) => {
  const record =
    '257 3 13 2zXg7z3BybTT3+2r0/4+wOwl26B7uJroa5SQEe/0RmLmHDlSN+xl' +
    'dBztnJAwa0HaoOq5JyFWoH1CxjitHLcbxA=='
  const texts = [
    `; This is a key\n\n Example. IN DNSKEY ${record}\n`,
    `example. 3600 IN DNSKEY ${record}`,
    `example.\tIN\t3600\tDNSKEY\t${record} ;{id = 25793 (ksk), size = 256b}\r\n`,
    `example. dnskey ${record.slice(0, 40)} ${record.slice(40)}`,
  ]
  const [first, ...others] = texts.map((text) => parsePublicFile(text, 'a.key'))
  t.equal(first?.dnskey.length, 68)
  for (const other of others) t.strictSame(other, first)
})

t.test('parsePublicFile refuses, with code and place', async (t) => {
  const cases: [string, string, number][] = [
    ['; nothing\n', 'key-invalid', 1],
    ['; a\nexample. IN DS 1 13 2 00', 'key-invalid', 2],
    ['example. IN DNSKEY 257 3', 'rdata-invalid', 1],
    ['exa..mple. IN DNSKEY 257 3 13 AAAA', 'name-invalid', 1],
  ]
  for (const [text, code, line] of cases) {
    t.throws(() => parsePublicFile(text, 'a.key'), { code, place: { file: 'a.key', line } })
  }
})

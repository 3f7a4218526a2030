import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import {
  generateSealingKeyText,
  parseSealingKey,
  seal,
  sealingKeyId,
  unseal,
} from '../../src/crypto/index.ts'
import { parseName } from '../../src/wire/index.ts'

const hex = '00112233445566778899aabbccddeeff00112233445566778899aabbccddee00'
const key = parseSealingKey(hex, 'a test')
const owner = { zone: parseName('example.'), id: 7 }

t.test('parseSealingKey reads hexadecimal and base64, and quotes nothing else', async (t) => {
  const base64 = Buffer.from(hex, 'hex').toString('base64')
  for (const text of [hex, `${hex.toUpperCase()}\n`, base64, `  ${base64}\r\n`]) {
    t.equal(parseSealingKey(text, 'x').id, key.id)
  }
  t.match(key.id, /^[0-9a-f]{16}$/)
  const secret = 'S3cr3t'
  for (const text of [
    '',
    secret,
    hex.slice(1),
    `${hex}0`,
    base64.slice(2),
    hex.replace('0', 'g'),
  ]) {
    t.throws(() => parseSealingKey(text, '/etc/key'), {
      code: 'seal-key-invalid',
      message: /^Cannot read sealing key \/etc\/key: expected 64 hex[a-z0-9, ]*base64$/,
    })
  }
})

t.test('generateSealingKeyText makes another key each time', async (t) => {
  const ids = new Set(
    Array.from({ length: 100 }, () => parseSealingKey(generateSealingKeyText(), 'x').id),
  )
  t.equal(ids.size, 100)
})

t.test('unseal opens what seal closed, for its owner only', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (secret) => {
      const sealed = seal(key, secret, owner)
      return Buffer.compare(unseal([key], sealed, owner), secret) === 0
    }),
  )
  const sealed = seal(key, Buffer.from('secret'), owner)
  t.equal(sealed.length, 1 + 8 + 12 + 6 + 16)
  t.equal(sealingKeyId(sealed), key.id)
  t.notOk(Buffer.from(sealed).includes('secret'))
  t.not(Buffer.compare(sealed, seal(key, Buffer.from('secret'), owner)), 0, 'nonces differ')
  t.ok(unseal([key], sealed, { zone: parseName('EXAMPLE.'), id: 7 }), 'case is nothing')
  for (const stranger of [
    { zone: parseName('examplf.'), id: 7 },
    { zone: parseName('a.example.'), id: 7 },
    { zone: owner.zone, id: 8 },
  ]) {
    t.throws(() => unseal([key], sealed, stranger), { code: 'unseal-failed' })
  }
})

t.test('unseal takes the key that it was sealed with, and says which is missing', async (t) => {
  const next = parseSealingKey(generateSealingKeyText(), 'x')
  const sealed = seal(key, Buffer.from('secret'), owner)
  t.equal(Buffer.from(unseal([next, key], sealed, owner)).toString(), 'secret')
  const why = `it was sealed with key ${key.id}, which is not given`
  const message = `Cannot unseal key 7 of example.: ${why}`
  t.throws(() => unseal([next], sealed, owner), { code: 'unseal-failed', message })
  t.throws(() => unseal([], sealed, owner), { code: 'unseal-failed' })
})

t.test('unseal refuses every change of one bit, and every other length', async (t) => {
  const sealed = seal(key, Buffer.from('secret'), owner)
  for (let bit = 0; bit < 8 * sealed.length; bit++) {
    const changed = Uint8Array.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    t.throws(() => unseal([key], changed, owner), { code: 'unseal-failed' }, `bit ${bit}`)
  }
  for (let length = 0; length < sealed.length; length++) {
    const cut = sealed.subarray(0, length)
    t.throws(() => unseal([key], cut, owner), { code: 'unseal-failed' }, `${length} octets`)
  }
  t.throws(() => unseal([key], Buffer.concat([sealed, Buffer.of(0)]), owner), {
    code: 'unseal-failed',
  })
})

t.test('a sealing key shows nothing of itself', async (t) => {
  for (const shown of [JSON.stringify(key), inspect(key, { depth: 9, showHidden: true })]) {
    t.notMatch(shown, /0011|ABEi/)
    t.match(shown, key.id)
  }
})

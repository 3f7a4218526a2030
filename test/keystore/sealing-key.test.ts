import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { generateSealingKeyText, parseSealingKey } from '../../src/crypto/index.ts'
import { readSealingKey } from '../../src/keystore/index.ts'

t.test('readSealingKey takes a file that only its owner may read', async (t) => {
  const path = join(t.testdir(), 'seal.key')
  const text = generateSealingKeyText()
  t.throws(() => readSealingKey(path), { code: 'key-file-failed' })
  writeFileSync(path, `${text}\n`, { mode: 0o600 })
  t.equal(readSealingKey(path).id, parseSealingKey(text, path).id)
  chmodSync(path, 0o640)
  t.throws(() => readSealingKey(path), { code: 'key-exposed' })
  chmodSync(path, 0o600)
  writeFileSync(path, 'short')
  t.throws(() => readSealingKey(path), { code: 'seal-key-invalid' })
})

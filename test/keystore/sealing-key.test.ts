import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { generateSealingKeyText, parseSealingKey } from '../../src/crypto/index.ts'
import { parseSealingKeys, readSealingKey } from '../../src/keystore/index.ts'

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

t.test('parseSealingKeys takes several keys, none is not one, and quotes nothing', async (t) => {
  const [one, two] = [generateSealingKeyText(), generateSealingKeyText()]
  const ids = [one, two].map((text) => parseSealingKey(text, 'x').id)
  for (const text of [`${one},${two}`, ` ${one} , ${two}\n`, `${one}\n${two}`]) {
    t.strictSame(
      parseSealingKeys(text, 'x').map(({ id }) => id),
      ids,
    )
  }
  for (const text of ['', ' ', 'S3cr3t', `${one},`, `${one},S3cr3t`]) {
    const message = /^Cannot read sealing key in X: expected 64 hex[a-z0-9, ]*base64$/
    t.throws(() => parseSealingKeys(text, 'in X'), { code: 'seal-key-invalid', message })
  }
})

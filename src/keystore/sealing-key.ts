import { parseSealingKey, type SealingKey } from '../crypto/index.ts'
import { readSecretText } from './files.ts'

/**
 * Reads a sealing key from a file that nobody but its owner may read.
 *
 * @throws {CodedError} `key-exposed`, `key-file-failed`, `seal-key-invalid`
 */
export function readSealingKey(path: string): SealingKey {
  return parseSealingKey(readSecretText(path), path)
}

/**
 * Sealing keys from one text, as the environment has them: parted by commas or white space. `from`
 * says in a message where the text is from; the text itself is never quoted.
 *
 * @throws {CodedError} `seal-key-invalid`, also when there is none
 */
export function parseSealingKeys(text: string, from: string): SealingKey[] {
  const parts = text.trim().split(/[\s,]+/)
  return parts.map((part) => parseSealingKey(part, from))
}

/**
 * Reads the first line of a file that nobody but its owner may read: a password.
 *
 * @throws {CodedError} `key-exposed`, `key-file-failed`
 */
export function readSecretLine(path: string): string {
  const [line = ''] = readSecretText(path).split(/\r?\n/)
  return line
}

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
 * Reads the first line of a file that nobody but its owner may read: a password.
 *
 * @throws {CodedError} `key-exposed`, `key-file-failed`
 */
export function readSecretLine(path: string): string {
  const [line = ''] = readSecretText(path).split(/\r?\n/)
  return line
}

import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { CodedError } from '../base/index.ts'

/** A key file of any algorithm has at most some 4 kB. */
const fileOctetsMax = 65536
const groupAndOthers = 0o077

/** Mode of a file that holds a secret. */
export const secretMode = 0o600
/** Mode of a file that everybody may read. */
export const publicMode = 0o644

/**
 * Reads a text file.
 *
 * @throws {CodedError} `key-file-failed`
 */
export function readPublicText(path: string): string {
  return guarded('read', path, () => readText(path, 0))
}

/**
 * Reads a text file that holds a secret, and will not when anybody but its owner may: it is the
 * open file whose mode is looked at, so it cannot be swapped in between.
 *
 * @throws {CodedError} `key-exposed`, `key-file-failed`
 */
export function readSecretText(path: string): string {
  return guarded('read', path, () => readText(path, groupAndOthers))
}

function readText(path: string, forbiddenMode: number): string {
  const file = openSync(path, 'r')
  try {
    const { mode, size } = fstatSync(file)
    if (mode & forbiddenMode) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      throw new CodedError(
        'key-exposed',
        `Cannot use ${path}: mode ${octal} lets others at it than its owner; run: ` +
          `chmod 600 ${path}`,
      )
    }
    if (size > fileOctetsMax) {
      throw new CodedError('key-file-failed', `Cannot read ${path}: ${size} octets are no key`)
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/**
 * Writes a file whole or not at all: under another name, to the disk, then renamed.
 *
 * @throws {CodedError} `key-file-failed`
 */
export function writeAtomically(path: string, text: string, mode: number): void {
  const temporary = `${path}.tmp`
  guarded('write', path, () => {
    // What is left of a writer that was killed.
    rmSync(temporary, { force: true })
    const file = openSync(temporary, 'wx', mode)
    try {
      fchmodSync(file, mode)
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    syncDirectory(dirname(path))
  })
}

/**
 * Removes a file; one that is not there is well.
 *
 * @throws {CodedError} `key-file-failed`
 */
export function removeFile(path: string): void {
  guarded('remove', path, () => {
    rmSync(path, { force: true })
    syncDirectory(dirname(path))
  })
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/**
 * Makes a directory for its owner alone, unless it is there.
 *
 * @throws {CodedError} `key-file-failed`
 */
export function makeSecretDirectory(path: string): void {
  guarded('make', path, () => mkdirSync(path, { recursive: true, mode: 0o700 }))
}

/**
 * The names in a directory, sorted; none when it is not there.
 *
 * @throws {CodedError} `key-file-failed`
 */
export function listDirectory(path: string): string[] {
  return guarded('read', path, () => {
    try {
      return readdirSync(path).sort()
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  })
}

function guarded<T>(verb: string, path: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof CodedError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('key-file-failed', `Cannot ${verb} ${path}: ${reason}`)
  }
}

import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { CodedError } from '../base/index.ts'
import { checkDataFile } from './data-file.ts'
import { dataFile, Environment, fileError, secretMode } from './environment.ts'
import { checkFormat } from './format.ts'

/**
 * Has `write` write a file where only we can get at it, and gives it the name `path` when it is
 * whole and on the disk.
 *
 * @throws {CodedError} `store-full`, `store-unavailable`, `store-not-empty` when `path` is there
 */
export async function placeFile(path: string, write: (temporary: string) => Promise<void> | void) {
  let workshop: string | undefined
  try {
    if (existsSync(path)) throw taken(path)
    workshop = mkdtempSync(join(dirname(path), '.backup-'))
    const temporary = join(workshop, dataFile)
    await write(temporary)
    chmodSync(temporary, secretMode)
    flush(temporary)
    // Unlike a rename, a link never takes the place of what came there in the meantime.
    linkSync(temporary, path)
    flush(dirname(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(path)
    throw fileError(`write ${path}`, error)
  } finally {
    if (workshop !== undefined) rmSync(workshop, { recursive: true, force: true })
  }
}

/**
 * Writes a copy of what is committed now to `path`, where nothing may be yet.
 *
 * @throws {CodedError} `store-not-empty`, `store-full`, `store-unavailable`
 */
export async function writeBackup(environment: Environment, path: string): Promise<void> {
  await placeFile(path, (temporary) => environment.copy(temporary))
}

/**
 * Makes the embedded store `directory` from a backup. Nothing is overwritten.
 *
 * @throws {CodedError} `store-not-empty` when a store is there; `store-corrupt`, `store-too-new`
 * when the backup is none; `store-full`, `store-unavailable`
 */
export async function restoreStore(backup: string, directory: string): Promise<void> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileError(`make ${directory}`, error)
  }
  await placeFile(join(directory, dataFile), async (temporary) => {
    copyFileSync(backup, temporary, constants.COPYFILE_EXCL)
    const needed = checkDataFile(temporary, false)
    const { size } = statSync(temporary)
    if (size === 0 || size < needed) {
      throw new CodedError('store-corrupt', `Cannot restore ${backup}: its end is missing`)
    }
    const environment = new Environment(dirname(temporary))
    try {
      await checkFormat(environment, backup)
    } finally {
      await environment.close()
    }
  })
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function taken(path: string): CodedError {
  return new CodedError('store-not-empty', `Cannot write ${path}: something is there already`)
}

import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Database, open } from 'lmdb'
import { CodedError } from '../base/index.ts'
import { checkDataFile } from './data-file.ts'
import type { KeyRange } from './keyspace.ts'

/** The one file of an embedded store; LMDB's table of readers lies beside it. */
export const dataFile = 'data.mdb'
/** Mode of all that the store writes: it holds key material and hashes of tokens. */
export const secretMode = 0o600
/** Read transactions at one time; more would be a leak. */
const readersMax = 126
/**
 * Entries of LMDB's list of free pages that are loaded, and kept, at one time. A commit goes
 * through all that are: with the 50,000 of its default, one on a store from which much was removed,
 * or in which much was written at once, takes as long as forty small ones.
 */
const freePages = { maxFreeSpaceToLoad: 1000, maxFreeSpaceToRetain: 2000 }
/** Keys in memory while a range is removed. */
const removedAtOnce = 1000

/** What a transaction saw. */
export interface Snapshot {
  range(range: KeyRange): Iterable<Entry>
  /** Lets go of it; pages that it holds cannot be used again before. */
  done(): void
}

/** A key with its value. */
export interface Entry {
  readonly key: Buffer
  readonly value: Buffer
}

/** Which way through a range, and how far. */
export interface RangeWish {
  readonly reverse?: boolean
  readonly limit?: number
}

/**
 * One LMDB environment: ordered octets, transactions, and errors in our own terms. One process has
 * it at a time.
 */
export class Environment {
  /** Whether the file system takes no writes. */
  readonly readOnly: boolean
  readonly #path: string
  readonly #database: Database<Buffer, Buffer>
  readonly #inode: number

  /** @throws {CodedError} `store-in-use`, `store-full`, `store-corrupt`, `store-unavailable` */
  constructor(directory: string) {
    this.#path = join(directory, dataFile)
    try {
      this.readOnly = makeDirectory(directory)
      checkDataFile(this.#path, this.readOnly)
      this.#database = openDatabase(this.#path, this.readOnly)
      this.#inode = statSync(this.#path).ino
    } catch (error) {
      throw fileError(`open ${this.#path}`, error)
    }
    if (!this.readOnly) this.#claim()
  }

  /** The value of a key: in `write`, as it is there; else as of the last commit. */
  get(key: Buffer): Buffer | undefined {
    return this.#read(() => this.#database.get(key))
  }

  /** Entries in order of their keys; to be used up before anything is awaited. */
  range({ start, end }: KeyRange, { reverse = false, limit }: RangeWish = {}): Entry[] {
    // LMDB has the start in a range and not the end, whichever way it goes.
    const ends = reverse ? { start: end, end: start } : { start, end }
    const bound = limit === undefined ? {} : { limit }
    const extent = reverse ? { exclusiveStart: true, inclusiveEnd: true } : {}
    return this.#read(() => [...this.#database.getRange({ ...ends, reverse, ...extent, ...bound })])
  }

  /** What is committed now, as long as it takes to read it. */
  snapshot(): Snapshot {
    const transaction = this.#read(() => this.#database.useReadTransaction())
    const entries = (range: KeyRange) => this.#database.getRange({ ...range, transaction })
    const reading = `read ${this.#path}`
    return {
      *range(range) {
        try {
          yield* entries(range)
        } catch (error) {
          throw fileError(reading, error)
        }
      },
      done: () => transaction.done(),
    }
  }

  /** Only in `write`. */
  put(key: Buffer, value: Uint8Array): void {
    this.#database.putSync(key, value as Buffer)
  }

  /** Only in `write`. */
  remove(key: Buffer): void {
    this.#database.removeSync(key)
  }

  /** Only in `write`: removes every key of a range. */
  removeAll({ start, end }: KeyRange): void {
    for (;;) {
      const keys = [...this.#database.getKeys({ start, end, limit: removedAtOnce })]
      for (const key of keys) this.#database.removeSync(key)
      if (keys.length < removedAtOnce) return
    }
  }

  /**
   * Runs `work` in a transaction, all or nothing, and resolves when that is on the disk. What is
   * asked in the meantime shares one flush.
   *
   * @throws {CodedError} `store-full`, `store-corrupt`, `store-unavailable`, or what `work` throws
   */
  async write<T>(work: () => T): Promise<T> {
    if (this.readOnly) throw readOnlyError(this.#path)
    try {
      return await this.#database.childTransaction(work)
    } catch (error) {
      throw fileError(`write ${this.#path}`, await causeOf(error))
    }
  }

  /**
   * How many octets the store takes on its disk.
   *
   * @throws {CodedError} `store-unavailable` when the file has gone, or another came in its place:
   * what is written to it now would be lost with the process
   */
  size(): number {
    const { size, ino } = this.#read(() => statSync(this.#path))
    if (ino === this.#inode) return size
    const text = `Cannot use ${this.#path}: another file is in its place`
    throw new CodedError('store-unavailable', text)
  }

  /** Copies what is committed now to a file that is not there yet. */
  async copy(path: string): Promise<void> {
    try {
      await this.#database.backup(path, true)
    } catch (error) {
      throw fileError(`copy ${this.#path} to ${path}`, error)
    }
  }

  /** Waits for what is being written, and lets go of the files. */
  async close(): Promise<void> {
    await this.#database.close()
  }

  #read<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw fileError(`read ${this.#path}`, error)
    }
  }

  /**
   * Makes sure that no other process has the store. LMDB's table of readers shows who does: it has
   * a lock of the kernel for each of them, so that those who died do not count. Of two that come at
   * once, at least one is refused.
   */
  #claim(): void {
    const others = readers(this.#database)
    this.get(Buffer.of(0))
    if (others.length === 0 && readers(this.#database).length === 1) return
    const holder = others[0] ?? 'that starts at this moment'
    void this.#database.close()
    const directory = dirname(this.#path)
    throw new CodedError('store-in-use', `Cannot open store ${directory}: process ${holder} has it`)
  }
}

/** Process ids in LMDB's table of readers. */
function readers(database: Database): string[] {
  return [...database.readerList().matchAll(/^ *(\d+) +[0-9a-f]+ /gm)].map((row) => row[1] ?? '')
}

/** Makes the directory unless it is there. Returns whether it cannot be written. */
function makeDirectory(directory: string): boolean {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  try {
    accessSync(directory, constants.W_OK)
    return false
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EROFS') return true
    throw error
  }
}

function openDatabase(path: string, readOnly: boolean): Database<Buffer, Buffer> {
  const options = {
    path,
    noSubdir: true,
    readOnly,
    // A commit resolves after its flush, not before: whoever is told of it may rely on it.
    overlappingSync: false,
    // Batches of lmdb's own making leave a rejected promise behind when their commit fails.
    eventTurnBatching: false,
    maxReaders: readersMax,
    ...freePages,
    permissionsMode: secretMode,
    encoding: 'binary',
    keyEncoding: 'binary',
  } as const
  return open(options)
}

/** LMDB's reason for a commit that failed comes as a promise of its own. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (cause) {
    return cause
  }
}

const noSpace =
  /no space left|ENOSPC|quota|EDQUOT|MDB_MAP_FULL|read-only file|EROFS|file too large/i
const broken = /MDB_CORRUPTED|MDB_PAGE_NOTFOUND|MDB_INVALID|MDB_VERSION_MISMATCH|MDB_PANIC/

/** An error of the disk, or of LMDB, in our own terms; `doing` as in `read x`. */
export function fileError(doing: string, error: unknown): CodedError {
  if (error instanceof CodedError) return error
  const reason = error instanceof Error ? error.message : String(error)
  const code = noSpace.test(reason)
    ? 'store-full'
    : broken.test(reason)
      ? 'store-corrupt'
      : 'store-unavailable'
  return new CodedError(code, `Cannot ${doing}: ${reason}`)
}

function readOnlyError(path: string): CodedError {
  return new CodedError('store-full', `Cannot write ${path}: its file system is read-only`)
}

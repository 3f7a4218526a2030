import { readFileSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'

/** What tells, without reading it, that a file is most likely what it was. */
export interface FileStamp {
  readonly sizeOctets: number
  /** Time of the last change in milliseconds, with its fraction where the system keeps one. */
  readonly changedMs: number
}

/** The part of a disk that publishing needs; reads only. */
export interface Disk {
  /** Names of the files in a directory, sorted. Rejects as node:fs does. */
  list(directory: string): Promise<readonly string[]>
  /** Rejects as node:fs does. */
  stamp(file: string): Promise<FileStamp>
  /** The whole file. Rejects as node:fs does. */
  read(file: string): Promise<Uint8Array>
  /** The same at once, for files met while reading another. Throws as node:fs does. */
  readNow(file: string): Uint8Array
}

/** The disk of this machine. */
export const systemDisk: Disk = {
  async list(directory) {
    const entries = await readdir(directory, { withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink())
    return files.map((entry) => entry.name).sort()
  },
  async stamp(file) {
    const { size, mtimeMs } = await stat(file)
    return { sizeOctets: size, changedMs: mtimeMs }
  },
  read: (file) => readFile(file),
  readNow: (file) => readFileSync(file),
}

/** What a failed call to the system says, in words where its code is a usual one. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'it does not exist (ENOENT)'
  if (code === 'EACCES') return 'this user may not read it (EACCES)'
  if (code === 'EISDIR') return 'it is a directory (EISDIR)'
  if (code === 'ENOTDIR') return 'it is not a directory (ENOTDIR)'
  return error instanceof Error ? error.message : String(error)
}

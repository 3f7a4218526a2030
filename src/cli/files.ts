import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CodedError } from '../base/index.ts'
import { toHex } from '../wire/index.ts'
import type { Io } from './io.ts'

/** Octets of a file of anchors, hints, authorities, state or reports that are read. */
const fileOctetsMax = 4 << 20

/**
 * Reads a file that an option names, relative to where the command runs.
 *
 * @throws {CodedError} `file-unreadable`: not there, not to be read, or too large
 */
export async function readText(file: string, io: Io): Promise<string> {
  const text = await readIfThere(file, io)
  if (text !== undefined) return text
  throw unreadable(file, 'it is not there')
}

/**
 * Reads a file that may be missing; undefined when it is.
 *
 * @throws {CodedError} `file-unreadable`: not to be read, or too large
 */
export async function readIfThere(
  file: string,
  io: Io,
  octetsMax = fileOctetsMax,
): Promise<string | undefined> {
  return (await readOctetsIfThere(file, io, octetsMax))?.toString('utf8')
}

async function readOctetsIfThere(
  file: string,
  io: Io,
  octetsMax: number,
): Promise<Buffer | undefined> {
  let octets: Buffer
  try {
    octets = await readFile(resolve(io.cwd, file))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT') return undefined
    throw unreadable(file, error.message)
  }
  if (octets.length > octetsMax) throw unreadable(file, `it exceeds ${octetsMax} octets`)
  return octets
}

/**
 * Reads the octets of a file, or with `-` those of standard input up to its end.
 *
 * @throws {CodedError} `file-unreadable`: not there, not to be read, or too large
 */
export async function readOctets(file: string, io: Io, octetsMax: number): Promise<Uint8Array> {
  if (file !== '-') {
    const octets = await readOctetsIfThere(file, io, octetsMax)
    if (octets !== undefined) return octets
    throw unreadable(file, 'it is not there')
  }
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    for await (const piece of io.stdin()) {
      length += piece.length
      if (length > octetsMax) throw unreadable(file, `it exceeds ${octetsMax} octets`)
      pieces.push(piece)
    }
  } catch (error) {
    if (error instanceof CodedError || !(error instanceof Error)) throw error
    throw unreadable(file, error.message)
  }
  return Buffer.concat(pieces)
}

function unreadable(file: string, why: string): CodedError {
  const what = file === '-' ? 'standard input' : JSON.stringify(file)
  return new CodedError('file-unreadable', `Cannot read ${what}: ${why}`)
}

/**
 * Writes a file as a whole: whoever reads it finds the old one or the new one, never a part, also
 * after a crash. Its directory is made if it is missing. `mode` is that of the file.
 *
 * @throws {CodedError} `file-unwritable`
 */
export async function writeText(
  file: string,
  text: string | Uint8Array,
  mode: number,
  io: Io,
): Promise<void> {
  const path = resolve(io.cwd, file)
  const aside = `${path}.${toHex(io.random(6))}`
  try {
    await mkdir(dirname(path), { recursive: true })
    const handle = await open(aside, 'wx', mode)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(aside, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    await rm(aside, { force: true }).catch(() => undefined)
    const why = `Cannot write ${JSON.stringify(file)}: ${error.message}`
    throw new CodedError('file-unwritable', why)
  }
}

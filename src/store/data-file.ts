import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { CodedError } from '../base/index.ts'

// A data file of LMDB begins with two meta pages, of which the one with the higher transaction
// counts. What is read of a meta page, in the byte order of x86 and ARM:
const metaOctets = 0xa0
const magicAt = 0x18
const versionAt = 0x1c
const pageSizeAt = 0x30
const lastPageAt = 0x90
const transactionAt = 0x98
const magic = 0xbeefc0de
const version = 2
const pageSizes = [4096, 8192, 16384, 32768, 65536]

/**
 * Looks whether a file is one that LMDB can open, before it is asked to: lmdb-js frees memory twice
 * when it cannot. A file that is not there, or empty, becomes a store.
 *
 * Returns how many octets its pages take. A file that was copied has them all; LMDB itself may
 * leave pages at the end unwritten that it does not need.
 *
 * @throws {CodedError} `store-corrupt`, or what the disk says
 */
export function checkDataFile(path: string, readOnly: boolean): number {
  const file = openIfThere(path, readOnly ? 'r' : 'r+')
  if (file === undefined) return 0
  try {
    if (fstatSync(file).size === 0 && !readOnly) return 0
    const first = readMeta(file, 0)
    const second = first && readMeta(file, first.pageSize)
    if (!first || !second) {
      throw new CodedError('store-corrupt', `Cannot open ${path}: it is not a file of LMDB`)
    }
    const { pageSize, lastPage } = first.transaction > second.transaction ? first : second
    return (lastPage + 1) * pageSize
  } finally {
    closeSync(file)
  }
}

/** Opens a file that must be one, if it is there. */
function openIfThere(path: string, flags: 'r' | 'r+'): number | undefined {
  try {
    return openSync(path, flags)
  } catch (error) {
    if (flags === 'r+' && error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined
    }
    throw error
  }
}

interface Meta {
  readonly pageSize: number
  readonly lastPage: number
  readonly transaction: bigint
}

function readMeta(file: number, at: number): Meta | undefined {
  const meta = Buffer.alloc(metaOctets)
  if (readSync(file, meta, 0, metaOctets, at) < metaOctets) return undefined
  const pageSize = meta.readUInt32LE(pageSizeAt)
  if (meta.readUInt32LE(magicAt) !== magic || meta.readUInt32LE(versionAt) !== version) {
    return undefined
  }
  if (!pageSizes.includes(pageSize)) return undefined
  const lastPage = Number(meta.readBigUInt64LE(lastPageAt))
  return { pageSize, lastPage, transaction: meta.readBigUInt64LE(transactionAt) }
}

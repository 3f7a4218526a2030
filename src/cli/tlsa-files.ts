import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../base/index.ts'
import { pemCharactersMax, type ReadPem } from '../rollover/index.ts'

/** What certbot and its like call the chain in a directory, best first. */
const chainNames = ['fullchain.pem', 'cert.pem'] as const

/**
 * Reads the PEM text of a certificate: a file, or the chain in a directory as certbot leaves it
 * (`/etc/letsencrypt/live/NAME`). What has the stamp of before is not read again. Links are
 * followed, so that a link that is put in place of another is another file.
 */
export const readPem: ReadPem = async (path, stamp) => {
  try {
    const { file, facts } = await findPem(path)
    const found = `${file} ${facts.ino} ${facts.size} ${facts.mtimeMs}`
    if (found === stamp) return undefined
    return { text: await readText(file), source: file, stamp: found }
  } catch (error) {
    if (error instanceof CodedError || !(error instanceof Error)) throw error
    throw unreadable(path, error.message)
  }
}

/** Reads no more than is allowed: what `stat` says is nothing to go by for devices and pipes. */
async function readText(file: string): Promise<string> {
  const handle = await open(file)
  const pieces: Buffer[] = []
  for await (const piece of handle.createReadStream({ end: pemCharactersMax })) pieces.push(piece)
  const octets = Buffer.concat(pieces)
  if (octets.length <= pemCharactersMax) return octets.toString('utf8')
  throw unreadable(file, `it exceeds ${pemCharactersMax} octets`)
}

async function findPem(path: string) {
  const facts = await stat(path)
  if (!facts.isDirectory()) return { file: path, facts }
  for (const name of chainNames) {
    const file = join(path, name)
    const inner = await stat(file).catch(() => undefined)
    if (inner?.isFile()) return { file, facts: inner }
  }
  throw unreadable(path, `it has neither ${chainNames.join(' nor ')}`)
}

function unreadable(path: string, why: string): CodedError {
  return new CodedError('file-unreadable', `Cannot read ${JSON.stringify(path)}: ${why}`)
}

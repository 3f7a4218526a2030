import { CodedError } from '../base/index.ts'
import { StsCache } from '../mtasts/index.ts'
import { readIfThere, writeText } from './files.ts'
import { asFinding, writeFindings } from './findings.ts'
import type { Io } from './io.ts'

/** MTA-STS policies that outlive the process. */
export interface StsCacheFile {
  readonly cache: StsCache
  /** Writes what has changed, a last time. */
  close(): Promise<void>
}

/** How often what has changed is written. */
const saveEveryMs = 60_000
/** More than a cache that is full comes to. */
const fileOctetsMax = 64 << 20
/** Whom one sends mail to is nobody else's business. */
const fileMode = 0o600

/**
 * Takes up the policies kept in a file, and keeps them there from now on; without a file, in memory
 * only. A policy that is forgotten protects nobody until it is fetched anew, which somebody in
 * between may prevent (RFC 8461 §10.2).
 *
 * @throws {CodedError} `file-unreadable`, `sts-cache-invalid`
 */
export async function openStsCache(file: string | undefined, io: Io): Promise<StsCacheFile> {
  if (file === undefined) return { cache: new StsCache(), close: () => Promise.resolve() }
  let saved = (await readIfThere(file, io, fileOctetsMax)) ?? ''
  const cache = saved === '' ? new StsCache() : StsCache.fromJson(parse(saved, file))
  const save = async (): Promise<void> => {
    const text = `${JSON.stringify(cache.toJson())}\n`
    if (text === saved) return
    try {
      await writeText(file, text, fileMode, io)
      saved = text
    } catch (error) {
      // Mail goes on; what was kept before is still there.
      writeFindings([asFinding(error)], io)
    }
  }
  let saving = Promise.resolve()
  const end = io.every(saveEveryMs, () => {
    saving = saving.then(save)
  })
  return {
    cache,
    close() {
      end()
      return saving.then(save)
    },
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const message = `Cannot read kept policies in ${JSON.stringify(file)}: they are not JSON`
    throw new CodedError('sts-cache-invalid', message)
  }
}

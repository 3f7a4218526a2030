import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '../base/index.ts'
import type { PublishedZone } from '../publish/index.ts'
import { formatName, type Name, toBase64 } from '../wire/index.ts'

/** Readable by all: there is nothing secret in a public key. */
const anchorMode = 0o644
/** As the key store makes it. */
const directoryMode = 0o700

/** The file of a zone's trust anchor in the key directory: no name leads out of it. */
function anchorFile(zone: Name): string {
  const name = formatName(zone)
  const safe = name.replace(/[^A-Za-z0-9._-]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  return name === '.' ? 'root.anchor' : `${safe}anchor`
}

/** Where the trust anchor of a zone is written; undefined for a zone that is not signed. */
export function anchorPath(
  { zone, signing }: PublishedZone,
  directory: string,
): string | undefined {
  return signing && join(directory, anchorFile(zone.apex))
}

/**
 * Writes a signed zone's secure entry points as a trust anchor that delv and named read
 * (`trust-anchors`, BIND 9.18), for trying a zone out whose parent has no DS yet. Untouched when it
 * is there already; nothing for a zone that is not signed.
 *
 * @throws {CodedError} `key-file-failed`
 */
export function writeAnchor(published: PublishedZone, directory: string): void {
  const { zone, signing } = published
  const path = anchorPath(published, directory)
  if (!signing || path === undefined) return
  const name = formatName(zone.apex)
  const keys = signing.signer.keys.secureEntryPoints.map((dnskey) => {
    const flags = ((dnskey[0] ?? 0) << 8) | (dnskey[1] ?? 0)
    const key = toBase64(dnskey.subarray(4))
    return `    "${name.replace(/["\\]/g, '\\$&')}" static-key ${flags} 3 ${dnskey[3]} "${key}";\n`
  })
  const text = `trust-anchors {\n${keys.join('')}};\n`
  try {
    if (present(path) === text) return
    mkdirSync(directory, { recursive: true, mode: directoryMode })
    writeFileSync(path, text, { mode: anchorMode })
    chmodSync(path, anchorMode)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CodedError('key-file-failed', `Cannot write trust anchor ${path}: ${why}`)
  }
}

function present(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '../base/index.ts'
import type { Pace, PublishedZone } from '../publish/index.ts'
import type { ZoneSigner } from '../signer/index.ts'
import { formatName, type Name, type NameKey, toBase64 } from '../wire/index.ts'
import type { ZoneListener } from '../zone/index.ts'

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

/**
 * Keeps the anchors of all zones up to date, whoever makes a zone or a key: the zones of files, the
 * API, another node, the clock. It writes in the background, a moment after it was told.
 */
export class AnchorFiles implements ZoneListener<PublishedZone> {
  readonly #directory: string
  readonly #makePace: () => Pace
  readonly #turn: () => Promise<void>
  /** A signer is made anew when keys change, and only then: whose anchors are there, or soon. */
  #known = new WeakSet<ZoneSigner>()
  readonly #waiting = new Map<NameKey, PublishedZone>()
  #work: Promise<void> | undefined
  /** What kept an anchor from being written: the last that is tried, until `retry`. */
  #failure: { readonly error: unknown } | undefined
  #isTold = false

  constructor(directory: string, makePace: () => Pace, turn: () => Promise<void>) {
    this.#directory = directory
    this.#makePace = makePace
    this.#turn = turn
  }

  /** Is told of a zone whenever something about it has changed. O(1) where its keys have not. */
  note(published: PublishedZone): void {
    const signer = published.signing?.signer
    if (!signer || this.#failure || this.#known.has(signer)) return
    this.#known.add(signer)
    this.#waiting.set(published.zone.apexKey, published)
    this.#work ??= this.#write()
  }

  /** Resolves when nothing waits to be written. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work
  }

  /** What keeps anchors from being written, once; undefined where nothing does. */
  takeFailure(): unknown {
    const failure = this.#isTold ? undefined : this.#failure
    this.#isTold = true
    return failure?.error
  }

  /** Goes on after a failure. Zones have to be noted again. */
  retry(): void {
    this.#failure = undefined
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    await this.#turn()
    const pace = this.#makePace()
    try {
      for (const [key, published] of this.#waiting) {
        this.#waiting.delete(key)
        writeAnchor(published, this.#directory)
        const rest = pace.step()
        if (rest !== undefined) await rest
      }
    } catch (error) {
      this.#failure = { error }
      this.#isTold = false
      this.#waiting.clear()
      this.#known = new WeakSet()
    }
    this.#work = undefined
  }
}

import { basename, join } from 'node:path'
import { CodedError, type UnixSeconds } from '../base/index.ts'
import {
  generatePrivateKey,
  type PrivateKey,
  privateKeyFromPem,
  privateKeyToPem,
  type SigningOptions,
} from '../crypto/index.ts'
import { compareNames, equalNames, formatName, lowerName, type Name } from '../wire/index.ts'
import {
  listDirectory,
  makeSecretDirectory,
  publicMode,
  readPublicText,
  readSecretText,
  removeFile,
  secretMode,
  writeAtomically,
} from './files.ts'
import {
  formatKeyFileName,
  formatPrivateFile,
  formatPublicFile,
  type KeyFileName,
  parseKeyFileName,
  parsePrivateFile,
  parsePublicFile,
} from './format.ts'
import type { KeyTiming } from './timing.ts'
import {
  type KeyRole,
  makeZoneKey,
  roleFlags,
  tagsOf,
  type ZoneKey,
  zoneKeyFlags,
} from './zone-key.ts'

/** What a new key is to be. */
export interface NewKey {
  /** 13, 14 or 15. */
  readonly algorithm: number
  readonly role: KeyRole
  /** The present: the key is created, and unless `timing` says else, published and active, now. */
  readonly now: UnixSeconds
  /** Times that take the place of those. */
  readonly timing?: KeyTiming
}

/** How a directory of keys is opened. */
export interface KeyDirectoryOptions extends SigningOptions {
  /** Where new private keys come from; by default the randomness of the operating system. */
  readonly makePrivateKey?: (algorithm: number, options: SigningOptions) => PrivateKey
}

/** A directory of key files, as BIND keeps them. Every call looks at the disk. */
export interface KeyDirectory {
  readonly path: string
  /**
   * The keys of one zone, or all: in canonical order of zones, then by algorithm and key tag. None
   * when the directory does not exist. A .key file without its .private file is passed over.
   *
   * @throws {CodedError} `key-exposed`, `key-mismatch`, `key-invalid`, `algorithm-unknown`,
   * `key-file-failed` on the first file that is not as it should be
   */
  list(zone?: Name): ZoneKey[]
  /**
   * Makes a key and writes its files. Its tag differs from those of all other keys of the zone, and
   * so do the tags that they would have when revoked.
   *
   * @throws {CodedError} `algorithm-unknown`, or as `list` and `add` do
   */
  generate(zone: Name, choice: NewKey): ZoneKey
  /**
   * Writes the files of a key from elsewhere.
   *
   * @throws {CodedError} `key-exists` when the zone has it, or has another with its tag;
   * `key-file-failed`; or as `list` does
   */
  add(key: ZoneKey): void
  /**
   * Writes the files of a key that is there anew, for other timing.
   *
   * @throws {CodedError} `key-file-failed`
   */
  replace(key: ZoneKey): void
  /**
   * Removes the files of a key; nothing where they are gone.
   *
   * @throws {CodedError} `key-file-failed`
   */
  remove(key: ZoneKey): void
}

/** How many keys to make before giving up on one with a free tag. */
const attemptsMax = 1000

/** Opens a directory of keys; it is made, for its owner alone, when the first key is written. */
export function openKeyDirectory(path: string, options: KeyDirectoryOptions = {}): KeyDirectory {
  const { makePrivateKey = generatePrivateKey } = options
  const list = (zone?: Name) => listKeys(path, options, zone)

  function write(key: ZoneKey): void {
    makeSecretDirectory(path)
    const base = join(path, keyFileBase(key))
    // A key exists from when its .private file does: that one comes last.
    writeAtomically(`${base}.key`, formatPublicFile(key), publicMode)
    writeAtomically(`${base}.private`, formatPrivateFile(key), secretMode)
  }

  return {
    path,
    list,
    generate(zone, { algorithm, role, now, timing }) {
      const taken = new Set(list(zone).flatMap(tagsOf))
      const times = timing ?? { created: now, publish: now, activate: now }
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        const privateKey = makePrivateKey(algorithm, options)
        const key = makeZoneKey(zone, privateKey, roleFlags(role), times)
        if (tagsOf(key).some((tag) => taken.has(tag))) continue
        write(key)
        return key
      }
      const where = formatName(zone)
      throw new CodedError('key-exists', `Cannot make key for ${where}: its key tags are all taken`)
    },
    add(key) {
      const tags = tagsOf(key)
      const rival = list(key.zone).find((other) => tagsOf(other).some((tag) => tags.includes(tag)))
      if (rival) {
        const name = keyFileBase(key)
        throw new CodedError(
          'key-exists',
          `Cannot add key ${name}: ${join(path, keyFileBase(rival))} has the same key tag`,
        )
      }
      write(key)
    },
    replace: write,
    remove(key) {
      const base = join(path, keyFileBase(key))
      // As a key comes with its .private file, so it goes with it.
      removeFile(`${base}.private`)
      removeFile(`${base}.key`)
    },
  }
}

/** The name of the files of a key, without ending. */
export function keyFileBase(key: ZoneKey): string {
  const { zone, keyTag } = key
  return formatKeyFileName({ zone, algorithm: key.private.algorithm, keyTag })
}

function listKeys(path: string, options: SigningOptions, zone: Name | undefined): ZoneKey[] {
  const keys: ZoneKey[] = []
  for (const file of listDirectory(path)) {
    if (!file.endsWith('.private')) continue
    const name = parseKeyFileName(basename(file, '.private'))
    if (!name || (zone && !equalNames(name.zone, zone))) continue
    keys.push(readKeyPair(join(path, file), options))
  }
  return keys.sort(compareKeys)
}

function compareKeys(a: ZoneKey, b: ZoneKey): number {
  return (
    compareNames(a.zone, b.zone) || a.private.algorithm - b.private.algorithm || a.keyTag - b.keyTag
  )
}

/**
 * Reads a key from its .private file and the .key file beside it; `path` may name either, or leave
 * out the ending.
 *
 * @throws {CodedError} `key-exposed`, `key-mismatch`, `key-invalid`, `algorithm-unknown`,
 * `key-file-failed`
 */
export function readKeyPair(path: string, options: SigningOptions = {}): ZoneKey {
  const base = path.replace(/\.(?:private|key)$/, '')
  const privatePath = `${base}.private`
  const publicPath = `${base}.key`
  const { privateKey, timing } = parsePrivateFile(readSecretText(privatePath), privatePath, options)
  const { zone, dnskey } = parsePublicFile(readPublicText(publicPath), publicPath)
  const flags = zoneKeyFlags(((dnskey[0] ?? 0) << 8) | (dnskey[1] ?? 0))
  const key = makeZoneKey(zone, privateKey, flags, timing)
  if (Buffer.compare(key.dnskey, dnskey) !== 0) {
    throw mismatch(publicPath, `its DNSKEY is not that of ${basename(privatePath)}`)
  }
  const name = parseKeyFileName(basename(base))
  if (name && !namesKey(name, key)) {
    throw mismatch(publicPath, `by its content its name should be ${keyFileBase(key)}.key`)
  }
  return key
}

function namesKey(name: KeyFileName, key: ZoneKey): boolean {
  return (
    equalNames(name.zone, key.zone) &&
    name.algorithm === key.private.algorithm &&
    name.keyTag === key.keyTag
  )
}

function mismatch(path: string, why: string): CodedError {
  return new CodedError('key-mismatch', `Cannot use ${path}: ${why}`)
}

/**
 * Reads a private key from a PEM file (PKCS#8 or SEC 1, no passphrase) as a key of a zone.
 *
 * @throws {CodedError} `key-exposed`, `key-invalid`, `key-file-failed`
 */
export function readPemKey(
  path: string,
  zone: Name,
  choice: { role: KeyRole; timing: KeyTiming },
  options: SigningOptions = {},
): ZoneKey {
  const text = readSecretText(path)
  try {
    const privateKey = privateKeyFromPem(text, options)
    return makeZoneKey(lowerName(zone), privateKey, roleFlags(choice.role), choice.timing)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw new CodedError(error.code, error.message, { file: path, line: 1, column: 1 })
  }
}

/**
 * Writes the files of a key into another directory, for BIND, Knot, NSD or a backup. Returns the
 * path of the .private file.
 *
 * @throws {CodedError} as `KeyDirectory.add` does
 */
export function exportKey(key: ZoneKey, directory: string): string {
  openKeyDirectory(directory).add(key)
  return join(directory, `${keyFileBase(key)}.private`)
}

/**
 * Writes the private part of a key as PKCS#8 PEM, mode 0600, into another directory. Returns the
 * path of the file, `K<zone>+<algorithm>+<tag>.pem`.
 *
 * @throws {CodedError} `key-exists`, `key-file-failed`
 */
export function exportPem(key: ZoneKey, directory: string): string {
  const file = `${keyFileBase(key)}.pem`
  const path = join(directory, file)
  if (listDirectory(directory).includes(file)) {
    throw new CodedError('key-exists', `Cannot write ${path}: it is there already`)
  }
  makeSecretDirectory(directory)
  writeAtomically(path, privateKeyToPem(key.private), secretMode)
  return path
}

/**
 * keystore: private keys at rest.
 *
 * A key is two files as BIND has them: `K<zone>+<algorithm>+<tag>.private` with the secret and the
 * times of its life (private key format v1.3), and `.key` with the DNSKEY record. So every tool
 * that knows BIND's files (dnssec-signzone, dnssec-settime, ldns, Knot's keymgr) can be used on the
 * directory, and keys move in and out without conversion. PEM files are read too.
 *
 * In go a directory and the time; out come `ZoneKey`s, able to sign. Roles come from the flags and
 * states from the timing, both at a given `now`: neither is stored twice.
 *
 * Invariants: a secret is only in a file of mode 0600, in a directory made with 0700; one that
 * others can read is refused, not repaired. Files appear whole or not at all. A .key that is not
 * of its .private is refused. No two keys of a zone share a key tag, revoked or not (RFC 4034
 * App. B, RFC 5011 §2.1). No name of a zone leads out of the directory. Secrets are in no message.
 *
 * Synchronous: this is the control plane, and keys are few. RFCs 4034, 5011, 6605, 7583, 8080.
 */

export {
  exportKey,
  exportPem,
  type KeyDirectory,
  type KeyDirectoryOptions,
  keyFileBase,
  type NewKey,
  openKeyDirectory,
  readKeyPair,
  readPemKey,
} from './directory.ts'
export { formatPrivateFile, formatPublicFile, parsePrivateFile } from './format.ts'
export { parseSealingKeys, readSealingKey, readSecretLine } from './sealing-key.ts'
export {
  formatKeyTime,
  type KeyState,
  type KeyTiming,
  keyState,
  parseKeyTime,
} from './timing.ts'
export {
  type KeyDuties,
  type KeyRole,
  keyDuties,
  keyRole,
  makeZoneKey,
  roleFlags,
  tagsOf,
  type ZoneKey,
} from './zone-key.ts'

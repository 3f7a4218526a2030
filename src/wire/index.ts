/**
 * wire: octets, names and the cursors over them.
 *
 * A `Name` is a domain name as uncompressed wire octets, known to be valid (RFC 1035 §3.1: labels
 * of 1 to 63 octets, at most 255 in all, ending in the root label). Case is kept as given; every
 * comparison ignores ASCII case and nothing else (RFC 4343). A `NameKey` is the same name as a
 * string that can be a Map key and whose plain `<` order is the canonical order of RFC 4034 §6.1;
 * the key of an ancestor is a prefix of the keys of all names below it.
 *
 * `WireReader` and `WireWriter` are bounds-checked cursors that throw `wire-malformed` and
 * `wire-overflow`. They serve the control plane and the companion. The data plane does not throw:
 * it uses `scanName` and plain offsets, and its own writer in `response`.
 *
 * A `LabelRun` is many labels side by side in one piece of memory, for zones of a million names.
 *
 * Compression pointers are followed strictly backwards, so reading always ends.
 */

export {
  fromBase32hex,
  fromBase64,
  fromHex,
  toBase32hex,
  toBase64,
  toHex,
} from './encoding.ts'
export {
  isSubdomainKey,
  type NameKey,
  nameFromKey,
  nameKey,
  parentKey,
  rootKey,
} from './key.ts'
export {
  type LabelRun,
  type MarkedLabel,
  markIn,
  readRun,
  runOctets,
  tallyRun,
  writeRun,
} from './label-run.ts'
export {
  compareNames,
  equalNames,
  formatHost,
  formatLabel,
  formatName,
  isSubdomain,
  joinNames,
  labelCount,
  lowerName,
  type Name,
  nameFromLabels,
  nameFromOctets,
  nameLabels,
  nameLengthMax,
  parentName,
  parseName,
  prependLabel,
  rootName,
  suffixName,
  wildcardName,
} from './name.ts'
export { WireReader } from './reader.ts'
export { readName, scanName } from './scan.ts'
export { WireWriter } from './writer.ts'

/**
 * zonefile: zones as people write them, from and to records.
 *
 * What enters is a text: a master file (RFC 1035 §5.1 with `$TTL` of RFC 2308 §4, RFC 3597 and
 * BIND's `$GENERATE`), or YAML in the layout of octoDNS. What leaves is a sequence of `ZoneItem`s:
 * records, each with its place, and findings, each with the place of the very word at fault.
 * Reading goes on after an error, so that an author sees all of them at once; the count is
 * bounded. `formatZone` goes the other way: a master file that people like to read and that gives
 * the same records when read again.
 *
 * Invariants: nothing here touches a disk. An included file comes through a function of the
 * caller, who alone decides what may be read. Readers are generators: the caller sets the pace.
 * A record's RDATA is valid for its type; whether the records make a sound zone is not asked
 * here (`publish` checks that).
 */

export { type FormatZoneOptions, formatZone, type PlainRecord } from './format.ts'
export { generateCountMax } from './generate.ts'
export {
  type Finding,
  type ZoneItem,
  type ZoneRecord,
  zoneErrorsMax,
} from './item.ts'
export {
  type IncludeText,
  includeDepthMax,
  includesMax,
  type MasterFileOptions,
  parseMasterFile,
} from './master.ts'
export { parseTtl } from './ttl.ts'
export { parseYamlZone, type YamlZoneOptions } from './yaml.ts'

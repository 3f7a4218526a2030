import { CodedError } from '../base/index.ts'
import {
  formatType,
  parseRdata,
  type RdataJson,
  RR,
  type RRType,
  rdataFromJson,
  scanRdataText,
} from '../rr/index.ts'
import type { Name } from '../wire/index.ts'

/** Fields by name: as JSON, and the single ones as they are written (`0012` is not 12 in hex). */
export interface YamlFields {
  readonly json: { readonly [field: string]: unknown }
  readonly written: ReadonlyMap<string, string>
}

/** A value of the YAML: text, or fields by name. */
export type YamlValue = string | YamlFields

/** A field of octoDNS in the order of the presentation format: its names, and how to write it. */
interface OctoField {
  /** The name in use first, older ones after it. */
  readonly names: readonly string[]
  /** A name must be absolute, as octoDNS demands; text gets quotes; a word stays as it is. */
  readonly form: 'name' | 'text' | 'word'
  readonly default?: string
}

const word = (...names: string[]): OctoField => ({ names, form: 'word' })
const name = (...names: string[]): OctoField => ({ names, form: 'name' })
const text = (...names: string[]): OctoField => ({ names, form: 'text' })

/** octoDNS's fields of the types that have more than one. */
const octoTypes: ReadonlyMap<string, readonly OctoField[]> = new Map([
  ['MX', [word('preference', 'priority'), name('exchange', 'value')]],
  ['SRV', [word('priority'), word('weight'), word('port'), name('target')]],
  ['CAA', [{ ...word('flags'), default: '0' }, word('tag'), text('value')]],
  [
    'TLSA',
    [
      word('certificate_usage'),
      word('selector'),
      word('matching_type'),
      word('certificate_association_data'),
    ],
  ],
  [
    'LOC',
    [
      word('lat_degrees'),
      word('lat_minutes'),
      word('lat_seconds'),
      word('lat_direction'),
      word('long_degrees'),
      word('long_minutes'),
      word('long_seconds'),
      word('long_direction'),
      word('altitude'),
      word('size'),
      word('precision_horz'),
      word('precision_vert'),
    ],
  ],
  ['SSHFP', [word('algorithm'), word('fingerprint_type'), word('fingerprint')]],
  [
    'NAPTR',
    [
      word('order'),
      word('preference'),
      text('flags'),
      text('service'),
      text('regexp'),
      name('replacement'),
    ],
  ],
  [
    'DS',
    [
      word('key_tag', 'flags'),
      word('algorithm'),
      word('digest_type', 'protocol'),
      word('digest', 'public_key'),
    ],
  ],
  ['URI', [word('priority'), word('weight'), text('target')]],
])

/** Types whose single value is a name, which octoDNS wants absolute. */
const nameTypes: ReadonlySet<RRType> = new Set([RR.NS, RR.CNAME, RR.PTR, RR.DNAME])
/** Types whose single value is text. */
const textTypes: ReadonlySet<string> = new Set(['TXT', 'SPF'])

function refuse(message: string): never {
  throw new CodedError('yaml-invalid', message)
}

/**
 * RDATA of one value.
 *
 * @throws {CodedError} `yaml-invalid` or `rdata-invalid`
 */
export function yamlRdata(type: RRType, value: YamlValue, origin: Name): Uint8Array {
  const mnemonic = formatType(type)
  if (typeof value !== 'string') return fieldsRdata(type, mnemonic, value, origin)
  if (textTypes.has(mnemonic)) return textRdata(value, origin, type)
  if (nameTypes.has(type)) requireAbsolute(value, mnemonic)
  return parseRdata(type, scanRdataText(value, origin))
}

function requireAbsolute(value: string, what: string): void {
  if (!value.endsWith('.')) {
    refuse(`Cannot read ${what}: ${JSON.stringify(value)} must be a full name with its final dot`)
  }
}

function fieldsRdata(
  type: RRType,
  mnemonic: string,
  { json, written }: YamlFields,
  origin: Name,
): Uint8Array {
  if ('svcpriority' in json) return rdataFromJson(type, serviceJson(json, mnemonic))
  const fields = octoTypes.get(mnemonic)
  const known = new Set(fields?.flatMap(({ names }) => names))
  const isOcto = fields && Object.keys(json).every((key) => known.has(key))
  if (!isOcto) return rdataFromJson(type, json as RdataJson)
  const words = fields.map((field) => formatField(field, written, mnemonic))
  return parseRdata(type, scanRdataText(words.join(' '), origin))
}

function formatField(
  { names, form, default: fallback }: OctoField,
  written: ReadonlyMap<string, string>,
  mnemonic: string,
): string {
  const given = names.map((key) => written.get(key)).find((item) => item !== undefined)
  const found = given ?? fallback
  if (found === undefined) refuse(`Cannot read ${mnemonic}: expected field ${names[0]}`)
  if (form === 'name') requireAbsolute(found, `${mnemonic} ${names[0]}`)
  return form === 'text' ? quote(found) : found
}

const listParams: ReadonlySet<string> = new Set(['alpn', 'mandatory', 'ipv4hint', 'ipv6hint'])

/** octoDNS's fields of SVCB and HTTPS as danelaw's: a lone item for a list, null for no value. */
function serviceJson(json: YamlFields['json'], mnemonic: string): RdataJson {
  const { svcpriority, targetname, svcparams = {}, ...rest } = json
  const [strange] = Object.keys(rest)
  if (strange !== undefined) refuse(`Cannot read ${mnemonic}: it has no field "${strange}"`)
  const target = String(targetname ?? '')
  requireAbsolute(target, `${mnemonic} targetname`)
  if (typeof svcparams !== 'object' || svcparams === null || Array.isArray(svcparams)) {
    refuse(`Cannot read ${mnemonic} svcparams: expected a mapping from keys to values`)
  }
  const params = Object.entries(svcparams).map(([key, value]: [string, unknown]) => {
    if (value === null) return [key, true]
    return [key, listParams.has(key) && !Array.isArray(value) ? [value] : value]
  })
  const parameters = Object.fromEntries(params)
  return { priority: svcpriority, target, parameters } as RdataJson
}

function quote(written: string): string {
  return `"${written.replace(/["\\]/g, '\\$&')}"`
}

const characterStringOctetsMax = 255

/**
 * Text as octoDNS has it: plain, with `\;` for a semicolon, of any length; or already split into
 * quoted strings.
 */
function textRdata(value: string, origin: Name, type: RRType): Uint8Array {
  if (/^".*"$/s.test(value)) return parseRdata(type, scanRdataText(value, origin))
  const octets = Buffer.from(value.replace(/\\([;"\\])/g, '$1'), 'utf8')
  const parts: Uint8Array[] = []
  for (let at = 0; at === 0 || at < octets.length; at += characterStringOctetsMax) {
    const part = octets.subarray(at, at + characterStringOctetsMax)
    parts.push(Uint8Array.of(part.length), part)
  }
  return Uint8Array.from(Buffer.concat(parts))
}

/** The timers of an SOA that is made up: refresh, retry, expire, minimum. */
const soaTimers = '7200 900 1209600 300'

/** RDATA of an SOA for a zone that gives none. */
export function defaultSoa(origin: Name, primary: Name, serial: number): Uint8Array {
  const soa = parseRdata(RR.SOA, scanRdataText(`. hostmaster ${serial >>> 0} ${soaTimers}`, origin))
  const rdata = new Uint8Array(primary.length + soa.length - 1)
  rdata.set(primary)
  rdata.set(soa.subarray(1), primary.length)
  return rdata
}

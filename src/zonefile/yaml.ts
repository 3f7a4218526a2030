import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml'
import { CodedError, type Place } from '../base/index.ts'
import { isMetaType, parseType, RR, type RRType, type Ttl } from '../rr/index.ts'
import { equalNames, type Name, parseName } from '../wire/index.ts'
import { errorItem, warningItem, type ZoneItem, zoneErrorsMax } from './item.ts'
import { TextLines } from './lines.ts'
import { parseTtl } from './ttl.ts'
import { defaultSoa, type YamlFields, type YamlValue, yamlRdata } from './yaml-rdata.ts'

/** How a YAML zone is read. */
export interface YamlZoneOptions {
  /** Its name in places. */
  readonly file: string
  /** The apex: owners are relative to it. */
  readonly origin: Name
  /** TTL of records that give none, in seconds. Default 3600, as octoDNS has it. */
  readonly ttl?: Ttl
  /**
   * Serial of the SOA that is made for a zone without one: the layout of octoDNS has none. It
   * should rise with every change; the time of the file's last change does. Default 1.
   */
  readonly serial?: number
}

const defaultTtl = 3600 as Ttl
/** Keys of a record that say something to octoDNS alone. */
const toolKeys: ReadonlySet<string> = new Set(['octodns', 'lenient', 'comment', 'geo', 'dynamic'])
/** Types that octoDNS makes up: there is no such record on the wire. */
const inventedTypes: ReadonlySet<string> = new Set(['ALIAS', 'URLFWD'])

/** Reads a zone in the layout of octoDNS, one owner after the other. Places are those of values. */
class YamlZone {
  readonly #lines: TextLines
  readonly #options: YamlZoneOptions
  /** Whether the zone gave its own SOA. */
  hasSoa = false
  /** The first NS of the apex: the primary of an SOA that is made up. */
  firstNs: Uint8Array | undefined

  constructor(lines: TextLines, options: YamlZoneOptions) {
    this.#lines = lines
    this.#options = options
  }

  place(offset: number | undefined): Place {
    return this.#lines.place(offset ?? 0)
  }

  refuse(node: Node | null | undefined, message: string): ZoneItem {
    return errorItem('yaml-invalid', message, this.place(node?.range?.[0]))
  }

  *owners(top: YAMLMap): Generator<ZoneItem> {
    for (const { key, value } of top.items) {
      const keyNode = key as Node
      const text = isScalar(key) ? (key.source ?? '') : undefined
      if (text === undefined) {
        yield this.refuse(keyNode, 'Cannot read owner: expected a name relative to the zone')
        continue
      }
      let owner: Name
      try {
        owner = text === '' ? this.#options.origin : parseName(text, this.#options.origin)
      } catch (error) {
        yield this.#coded(error, keyNode)
        continue
      }
      const records = isSeq(value) ? value.items : [value]
      for (const record of records) {
        if (isMap(record)) yield* this.#record(owner, record)
        else {
          const node = (record as Node | null) ?? keyNode
          yield this.refuse(node, `Cannot read records of "${text}": expected a mapping with type`)
        }
      }
    }
  }

  *#record(owner: Name, record: YAMLMap): Generator<ZoneItem> {
    const typeNode = record.get('type', true)
    if (!isScalar(typeNode) || typeof typeNode.value !== 'string') {
      yield this.refuse(
        typeNode ?? record,
        'Cannot read record: expected a type, such as "type: MX"',
      )
      return
    }
    if (inventedTypes.has(typeNode.value.toUpperCase())) {
      const why = 'it is no record on the wire; give the records it stands for'
      yield this.refuse(typeNode, `Cannot serve type ${typeNode.value}: ${why}`)
      return
    }
    yield* this.#strangeKeys(record)
    try {
      const type = parseType(typeNode.value)
      if (isMetaType(type))
        throw new CodedError('type-meta', `Cannot store ${typeNode.value}: only queries use it`)
      const ttl = this.#ttl(record)
      yield* this.#values(owner, type, ttl, record)
    } catch (error) {
      yield this.#coded(error, typeNode)
    }
  }

  *#strangeKeys(record: YAMLMap): Generator<ZoneItem> {
    for (const { key } of record.items) {
      const text = isScalar(key) ? String(key.value) : ''
      if (['type', 'ttl', 'value', 'values'].includes(text)) continue
      const place = this.place((key as Node | null)?.range?.[0])
      const known = toolKeys.has(text)
      if (known) yield warningItem('yaml-ignored', `"${text}" has no effect here`, place)
      else {
        const expected = 'expected type, ttl, value or values'
        yield errorItem('yaml-invalid', `Cannot read key "${text}" of a record: ${expected}`, place)
      }
    }
  }

  #ttl(record: YAMLMap): Ttl {
    const node = record.get('ttl', true)
    if (node === undefined) return this.#options.ttl ?? defaultTtl
    try {
      return parseTtl(isScalar(node) ? String(node.value) : '')
    } catch (error) {
      throw this.#placed(error, node as Node)
    }
  }

  *#values(owner: Name, type: RRType, ttl: Ttl, record: YAMLMap): Generator<ZoneItem> {
    const one = record.get('value', true) as Node | undefined
    const many = record.get('values', true) as Node | undefined
    const given = [one, many].filter((node) => node !== undefined)
    const [node] = given
    if (!node || given.length > 1) {
      yield this.refuse(record, 'Cannot read record: expected value or values, one of them')
      return
    }
    const nodes = isSeq(node) ? (node.items as (Node | null)[]) : [node]
    if (nodes.length === 0) yield this.refuse(node, 'Cannot read values: the list is empty')
    for (const item of nodes) {
      try {
        const rdata = yamlRdata(type, this.#plain(item), this.#options.origin)
        if (equalNames(owner, this.#options.origin)) this.#note(type, rdata)
        const place = this.place(item?.range?.[0])
        yield { kind: 'record', record: { owner, type, ttl, rdata, place } }
      } catch (error) {
        yield this.#coded(error, item ?? node)
      }
    }
  }

  #note(type: RRType, rdata: Uint8Array): void {
    if (type === RR.SOA) this.hasSoa = true
    if (type === RR.NS) this.firstNs ??= rdata
  }

  /** A value without its places: text, or fields by name. */
  #plain(node: Node | null): YamlValue {
    if (isScalar(node)) return node.source ?? String(node.value ?? '')
    if (isMap(node)) return fieldsOf(node)
    const what = isAlias(node) ? 'an alias' : 'a list'
    throw new CodedError(
      'yaml-invalid',
      `Cannot read value: it is ${what}; expected text or a mapping`,
    )
  }

  #placed(error: unknown, node: Node): unknown {
    if (!(error instanceof CodedError) || error.place) return error
    return new CodedError(error.code, error.message, this.place(node.range?.[0]))
  }

  #coded(error: unknown, node: Node): ZoneItem {
    const placed = this.#placed(error, node)
    if (!(placed instanceof CodedError) || !placed.place) throw placed
    return errorItem(placed.code, placed.message, placed.place)
  }

  /** The SOA of a zone that gives none. */
  madeSoa(): ZoneItem {
    const { origin, serial = 1, ttl = defaultTtl } = this.#options
    const rdata = defaultSoa(origin, (this.firstNs as Name | undefined) ?? origin, serial)
    return {
      kind: 'record',
      record: { owner: origin, type: RR.SOA, ttl, rdata, place: this.place(0) },
    }
  }
}

function fieldsOf(node: YAMLMap): YamlFields {
  const written = new Map<string, string>()
  for (const { key, value } of node.items) {
    if (isScalar(key) && isScalar(value)) written.set(key.source ?? '', value.source ?? '')
  }
  return { json: node.toJSON() as YamlFields['json'], written }
}

/**
 * Reads a zone in the layout of octoDNS: a mapping from owners, relative to the zone (`''` is the
 * apex), to a record or a list of them, each with `type`, `ttl`, and `value` or `values`. Values
 * are mappings with octoDNS's fields, or with those of danelaw's JSON form, or presentation text.
 * The layout has no SOA; where none is given, one is made: primary the first NS of the apex,
 * `hostmaster`, timers 7200 900 1209600 300, the serial of the options.
 *
 * Lazy; goes on after errors, up to `zoneErrorsMax` of them. Findings: `yaml-invalid`,
 * `yaml-ignored`, `type-unknown`, `type-meta`, `ttl-invalid`, `name-invalid`, `rdata-invalid`.
 */
export function* parseYamlZone(text: string, options: YamlZoneOptions): Generator<ZoneItem> {
  const document = parseDocument(text, {
    strict: true,
    uniqueKeys: true,
    keepSourceTokens: false,
    prettyErrors: false,
  })
  const zone = new YamlZone(new TextLines(options.file, text), options)
  for (const { code, message, pos } of document.errors.slice(0, zoneErrorsMax)) {
    yield errorItem('yaml-invalid', `Cannot read YAML: ${message}`, zone.place(pos[0]))
    // Out of step with the text, the parser complains of every token from here on.
    if (code === 'UNEXPECTED_TOKEN') break
  }
  if (document.errors.length > 0) return
  const top = document.contents
  if (!isMap(top)) {
    yield zone.refuse(
      top as Node | null,
      'Cannot read zone: expected a mapping from owners to records',
    )
    return
  }
  let errors = 0
  for (const item of zone.owners(top)) {
    yield item
    if (item.kind === 'finding' && item.finding.severity === 'error') errors++
    if (errors < zoneErrorsMax) continue
    const message = `Stopped reading: ${zoneErrorsMax} errors found`
    if (item.kind === 'finding' && item.finding.place) {
      yield errorItem('zonefile-limit', message, item.finding.place)
    }
    return
  }
  if (!zone.hasSoa) yield zone.madeSoa()
}

import { WireReader, WireWriter } from '../../wire/index.ts'
import { type FieldCodec, invalid, invalidJson, type Json, malformed } from '../field.ts'
import type { RdataTokens } from '../tokens.ts'
import {
  alpnValue,
  base64Value,
  emptyValue,
  ipv4Value,
  ipv6Value,
  opaqueValue,
  pathValue,
  portValue,
  type SvcValueCodec,
} from './svcb-values.ts'

/** One service parameter (RFC 9460 §2.2). */
interface SvcParam {
  readonly key: number
  readonly value: Uint8Array
}

const mandatory = 0
const alpn = 1
const noDefaultAlpn = 2

/** Keys that a record must have before it counts (RFC 9460 §8): ascending, distinct, not itself. */
const mandatoryValue: SvcValueCodec = {
  check: (octets) => {
    readKeys(octets).reduce((previous, key) => {
      if (key <= previous) malformed('Cannot read mandatory: its keys are not ascending from 1')
      return key
    }, mandatory)
  },
  fromText: (text = '') => writeKeys(text.split(',')),
  toText: (octets) => readKeys(octets).map(formatKey).join(','),
  toJson: (octets) => readKeys(octets).map(formatKey),
  fromJson: (json) =>
    Array.isArray(json)
      ? writeKeys(json.map(String))
      : invalidJson('mandatory', json, 'a list of keys'),
}

function readKeys(octets: Uint8Array): number[] {
  const reader = new WireReader(octets)
  const keys: number[] = []
  do keys.push(reader.u16())
  while (reader.remaining > 0)
  return keys
}

function writeKeys(texts: readonly string[]): Uint8Array {
  const writer = new WireWriter()
  for (const key of texts.map(parseKey).sort((a, b) => a - b)) writer.u16(key)
  return writer.finish()
}

/** The registered keys (RFC 9460 §14.3.2, RFC 9461, RFC 9540), in order of their numbers. */
const registry: readonly (readonly [name: string, codec: SvcValueCodec])[] = [
  ['mandatory', mandatoryValue],
  ['alpn', alpnValue],
  ['no-default-alpn', emptyValue],
  ['port', portValue],
  ['ipv4hint', ipv4Value],
  ['ech', base64Value],
  ['ipv6hint', ipv6Value],
  ['dohpath', pathValue],
  ['ohttp', emptyValue],
]

/** Key 65535 is reserved as invalid (RFC 9460 §14.3.2). */
const keyMax = 65534

function parseKey(text: string): number {
  const known = registry.findIndex(([name]) => name === text)
  const digits = /^key(0|[1-9][0-9]{0,4})$/.exec(text)?.[1]
  const key = digits === undefined ? known : Number(digits)
  return key >= 0 && key <= keyMax
    ? key
    : invalid(`Cannot read service parameter: ${JSON.stringify(text)} is not a key`)
}

function formatKey(key: number): string {
  return registry[key]?.[0] ?? `key${key}`
}

function codecOf(key: number): SvcValueCodec {
  return registry[key]?.[1] ?? opaqueValue
}

/** What holds between the parameters of one record (RFC 9460 §2.2, §7.1.1, §8). */
function checkTogether(params: readonly SvcParam[], report: (message: string) => never): void {
  params.forEach(({ key }, index) => {
    if (index > 0 && key === params[index - 1]?.key) {
      report(`Cannot read service parameters: ${formatKey(key)} is there twice`)
    }
  })
  const keys = new Set(params.map(({ key }) => key))
  if (keys.has(noDefaultAlpn) && !keys.has(alpn)) {
    report('Cannot read service parameters: no-default-alpn needs alpn')
  }
  const wanted = params[0]?.key === mandatory ? readKeys(params[0].value) : []
  const missing = wanted.find((key) => !keys.has(key))
  if (missing !== undefined) {
    report(`Cannot read service parameters: ${formatKey(missing)} is mandatory and not there`)
  }
}

function ordered(params: readonly SvcParam[]): readonly SvcParam[] {
  const sorted = [...params].sort((a, b) => a.key - b.key)
  checkTogether(sorted, invalid)
  return sorted
}

/** One `key`, `key=value` or `key="value"`; the latter may come as two words. */
function parseParam(tokens: RdataTokens): SvcParam {
  const { text } = tokens.next('service parameter')
  const equals = text.indexOf('=')
  const keyText = equals < 0 ? text : text.slice(0, equals)
  const key = parseKey(keyText)
  const quotedFollows = equals === text.length - 1 && tokens.peek()?.quoted === true
  const behind = quotedFollows ? tokens.next(keyText).text : text.slice(equals + 1)
  return { key, value: codecOf(key).fromText(equals < 0 ? undefined : behind, keyText) }
}

function formatParam({ key, value }: SvcParam): string {
  const text = codecOf(key).toText(value)
  return text === undefined ? formatKey(key) : `${formatKey(key)}=${text}`
}

/** Service parameters to the end (RFC 9460 §2.2), by ascending key; text may have any order. */
export const serviceParameters: FieldCodec<readonly SvcParam[]> = {
  kind: 'service parameters',
  read(reader) {
    const params: SvcParam[] = []
    let previous = -1
    while (reader.remaining > 0) {
      const key = reader.u16()
      const value = reader.take(reader.u16())
      if (key <= previous || key > keyMax) {
        malformed(`Cannot read service parameters: ${formatKey(key)} is out of order`)
      }
      codecOf(key).check(value)
      params.push({ key, value })
      previous = key
    }
    checkTogether(params, malformed)
    return params
  },
  write(writer, params) {
    for (const { key, value } of params) {
      writer.u16(key)
      writer.u16(value.length)
      writer.bytes(value)
    }
  },
  parse(tokens) {
    const params: SvcParam[] = []
    while (tokens.peek()) params.push(parseParam(tokens))
    return ordered(params)
  },
  format: (params) => params.map(formatParam).join(' '),
  toJson: (params) =>
    Object.fromEntries(
      params.map(({ key, value }) => [formatKey(key), codecOf(key).toJson(value)]),
    ),
  fromJson: (json) =>
    typeof json === 'object' && json !== null && !Array.isArray(json)
      ? ordered(Object.entries(json).map(([name, value]) => paramFromJson(name, value as Json)))
      : invalidJson('service parameters', json, 'an object by key'),
}

function paramFromJson(name: string, json: Json): SvcParam {
  const key = parseKey(name)
  return { key, value: codecOf(key).fromJson(json, name) }
}

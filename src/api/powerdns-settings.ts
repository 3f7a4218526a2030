import type { SoaEditApi, ZoneSettings } from '../records/index.ts'
import { Failure } from './failure.ts'
import type { SettingsBody } from './powerdns-schemas.ts'

/** PowerDNS' kinds, with the words that it takes for them. */
const kinds: ReadonlyMap<string, string> = new Map([
  ['native', 'Native'],
  ['master', 'Master'],
  ['primary', 'Master'],
  ['producer', 'Producer'],
])
const foreignKinds = new Set(['slave', 'secondary', 'consumer'])
const soaEditApis: readonly SoaEditApi[] = [
  ...(['DEFAULT', 'INCREASE', 'EPOCH'] as const),
  ...(['SOA-EDIT', 'SOA-EDIT-INCREASE', 'OFF'] as const),
]

function refuse(message: string): never {
  throw new Failure(422, 'request-invalid', message)
}

function readKind(text: string): string {
  const kind = kinds.get(text.toLowerCase())
  if (kind !== undefined) return kind
  if (!foreignKinds.has(text.toLowerCase())) {
    return refuse(`Cannot read kind ${JSON.stringify(text)}: expected Native, Master or Producer`)
  }
  return refuse(`Cannot be ${text.toLowerCase()}: danelaw takes no zones from other servers`)
}

function readSoaEditApi(text: string): SoaEditApi {
  if (text === '') return 'OFF'
  const found = soaEditApis.find((known) => known === text.toUpperCase())
  return found ?? refuse(`Cannot read soa_edit_api ${JSON.stringify(text)}`)
}

/** `1 flags iterations salt` (RFC 5155 §4.3), of which only opt-out is served: RFC 9276 §3.1. */
const nsec3Form = /^1 ([01]) \d{1,5} (?:-|(?:[0-9A-Fa-f]{2})+)$/

function readDenial(
  nsec3param: string,
  isNarrow: boolean,
): Pick<ZoneSettings, 'nsec3param' | 'denial' | 'optOut'> {
  if (nsec3param === '') return { nsec3param, denial: undefined, optOut: false }
  const form = nsec3Form.exec(nsec3param)
  if (!form) {
    return refuse(`Cannot read nsec3param ${JSON.stringify(nsec3param)}: expected "1 0 0 -"`)
  }
  return { nsec3param, denial: isNarrow ? 'minimal' : 'nsec3', optOut: form[1] === '1' }
}

/** The settings that a body names; what it leaves out stays. @throws {CodedError} */
export function readSettings(body: SettingsBody): Partial<ZoneSettings> {
  const { kind, account, catalog, masters, dnssec, nsec3param } = body
  const soaEdit = body.soa_edit
  const soaEditApi = body.soa_edit_api
  const apiRectify = body.api_rectify
  return {
    ...(isGiven(kind) && { kind: readKind(kind) }),
    ...(isGiven(account) && { account }),
    ...(isGiven(catalog) && { catalog }),
    ...(isGiven(masters) && { masters }),
    ...(isGiven(soaEdit) && { soaEdit }),
    ...(isGiven(soaEditApi) && { soaEditApi: readSoaEditApi(soaEditApi) }),
    ...(isGiven(apiRectify) && { apiRectify }),
    ...(isGiven(dnssec) && { dnssec }),
    ...(isGiven(nsec3param) && readDenial(nsec3param, body.nsec3narrow ?? false)),
  }
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null
}

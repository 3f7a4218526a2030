import type { ZonePolicy } from '../config/index.ts'
import type { Json } from '../rr/index.ts'
import type { SoaEditApi, ZoneSettings } from './types.ts'

/** What a zone is set to where nobody says otherwise. */
export const defaultSettings: ZoneSettings = {
  kind: 'Native',
  account: '',
  catalog: '',
  masters: [],
  soaEdit: '',
  soaEditApi: 'DEFAULT',
  apiRectify: true,
  dnssec: true,
  denial: undefined,
  optOut: false,
  nsec3param: '',
}

const soaEditApis: readonly SoaEditApi[] = [
  ...(['DEFAULT', 'INCREASE', 'EPOCH'] as const),
  ...(['SOA-EDIT', 'SOA-EDIT-INCREASE', 'OFF'] as const),
]
const denials = ['nsec', 'nsec3', 'minimal', 'compact'] as const

/** Settings as the store keeps them. */
export function settingsToJson(settings: ZoneSettings): Json {
  const { denial, masters, ...rest } = settings
  return { ...rest, masters: [...masters], denial: denial ?? null }
}

/** Settings that the store kept; what is missing or of another form is as by default. */
export function settingsFromJson(json: Json): ZoneSettings {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return defaultSettings
  const object = json as Readonly<Record<string, Json>>
  const kept = <T>(name: keyof ZoneSettings, isFit: (value: unknown) => value is T, other: T) => {
    const value: unknown = object[name]
    return isFit(value) ? value : other
  }
  const isText = (value: unknown) => typeof value === 'string'
  const isFlag = (value: unknown) => typeof value === 'boolean'
  const isTexts = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every(isText)
  const isDenial = (value: unknown): value is ZoneSettings['denial'] =>
    denials.some((denial) => denial === value)
  const isSoaEditApi = (value: unknown): value is SoaEditApi =>
    soaEditApis.some((name) => name === value)
  const by = defaultSettings
  return {
    kind: kept('kind', isText, by.kind),
    account: kept('account', isText, by.account),
    catalog: kept('catalog', isText, by.catalog),
    masters: kept('masters', isTexts, by.masters),
    soaEdit: kept('soaEdit', isText, by.soaEdit),
    soaEditApi: kept('soaEditApi', isSoaEditApi, by.soaEditApi),
    apiRectify: kept('apiRectify', isFlag, by.apiRectify),
    dnssec: kept('dnssec', isFlag, by.dnssec),
    denial: kept('denial', isDenial, by.denial),
    optOut: kept('optOut', isFlag, by.optOut),
    nsec3param: kept('nsec3param', isText, by.nsec3param),
  }
}

/** How a zone is signed: by the configuration, but for what its settings say. */
export function policyWith(base: ZonePolicy, settings: ZoneSettings): ZonePolicy {
  const denial = settings.denial ?? base.denial
  const optOut = denial === 'nsec3' && (settings.denial ? settings.optOut : base.optOut)
  return { ...base, dnssec: settings.dnssec, denial, optOut }
}

/** Whether two policies make the same answers. */
export function samePolicy(a: ZonePolicy, b: ZonePolicy): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

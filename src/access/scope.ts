import { CodedError } from '../base/index.ts'
import { type Json, parseType } from '../rr/index.ts'
import { parsePattern, parseZonePattern } from './pattern.ts'
import type { Scope, Verb } from './types.ts'

/** Every verb, as people write them. */
export const verbs: readonly Verb[] = ['read', 'write', 'create', 'delete', 'keys', 'admin']
/** Most zones, names or types that one scope may list. */
export const scopeEntriesMax = 100
const tenantForm = /^(?:\*|[A-Za-z0-9][A-Za-z0-9._-]{0,62})$/
/** Whether a text can name a tenant; `*`, which is all of them, is none. */
export function isTenantName(text: string): boolean {
  return text !== '*' && tenantForm.test(text)
}

const fields = new Set(['tenant', 'zones', 'names', 'types', 'verbs'])

/**
 * Takes a scope from JSON, as it is kept or as somebody asks for it. A fence that cannot be
 * understood is none that could be trusted: everything in it must be known and readable.
 *
 * @throws {CodedError} `scope-invalid`
 */
export function readScope(json: Json): Scope {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    refuse(`${JSON.stringify(json)} is not an object`)
  }
  const given = json as { readonly [field: string]: Json }
  for (const field of Object.keys(given)) {
    if (!fields.has(field)) refuse(`it has no field ${JSON.stringify(field)}`)
  }
  const tenant = given['tenant'] ?? null
  if (typeof tenant !== 'string' || !tenantForm.test(tenant)) {
    refuse(`tenant ${JSON.stringify(tenant)} is neither * nor letters, digits, dots and hyphens`)
  }
  const zones = textsOf(given, 'zones')
  const names = textsOf(given, 'names')
  const types = textsOf(given, 'types')
  for (const zone of zones ?? []) parseZonePattern(zone)
  for (const name of names ?? []) parsePattern(name)
  for (const type of types ?? []) readType(type)
  return {
    tenant,
    ...(zones && { zones }),
    ...(names && { names }),
    ...(types && { types }),
    verbs: (textsOf(given, 'verbs') ?? []).map(readVerb),
  }
}

function refuse(why: string): never {
  throw new CodedError('scope-invalid', `Cannot read scope: ${why}`)
}

function textsOf(
  given: { readonly [field: string]: Json },
  field: string,
): readonly string[] | undefined {
  const value = given[field]
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length > scopeEntriesMax) {
    return refuse(`${field} is not a list of at most ${scopeEntriesMax}`)
  }
  return value.map((text: Json) =>
    typeof text === 'string' ? text : refuse(`${JSON.stringify(text)} in ${field} is not a text`),
  )
}

function readType(text: string): void {
  try {
    parseType(text)
  } catch {
    refuse(`${JSON.stringify(text)} is not a type`)
  }
}

function readVerb(text: string): Verb {
  const verb = verbs.find((known) => known === text)
  return verb ?? refuse(`${JSON.stringify(text)} is none of the verbs ${verbs.join(', ')}`)
}

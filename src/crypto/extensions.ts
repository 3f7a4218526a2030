import { type DerElement, derContent, derElements, derWhole, derWithin, Tag } from './der.ts'

/** What the extensions of a certificate say to those who build chains (RFC 5280 §4.2.1). */
export interface ExtensionFacts {
  readonly dnsNames: readonly string[]
  readonly isCa: boolean
  readonly pathLength: number | undefined
  readonly nameConstraints:
    | { readonly permitted: readonly string[]; readonly excluded: readonly string[] }
    | undefined
  readonly serverAuth: boolean
  readonly hasUnknownCritical: boolean
}

/** One extension, its value still DER. */
interface RawExtension {
  readonly oid: string
  readonly critical: boolean
  readonly value: Uint8Array
}

/** Object identifiers as the hexadecimal of their content; 2.5.29.x is `551d` and x. */
const Oid = {
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  certificatePolicies: '551d20',
  policyMappings: '551d21',
  policyConstraints: '551d24',
  extendedKeyUsage: '551d25',
  inhibitAnyPolicy: '551d36',
} as const

/** What may be critical without being in the way of TLS to a mail server (RFC 5280 §4.2). */
const understood: ReadonlySet<string> = new Set(Object.values(Oid))

const serverAuthPurpose = '2b06010505070301'
const anyPurpose = '551d2500'
/** dNSName in GeneralName: [2] IMPLICIT IA5String. */
const dnsNameTag = 0x82
const context0 = 0xa0
const context1 = 0xa1

/** A constraint that no name meets: what is left of one that cannot be read. */
const nothingPermitted = { permitted: [], excluded: [''] }

/** What a certificate without extensions says: a version 1 certificate is no authority. */
export const noExtensions: ExtensionFacts = {
  dnsNames: [],
  isCa: false,
  pathLength: undefined,
  nameConstraints: undefined,
  serverAuth: true,
  hasUnknownCritical: false,
}

/**
 * Reads the `Extensions` of a certificate; undefined when they are no extensions. An extension that
 * cannot be read, or stands there twice (RFC 5280 §4.2 forbids it), says the least that it can: no
 * names, no authority, nothing permitted.
 */
export function readExtensions(der: Uint8Array, list: DerElement): ExtensionFacts | undefined {
  const elements = derWithin(der, list, Tag.sequence)
  if (!elements) return undefined
  const raw: RawExtension[] = []
  for (const element of elements) {
    const extension = readExtension(der, element)
    if (!extension) return undefined
    raw.push(extension)
  }
  const valueFor = (oid: string): Uint8Array | 'absent' | undefined => {
    const found = raw.filter((extension) => extension.oid === oid)
    return found.length > 1 ? undefined : (found[0]?.value ?? 'absent')
  }
  const constraints = readBasicConstraints(valueFor(Oid.basicConstraints))
  return {
    dnsNames: readAltNames(valueFor(Oid.subjectAltName)),
    isCa: constraints !== undefined,
    pathLength: constraints?.pathLength,
    nameConstraints: readNameConstraints(valueFor(Oid.nameConstraints)),
    serverAuth: readServerAuth(valueFor(Oid.extendedKeyUsage)),
    hasUnknownCritical: raw.some(({ oid, critical }) => critical && !understood.has(oid)),
  }
}

function readExtension(der: Uint8Array, element: DerElement): RawExtension | undefined {
  const parts = derWithin(der, element, Tag.sequence)
  const [oid, second, third] = parts ?? []
  const flag = second?.tag === Tag.boolean ? second : undefined
  const value = flag ? third : second
  if (oid?.tag !== Tag.oid || value?.tag !== Tag.octetString) return undefined
  if (parts?.length !== (flag ? 3 : 2)) return undefined
  return {
    oid: hex(derContent(der, oid)),
    critical: flag !== undefined && der[flag.contentFrom] !== 0,
    value: derContent(der, value),
  }
}

function readAltNames(value: Uint8Array | 'absent' | undefined): readonly string[] {
  if (!value || value === 'absent') return []
  const names = derWithin(value, derWhole(value), Tag.sequence) ?? []
  return names.filter(({ tag }) => tag === dnsNameTag).map((name) => latin1(value, name))
}

/** Undefined unless it says that this is an authority. */
function readBasicConstraints(
  value: Uint8Array | 'absent' | undefined,
): { readonly pathLength: number | undefined } | undefined {
  if (!value || value === 'absent') return undefined
  const [ca, length, ...rest] = derWithin(value, derWhole(value), Tag.sequence) ?? []
  if (ca?.tag !== Tag.boolean || value[ca.contentFrom] === 0 || rest.length > 0) return undefined
  if (!length) return { pathLength: undefined }
  // Zero to 127: nobody has longer chains, and a longer length would be no constraint.
  const isSmall = length.tag === Tag.integer && length.to === length.contentFrom + 1
  const pathLength = value[length.contentFrom] ?? 0x80
  return isSmall && pathLength < 0x80 ? { pathLength } : undefined
}

function readNameConstraints(
  value: Uint8Array | 'absent' | undefined,
): ExtensionFacts['nameConstraints'] {
  if (value === 'absent') return undefined
  if (!value) return nothingPermitted
  const lists = derWithin(value, derWhole(value), Tag.sequence)
  if (!lists || lists.length === 0) return nothingPermitted
  const found: Record<number, readonly string[]> = {}
  for (const list of lists) {
    const names = readSubtrees(value, list)
    if (!names || list.tag in found) return nothingPermitted
    found[list.tag] = names
  }
  return { permitted: found[context0] ?? [], excluded: found[context1] ?? [] }
}

/** dNSNames of GeneralSubtrees; undefined when there is a minimum or maximum, or rubbish. */
function readSubtrees(value: Uint8Array, list: DerElement): readonly string[] | undefined {
  if (list.tag !== context0 && list.tag !== context1) return undefined
  const names: string[] = []
  for (const subtree of derElements(value, list.contentFrom, list.to) ?? [list]) {
    const [base, ...rest] = derWithin(value, subtree, Tag.sequence) ?? []
    if (!base || rest.length > 0) return undefined
    if (base.tag === dnsNameTag) names.push(latin1(value, base))
  }
  return names
}

/** Whether the key may serve TLS (RFC 5280 §4.2.1.12); without the extension it may. */
function readServerAuth(value: Uint8Array | 'absent' | undefined): boolean {
  if (value === 'absent') return true
  if (!value) return false
  const purposes = derWithin(value, derWhole(value), Tag.sequence) ?? []
  return purposes.some((purpose) => {
    const oid = hex(derContent(value, purpose))
    return oid === serverAuthPurpose || oid === anyPurpose
  })
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex')
}

function latin1(der: Uint8Array, element: DerElement): string {
  return Buffer.from(derContent(der, element)).toString('latin1')
}

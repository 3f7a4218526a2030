import { type Brand, CodedError } from '../base/index.ts'

/** A valid domain name: uncompressed wire octets ending in the root label. Never mutated. */
export type Name = Brand<Uint8Array, 'Name'>

/** Longest domain name in octets, the root label included (RFC 1035 §2.3.4). */
export const nameLengthMax = 255
/** Longest label in octets (RFC 1035 §2.3.4). */
const labelLengthMax = 63

/** The root. */
export const rootName = new Uint8Array(1) as Name

/** ASCII lower case, octet by octet; every other octet maps to itself (RFC 4343 §3). */
export const lowerCase = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
)

const backslash = 0x5c
const dot = 0x2e

function refuse(text: string, why: string): never {
  throw new CodedError('name-invalid', `Cannot read name ${JSON.stringify(text)}: ${why}`)
}

function ascii(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code <= 0x7f) return code
  return refuse(text, 'it has a character outside ASCII; write the A-label (xn--…) or \\DDD')
}

/**
 * Reads the presentation form of a name (RFC 1035 §5.1: `\.`, `\\`, `\DDD`). A name without a
 * final dot is relative to `origin`; without an origin it is taken as absolute. `@` is the origin.
 *
 * @throws {CodedError} `name-invalid`
 */
export function parseName(text: string, origin?: Name): Name {
  if (text === '.') return rootName
  if (text === '@') return origin ?? refuse(text, 'there is no origin for "@" to stand for')
  if (text === '') refuse(text, 'it is empty')
  const scratch = new Uint8Array(nameLengthMax + 1)
  let end = 1
  let lengthAt = 0
  let absolute = false
  for (let i = 0; i < text.length; ) {
    let octet = text.charCodeAt(i)
    if (octet === dot) {
      const length = end - lengthAt - 1
      if (length === 0) refuse(text, 'it has an empty label')
      scratch[lengthAt] = length
      lengthAt = end
      end++
      i++
      absolute = i === text.length
      continue
    }
    if (octet === backslash) {
      const decimal = /^[0-9]{3}/.exec(text.slice(i + 1, i + 4))
      if (decimal) {
        octet = Number(decimal[0])
        if (octet > 255) refuse(text, `escape \\${decimal[0]} exceeds 255`)
        i += 4
      } else if (i + 1 < text.length && !/[0-9]/.test(text.charAt(i + 1))) {
        octet = ascii(text, i + 1)
        i += 2
      } else {
        refuse(text, 'a backslash must precede a character or three decimal digits')
      }
    } else {
      octet = ascii(text, i++)
    }
    if (end - lengthAt - 1 >= labelLengthMax) refuse(text, 'a label exceeds 63 octets')
    if (end >= nameLengthMax) refuse(text, 'it exceeds 255 octets')
    scratch[end++] = octet
  }
  if (absolute) {
    if (end > nameLengthMax) refuse(text, 'it exceeds 255 octets')
    return scratch.slice(0, end) as Name
  }
  scratch[lengthAt] = end - lengthAt - 1
  const tail = origin ?? rootName
  if (end + tail.length > nameLengthMax) refuse(text, 'it exceeds 255 octets with its origin')
  const name = new Uint8Array(end + tail.length)
  name.set(scratch.subarray(0, end))
  name.set(tail, end)
  return name as Name
}

/** What every reader of master files takes in a name as it stands; Knot's takes no more. */
const plainCharacter = /[A-Za-z0-9_*/-]/

/** Writes one label (its octets without the length) with RFC 1035 §5.1 escapes. */
export function formatLabel(octets: Uint8Array): string {
  let text = ''
  for (const octet of octets) {
    const character = String.fromCharCode(octet)
    if (plainCharacter.test(character)) text += character
    else if (octet > 0x20 && octet < 0x7f) text += `\\${character}`
    else text += `\\${String(octet).padStart(3, '0')}`
  }
  return text
}

/** Writes a name in presentation form, always with its final dot. */
export function formatName(name: Name): string {
  if (name.length === 1) return '.'
  let text = ''
  for (const label of nameLabels(name)) text += `${formatLabel(label)}.`
  return text
}

/**
 * A name as certificates, URLs and SNI have it: lower case, without the final dot. The root is
 * empty.
 */
export function formatHost(name: Name): string {
  return formatName(name).slice(0, -1).toLowerCase()
}

/** The labels from left to right, without the root; views into the name, not copies. */
export function nameLabels(name: Name): Uint8Array[] {
  const labels: Uint8Array[] = []
  for (let at = 0; name[at]; at += (name[at] ?? 0) + 1) {
    labels.push(name.subarray(at + 1, at + 1 + (name[at] ?? 0)))
  }
  return labels
}

/** How many labels a name has; the root has none (RFC 9499 counts it as zero labels). */
export function labelCount(name: Name): number {
  let count = 0
  for (let at = 0; name[at]; at += (name[at] ?? 0) + 1) count++
  return count
}

/**
 * Builds a name from labels, left to right.
 *
 * @throws {CodedError} `name-invalid` when a label is empty or over 63 octets, or the sum over 255
 */
export function nameFromLabels(labels: readonly Uint8Array[]): Name {
  const length = labels.reduce((sum, label) => sum + label.length + 1, 1)
  if (length > nameLengthMax) {
    throw new CodedError('name-invalid', `Cannot build name: length ${length} exceeds 255`)
  }
  const name = new Uint8Array(length)
  let at = 0
  for (const label of labels) {
    if (label.length === 0 || label.length > labelLengthMax) {
      throw new CodedError('name-invalid', `Cannot build label: length ${label.length} not in 1–63`)
    }
    name[at] = label.length
    name.set(label, at + 1)
    at += label.length + 1
  }
  return name as Name
}

/**
 * Accepts octets that must be exactly one uncompressed name. The octets are not copied: the caller
 * gives up the right to change them.
 *
 * @throws {CodedError} `name-invalid`
 */
export function nameFromOctets(octets: Uint8Array): Name {
  let at = 0
  for (;;) {
    const length = octets[at]
    if (length === undefined || length > labelLengthMax || at + length >= nameLengthMax) {
      throw new CodedError('name-invalid', `Cannot read name: octet ${at} is not a label length`)
    }
    at += length + 1
    if (length === 0) break
  }
  if (at !== octets.length) {
    throw new CodedError('name-invalid', `Cannot read name: ${octets.length - at} octets follow it`)
  }
  return octets as Name
}

/** The name without its first label; the root for the root. A view, not a copy. */
export function parentName(name: Name): Name {
  return name.subarray(name.length === 1 ? 0 : (name[0] ?? 0) + 1) as Name
}

/** The last `labels` labels of the name, with the root; a view. Needs `labels` ≤ its count. */
export function suffixName(name: Name, labels: number): Name {
  let suffix = name
  for (let drop = labelCount(name) - labels; drop > 0; drop--) suffix = parentName(suffix)
  return suffix
}

/**
 * `left` (without its root) followed by `right`.
 *
 * @throws {CodedError} `name-invalid` when the sum exceeds 255 octets
 */
export function joinNames(left: Name, right: Name): Name {
  const length = left.length - 1 + right.length
  if (length > nameLengthMax) {
    throw new CodedError('name-invalid', `Cannot join names: length ${length} exceeds 255`)
  }
  const name = new Uint8Array(length)
  name.set(left.subarray(0, left.length - 1))
  name.set(right, left.length - 1)
  return name as Name
}

/**
 * One label in front of a name.
 *
 * @throws {CodedError} `name-invalid` when the label or the result is too long
 */
export function prependLabel(label: Uint8Array, name: Name): Name {
  return nameFromLabels([label, ...nameLabels(name)])
}

const asterisk = Uint8Array.of(0x2a)

/**
 * The wildcard `*.<name>`, the source of synthesis at a closest encloser (RFC 4592 §3.3.1).
 *
 * @throws {CodedError} `name-invalid` when `name` has 254 or 255 octets
 */
export function wildcardName(name: Name): Name {
  return prependLabel(asterisk, name)
}

/** The name in lower case; the same object when it is already. */
export function lowerName(name: Name): Name {
  for (let at = 0; at < name.length; at++) {
    const octet = name[at] ?? 0
    if (lowerCase[octet] !== octet) return name.map((o) => lowerCase[o] ?? o) as Name
  }
  return name
}

/** Whether two names are equal, ASCII case ignored (RFC 4343). */
export function equalNames(a: Name, b: Name): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) {
    if (lowerCase[a[at] ?? 0] !== lowerCase[b[at] ?? 0]) return false
  }
  return true
}

/** Whether `name` is `ancestor` or lies below it. */
export function isSubdomain(name: Name, ancestor: Name): boolean {
  let rest = name
  while (rest.length > ancestor.length) rest = parentName(rest)
  return equalNames(rest, ancestor)
}

/** Canonical order (RFC 4034 §6.1): negative, zero or positive. */
export function compareNames(a: Name, b: Name): number {
  const left = nameLabels(a)
  const right = nameLabels(b)
  for (let back = 1; back <= left.length && back <= right.length; back++) {
    const x = left[left.length - back] as Uint8Array
    const y = right[right.length - back] as Uint8Array
    const common = Math.min(x.length, y.length)
    for (let at = 0; at < common; at++) {
      const difference = (lowerCase[x[at] ?? 0] ?? 0) - (lowerCase[y[at] ?? 0] ?? 0)
      if (difference !== 0) return difference
    }
    if (x.length !== y.length) return x.length - y.length
  }
  return left.length - right.length
}

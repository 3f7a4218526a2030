/** One element of a DER encoding: its tag octet, and where it and its content stand. */
export interface DerElement {
  readonly tag: number
  readonly from: number
  readonly contentFrom: number
  readonly to: number
}

/** Tags that certificates are made of (X.690 §8). */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** Tag number 31 in the tag octet: the number follows in further octets; certificates have none. */
const longTag = 0x1f

/**
 * Reads the element at `at`, which has to end by `end`: single-octet tag, definite and shortest
 * length (X.690 §10.1). Undefined when there is none.
 */
export function derElement(octets: Uint8Array, at: number, end: number): DerElement | undefined {
  const tag = octets[at]
  const first = octets[at + 1]
  if (tag === undefined || first === undefined || at + 2 > end) return undefined
  if ((tag & longTag) === longTag) return undefined
  let contentFrom = at + 2
  let length = first
  if (first >= 0x80) {
    const lengthOctets = first & 0x7f
    if (lengthOctets === 0 || lengthOctets > 3) return undefined
    length = 0
    for (let left = lengthOctets; left > 0; left--)
      length = length * 256 + (octets[contentFrom++] ?? 0)
    if (length < 0x80 || length < 256 ** (lengthOctets - 1)) return undefined
  }
  const to = contentFrom + length
  return to > end ? undefined : { tag, from: at, contentFrom, to }
}

/** The elements that fill `from` to `to` exactly; undefined when they do not. */
export function derElements(
  octets: Uint8Array,
  from: number,
  to: number,
): readonly DerElement[] | undefined {
  const elements: DerElement[] = []
  let at = from
  while (at < to) {
    const element = derElement(octets, at, to)
    if (!element) return undefined
    elements.push(element)
    at = element.to
  }
  return elements
}

/** The elements within one that must have this tag. */
export function derWithin(
  octets: Uint8Array,
  parent: DerElement | undefined,
  tag: number,
): readonly DerElement[] | undefined {
  return parent?.tag === tag ? derElements(octets, parent.contentFrom, parent.to) : undefined
}

/** The one element that the octets are. */
export function derWhole(octets: Uint8Array): DerElement | undefined {
  const element = derElement(octets, 0, octets.length)
  return element?.to === octets.length ? element : undefined
}

/** The content of an element; a view. */
export function derContent(octets: Uint8Array, element: DerElement): Uint8Array {
  return octets.subarray(element.contentFrom, element.to)
}

/** Writes one element: its tag, the shortest length, and its contents one after the other. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  const length: number[] = []
  for (let left = content.length; left > 0; left >>>= 8) length.unshift(left & 0xff)
  const isShort = content.length < 0x80
  const header = isShort ? [tag, content.length] : [tag, 0x80 | length.length, ...length]
  return Uint8Array.from([...header, ...content])
}

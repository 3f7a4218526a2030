import {
  labelCount,
  lowerName,
  type Name,
  nameFromLabels,
  nameLabels,
  nameLengthMax,
  parentName,
} from '../wire/index.ts'

const labelLengthMax = 63

/** The octet before, in an order without upper-case letters; needs a value above 0. */
function octetBefore(octet: number): number {
  return octet === 0x5b ? 0x40 : octet - 1
}

/** The octet after, in an order without upper-case letters; needs a value below 255. */
function octetAfter(octet: number): number {
  return octet === 0x40 ? 0x5b : octet + 1
}

/** A name whose first label is replaced, or dropped when it is empty. */
function withFirstLabel(label: Uint8Array, name: Name): Name {
  const rest = nameLabels(name).slice(1)
  return nameFromLabels(label.length === 0 ? rest : [label, ...rest])
}

/**
 * A name just before `name` in canonical order, among its siblings (after RFC 4471 §3.1.1, but
 * short): the first label's last octet counts down and U+00FF follows. Names that lie between the
 * two are conceivable; the caller looks. Never a wildcard: as the owner of an NSEC that would say
 * that the wildcard exists. The parent itself when no sibling sorts before.
 */
export function nameBefore(name: Name): Name {
  const lower = lowerName(name)
  let label = Uint8Array.from(nameLabels(lower)[0] as Uint8Array)
  const isWildcard = () => label.length === 1 && label[0] === 0x2a
  while (label.at(-1) === 0) {
    label = label.slice(0, -1)
    if (!isWildcard()) return withFirstLabel(label, lower)
  }
  label[label.length - 1] = octetBefore(label.at(-1) as number)
  const sibling = withFirstLabel(label, lower)
  if (label.length === labelLengthMax || sibling.length === nameLengthMax) return sibling
  return withFirstLabel(Uint8Array.from([...label, 0xff]), lower)
}

/**
 * The first name after `name` and everything below it (RFC 4471 §3.1.2 applied to siblings):
 * nothing can lie between. The apex when `name` is the last that can be below it: the chain wraps.
 */
export function nameAfter(name: Name, apex: Name): Name {
  const lower = lowerName(name)
  if (labelCount(lower) <= labelCount(apex)) return apex
  const label = nameLabels(lower)[0] as Uint8Array
  if (label.length < labelLengthMax && lower.length < nameLengthMax) {
    return withFirstLabel(Uint8Array.from([...label, 0]), lower)
  }
  let length = label.length
  while (length > 0 && label[length - 1] === 0xff) length--
  if (length === 0) return nameAfter(parentName(lower), apex)
  const next = label.slice(0, length)
  next[length - 1] = octetAfter(next[length - 1] as number)
  return withFirstLabel(next, lower)
}

/**
 * The last name that can lie below `name` (RFC 4471 §3.1.1): labels of U+00FF until 255 octets are
 * full, so that nothing can lie below it in turn. The name itself where nothing fits.
 */
export function lastNameBelow(name: Name): Name {
  const labels = nameLabels(lowerName(name))
  for (let room = nameLengthMax - name.length; room > 1; ) {
    const length = Math.min(labelLengthMax, room - 1)
    labels.unshift(new Uint8Array(length).fill(0xff))
    room -= length + 1
  }
  return nameFromLabels(labels)
}

/**
 * The name that follows `name` itself at once: `\000.<name>`, or, where that exceeds 255 octets
 * and so nothing can lie below, what `nameAfter` gives (RFC 9824 §3.1 and RFC 4471 §3.1.2).
 */
export function nameBelow(name: Name, apex: Name): Name {
  if (name.length > nameLengthMax - 2) return nameAfter(name, apex)
  const below = new Uint8Array(name.length + 2)
  below[0] = 1
  below.set(lowerName(name), 2)
  return below as Name
}

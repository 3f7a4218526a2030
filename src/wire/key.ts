import type { Brand } from '../base/index.ts'
import { lowerCase, type Name, nameFromLabels, nameLengthMax } from './name.ts'

/**
 * A name as a string of code points 0 to 255: labels from right to left, lower case, each closed
 * by U+0000. Octets 0 and 1 inside a label become U+0001 U+0001 and U+0001 U+0002, so that the
 * closing mark sorts before every octet. Hence:
 *
 * - `a < b` on keys is the canonical order of names (RFC 4034 §6.1);
 * - the key of an ancestor is a prefix of the keys of its descendants; the root's key is empty.
 */
export type NameKey = Brand<string, 'NameKey'>

/** The key of the root. */
export const rootKey = '' as NameKey

const mark = 0
const escapeMark = 1
// Each octet may take two places, each label one for its mark.
const scratch = Buffer.alloc(2 * nameLengthMax)
const lengthsAt = new Uint8Array(128)

/** The key of the name that starts at `start` of `octets`, which must hold a valid one there. */
export function nameKey(octets: Uint8Array, start = 0): NameKey {
  let labels = 0
  for (let at = start; octets[at]; at += (octets[at] ?? 0) + 1) lengthsAt[labels++] = at - start
  let end = 0
  while (labels > 0) {
    const at = start + (lengthsAt[--labels] ?? 0)
    const last = at + (octets[at] ?? 0)
    for (let i = at + 1; i <= last; i++) {
      const octet = lowerCase[octets[i] ?? 0] ?? 0
      if (octet <= escapeMark) {
        scratch[end++] = escapeMark
        scratch[end++] = octet + 1
      } else {
        scratch[end++] = octet
      }
    }
    scratch[end++] = mark
  }
  return scratch.toString('latin1', 0, end) as NameKey
}

/** The key of the parent; the root's for the root. */
export function parentKey(key: NameKey): NameKey {
  return key.slice(0, key.lastIndexOf('\0', key.length - 2) + 1) as NameKey
}

/** Whether `key` names `ancestor` itself or something below it. */
export function isSubdomainKey(key: NameKey, ancestor: NameKey): boolean {
  return key.startsWith(ancestor)
}

/** The name, in lower case, that a key stands for. */
export function nameFromKey(key: NameKey): Name {
  const labels: Uint8Array[] = []
  let label: number[] = []
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i)
    if (code === mark) {
      labels.unshift(Uint8Array.from(label))
      label = []
    } else if (code === escapeMark) {
      label.push(key.charCodeAt(++i) - 1)
    } else {
      label.push(code)
    }
  }
  return nameFromLabels(labels)
}

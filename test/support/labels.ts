/**
 * Names as lists of labels from left to right, each label a string of code points 0 to 255 in
 * lower case. Slow, obvious, and with nothing in common with `src/wire`: what tests judge by.
 */
export type Labels = readonly string[]

/** The labels of a valid uncompressed wire name. */
export function labelsOf(name: Uint8Array): Labels {
  const labels: string[] = []
  for (let at = 0; name[at] !== 0; at += (name[at] as number) + 1) {
    const label = Buffer.from(name.slice(at + 1, at + 1 + (name[at] as number))).toString('latin1')
    labels.push(label.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
  }
  return labels
}

/** The wire form. */
export function wireOf(labels: Labels): Uint8Array {
  const parts = labels.map((label) => Buffer.from(`\0${label}`, 'latin1'))
  for (const part of parts) part[0] = part.length - 1
  return Buffer.concat([...parts, Uint8Array.of(0)])
}

/** A text that is the same for equal names. */
export function idOf(labels: Labels): string {
  return labels.map((label) => `${label.length}:${label}`).join('.')
}

export function sameLabels(a: Labels, b: Labels): boolean {
  return a.length === b.length && a.every((label, at) => label === b[at])
}

/** Whether `a` is `b` or lies below it. */
export function isAtOrBelow(a: Labels, b: Labels): boolean {
  return a.length >= b.length && sameLabels(a.slice(a.length - b.length), b)
}

export function isBelow(a: Labels, b: Labels): boolean {
  return a.length > b.length && isAtOrBelow(a, b)
}

/** Canonical order (RFC 4034 §6.1). */
export function compareLabels(a: Labels, b: Labels): number {
  for (let back = 1; back <= Math.min(a.length, b.length); back++) {
    const x = a[a.length - back] as string
    const y = b[b.length - back] as string
    if (x !== y) return x < y ? -1 : 1
  }
  return a.length - b.length
}

/** The last `count` labels. */
export function suffix(labels: Labels, count: number): Labels {
  return labels.slice(labels.length - count)
}

/** How many labels two names have in common from the right. */
export function commonLabels(a: Labels, b: Labels): number {
  let count = 0
  while (count < Math.min(a.length, b.length) && a.at(-1 - count) === b.at(-1 - count)) count++
  return count
}

import fc from 'fast-check'
import { parseName } from '../../src/wire/index.ts'

/** Labels, few so that names meet, and odd so that orders and escapes are put to the test. */
const filler = 'x'.repeat(62)
export const labelTexts = [
  'a',
  'b',
  'B',
  '*',
  'ab',
  'a\\000',
  '\\000',
  '\\255',
  'Z\\[',
  `${filler}a`,
  `${filler}\\255`,
  '\\255'.repeat(63),
] as const

/** What may stand at an owner: lines of type and RDATA, with `$T` for a target. */
const contents = [
  ['A 192.0.2.1'],
  ['A 192.0.2.1', 'A 192.0.2.2', 'TXT "x"'],
  ['AAAA 2001:db8::1'],
  ['MX 10 $T', 'TXT "y"'],
  ['TYPE65534 \\# 1 00'],
  ['CNAME $T'],
  ['CNAME $T'],
  ['DNAME $T'],
  ['DNAME $T', 'A 192.0.2.3'],
  ['NS $T'],
  ['NS $T', 'A 192.0.2.4'],
  ['NS $T', 'NS ns.elsewhere.', 'DS 1 13 2 00'],
] as const

const dsText = `DS 1 13 2 ${'ab'.repeat(32)}`

function fits(name: string): boolean {
  try {
    parseName(name)
    return true
  } catch {
    return false
  }
}

function nameUnder(apex: string, labels: readonly string[]): string {
  return labels.length === 0 ? apex : `${labels.join('.')}.${apex === '.' ? '' : apex}`
}

const label = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', '*') },
  { weight: 1, arbitrary: fc.constantFrom(...labelTexts) },
)

/** Names at or below an apex, up to four labels deep, within 255 octets. */
export function namesUnder(apex: string, deepest = 4): fc.Arbitrary<string> {
  return fc
    .array(label, { maxLength: deepest })
    .map((labels) => nameUnder(apex, labels))
    .filter(fits)
}

/**
 * The text of a zone: an SOA and NS at the apex, and up to a dozen owners of every kind; where a
 * zone of the same server hangs below, its delegation, with or without DS.
 */
export function zoneTexts(apex: string, delegated?: string): fc.Arbitrary<string> {
  const target = fc.oneof(
    { weight: 6, arbitrary: namesUnder(apex, 3) },
    { weight: 1, arbitrary: fc.constant('far.elsewhere.') },
  )
  const item = fc.record({
    labels: fc.array(label, { maxLength: 4 }),
    content: fc.constantFrom(...contents),
    target,
    ttl: fc.constantFrom(60, 300, 7200),
  })
  return fc.tuple(fc.array(item, { maxLength: 12 }), fc.boolean()).map(([items, isSecure]) => {
    const lines = [
      `${apex} 600 SOA ns.elsewhere. host.elsewhere. 1 2 3 4 300`,
      `${apex} NS ns.elsewhere.`,
    ]
    const taken = new Set<string>()
    if (delegated !== undefined) {
      taken.add(delegated)
      lines.push(`${delegated} NS ns.elsewhere.`)
      if (isSecure) lines.push(`${delegated} ${dsText}`)
    }
    for (const { labels, content, target: to, ttl } of items) {
      const owner = nameUnder(apex, labels)
      const id = owner.toLowerCase()
      const atApex = labels.length === 0
      // A wildcard that is a cut or a DNAME has no agreed meaning (RFC 4592 §4.2, §4.4).
      const isOdd = labels[0] === '*' && /^(NS|DNAME)/.test(content[0])
      const barredAtApex = delegated === undefined ? /^(NS|CNAME)/ : /^(NS|CNAME|DNAME)/
      const isBarred = atApex && barredAtApex.test(content[0])
      if (taken.has(id) || isOdd || isBarred || !fits(owner)) continue
      taken.add(id)
      for (const line of content) {
        const rdata = line.startsWith('DS') ? dsText : line.replace('$T', to)
        lines.push(`${owner} ${ttl} ${rdata}`)
      }
    }
    return lines.join('\n')
  })
}

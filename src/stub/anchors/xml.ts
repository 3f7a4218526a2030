import { CodedError, type Place, type UnixSeconds } from '../../base/index.ts'
import { parseRdata, RR, scanRdataText } from '../../rr/index.ts'
import { parseName } from '../../wire/index.ts'
import { type AnchorRecord, invalidAnchor } from './record.ts'

/** An element with its attributes; text is what stands between its tags, children aside. */
interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  readonly place: Place
  text: string
}

const attribute = /([\w:.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
const attributes = /(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*/

/** A comment or an instruction; a tag: its slash, name, attributes and closing slash; text. */
const alternatives = [
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>/.source,
  `<(/?)([A-Za-z][\\w.-]*)(${attributes.source})\\s*(/?)>`,
  /([^<]+)/.source,
]
const piece = new RegExp(alternatives.join('|'), 'y')

/** How deep elements may stand in each other; those of a trust anchor stand three deep. */
const depthMax = 8

/**
 * Reads the little of XML that the file of IANA uses: elements, attributes, text, comments. It
 * knows no DOCTYPE and no entities, so that nothing can expand or be fetched.
 */
function readXml(text: string, file: string): Element {
  const begin = text.startsWith('\uFEFF') ? 1 : 0
  const root: Element = { name: '', attributes: new Map(), children: [], text: '', place: at(0) }
  const open: Element[] = [root]
  const scan = new RegExp(piece)
  function at(offset: number): Place {
    const before = text.slice(0, offset).split('\n')
    return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
  for (let offset = begin; offset < text.length; offset = scan.lastIndex) {
    scan.lastIndex = offset
    const found = scan.exec(text)
    if (!found) throw invalidAnchor('Cannot read XML: expected a tag or text', at(offset))
    const [, slash, name, attributes = '', isEmpty, words] = found
    const parent = open.at(-1) as Element
    if (words !== undefined) parent.text += words
    if (name === undefined) continue
    if (slash) {
      if (parent.name !== name) throw invalidAnchor(`Cannot read </${name}>: not open`, at(offset))
      open.pop()
      continue
    }
    const pairs = [...attributes.matchAll(attribute)].map(
      ([, key = '', double, single]): [string, string] => [key, double ?? single ?? ''],
    )
    const element = { name, attributes: new Map(pairs), children: [], text: '', place: at(offset) }
    parent.children.push(element)
    if (open.length > depthMax) throw invalidAnchor('Cannot read XML: too deep', at(offset))
    if (!isEmpty) open.push(element)
  }
  const unclosed = open.at(-1) as Element
  if (unclosed !== root)
    throw invalidAnchor(`Cannot read <${unclosed.name}>: not closed`, unclosed.place)
  return root
}

function childText(element: Element, name: string): string {
  const children = element.children.filter((child) => child.name === name)
  const [child] = children
  if (!child || children.length > 1) {
    const how = child ? 'more than one' : 'no'
    throw invalidAnchor(`Cannot read ${element.name}: it has ${how} ${name}`, element.place)
  }
  return child.text.trim()
}

/** A date of XML Schema, such as `2017-02-02T00:00:00+00:00`; only those with a zone are plain. */
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/

function secondsOf(element: Element, name: string): number | undefined {
  const text = element.attributes.get(name)
  if (text === undefined) return undefined
  const ms = dateTime.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms / 1000
  throw invalidAnchor(`Cannot read ${name} ${JSON.stringify(text)}: not a date`, element.place)
}

/**
 * Reads `<TrustAnchor>` of RFC 9718 §2 (and of RFC 7958, which it replaces): the digests that are
 * valid at `now`, from `validFrom` on and until `validUntil`.
 */
export function readXmlAnchors(text: string, file: string, now: UnixSeconds): AnchorRecord[] {
  const [root] = readXml(text, file).children
  if (root?.name !== 'TrustAnchor') {
    const place = root?.place ?? { file, line: 1, column: 1 }
    throw invalidAnchor('Cannot read XML: its root is not TrustAnchor', place)
  }
  const zone = nameOf(root)
  const digests = root.children.filter(({ name }) => name === 'KeyDigest')
  const valid = digests.filter((digest) => {
    const from = secondsOf(digest, 'validFrom')
    const until = secondsOf(digest, 'validUntil')
    return (from === undefined || from <= now) && (until === undefined || now < until)
  })
  if (digests.length > 0 && valid.length === 0) {
    throw invalidAnchor('Cannot trust any KeyDigest: none is valid at this time', root.place)
  }
  return valid.map((digest) => ({ zone, type: RR.DS, rdata: dsOf(digest), place: digest.place }))
}

function nameOf(root: Element): AnchorRecord['zone'] {
  try {
    return parseName(childText(root, 'Zone'))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw invalidAnchor(error.message, error.place ?? root.place)
  }
}

function dsOf(digest: Element): Uint8Array {
  const fields = ['KeyTag', 'Algorithm', 'DigestType', 'Digest']
  try {
    const text = fields.map((field) => childText(digest, field)).join(' ')
    return parseRdata(RR.DS, scanRdataText(text))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw invalidAnchor(error.message, error.place ?? digest.place)
  }
}

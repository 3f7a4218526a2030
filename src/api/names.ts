import { CodedError } from '../base/index.ts'
import { formatName, lowerName, type Name, parseName, rootName } from '../wire/index.ts'

/** A text with a dot that is part of no escape: a name of more labels than one. */
const innerDot = /^(?:[^.\\]|\\[\s\S])*\./

/**
 * What a name without final dot is completed with: the apex where it is a single label (`www`,
 * `@`), the root where it has more, since whoever writes `mx.example.net` without its dot means
 * what it says. PowerDNS refuses both.
 */
export function originFor(text: string, apex: Name): Name {
  return innerDot.test(text) ? rootName : apex
}

/** An owner name as a client gave it, in lower case. @throws {CodedError} `name-invalid` */
export function readOwner(text: string, apex: Name): Name {
  return lowerName(parseName(text, originFor(text, apex)))
}

/** The name of a zone, with or without its final dot. @throws {CodedError} `name-invalid` */
export function readZoneName(text: string): Name {
  return lowerName(parseName(text))
}

const idEscape = /=([0-9A-Fa-f]{2})/g

/**
 * The zone of an id in a path: its name, dotted or not, in which `=XX` stands for an octet, as it
 * does in PowerDNS' ids. `=2E` alone is the root.
 *
 * @throws {CodedError} `name-invalid`
 */
export function readZoneId(id: string): Name {
  const text = id.replace(idEscape, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  if (text.length > 1024)
    throw new CodedError('name-invalid', 'Cannot read zone id: it is too long')
  return readZoneName(text)
}

/** The id of a zone, as PowerDNS writes it. */
export function formatZoneId(apex: Name): string {
  if (apex.length === 1) return '=2E'
  return formatName(apex).replace(
    /[^A-Za-z0-9.-]/g,
    (character) => `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

import { Class } from '../message/index.ts'
import { Section } from '../response/index.ts'
import { makeRRset, RR, type RRType, type Ttl } from '../rr/index.ts'
import { type Name, type NameKey, nameKey, parseName } from '../wire/index.ts'
import type { AnswerContext } from './context.ts'

const versionNames = new Set<NameKey>(
  ['version.bind.', 'version.server.'].map((name) => nameKey(parseName(name))),
)
const identityNames = new Set<NameKey>(
  ['hostname.bind.', 'id.server.'].map((name) => nameKey(parseName(name))),
)
const characterStringOctetsMax = 255

/**
 * Answers TXT questions about the server itself in class CHAOS (RFC 4892): its version and its
 * identity. Tells whether it did; all else in that class is refused by the caller.
 */
export function answerChaos(
  { options, response }: AnswerContext,
  qname: Name,
  type: RRType,
): boolean {
  if (type !== RR.TXT && type !== RR.ANY) return false
  const key = nameKey(qname)
  let text: Uint8Array | undefined
  if (versionNames.has(key)) {
    text = options.version === undefined ? undefined : Buffer.from(options.version)
  } else if (identityNames.has(key)) text = options.identity
  if (!text) return false
  const string = text.subarray(0, characterStringOctetsMax)
  const rrset = makeRRset(qname, RR.TXT, 0 as Ttl, [Uint8Array.from([string.length, ...string])])
  response.class = Class.CH
  response.add(Section.answer, rrset, qname, rrset.ttl)
  return true
}

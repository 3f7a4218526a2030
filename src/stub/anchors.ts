import type { UnixSeconds } from '../base/index.ts'
import { formatType, RR, type Ttl } from '../rr/index.ts'
import type { TrustAnchor } from '../validator/index.ts'
import { formatName, type Name, nameKey, rootName } from '../wire/index.ts'
import { parseMasterFile } from '../zonefile/index.ts'
import { readBindAnchors } from './anchors/bind.ts'
import { type AnchorRecord, invalidAnchor } from './anchors/record.ts'
import { readXmlAnchors } from './anchors/xml.ts'

const bindStatement = /(^|[\s};])(trust-anchors|trusted-keys|managed-keys)\s*\{/

/**
 * Reads trust anchors, in whichever form the text is: `trust-anchors`, `trusted-keys` or
 * `managed-keys` of BIND; DS or DNSKEY records as in a zone file, also as Unbound keeps them; or
 * the XML of IANA (RFC 9718 §2), of which only what is valid at `now` counts.
 *
 * One anchor for each zone; never none, nor one without a key, for that would turn validation off.
 *
 * @throws {CodedError} `anchor-invalid` with its place
 */
export function parseAnchors(text: string, file: string, now: UnixSeconds): TrustAnchor[] {
  let records: AnchorRecord[]
  if (/^\uFEFF?\s*</.test(text)) records = readXmlAnchors(text, file, now)
  else if (bindStatement.test(text)) records = readBindAnchors(text, file)
  else records = readZoneAnchors(text, file)
  const usable = records.filter(isUsable)
  if (usable.length === 0) {
    const why = records.length === 0 ? 'there is none' : 'every key is revoked'
    throw invalidAnchor(`Cannot read trust anchors: ${why}`, { file, line: 1, column: 1 })
  }
  return byZone(usable)
}

/**
 * Unbound keeps keys that it must not trust, or not yet, in the same file; a comment has the state
 * (RFC 5011 §4.2): 2 is valid, 3 is missing, which is valid too.
 */
const untrustedLine = /^.*;;state=[^23].*$/gm

/** DS and DNSKEY records in the form of a zone file. */
function readZoneAnchors(text: string, file: string): AnchorRecord[] {
  const records: AnchorRecord[] = []
  const trusted = text.replace(untrustedLine, '')
  for (const item of parseMasterFile(trusted, { file, origin: rootName, ttl: 0 as Ttl })) {
    if (item.kind === 'finding') {
      const { severity, message, place } = item.finding
      if (severity === 'error') throw invalidAnchor(message, place ?? { file, line: 1, column: 1 })
      continue
    }
    const { owner: zone, type, rdata, place } = item.record
    if (type !== RR.DS && type !== RR.DNSKEY) {
      const what = `${formatName(zone)} ${formatType(type)}`
      throw invalidAnchor(`Cannot trust ${what}: an anchor is a DS or a DNSKEY`, place)
    }
    records.push({ zone, type, rdata, place })
  }
  return records
}

const flagZone = 0x0100
const flagRevoke = 0x0080

/** Whether a record can be trusted; one that is revoked cannot (RFC 5011 §2.1). */
function isUsable({ type, rdata, place }: AnchorRecord): boolean {
  if (type === RR.DS) return true
  const flags = ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0)
  // RFC 4034 §2.1.1: a key without the zone bit must not verify signatures of RRsets.
  if ((flags & flagZone) === 0) {
    throw invalidAnchor(`Cannot trust DNSKEY: flags ${flags} are not those of a zone key`, place)
  }
  return (flags & flagRevoke) === 0
}

function byZone(records: readonly AnchorRecord[]): TrustAnchor[] {
  const anchors = new Map<string, { zone: Name; ds: Uint8Array[]; dnskeys: Uint8Array[] }>()
  for (const { zone, type, rdata } of records) {
    const key = nameKey(zone)
    const anchor = anchors.get(key) ?? { zone, ds: [], dnskeys: [] }
    anchors.set(key, anchor)
    const kind = type === RR.DS ? anchor.ds : anchor.dnskeys
    kind.push(rdata)
  }
  return [...anchors.values()]
}

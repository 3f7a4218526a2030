import { CodedError } from '../base/index.ts'
import type { EditRecord, RRsetEdit } from '../records/index.ts'
import { formatRdata, parseRdata, RR, type RRType, scanRdataText, type Ttl } from '../rr/index.ts'
import { formatName, lowerName, type Name, nameKey, parseName } from '../wire/index.ts'
import { type Finding, parseMasterFile } from '../zonefile/index.ts'
import { Failure } from './failure.ts'
import { findingsMax } from './limits.ts'
import { originFor } from './names.ts'
import type { ApiWorld } from './types.ts'

/** TTL of what is made up for a new zone. */
const madeTtl = 3600 as Ttl
/** Refresh, retry, expire and minimum of an SOA that is made up (RFC 1912 §2.2, RFC 2308 §5). */
const madeTimers = '10800 3600 604800 3600'

/** The NS RRset that a list of name servers asks for. @throws {CodedError} `name-invalid` */
export function nameserverEdit(apex: Name, servers: readonly string[]): RRsetEdit {
  const records = servers.map((text): EditRecord => {
    const rdata = parseName(text, originFor(text, apex))
    return { rdata, content: text, disabled: false }
  })
  return { kind: 'replace', owner: apex, type: RR.NS, ttl: madeTtl, records, comments: undefined }
}

/** Whether edits give an RRset of the apex. */
export function hasAtApex(edits: readonly RRsetEdit[], apex: Name, type: RRType): boolean {
  return edits.some(
    (edit) =>
      edit.type === type && edit.kind === 'replace' && nameKey(edit.owner) === nameKey(apex),
  )
}

/**
 * The edits with an SOA, made up where there is none: the first name server of the apex is its
 * primary, or the apex itself where none is known.
 */
export function withSoa(edits: readonly RRsetEdit[], apex: Name): readonly RRsetEdit[] {
  if (hasAtApex(edits, apex, RR.SOA)) return edits
  const servers = edits.find((edit) => edit.type === RR.NS && nameKey(edit.owner) === nameKey(apex))
  const first = servers?.kind === 'replace' ? servers.records[0] : undefined
  const zone = formatName(apex)
  const primary = first ? formatRdata(RR.NS, first.rdata) : zone
  const content = `${primary} hostmaster.${zone === '.' ? '' : zone} 0 ${madeTimers}`
  const rdata = parseRdata(RR.SOA, scanRdataText(content))
  const records = [{ rdata, content, disabled: false }]
  const soa = { owner: apex, type: RR.SOA, ttl: madeTtl, records, comments: undefined }
  return [{ kind: 'replace', ...soa }, ...edits]
}

/**
 * The RRsets of a zone given as the text of a master file. A few lines of it can generate a million
 * records: queries are answered between.
 *
 * @throws {CodedError} `zonefile-syntax` or what else is wrong with it, with the first findings
 */
export async function editsFromText(
  text: string,
  apex: Name,
  { makePace }: Pick<ApiWorld, 'makePace'>,
): Promise<RRsetEdit[]> {
  const rrsets = new Map<string, { owner: Name; type: RRType; ttl: Ttl; records: EditRecord[] }>()
  const findings: Finding[] = []
  const pace = makePace()
  for (const item of parseMasterFile(text, { file: 'zone', origin: apex, ttl: madeTtl })) {
    const rest = pace.step()
    if (rest !== undefined) await rest
    if (item.kind === 'finding') {
      findings.push(item.finding)
      if (findings.length === findingsMax) break
      continue
    }
    const { type, ttl, rdata } = item.record
    const owner = lowerName(item.record.owner)
    const key = `${type} ${nameKey(owner)}`
    const rrset = rrsets.get(key) ?? { owner, type, ttl, records: [] }
    rrset.records.push({ rdata, content: formatRdata(type, rdata), disabled: false })
    rrsets.set(key, rrset)
  }
  const error = findings.find(({ severity }) => severity === 'error')
  if (error) {
    throw new Failure(422, error.code, error.message, { pointer: '/zone', findings })
  }
  return [...rrsets.values()].map((rrset) => ({ kind: 'replace', ...rrset, comments: undefined }))
}

/** Refuses what PowerDNS refuses too: one thing given twice. */
export function refuseBoth(what: string): never {
  throw new CodedError('request-invalid', `Cannot take ${what}: give one of them`)
}

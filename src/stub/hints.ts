import { CodedError, type Place } from '../base/index.ts'
import { RR, type Ttl } from '../rr/index.ts'
import { type NameKey, nameKey, rootName } from '../wire/index.ts'
import { parseMasterFile, type ZoneRecord } from '../zonefile/index.ts'
import { addressText } from './delegation.ts'
import type { Hint } from './stub.ts'

/**
 * Reads a hints file such as named.root: a master file with the NS records of the root and the
 * addresses of the servers that they name. Servers without an address are passed over. `port` is
 * where all of them listen, if not on 53.
 *
 * @throws {CodedError} `hints-invalid` with its place
 */
export function parseHints(text: string, file: string, port?: number): Hint[] {
  const records = readRecords(text, file)
  const servers = new Set<NameKey>()
  for (const { owner, type, rdata, place } of records) {
    if (type !== RR.NS) continue
    if (owner.length > 1) throw invalid('Cannot read hint: its NS record is not of the root', place)
    servers.add(nameKey(rdata))
  }
  const hints = records.flatMap(({ owner, type, rdata }): Hint[] => {
    const isAddress = type === RR.A || type === RR.AAAA
    if (!isAddress || !servers.has(nameKey(owner))) return []
    return [{ name: owner, address: addressText(rdata), ...(port !== undefined && { port }) }]
  })
  if (hints.length > 0) return hints
  const why = servers.size === 0 ? 'it has no NS record of the root' : 'no server has an address'
  throw invalid(`Cannot read hints: ${why}`, { file, line: 1, column: 1 })
}

function readRecords(text: string, file: string): ZoneRecord[] {
  const records: ZoneRecord[] = []
  for (const item of parseMasterFile(text, { file, origin: rootName, ttl: 0 as Ttl })) {
    if (item.kind === 'record') records.push(item.record)
    else if (item.finding.severity === 'error') {
      throw invalid(item.finding.message, item.finding.place)
    }
  }
  return records
}

function invalid(message: string, place: Place | undefined): CodedError {
  return new CodedError('hints-invalid', message, place)
}

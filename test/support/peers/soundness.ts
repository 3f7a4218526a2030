import { type Message, type ResourceRecord, readMessage } from '../../../src/message/index.ts'
import { formatType, RR, type RRType } from '../../../src/rr/index.ts'
import { formatName, lowerName, toHex } from '../../../src/wire/index.ts'
import { decodeWithDnspython, type ForeignRecord } from './view.ts'

/** What holds of every answer by itself, whatever others say. Empty when nothing is wrong. */
export function faultsOf(query: Uint8Array, answer: Uint8Array, octetsMax: number): string[] {
  const faults: string[] = []
  if (answer.length > octetsMax) faults.push(`${answer.length} octets, ${octetsMax} allowed`)
  const { questions } = readMessage(query)
  const echoed = readMessage(answer).questions
  // The case of every letter included: that is what 0x20 rests on.
  const asked = questions.map(({ name, type }) => `${toHex(name)} ${type}`)
  const given = echoed.map(({ name, type }) => `${toHex(name)} ${type}`)
  if (String(asked) !== String(given)) faults.push('the question is not the one asked')
  return faults
}

/** How many records each RRset has, by owner and type, RRSIG by what it covers. */
function countRRsets(records: readonly ResourceRecord[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { owner, type, rdata } of records) {
    const covered = type === RR.RRSIG ? ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0) : 0
    const key = `${formatName(lowerName(owner))} ${formatType(type)} ${covered}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/**
 * RRsets of an answer by UDP that lack records which the same answer by TCP has: truncation must
 * leave out whole RRsets (RFC 2181 §9).
 */
export function partialRRsets(short: Message, whole: Message): string[] {
  return (['answer', 'authority', 'additional'] as const).flatMap((section) => {
    const full = countRRsets(whole[section])
    return [...countRRsets(short[section])]
      .filter(([rrset, count]) => full.get(rrset) !== count)
      .map(([rrset, count]) => `${rrset}: ${count} of ${full.get(rrset) ?? 0}`)
  })
}

/** Answers that dnspython reads otherwise than we do, or not at all. */
export async function decodedOtherwise(answers: readonly Uint8Array[]): Promise<string[]> {
  const decoded = await decodeWithDnspython(answers)
  return decoded.flatMap((theirs, index) => {
    const { answer, authority, additional } = readMessage(answers[index] ?? new Uint8Array())
    if ('error' in theirs) return [theirs.error]
    const ours = [answer, authority, additional].map((section) =>
      normal(section.map((record) => ({ ...record, rdata: toHex(record.rdata) }))),
    )
    const foreign = theirs.sections.map(normal)
    return JSON.stringify(ours) === JSON.stringify(foreign)
      ? []
      : [JSON.stringify({ ours, foreign })]
  })
}

/** Order and the escapes of owners are each decoder's own: RDATA stays octet for octet. */
function normal(records: readonly Pick<ForeignRecord, 'type' | 'ttl' | 'rdata'>[]): string[] {
  return records
    .map(({ type, ttl, rdata }) => `${formatType(type as RRType)} ${ttl} ${rdata}`)
    .sort()
}

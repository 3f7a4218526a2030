import { Flag, formatRcode, type Message, type ResourceRecord } from '../../../src/message/index.ts'
import { canonicalRdata, formatRdata, formatType, RR } from '../../../src/rr/index.ts'
import { formatName, lowerName, toHex, WireReader } from '../../../src/wire/index.ts'
import { runProgram } from './programs.ts'

/**
 * What an answer says, in a form that can be compared: order of records within a section, case of
 * names and compression do not count; everything else does.
 */
export interface View {
  readonly rcode: string
  readonly isAuthoritative: boolean
  readonly isTruncated: boolean
  /** Sorted lines `owner ttl type rdata`; RRSIG as told at `recordLine`. */
  readonly answer: readonly string[]
  readonly authority: readonly string[]
  readonly additional: readonly string[]
}

/**
 * One record as a line. Of an RRSIG only what is the same for every signer of the same zone with
 * the same keys: type covered, algorithm, labels, original TTL, key tag, signer.
 */
export function recordLine(record: ResourceRecord): string {
  const owner = formatName(lowerName(record.owner))
  const head = `${owner} ${record.ttl} ${formatType(record.type)}`
  if (record.type !== RR.RRSIG) {
    return `${head} ${formatRdata(record.type, canonicalRdata(record.type, record.rdata))}`
  }
  const reader = new WireReader(record.rdata)
  const covered = formatType(reader.u16() as typeof record.type)
  const [algorithm, labels, ttl] = [reader.u8(), reader.u8(), reader.u32()]
  reader.take(8)
  const tag = reader.u16()
  const signer = formatName(lowerName(reader.name()))
  return `${head} ${covered} ${algorithm} ${labels} ${ttl} ${tag} ${signer}`
}

function lines(records: readonly ResourceRecord[]): string[] {
  return records.map(recordLine).sort()
}

/** The view of a decoded answer. */
export function viewOf(message: Message): View {
  return {
    rcode: formatRcode(message.rcode),
    isAuthoritative: (message.flags & Flag.AA) !== 0,
    isTruncated: (message.flags & Flag.TC) !== 0,
    answer: lines(message.answer),
    authority: lines(message.authority),
    additional: lines(message.additional),
  }
}

/** A record as dnspython sees it. */
export interface ForeignRecord {
  /** Presentation form in lower case, with the final dot. */
  readonly owner: string
  readonly type: number
  readonly ttl: number
  /** Uncompressed RDATA in hexadecimal. */
  readonly rdata: string
}

/** An answer as dnspython decodes it, records sorted; or why it refuses to. */
export type ForeignMessage =
  | { readonly sections: readonly (readonly ForeignRecord[])[] }
  | { readonly error: string }

const dnspythonScript = `
import sys, json, dns.message, dns.rdatatype
out = []
for line in sys.stdin:
    try:
        m = dns.message.from_wire(bytes.fromhex(line.strip()), one_rr_per_rrset=True,
                                  ignore_trailing=False)
        out.append({'sections': [[
            {'owner': s.name.to_text().lower(), 'type': int(s.rdtype), 'ttl': s.ttl,
             'rdata': rdata.to_wire().hex()} for s in section for rdata in s]
            for section in (m.answer, m.authority, m.additional)]})
    except Exception as e:
        out.append({'error': repr(e)})
json.dump(out, sys.stdout)
`

/** Decodes many answers with dnspython, in one run of it: a second opinion on our own decoder. */
export async function decodeWithDnspython(
  answers: readonly Uint8Array[],
): Promise<ForeignMessage[]> {
  const finished = await runProgram('python3', ['-c', dnspythonScript], {
    input: answers.map((octets) => `${toHex(octets)}\n`).join(''),
  })
  if (finished.status !== 0) throw new Error(`dnspython fails:\n${finished.stderr}`)
  return JSON.parse(finished.stdout) as ForeignMessage[]
}

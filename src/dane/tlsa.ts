import {
  type Certificate,
  digest,
  equalOctets,
  readCertificate,
  readSpki,
} from '../crypto/index.ts'
import type { JudgedTlsa, Tlsa, TlsaSet } from './types.ts'

/** Certificate usages (RFC 7218 §2.1). */
export const Usage = { pkixTa: 0, pkixEe: 1, daneTa: 2, daneEe: 3 } as const
/** Selectors (RFC 7218 §2.2). */
export const Selector = { cert: 0, spki: 1 } as const
/** Matching types (RFC 7218 §2.3). */
export const Matching = { full: 0, sha256: 1, sha512: 2 } as const

/** Octets of data for each digest (RFC 6698 §2.1.3). */
const digestOctets: ReadonlyMap<number, number> = new Map([
  [Matching.sha256, 32],
  [Matching.sha512, 64],
])

/** Usable records that take part; who publishes more keeps us busy and helps nobody. */
export const activeTlsasMax = 64

/** Octets of data that are shown in full; longer data is a certificate or a key. */
const shownOctetsMax = 64

/** Takes TLSA RDATA apart; undefined when it is shorter than its three numbers. A view. */
export function readTlsa(rdata: Uint8Array): Tlsa | undefined {
  const [usage, selector, matching] = rdata
  if (usage === undefined || selector === undefined || matching === undefined) return undefined
  return { usage, selector, matching, data: rdata.subarray(3) }
}

/** Writes a record as `3 1 1 0a1b…`; data beyond 64 octets is cut, with its length said. */
export function formatTlsa({ usage, selector, matching, data }: Tlsa): string {
  const shown = Buffer.from(data.subarray(0, shownOctetsMax)).toString('hex')
  const cut = data.length > shownOctetsMax ? `… (${data.length} octets)` : ''
  return `${usage} ${selector} ${matching} ${shown}${cut}`
}

/**
 * Makes a TLSA RRset ready for SMTP: says of each record whether it can be used and, if not, why,
 * and leaves out what digest agility leaves out.
 */
export function judgeTlsas(rdatas: readonly Uint8Array[]): TlsaSet {
  const judged = rdatas.map(judgeTlsa)
  // RFC 7671 §9: what cannot be used is dropped first, so a malformed SHA-512 hides no SHA-256.
  const usable = judged.filter((tlsa) => tlsa.usable)
  let active = 0
  const all = judged.map((tlsa) => {
    const agreed = tlsa.usable ? agile(tlsa, usable) : tlsa
    if (agreed.why !== undefined || ++active <= activeTlsasMax) return agreed
    return { ...agreed, why: `Left out because ${activeTlsasMax} usable records precede it` }
  })
  return { all, active: all.filter(({ why }) => why === undefined) }
}

function judgeTlsa(rdata: Uint8Array): JudgedTlsa {
  const record = readTlsa(rdata)
  if (!record) {
    const data = rdata.subarray(rdata.length)
    const why = `Its RDATA has ${rdata.length} octets, too few for a TLSA record (RFC 6698 §2.1)`
    return {
      record: { usage: rdata[0] ?? 0, selector: rdata[1] ?? 0, matching: 0, data },
      text: Buffer.from(rdata).toString('hex'),
      usable: false,
      why,
    }
  }
  const why = whyUnusable(record)
  return { record, text: formatTlsa(record), usable: why === undefined, why }
}

/** RFC 6698 §2.1 and §4.1: what is not understood makes a record unusable, not wrong. */
function whyUnusable(record: Tlsa): string | undefined {
  const { usage, selector, matching, data } = record
  if (usage === Usage.pkixTa || usage === Usage.pkixEe) {
    return `Usage ${usage} asks for public authorities, which SMTP has none of (RFC 7672 §3.1.3)`
  }
  if (usage > Usage.daneEe) return `Usage ${usage} is unknown (RFC 6698 §2.1.1)`
  if (selector > Selector.spki) return `Selector ${selector} is unknown (RFC 6698 §2.1.2)`
  if (matching > Matching.sha512) return `Matching type ${matching} is unknown (RFC 6698 §2.1.3)`
  const expected = digestOctets.get(matching)
  if (expected !== undefined) {
    if (data.length === expected) return undefined
    return `Its digest has ${data.length} octets, expected ${expected} (RFC 6698 §2.1.3)`
  }
  if (selector === Selector.cert) {
    return readCertificate(data) ? undefined : 'Its data is no certificate (RFC 6698 §2.1.4)'
  }
  return readSpki(data) ? undefined : 'Its data is no public key (RFC 6698 §2.1.4)'
}

/** RFC 7671 §9: of each usage and selector, Full and the strongest digest published take part. */
function agile(tlsa: JudgedTlsa, usable: readonly JudgedTlsa[]): JudgedTlsa {
  const { usage, selector, matching } = tlsa.record
  if (matching === Matching.full) return tlsa
  const isWeaker = usable.some(
    ({ record }) =>
      record.usage === usage && record.selector === selector && record.matching > matching,
  )
  if (!isWeaker) return tlsa
  const combination = `${usage} ${selector} ${Matching.sha512}`
  return { ...tlsa, why: `Left out because ${combination} is there and stronger (RFC 7671 §9)` }
}

/** Whether the data of a record is what it selects of a certificate (RFC 6698 §2.1.4). */
export function selects(record: Tlsa, certificate: Certificate): boolean {
  const selected = record.selector === Selector.cert ? certificate.der : certificate.spki
  const { matching, data } = record
  if (matching === Matching.full) return equalOctets(selected, data)
  const algorithm = matching === Matching.sha256 ? 'sha256' : 'sha512'
  return equalOctets(digest(algorithm, selected), data)
}

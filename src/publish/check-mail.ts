import { RR } from '../rr/index.ts'
import { formatName, nameLabels, suffixName } from '../wire/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'
import { type OwnerFacts, recordsOf, type Tell, targetOf, type ZoneFacts } from './zone-facts.ts'

const portLabel = /^_[0-9]{1,5}$/
const protocolLabel = /^_(?:tcp|udp|sctp)$/i
/** The ports of mail transfer and submission, where PKIX usages have no meaning. */
const smtpPorts: ReadonlySet<string> = new Set(['_25', '_465', '_587'])
/** Octets of data for matching types 1 and 2 (RFC 6698 §2.1.3). */
const digestOctets: ReadonlyMap<number, number> = new Map([
  [1, 32],
  [2, 64],
])

/** What senders of mail trip over: TLSA records (RFC 6698, RFC 7672) and SPF (RFC 7208). */
export function* checkMail(facts: ZoneFacts, tell: Tell): Generator<void, void> {
  for (const at of facts.owners.values()) {
    yield
    if (at.occluder || at.isCut) continue
    const tlsas = recordsOf(at, RR.TLSA)
    if (tlsas[0]) checkTlsaOwner(facts, at, tlsas[0], tell)
    for (const tlsa of tlsas) checkTlsa(at, tlsa, tell)
    const policies = recordsOf(at, RR.TXT).filter(isSpf)
    for (const extra of policies.slice(1)) {
      const text = `${formatName(at.owner)} has more than one SPF policy (RFC 7208 §4.5)`
      tell('warning', 'spf-multiple', text, extra)
    }
  }
}

function isSpf({ rdata }: ZoneRecord): boolean {
  return /^v=spf1(?: |$)/i.test(Buffer.from(rdata.subarray(1, 1 + (rdata[0] ?? 0))).toString())
}

function labelTexts(at: OwnerFacts): string[] {
  return nameLabels(at.owner).map((label) => Buffer.from(label).toString('latin1'))
}

function checkTlsaOwner(facts: ZoneFacts, at: OwnerFacts, tlsa: ZoneRecord, tell: Tell): void {
  const name = formatName(at.owner)
  const [port = '', protocol = ''] = labelTexts(at)
  if (port === '*' || protocol === '*') return
  if (!portLabel.test(port) || !protocolLabel.test(protocol)) {
    const text = `TLSA at ${name} is not asked for: expected _PORT._PROTOCOL.HOST (RFC 6698 §3)`
    tell('warning', 'tlsa-owner', text, tlsa)
    return
  }
  const host = suffixName(at.owner, labelTexts(at).length - 2)
  const offer = targetOf(facts, host)
  if (offer === 'bare' || offer === 'absent') {
    const text = `TLSA at ${name} is for ${formatName(host)}, which has no address`
    tell('warning', 'tlsa-owner', text, tlsa)
  }
}

function checkTlsa(at: OwnerFacts, tlsa: ZoneRecord, tell: Tell): void {
  const name = formatName(at.owner)
  const [usage = 0, selector = 0, matching = 0] = tlsa.rdata
  if (usage > 3 || selector > 1 || matching > 2) {
    const text = `TLSA ${usage} ${selector} ${matching} at ${name} is unusable (RFC 6698 §2.1)`
    tell('warning', 'tlsa-unusable', text, tlsa)
    return
  }
  if (usage < 2 && smtpPorts.has(labelTexts(at)[0] ?? '')) {
    const text = `TLSA usage ${usage} at ${name} is unusable for mail: use 3 or 2`
    tell('warning', 'tlsa-unusable', `${text} (RFC 7672 §3.1.3)`, tlsa)
  }
  const expected = digestOctets.get(matching)
  const found = tlsa.rdata.length - 3
  if (expected !== undefined && found !== expected) {
    const text = `TLSA at ${name} has ${found} octets of data, expected ${expected}`
    tell('warning', 'tlsa-unusable', `${text} for matching type ${matching}`, tlsa)
  }
}

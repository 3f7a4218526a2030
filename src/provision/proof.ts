import { joinedText, RR } from '../rr/index.ts'
import { equalNames, formatName, toBase32hex } from '../wire/index.ts'
import type { Domain } from './types.ts'
import type { World } from './world.ts'

/** Octets of a proof that nobody can guess. */
const proofOctets = 20

/** What a domain's TXT record shall be. */
export function makeProof(random: (octets: number) => Uint8Array): string {
  return `danelaw-verification=${toBase32hex(random(proofOctets))}`
}

/**
 * Looks for the proof in DNS, as text of the domain itself: behind an alias it would be the word of
 * whoever has its target. Undefined when it is there, else why not.
 */
export async function lookForProof({ stub }: World, domain: Domain): Promise<string | undefined> {
  if (!stub) return 'nobody can be asked for its proof: name a resolver, or skip it'
  const verdict = await stub.resolve(domain.domain, RR.TXT)
  if (verdict.security === 'bogus' || verdict.security === 'indeterminate') {
    return `its TXT records cannot be looked up: ${verdict.reason.text}`
  }
  const rrset = verdict.data?.rrset
  const isOwn = rrset !== undefined && equalNames(rrset.owner, domain.domain)
  if (isOwn && rrset.rdatas.some((rdata) => joinedText(rdata) === domain.proof)) return undefined
  return `no TXT record of ${formatName(domain.domain)} is ${JSON.stringify(domain.proof)}`
}

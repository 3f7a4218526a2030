import type { Message } from '../../src/message/index.ts'
import { makeRRset, parseType, RR, type RRset } from '../../src/rr/index.ts'
import type { DenialRecords, HashBudget, Proof, ProofQuestion } from '../../src/validator/index.ts'
import {
  defaultValidatorLimits,
  proveExpansion,
  proveNoDs,
  proveNodata,
  proveNxdomain,
  readDenials,
} from '../../src/validator/index.ts'
import { labelCount, type Name, parseName, suffixName } from '../../src/wire/index.ts'
import { idOf, labelsOf } from './labels.ts'
import { parseRRsets } from './served-zone.ts'
import { readRrsig } from './verify.ts'

/** An RRset as the validator knows it once its signature is good. */
export interface Verified {
  readonly rrset: RRset
  readonly wildcard?: Name
}

/** A budget that counts what is spent; `left` rounds at first. */
export function budgetOf(left: number): HashBudget & { readonly spent: number } {
  let spent = 0
  return {
    get spent() {
      return spent
    },
    spend(rounds) {
      if (spent + rounds > left) return false
      spent += rounds
      return true
    },
  }
}

/** What nobody exceeds by accident. */
export const ampleBudget = (): HashBudget => budgetOf(Number.MAX_SAFE_INTEGER)

/** Denial records from lines `owner TYPE rdata`, names relative to the zone. */
export function denialsOf(zone: string, text: string): DenialRecords {
  const apex = parseName(zone)
  return readDenials(
    apex,
    parseRRsets(text, apex).map((rrset) => ({ rrset })),
  )
}

/** A denial RRset and who signed it, as `idOf` tells. */
export interface Signed {
  readonly signer: string
  readonly set: Verified
}

/** The NSEC and NSEC3 RRsets of an authority section, with what their signatures say. */
export function denialRRsets({ authority }: Message): Signed[] {
  return authority.flatMap(({ owner, type, ttl, rdata }) => {
    if (type !== RR.NSEC && type !== RR.NSEC3) return []
    const rrsig = authority.find(
      (record) =>
        record.type === RR.RRSIG &&
        Buffer.compare(record.owner, owner) === 0 &&
        readRrsig(record.rdata).typeCovered === type,
    )
    if (!rrsig) throw new Error('a denial without its signature')
    const { labels, signer } = readRrsig(rrsig.rdata)
    const own = labelCount(owner) - (owner[0] === 1 && owner[1] === 0x2a ? 1 : 0)
    const rrset = makeRRset(owner, type, ttl as RRset['ttl'], [rdata])
    const wildcard = labels < own ? { wildcard: suffixName(owner, labels) } : {}
    return [{ signer: idOf(signer), set: { rrset, ...wildcard } }]
  })
}

/** What a zone's denial records in a message say, verified or not. */
export function denialsIn(message: Message, zone: string): DenialRecords {
  const apex = parseName(zone)
  const signer = idOf(labelsOf(apex))
  return readDenials(
    apex,
    denialRRsets(message)
      .filter((one) => one.signer === signer)
      .map(({ set }) => set),
  )
}

/** The same records, each left out in turn. */
export function eachLeftOut({ zone, nsec, nsec3 }: DenialRecords): DenialRecords[] {
  return [
    ...nsec.map((one) => ({ zone, nsec: nsec.filter((other) => other !== one), nsec3 })),
    ...nsec3.map((one) => ({ zone, nsec, nsec3: nsec3.filter((other) => other !== one) })),
  ]
}

/** The proofs with all the budget they can want, names as text. */
export const judge = {
  nodata: (name: string, type: string, denials: DenialRecords): string =>
    briefly(proveNodata(questionOf(name, type), denials, ampleBudget(), limits)),
  nxdomain: (name: string, denials: DenialRecords): string =>
    briefly(proveNxdomain(questionOf(name, 'A'), denials, ampleBudget(), limits)),
  noDs: (name: string, denials: DenialRecords): string =>
    briefly(proveNoDs(parseName(name), denials, ampleBudget(), limits)),
  expansion: (name: string, labels: number, denials: DenialRecords): string =>
    briefly(proveExpansion(parseName(name), labels, denials, ampleBudget(), limits)),
}

function questionOf(name: string, type: string): ProofQuestion {
  return { name: parseName(name), type: parseType(type) }
}

/** A proof in short: its kind, with what it says of the name, and the code. */
export function briefly(proof: Proof): string {
  const { kind, reason } = proof
  const facts = kind === 'proven' ? [proof.isNxname && 'nxname', proof.isCut && 'cut'] : []
  const ede = reason.ede === undefined ? '' : `EDE ${reason.ede}`
  const words = [kind, ...facts, ede].filter(Boolean).join(' ')
  return `${words}: ${reason.text}`
}

export const limits = defaultValidatorLimits

import type { ResourceRecord } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import { corrupted, u16, u32, withOctets } from './octets.ts'
import { keyTagAt, rrsigField, signatureAt } from './rrsig.ts'
import { coveredType, type IsThere, type Scene } from './scene.ts'
import type { Act, SignatureEdit } from './types.ts'

/** Octets of a wrong signature that tell it from the other wrong ones. */
const floodOctets = 2

/** Wrong signatures, each another one. */
function flood(rdata: Uint8Array, count: number): Uint8Array[] {
  const at = signatureAt(rdata)
  const wrong = corrupted(rdata, at, rdata.length)
  return Array.from({ length: count }, (_, n) =>
    withOctets(wrong, rdata.length - floodOctets, u16(n)),
  )
}

/** RDATA of the RRSIGs that come in the place of one. */
function edited(rdata: Uint8Array, edit: SignatureEdit, scene: Scene): Uint8Array[] {
  switch (edit.kind) {
    case 'drop':
      return []
    case 'corrupt':
      return [corrupted(rdata, signatureAt(rdata), edit.octets)]
    case 'window': {
      const begun = withOctets(rdata, rrsigField.inception, u32(scene.now + edit.inception))
      return [withOctets(begun, rrsigField.expiration, u32(scene.now + edit.expiration))]
    }
    case 'labels':
      return [withOctets(rdata, rrsigField.labels, [(rdata[rrsigField.labels] ?? 0) + edit.add])]
    case 'originalTtl':
      return [withOctets(rdata, rrsigField.ttl, u32(edit.ttl))]
    case 'signer': {
      const { name, keyTag } = scene.signers[edit.zone]
      const fields = withOctets(rdata, rrsigField.tag, u16(keyTag)).subarray(0, rrsigField.signer)
      return [Uint8Array.from([...fields, ...name, ...rdata.subarray(signatureAt(rdata))])]
    }
    case 'typeCovered':
      return [withOctets(rdata, rrsigField.covered, u16(edit.type))]
    case 'flood':
      return [...flood(rdata, edit.count), rdata]
  }
}

/** The records of a section, with the signatures at a place as the act has them. */
export function editSignatures(
  records: readonly ResourceRecord[],
  { by, edit }: Extract<Act, { readonly kind: 'signature' }>,
  isThere: IsThere,
  scene: Scene,
): ResourceRecord[] {
  return records.flatMap((record) => {
    const { owner, type, rdata } = record
    if (type !== RR.RRSIG || !isThere(owner, coveredType(record))) return [record]
    if (by !== 'any' && !scene.keyTags[by].has(keyTagAt(rdata))) return [record]
    return edited(rdata, edit, scene).map((changed) => ({ ...record, rdata: changed }))
  })
}

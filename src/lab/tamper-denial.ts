import type { Message, ResourceRecord } from '../message/index.ts'
import { RR, type RRType, readTypeBitmap, typeBitmap } from '../rr/index.ts'
import {
  equalNames,
  fromBase32hex,
  fromHex,
  type Name,
  nameLabels,
  parentName,
  prependLabel,
  toBase32hex,
} from '../wire/index.ts'
import { corrupted, mixedCase, nameAt, u16, withOctets } from './octets.ts'
import { nsec3Field, nsec3NextAt, ownersOf } from './proofs.ts'
import { coveredType, type Scene } from './scene.ts'
import type { DenialEdit } from './types.ts'

function isProof(type: RRType): boolean {
  return type === RR.NSEC || type === RR.NSEC3
}

/** Whether a record is a proof, or signs one. */
function isOfProof(record: ResourceRecord): boolean {
  return isProof(record.type === RR.RRSIG ? coveredType(record) : record.type)
}

/** An owner of NSEC3 whose hash is another. */
function otherHash(owner: Name, octets: number): Name {
  const text = Buffer.from(nameLabels(owner)[0] ?? []).toString('latin1')
  const hash = fromBase32hex(text) ?? new Uint8Array()
  const label = Buffer.from(toBase32hex(corrupted(hash, 0, octets)), 'latin1')
  return prependLabel(label, parentName(owner))
}

/** RDATA with another bitmap. */
function withTypes(
  { type, rdata }: ResourceRecord,
  change: (types: readonly RRType[]) => readonly RRType[],
): Uint8Array {
  const nextAt = type === RR.NSEC3 ? nsec3NextAt(rdata) : 0
  const length = type === RR.NSEC3 ? (rdata[nextAt - 1] ?? 0) : nameAt(rdata, 0).length
  const at = nextAt + length
  const types = change(readTypeBitmap(rdata.subarray(at)))
  return Uint8Array.from([...rdata.subarray(0, at), ...typeBitmap(types)])
}

function withSalt(rdata: Uint8Array, salt: Uint8Array): Uint8Array {
  const { saltLength } = nsec3Field
  const rest = rdata.subarray(nsec3NextAt(rdata) - 1)
  return Uint8Array.from([...rdata.subarray(0, saltLength), salt.length, ...salt, ...rest])
}

/** RDATA of a proof as the edit has it; edits of other things leave it. */
function editedRdata(record: ResourceRecord, edit: DenialEdit): Uint8Array {
  const { type, rdata } = record
  if (edit.kind === 'addType') return withTypes(record, (types) => [...types, edit.type])
  if (edit.kind === 'removeType') {
    return withTypes(record, (types) => types.filter((other) => other !== edit.type))
  }
  if (type === RR.NSEC) {
    if (edit.kind !== 'nsecNextCase') return rdata
    return withOctets(rdata, 0, [...mixedCase(nameAt(rdata, 0))])
  }
  switch (edit.kind) {
    case 'nsec3Next': {
      const at = nsec3NextAt(rdata)
      return corrupted(rdata, at, Math.min(edit.octets, rdata[at - 1] ?? 0))
    }
    case 'nsec3Hash':
      return withOctets(rdata, nsec3Field.hash, [edit.algorithm])
    case 'nsec3Flags':
      return withOctets(rdata, nsec3Field.flags, [edit.flags])
    case 'nsec3Iterations':
      return withOctets(rdata, nsec3Field.iterations, u16(edit.iterations))
    case 'nsec3Salt':
      return withSalt(rdata, fromHex(edit.salt) ?? new Uint8Array())
    default:
      return rdata
  }
}

/** The authority section with its proofs as the edit has them. */
export function editDenial(
  message: Message,
  edit: DenialEdit,
  { apex, proofs }: Scene,
): readonly ResourceRecord[] {
  const { authority } = message
  const editAll = (isMeant: (record: ResourceRecord) => boolean) =>
    authority.map((record) =>
      isProof(record.type) && isMeant(record)
        ? { ...record, rdata: editedRdata(record, edit) }
        : record,
    )
  switch (edit.kind) {
    case 'drop': {
      if (edit.part === 'all') return authority.filter((record) => !isOfProof(record))
      const owners = ownersOf(edit.part, message, apex)
      return authority.filter(
        (record) => !(isOfProof(record) && owners.some((owner) => equalNames(owner, record.owner))),
      )
    }
    case 'from':
      return [...authority.filter((record) => !isOfProof(record)), ...proofs[edit.where]]
    case 'nsec3Owner':
      return authority.map((record) => {
        const isMeant = isOfProof(record) && [record.type, coveredType(record)].includes(RR.NSEC3)
        return isMeant ? { ...record, owner: otherHash(record.owner, edit.octets) } : record
      })
    case 'nsec3Iterations':
    case 'nsec3Salt': {
      const owners = ownersOf('nextCloser', message, apex)
      return editAll(({ owner }) => owners.some((other) => equalNames(owner, other)))
    }
    case 'nsec3Next':
    case 'nsec3Hash':
    case 'nsec3Flags':
    case 'addType':
    case 'removeType':
    case 'nsecNextCase':
      return editAll(() => true)
  }
}

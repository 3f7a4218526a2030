import { keyTag } from '../crypto/index.ts'
import type { Message, ResourceRecord } from '../message/index.ts'
import { RR, rdataLayout } from '../rr/index.ts'
import { equalNames, type Name } from '../wire/index.ts'
import { editKey } from './dnskey.ts'
import { corrupted, mixedCase, nameAt, withOctets } from './octets.ts'
import { type KeyOf, resign } from './resign.ts'
import { coveredType, type IsThere, isOfParent, placed, type Scene } from './scene.ts'
import { editDenial } from './tamper-denial.ts'
import { editSignatures } from './tamper-signature.ts'
import type { Act, Fault } from './types.ts'

type Records = readonly ResourceRecord[]

function inEverySection(message: Message, change: (records: Records) => Records): Message {
  const { answer, authority, additional } = message
  return {
    ...message,
    ...{ answer: change(answer), authority: change(authority), additional: change(additional) },
  }
}

/** A record with its owner, and the names of RDATA that have a canonical case, in mixed case. */
function inMixedCase(record: ResourceRecord): ResourceRecord {
  const { type } = record
  const layout = rdataLayout(type)
  let { rdata } = record
  let at = layout?.prefixOctets ?? 0
  for (let n = 0; n < (layout?.names ?? 0); n++) {
    const name = nameAt(rdata, at)
    rdata = withOctets(rdata, at, [...mixedCase(name)])
    at += name.length
  }
  return { ...record, owner: mixedCase(record.owner) as Name, rdata }
}

/** Records that are meant in reverse order, in the places that they have. */
function reversed(records: Records, isMeant: (record: ResourceRecord) => boolean): Records {
  const meant = records.filter(isMeant)
  return records.map((record) => (isMeant(record) ? (meant.pop() ?? record) : record))
}

function reformed(
  records: Records,
  as: Extract<Act, { readonly kind: 'form' }>['as'],
  isThere: IsThere,
): Records {
  const isMeant = ({ owner, type }: ResourceRecord) => isThere(owner, type)
  switch (as) {
    case 'twice':
      return records.flatMap((record) => (isMeant(record) ? [record, record] : [record]))
    case 'shuffled':
      return reversed(records, isMeant)
    case 'mixedCase':
      return records.map((record) => (isMeant(record) ? inMixedCase(record) : record))
  }
}

/** Without an RRset and what signs it. */
function removed(records: Records, isThere: IsThere): Records {
  return records.filter(
    (record) =>
      !isThere(record.owner, record.type === RR.RRSIG ? coveredType(record) : record.type),
  )
}

/** Whether a record is a key of the zone of a role, as the zone signed it. */
function keysAt(which: 'ksk' | 'zsk' | 'both', { apex, keyTags, speaker }: Scene) {
  const tags = which === 'both' ? [keyTags.ksk, keyTags.zsk] : [keyTags[which]]
  return ({ owner, type, rdata }: ResourceRecord): boolean =>
    speaker === 'zone' &&
    type === RR.DNSKEY &&
    equalNames(owner, apex) &&
    tags.some((some) => some.has(keyTag(rdata)))
}

/**
 * A message with one thing wrong: what an act on signatures, RDATA, form, RRsets, keys or proofs
 * makes of it. The message that comes in stays as it is. Acts that are at work elsewhere (other
 * edits of DS, glue, clocks, behaviour) leave it, and so does what the act is not about: other
 * places, other zones.
 *
 * Nothing is signed here.
 */
export function tamper(message: Message, act: Act, scene: Scene): Message {
  switch (act.kind) {
    case 'signature': {
      const isThere = placed(act.at, scene)
      return inEverySection(message, (records) => editSignatures(records, act, isThere, scene))
    }
    case 'rdata': {
      const isThere = placed(act.at, scene)
      return inEverySection(message, (records) =>
        records.map((record) =>
          isThere(record.owner, record.type)
            ? { ...record, rdata: corrupted(record.rdata, act.offset, act.octets) }
            : record,
        ),
      )
    }
    case 'form': {
      const isThere = placed(act.at, scene)
      return inEverySection(message, (records) => reformed(records, act.as, isThere))
    }
    case 'remove': {
      const isThere = placed(act.at, scene)
      return inEverySection(message, (records) => removed(records, isThere))
    }
    case 'denial': {
      if ((scene.speaker === 'parent') !== (act.of === 'ds')) return message
      return { ...message, authority: editDenial(message, act.edit, scene) }
    }
    case 'key': {
      const isMeant = keysAt(act.which, scene)
      return inEverySection(message, (records) =>
        records.flatMap((record) =>
          isMeant(record)
            ? editKey(record.rdata, act.edit).map((rdata) => ({ ...record, rdata }))
            : [record],
        ),
      )
    }
    case 'ds': {
      if (act.edit.kind !== 'strip') return message
      const isThere = placed({ owner: '@', type: RR.DS }, scene)
      return inEverySection(message, (records) => removed(records, isThere))
    }
    default:
      return message
  }
}

/** Whether the act makes signatures wrong as such, which signing anew would undo. */
function isOfSignatures(act: Act): boolean {
  return act.kind === 'signature' && (act.edit.kind === 'corrupt' || act.edit.kind === 'flood')
}

/** Who says what an act is about: nobody, where it is at work before anything is said. */
export function speakerOf(act: Act, variant: Fault['variant']): Scene['speaker'] | undefined {
  switch (act.kind) {
    case 'signature':
    case 'rdata':
    case 'form':
    case 'remove':
      return isOfParent(act.at) ? 'parent' : 'zone'
    case 'denial':
      return act.of === 'ds' ? 'parent' : 'zone'
    case 'key':
      return variant === 'raw' ? 'zone' : undefined
    case 'ds':
      return act.edit.kind === 'strip' ? 'parent' : undefined
    default:
      return undefined
  }
}

/**
 * A message with all that a fault does to messages. What is `isolated` is signed anew, but for
 * signatures that are to be wrong; its keys are other ones from the start.
 */
export function tamperBy(
  message: Message,
  { acts, variant }: Pick<Fault, 'acts' | 'variant'>,
  scene: Scene,
  keyOf: KeyOf,
): Message {
  const apply = (before: Message, act: Act) => tamper(before, act, scene)
  const said = acts.filter((act) => speakerOf(act, variant) === scene.speaker)
  const edited = said.filter((act) => !isOfSignatures(act)).reduce(apply, message)
  const signed = variant === 'isolated' && edited !== message ? resign(edited, keyOf) : edited
  return said.filter(isOfSignatures).reduce(apply, signed)
}

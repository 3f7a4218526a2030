import { type DsEdit, editDs, type Fault, type KeyOf, resign } from '../lab/index.ts'
import type { Message, ResourceRecord } from '../message/index.ts'
import type { ServedZone } from '../query/index.ts'
import { RR } from '../rr/index.ts'
import { equalNames } from '../wire/index.ts'

/** A section with the DS records of a zone as the edit has them. */
function withDs(
  records: readonly ResourceRecord[],
  edit: DsEdit,
  { zone, signing }: ServedZone,
): readonly ResourceRecord[] {
  const isDs = ({ owner, type }: ResourceRecord) => type === RR.DS && equalNames(owner, zone.apex)
  const [dnskey] = signing?.signer.keys.secureEntryPoints ?? []
  const first = records.find(isDs)
  if (!first || !dnskey) return records
  const before = records.filter(isDs).map(({ rdata }) => rdata)
  const after = editDs(before, edit, zone.apex, dnskey).map((rdata) => ({ ...first, rdata }))
  return records.flatMap((record) => {
    if (record === first) return after
    return isDs(record) ? [] : [record]
  })
}

/**
 * What a parent says of a zone, with its DS records as a fault has them, and signed by the parent's
 * keys: the parent is in order, and says what it was told.
 */
export function withEditedDs(
  message: Message,
  { acts }: Fault,
  child: ServedZone,
  keyOf: KeyOf,
): Message {
  const edits = acts.flatMap((act) =>
    act.kind === 'ds' && act.edit.kind !== 'strip' ? [act.edit] : [],
  )
  if (edits.length === 0) return message
  const edit = (records: readonly ResourceRecord[]) =>
    edits.reduce((before, one) => withDs(before, one, child), records)
  const { answer, authority } = message
  return resign({ ...message, answer: edit(answer), authority: edit(authority) }, keyOf)
}

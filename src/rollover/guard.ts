import { CodedError } from '../base/index.ts'
import type { Draft, DraftGuard, DraftResult } from '../records/index.ts'
import { RR } from '../rr/index.ts'
import type { Store } from '../store/index.ts'
import { formatName, isSubdomain, type Name, nameKey, parseName } from '../wire/index.ts'
import { readRollover } from './change.ts'
import { rolloverCollection, rolloverFromDocument, rolloverKey } from './document.ts'

/** Owners read at a time. */
const pageItems = 200

/**
 * Keeps TLSA sets that follow certificates from being changed by other ways, unless forced: whoever
 * writes the set writes the document of its owner in the same commit. Given to `records`.
 *
 * @returns what a draft is to be refused with; undefined at once for drafts that cannot concern it
 */
export function tlsaGuard(store: Pick<Store, 'document' | 'documents'>): DraftGuard {
  return (draft, tryOut) => {
    if (draft.force || !mayConcern(draft)) return undefined
    return judge(store, draft, tryOut)
  }
}

function mayConcern({ apex, wish }: Draft): boolean {
  if (wish.kind === 'edit') {
    return wish.edits.some((edit) => edit.type === RR.TLSA || isCut(edit, apex))
  }
  return wish.kind === 'replaceAll' || wish.kind === 'revert' || wish.kind === 'delete'
}

async function judge(
  store: Pick<Store, 'document' | 'documents'>,
  draft: Draft,
  tryOut: (draft: Draft) => Promise<DraftResult>,
): Promise<DraftResult | undefined> {
  const { wish, documents = [] } = draft
  const written = new Set(documents.map(({ document }) => `${document.collection} ${document.key}`))
  const isOwn = (owner: Name) => written.has(`${rolloverCollection} ${rolloverKey(owner)}`)
  const owners = (await ownersOf(store, draft)).filter((owner) => !isOwn(owner))
  const [first] = owners
  if (!first) return undefined
  if (wish.kind === 'delete') return refusal(first)
  const { idempotency: _, documents: __, ...rest } = draft
  const tried = await tryOut({ ...rest, dryRun: true })
  if (tried.kind !== 'done') return undefined
  for (const change of tried.changeSet.changes) {
    const hit = owners.find((owner) => {
      if (change.type === RR.TLSA) return nameKey(owner) === nameKey(change.owner)
      return change.after && isCut(change, draft.apex) && isSubdomain(owner, change.owner)
    })
    if (hit) return refusal(hit)
  }
  return undefined
}

/** Whether something hides what is below it. Beside a DNAME there may be nothing there at all. */
function isCut({ type, owner }: { type: number; owner: Name }, apex: Name): boolean {
  return type === RR.NS && nameKey(owner) !== nameKey(apex)
}

/** Owners that follow certificates and that a draft may be about. */
async function ownersOf(
  store: Pick<Store, 'document' | 'documents'>,
  { apex, wish }: Draft,
): Promise<Name[]> {
  if (wish.kind !== 'edit' || wish.edits.some((edit) => isCut(edit, apex))) {
    return ownersIn(store, apex)
  }
  const owners = new Map(
    wish.edits.flatMap(({ owner, type }) => (type === RR.TLSA ? [[nameKey(owner), owner]] : [])),
  )
  const tracked: Name[] = []
  for (const owner of owners.values()) {
    const { rollover } = await readRollover({ store }, owner)
    if (rollover) tracked.push(owner)
  }
  return tracked
}

async function ownersIn(store: Pick<Store, 'documents'>, apex: Name): Promise<Name[]> {
  const owners: Name[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await store.documents({
      ...{ collection: rolloverCollection, limit: pageItems },
      ...(cursor !== undefined && { cursor }),
    })
    for (const document of items) {
      const owner = parseName(document.key)
      if (isSubdomain(owner, apex) && rolloverFromDocument(document)) owners.push(owner)
    }
    if (next === undefined) return owners
    cursor = next
  }
}

function refusal(owner: Name): DraftResult {
  const text = `Cannot change TLSA records of ${formatName(owner)}: they follow certificates`
  const error = new CodedError('tlsa-tracked', `${text}; use danelaw tlsa, or force`)
  return { kind: 'refused', as: 'conflict', error, findings: [] }
}

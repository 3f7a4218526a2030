import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { DomainRef } from '../provision/index.ts'
import type { Json } from '../rr/index.ts'
import type { Actor, Store } from '../store/index.ts'
import { formatHost } from '../wire/index.ts'
import { type MigrationMemory, noMemory } from './memory.ts'
import { readMemory } from './memory-json.ts'
import type { MigrationReport } from './types.ts'

/** Where the store keeps what was seen of domains. */
const collection = 'seen'
/** How often a report is worked out anew because others were faster. */
const attemptsMax = 8

type MemoryStore = Pick<Store, 'document' | 'commitDocuments'>

/** What was seen of a domain before, and the version that says so. */
export async function recallMemory(
  store: MemoryStore,
  ref: DomainRef,
): Promise<{ readonly memory: MigrationMemory; readonly version: number }> {
  const document = await store.document(collection, keyOf(ref))
  if (!document) return { memory: noMemory, version: 0 }
  return { memory: readMemory(document.value), version: document.version }
}

/**
 * Reports upon what was seen before, and keeps what that becomes. What cannot be kept, or not
 * without an end to others being faster, is not: waits are then told by what is known.
 */
export async function keepMemory(
  store: MemoryStore,
  ref: DomainRef,
  by: { readonly at: UnixSeconds; readonly actor: Actor },
  reportUpon: (memory: MigrationMemory) => MigrationReport,
): Promise<MigrationReport> {
  for (let attempts = 1; ; attempts++) {
    const { memory, version } = await recallMemory(store, ref)
    const report = reportUpon(memory)
    const isOld = essenceOf(report.memory) === essenceOf(memory)
    if (isOld || attempts > attemptsMax) return report
    if (await write(store, ref, report.memory, version, by)) return report
  }
}

/** Whether that is settled: written, or not to be written at all. */
async function write(
  store: MemoryStore,
  ref: DomainRef,
  memory: MigrationMemory,
  version: number,
  { at, actor }: { readonly at: UnixSeconds; readonly actor: Actor },
): Promise<boolean> {
  const key = keyOf(ref)
  const value = memory as unknown as Json
  const document = { collection, key, tenant: ref.tenant, version: version + 1, dueAt: undefined }
  const note = 'Seen from outside'
  const detail = `${formatHost(ref.domain)}: ${note}`
  try {
    const [outcome] = await store.commitDocuments([
      {
        ...{ at, actor },
        writes: [{ expectedVersion: version, document: { ...document, value }, claims: [], note }],
        audit: { at, actor, action: 'domain.seen', apex: undefined, detail },
      },
    ])
    return outcome?.kind === 'done'
  } catch (error) {
    if (error instanceof CodedError) return true
    throw error
  }
}

function keyOf({ tenant, domain }: DomainRef): string {
  return `${tenant}/${formatHost(domain)}`
}

/**
 * A memory without the times that follow from the next look: what is current ends in caches so
 * long after it was seen last. A look that sees nothing new writes nothing.
 */
function essenceOf({ mxSets, policies, lastPolicy, metHosts }: MigrationMemory): string {
  const timeless = <T extends { readonly isCurrent: boolean; readonly until: UnixSeconds }>(
    seen: readonly T[],
  ) => seen.map((one) => (one.isCurrent ? { ...one, until: 0 } : one))
  return JSON.stringify([timeless(mxSets), timeless(policies), lastPolicy, metHosts])
}

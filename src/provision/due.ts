import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { Draft } from '../records/index.ts'
import type { StoredDocument } from '../store/index.ts'
import { formatHost, type Name, parentName } from '../wire/index.ts'
import {
  domainCollection,
  domainFromDocument,
  domainKey,
  domainWrite,
  dueAtOf,
} from './domain-document.ts'
import { hostRemoval } from './host-records.ts'
import { legacyWish } from './legacy.ts'
import { type Decision, perform } from './perform.ts'
import { readDomain, subjectOf } from './read.ts'
import { deeds } from './refusals.ts'
import { restoring } from './restore.ts'
import { dueOf, gone, legacyLabels } from './states.ts'
import type { Domain, DomainRef } from './types.ts'
import { system, type World } from './world.ts'

/** Domains whose changes share flushes. */
const together = 64
/** Seconds after which what could not be done is tried again, the first time. */
const retrySecondsMin = 60
/** Characters of a note. */
const noteMax = 1000

/** Does what is due, at most for so many domains; how many of them it was done for. */
export async function runDue(world: World, limit: number): Promise<number> {
  const { store, clock, onFault } = world
  let count = 0
  const documents = await store
    .dueDocuments(domainCollection, clock.now(), limit)
    .catch((error: unknown) => {
      if (!(error instanceof CodedError)) throw error
      onFault(error)
      return []
    })
  for (let at = 0; at < documents.length; at += together) {
    const part = documents.slice(at, at + together)
    const results = await Promise.all(part.map((document) => doDue(world, document)))
    count += results.filter((isDone) => isDone).length
  }
  return count
}

async function doDue(world: World, document: StoredDocument): Promise<boolean> {
  const ref = refOf(world, document)
  if (!ref) return false
  const task = {
    ...{ deed: deeds.due, subject: subjectOf(ref), turn: domainKey(ref), actor: system },
  }
  const result = await perform(world, task, async () => ending(world, await readDomain(world, ref)))
  if (result.kind === 'done') return result.changed
  world.onFault(result.error)
  await perform(world, task, async () =>
    postponing(world, await readDomain(world, ref), result.error),
  )
  return false
}

function refOf({ onFault }: World, document: StoredDocument): DomainRef | undefined {
  try {
    return domainFromDocument(document)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    onFault(error)
    return undefined
  }
}

async function ending(world: World, domain: Domain | undefined): Promise<Decision<unknown>> {
  const due = domain && dueOf(domain, world.clock.now())
  if (!due) return { kind: 'settled', value: undefined }
  if (due === 'return' && world.settings.legacyZone) return restoring(world, domain)
  const what = due === 'host' ? 'host' : 'legacy'
  const { host } = domain
  const after = gone(domain, what)
  const { zone, note } =
    what === 'host' && host ? await hostEnd(world, host) : legacyEnd(world, domain)
  return { kind: 'change', value: after, documents: [domainWrite(after, note)], zone, note }
}

interface End {
  readonly zone: Pick<Draft, 'apex' | 'wish'> | undefined
  readonly note: string
}

/** A host goes, or went with its zone: then the domain is free to have another elsewhere. */
async function hostEnd({ store }: World, host: Name): Promise<End> {
  const apex = parentName(host)
  const wish = { kind: 'edit', edits: [hostRemoval(host)] } as const
  const zone = (await store.zone(apex)) ? { apex, wish } : undefined
  return { zone, note: `Gone${zone ? '' : ' with its zone'}: ${formatHost(host)}` }
}

function legacyEnd(world: World, domain: Domain): End {
  const labels = legacyLabels(domain).join(', ')
  return { zone: legacyWish(world, domain, false), note: `Gone: host of before, ${labels}` }
}

/** Comes back to it after a while that doubles, so that it does not keep others from their turn. */
function postponing(
  { clock }: World,
  domain: Domain | undefined,
  error: CodedError,
): Decision<unknown> {
  const now = clock.now()
  if (!domain || !dueOf(domain, now)) return { kind: 'settled', value: undefined }
  const late = now - (dueAtOf(domain) ?? now)
  const again = (now + Math.max(retrySecondsMin, late)) as UnixSeconds
  const note = `Put off: ${error.message}`.slice(0, noteMax)
  const documents = [domainWrite(domain, note, again)]
  return { kind: 'change', value: undefined, documents, zone: undefined, note }
}

import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { Actor, DocumentWrite } from '../store/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { attemptsMax, demandRollover, readRollover, type Task } from './change.ts'
import { forgottenWrite, rolloverWrite } from './document.ts'
import type { Rollover } from './types.ts'
import { type RolloverOptions, system } from './world.ts'

/** When an owner without a zone is seen to again: somebody may bring the zone back. */
const putOffSeconds = 86_400

/** Stops following certificates. What is published stays; the zone may be gone. */
export async function forget(
  world: RolloverOptions,
  { owner, actor, note }: Pick<Task, 'owner' | 'actor' | 'note'>,
): Promise<void> {
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const rollover = await demandRollover(world, owner)
    const write = forgottenWrite(rollover, note)
    if (await writeAlone(world, rollover, write, actor)) return
  }
  const text = `Cannot forget ${formatName(owner)}: others were faster ${attemptsMax} times`
  throw new CodedError('zone-busy', text)
}

/** Puts an owner off whose zone is gone, or another tenant's by now; tells whether that is so. */
export async function putOff(world: RolloverOptions, owner: Name): Promise<boolean> {
  const { rollover } = await readRollover(world, owner)
  if (!rollover) return false
  const zone = await world.store.zone(rollover.zone)
  if (zone?.tenant === rollover.tenant) return false
  const dueAt = (world.clock.now() + putOffSeconds) as UnixSeconds
  const write = rolloverWrite(rollover, dueAt, 'Put off: its zone is gone')
  // Whoever was faster has seen to it.
  await writeAlone(world, rollover, write, system)
  return true
}

/** Writes the document of an owner without its zone; false where somebody else was faster. */
async function writeAlone(
  { store, clock }: RolloverOptions,
  { zone }: Rollover,
  write: DocumentWrite,
  actor: Actor,
): Promise<boolean> {
  const at = clock.now()
  const detail = `${write.document.key}: ${write.note}`
  const audit = { at, actor, action: 'tlsa.change', apex: zone, detail }
  const [outcome] = await store.commitDocuments([{ writes: [write], at, actor, audit }])
  return outcome?.kind === 'done'
}

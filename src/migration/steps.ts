import { disableSteps } from './disable-steps.ts'
import { enableSteps } from './enable-steps.ts'
import { type MigrationMemory, remember } from './memory.ts'
import {
  defaultMigrationSettings,
  type MigrationSettings,
  type Step,
  sceneOf,
  signedRecords,
} from './scene.ts'
import { dnssecStatus } from './status.ts'
import type {
  Direction,
  ExpectedDomain,
  MigrationReport,
  MigrationStep,
  ObservedDomain,
} from './types.ts'

const ways: Readonly<Record<Direction, readonly Step[]>> = {
  enable: enableSteps,
  disable: disableSteps,
}

/** Of steps behind the one that cannot see the domain: no MX record seen is not none there. */
const unseen = 'Nothing can be told while the MX records cannot be seen'

/**
 * Tells where a domain stands on its way, from what is seen of it now and what was seen before.
 * Pure. Each step says of itself whether it is done; the first that is not is the place, and
 * whatever is open behind it is for later, so that nothing is advised that rests on what is not
 * there yet.
 *
 * @param memory what the report before gave, or `noMemory`
 * @param direction undefined: where the domain seems to be going
 */
export function migrationReport(
  expected: ExpectedDomain,
  observed: ObservedDomain,
  memory: MigrationMemory,
  settings: Partial<MigrationSettings> = {},
  direction: Direction = directionOf(expected, observed),
): MigrationReport {
  const known = remember(memory, observed)
  const bounds = { ...defaultMigrationSettings, ...settings }
  const scene = sceneOf(expected, observed, known, bounds)
  const isBlind = observed.mx.kind === 'failed' || observed.mx.kind === 'skipped'
  let next: MigrationStep | undefined
  const steps = ways[direction].map(({ id, title, look }): MigrationStep => {
    const { state, text, until, codes = [] } = look(scene)
    const isOpen = state !== 'done' && state !== 'skipped'
    if (isBlind && next) {
      return { id, title, state: 'later', text: unseen, until: undefined, codes: [] }
    }
    if (isOpen && next) return { id, title, state: 'later', text, until: undefined, codes: [] }
    const step = { id, title, state, text, until, codes }
    if (isOpen) next = step
    return step
  })
  const status = dnssecStatus(expected, observed)
  return { name: expected.name, at: observed.at, direction, steps, next, status, memory: known }
}

/**
 * Where a domain seems to be going. With DNSSEC on it is the way there, since nobody wants to stay
 * in the middle; the way back begins by saying so. What is left of it shows by itself: DNSSEC off,
 * and the signed host still held, or still an MX host.
 */
function directionOf(expected: ExpectedDomain, observed: ObservedDomain): Direction {
  const { domain } = expected
  if (domain?.dnssec.kind === 'on') return 'enable'
  if (domain?.dnssec.kind === 'ending') return 'disable'
  return signedRecords(expected, observed).length > 0 ? 'disable' : 'enable'
}

import type { Change, Zone } from '../zone/index.ts'
import type { Plan, Step } from './plan.ts'

/**
 * Plans applied to a live zone to be looked at, and to be taken back before anybody else gets to
 * see them: nothing between the first `apply` and `takeBack` may wait. RRsets come and go with
 * their signatures, so those made for the look serve afterwards, and those of before are not lost.
 */
export class Trial {
  readonly zone: Zone
  readonly #undo: (readonly Change[])[] = []

  constructor(zone: Zone) {
    this.zone = zone
  }

  /** Applies a plan upon those before it. */
  apply({ steps }: Plan): void {
    this.#undo.push(backward(this.zone, steps))
    this.zone.apply(forward(steps))
  }

  /** Takes back the plan that was applied last. */
  takeBackLast(): void {
    const changes = this.#undo.pop()
    if (changes) this.zone.apply(changes)
  }

  /** Takes back all. */
  takeBack(): void {
    while (this.#undo.length > 0) this.takeBackLast()
  }
}

/** What brings back what is there now. */
function backward(zone: Zone, steps: readonly Step[]): Change[] {
  const changes: Change[] = []
  for (const { ownerKey, served } of steps) {
    if (!served) continue
    const { owner, type } = served
    changes.push({ owner, type, rrset: zone.ownRRset(ownerKey, type) })
  }
  return changes
}

/** What a plan puts and removes. */
export function forward(steps: readonly Step[]): Change[] {
  const changes: Change[] = []
  for (const { served } of steps) if (served) changes.push(served)
  return changes
}

import type { Clock, Timers } from '../base/index.ts'
import { absentZone, type Injection, Ledger, type LedgerOptions } from '../overlay/index.ts'
import { formatName, lowerName, type Name } from '../wire/index.ts'
import type { World } from '../world/index.ts'

/**
 * What is at work in a world, from the start and by injection. Zones that are as they were made to
 * be have nothing to heal.
 */
export function worldLedger(
  world: World,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  onChange: LedgerOptions['onChange'],
): Ledger {
  const since = clock.now()
  const initial = [...world.zones.values()].flatMap(({ apex, faults }) =>
    faults
      .filter(({ fault }) => fault.acts.length > 0)
      .map(({ fault, at }): Injection => ({ apex, fault, at, since, until: undefined })),
  )
  const open = (apex: Name): void => {
    if (!world.zones.has(formatName(lowerName(apex)))) throw absentZone(apex)
  }
  const ledger = new Ledger(
    {
      ...{ clock, timers, open },
      admit: ({ apex }) => open(apex),
      onChange(injection, became) {
        const { apex } = injection
        const faults = ledger.of(apex).map(({ fault, at }) => ({ fault, ...(at && { at }) }))
        world.setFaults(apex, faults)
        onChange(injection, became)
      },
    },
    initial,
  )
  return ledger
}

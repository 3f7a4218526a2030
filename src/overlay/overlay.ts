import { CodedError } from '../base/index.ts'
import type { CarriedFault } from '../lab/index.ts'
import type { ServedZone } from '../query/index.ts'
import type { Respond } from '../server/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import { checkFit } from './fit.ts'
import {
  absentZone,
  type Injection,
  type InjectionWish,
  Ledger,
  type LedgerOptions,
} from './ledger.ts'
import { parentOf } from './scene.ts'
import { tampered } from './tampered.ts'

/** What an overlay needs. */
export interface OverlayOptions extends Pick<LedgerOptions, 'clock' | 'timers' | 'onChange'> {
  /** Zones that may be broken. */
  readonly allowed: readonly Name[]
  readonly zones: ZoneTable<ServedZone>
}

/** Faults at work on zones that are served. */
export interface Overlay {
  readonly ledger: Ledger
  /** Puts what is at work between an honest server and its clients. One Map is looked at. */
  over(honest: Respond): Respond
}

/**
 * Opens an overlay. Wishes are refused with `lab-zone-closed`, `zone-absent` or `lab-fault-unfit`.
 */
export function openOverlay(options: OverlayOptions): Overlay {
  const { allowed, zones, clock, timers } = options
  const listed = new Set(allowed.map((apex) => nameKey(apex)))
  const atWork = new Map<NameKey, readonly CarriedFault[]>()
  const open = (apex: Name): void => {
    if (listed.has(nameKey(apex))) return
    const why = 'lab.inject of the configuration does not list it'
    throw new CodedError('lab-zone-closed', `Cannot break ${formatName(apex)}: ${why}`)
  }
  const admit = ({ apex, fault, at }: InjectionWish): void => {
    open(apex)
    const served = zones.get(nameKey(apex))
    if (!served) throw absentZone(apex)
    checkFit(carried({ fault, at }), served, parentOf(served, zones))
  }
  const onChange: LedgerOptions['onChange'] = (injection, became) => {
    const faults = ledger.of(injection.apex).map(carried)
    if (faults.length === 0) atWork.delete(nameKey(injection.apex))
    else atWork.set(nameKey(injection.apex), faults)
    options.onChange(injection, became)
  }
  const ledger = new Ledger({ clock, timers, admit, open, onChange })
  return {
    ledger,
    over: (honest) => (query, out, via) =>
      atWork.size === 0
        ? honest(query, out, via)
        : tampered(query, out, via, { honest, zones, now: clock.now(), faults: atWork }),
  }
}

function carried({ fault, at }: Pick<Injection, 'fault' | 'at'>): CarriedFault {
  return at ? { fault, at } : { fault }
}

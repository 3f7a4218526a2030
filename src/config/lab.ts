import { CodedError } from '../base/index.ts'
import { type Name, parseName } from '../wire/index.ts'
import type { LabConfig } from './config.ts'
import { isEmpty, refuse, report, type Setting, section, valueAt } from './setting.ts'
import { itemsOf, onOff } from './values.ts'

/** A list of zones; one may stand without the list. */
const zoneNames: Setting<readonly Name[]> = (spot, current) => {
  if (isEmpty(spot)) return current
  return itemsOf(spot).flatMap((item) => {
    const value = valueAt(item)
    if (typeof value !== 'string') {
      refuse(item, 'the name of a zone')
      return []
    }
    try {
      return [parseName(value)]
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      report(item, error.code, error.message)
      return []
    }
  })
}

/** Which zones may be broken on purpose. */
export const lab: Setting<LabConfig> = section<LabConfig>({ inject: zoneNames, allowRemote: onOff })

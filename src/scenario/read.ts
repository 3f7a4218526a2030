import {
  integer,
  itemsOf,
  type ParseConfigOptions,
  type ReadText,
  readText,
  type Setting,
  section,
  valueAt,
} from '../config/index.ts'
import { catalogue } from '../lab/index.ts'
import type { Addresses, Scenario } from './types.ts'
import { faultList, loopback, loopbacks, textAt } from './values.ts'
import { zones } from './zone.ts'

/** What a lab is where nothing is said: all there is. */
export const defaultScenario: Scenario = {
  seed: 'danelaw',
  faults: catalogue,
  mail: 'all',
  port: undefined,
  addresses: {
    root: '127.53.0.1',
    parents: '127.53.0.2',
    faults: ['127.53.0.3', '127.53.0.4'],
    mail: '127.53.0.5',
    front: '127.0.0.1',
  },
  zones: [],
}

const seed: Setting<string> = (spot, current) =>
  textAt(spot, 'a text that everything random comes of') ?? current

/** `all`, `none`, or a list of ids. */
const mail: Setting<Scenario['mail']> = (spot) => {
  const value = valueAt(spot)
  if (value === 'all') return 'all'
  if (value === 'none' || value === false) return []
  return itemsOf(spot).flatMap((item) => textAt(item, 'the id of a mail case') ?? [])
}

/** 0, or nothing, leaves the choice to the lab. */
const port: Setting<number | undefined> = (spot, current) =>
  integer(1, 65_535)(spot, current ?? 0) || current

const scenario = section<Scenario>({
  seed,
  faults: faultList,
  mail,
  port,
  addresses: section<Addresses>({
    root: loopback,
    parents: loopback,
    faults: loopbacks,
    mail: loopback,
    front: loopback,
  }),
  zones,
})

/**
 * Reads a scenario. Never throws on account of the text: every error is a finding with its place,
 * and with any of them there is no scenario. An empty text is all of the catalogue.
 */
export function parseScenario(text: string, options: ParseConfigOptions): ReadText<Scenario> {
  return readText(text, options, (spot) => scenario(spot, defaultScenario))
}

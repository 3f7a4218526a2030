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
import type { Scenario } from './types.ts'
import { faultList, loopback, textAt } from './values.ts'
import { zones } from './zone.ts'

/** What a lab is where nothing is said: all there is. */
export const defaultScenario: Scenario = {
  seed: 'danelaw',
  faults: catalogue,
  mail: 'all',
  port: undefined,
  front: '127.0.0.1',
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
  front: loopback,
  zones,
})

/**
 * Reads a scenario. Never throws on account of the text: every error is a finding with its place,
 * and with any of them there is no scenario. An empty text is all of the catalogue.
 */
export function parseScenario(text: string, options: ParseConfigOptions): ReadText<Scenario> {
  return readText(text, options, (spot) => scenario(spot, defaultScenario))
}

import {
  integer,
  type ParseConfigOptions,
  type ReadText,
  readText,
  type Setting,
  section,
} from '../config/index.ts'
import { catalogue } from '../lab/index.ts'
import { mailCases } from '../post/index.ts'
import type { Scenario } from './types.ts'
import { faultList, loopback, mailList, textAt } from './values.ts'
import { zones } from './zone.ts'

/** What a lab is where nothing is said: all there is. */
export const defaultScenario: Scenario = {
  seed: 'danelaw',
  faults: catalogue,
  mail: mailCases,
  port: undefined,
  front: '127.0.0.1',
  zones: [],
}

const seed: Setting<string> = (spot, current) =>
  textAt(spot, 'a text that everything random comes of') ?? current

const port: Setting<number | undefined> = (spot, current) =>
  integer(1, 65_535)(spot, current ?? 0) || current

const scenario = section<Scenario>({
  seed,
  faults: faultList,
  mail: mailList,
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

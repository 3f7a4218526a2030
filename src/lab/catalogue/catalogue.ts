import type { Fault } from '../types.ts'
import { server } from './server.ts'
import { testbed } from './testbed.ts'
import { testbedLater } from './testbed-later.ts'
import { validator } from './validator.ts'

/** Every fault, in the order in which they are listed and verified. */
export const catalogue: readonly Fault[] = [...testbed, ...testbedLater, ...validator, ...server]

const byId = new Map(catalogue.map((fault) => [fault.id, fault]))

/** The fault of an id, or undefined when there is none. O(1). */
export function faultById(id: string): Fault | undefined {
  return byId.get(id)
}

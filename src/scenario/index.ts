/**
 * scenario: what a lab is made of, as people write it.
 *
 *     scenario.yaml → Scenario → worldSpec → world
 *
 * In goes a text: a seed, which faults of the catalogue get zones of their own, which mail cases,
 * and zones of any name that carry faults, as a whole, at a name, or at a name and type, with
 * clocks of their own. Out comes a `WorldSpec`, or findings, each with line and column. It is read
 * by the settings of `config`, so that both texts are strict about the same things.
 *
 * Invariants: pure; every setting has a default, and an empty text is the whole catalogue; no
 * address but those of loopback.
 */

export { type Cases, findCases, findFault, findFaults } from './faults.ts'
export { defaultScenario, parseScenario } from './read.ts'
export { worldSpec } from './spec.ts'
export type { Scenario } from './types.ts'

/** Rows of the catalogue of faults, each played by a whole check: see cases/lookups.ts. */
import t from 'tap'
import { lookupCases } from './cases/lookups.ts'
import { play } from './cases/play.ts'

play(t, lookupCases)

/** Rows of the catalogue of faults, each played by a whole check: see cases/sts.ts. */
import t from 'tap'
import { play } from './cases/play.ts'
import { stsCases } from './cases/sts.ts'

play(t, stsCases)

/** Rows of the catalogue of faults, each played by a whole check: see cases/sessions.ts. */
import t from 'tap'
import { play } from './cases/play.ts'
import { sessionCases } from './cases/sessions.ts'

play(t, sessionCases)

/** Rows of the catalogue of faults, each played by a whole check: see cases/tlsa.ts. */
import t from 'tap'
import { play } from './cases/play.ts'
import { tlsaCases } from './cases/tlsa.ts'

play(t, tlsaCases)

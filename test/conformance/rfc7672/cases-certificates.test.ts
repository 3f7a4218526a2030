/** Rows of the catalogue of faults, each played by a whole check: see cases/certificates.ts. */
import t from 'tap'
import { certificateCases } from './cases/certificates.ts'
import { play } from './cases/play.ts'

play(t, certificateCases)

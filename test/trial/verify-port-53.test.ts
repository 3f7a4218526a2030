/** The same at port 53, where a network of its own can be had: nothing has to be told of ports. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { catalogue } from '../../src/lab/index.ts'
import { inOwnNetwork } from '../support/peers/own-network.ts'
import { findProgram } from '../support/peers/programs.ts'
import { trial } from '../support/trials.ts'

await inOwnNetwork(t, fileURLToPath(import.meta.url), [], () => {
  execFileSync(findProgram('ip') ?? 'ip', ['link', 'set', 'lo', 'up'])
  t.test('every case, at the addresses of the servers', async (t) => {
    const results = await trial(t, { port: 53 })
    t.equal(results.length, catalogue.length)
  })
})

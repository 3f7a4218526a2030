/** Equal specs give equal octets, in whatever process. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const script = join(import.meta.dirname, '..', 'support', 'world-digest.js')

async function digestOf(seed: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, seed])
  return stdout
}

t.test('two processes hear the same of one seed, and other things of another', async (t) => {
  const one = await digestOf('one')
  t.match(one, /^[0-9a-f]{64}$/)
  t.equal(await digestOf('one'), one)
  t.not(await digestOf('another'), one)
})

/** The same seed, clock and zones give the same octets: again, and in another process. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { catalogue } from '../../src/lab/index.ts'
import { worldDigests } from '../support/world-octets.ts'

const run = promisify(execFile)
const child = fileURLToPath(new URL('octets-child.js', import.meta.url))

/** A bound against hanging, not a measure. */
const timeout = 240_000

/** What a process of its own finds. Neither its time zone nor its language matters. */
async function elsewhere(seed: string): Promise<unknown> {
  const env = { ...process.env, TZ: 'Pacific/Auckland', LANG: 'C' }
  const { stdout } = await run(process.execPath, [child, seed], { env })
  return JSON.parse(stdout)
}

t.test('equal worlds say equal octets', { timeout }, async (t) => {
  const there = elsewhere('seed')
  const here = [...worldDigests('seed')]
  t.ok(here.length > catalogue.length)
  t.strictSame([...worldDigests('seed')], here, 'twice in a row')
  t.strictSame(await there, here, 'in another process')
})

t.test('keys are of the seed', async (t) => {
  const faults = catalogue.filter(({ id }) => id === 'valid' || id === 'unsigned')
  const one = worldDigests('seed', faults)
  const other = worldDigests('another seed', faults)
  t.strictSame([...other.keys()], [...one.keys()])
  for (const apex of ['anchor', '.', 'test.', 'lab.test.', 'valid.lab.test.']) {
    t.not(other.get(apex), one.get(apex), apex)
  }
  t.equal(other.get('unsigned.lab.test.'), one.get('unsigned.lab.test.'), 'without, nothing is')
})

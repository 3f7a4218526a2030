import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { runScenario } from '../../src/rolling/index.ts'
import { danelawProgram } from '../support/peers/paths.ts'
import { runProgram } from '../support/peers/programs.ts'

t.setTimeout(180_000)

const directory = 'examples/rolling'
const files = readdirSync(directory).map((name) => `${directory}/${name}`)

async function played(file: string, seed?: string): Promise<string> {
  const report = await runScenario(readFileSync(file, 'utf8'), { file, ...(seed && { seed }) })
  return JSON.stringify(report)
}

t.test(
  'runScenario: the same file and seed, the same octets: twice, and in two processes',
  async (t) => {
    const here = []
    for (const file of files) here.push(await played(file))
    for (const [at, file] of files.entries()) t.equal(await played(file), here[at], file)
    const args = [danelawProgram(), 'lab', 'play', '--json', ...files]
    for (const which of ['one', 'another']) {
      const { status, stdout } = await runProgram(process.execPath, args)
      t.equal(status, 0)
      t.same(stdout.trimEnd().split('\n'), here, `${which} process`)
    }
  },
)

t.test('runScenario: another seed, other octets, and the same lesson', async (t) => {
  for (const file of files) {
    const [one, other] = [await played(file), await played(file, 'another')].map((text) => {
      return JSON.parse(text) as { readonly digest: string; readonly passed: boolean }
    })
    t.ok(other?.passed, file)
    t.match(other?.digest, /^[0-9a-f]{64}$/)
    t.not(one?.digest, other?.digest)
  }
})

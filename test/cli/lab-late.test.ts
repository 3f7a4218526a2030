/** A server without a lab does not load the rooms of the lab (decision 21). */
import { join } from 'node:path'
import t from 'tap'
import { danelawProgram } from '../support/peers/paths.ts'
import { runProgram } from '../support/peers/programs.ts'

const rooms = ['lab', 'world', 'trial', 'post', 'rolling', 'scenario', 'overlay']

const dataUrl = (script: string) => `data:text/javascript,${encodeURIComponent(script)}`

/** Writes the address of each module as it is loaded. */
const hook = dataUrl(`import { writeSync } from 'node:fs'
export function load(url, context, next) {
  writeSync(2, url + '\\n')
  return next(url, context)
}`)

/** Rooms of src that a run of danelaw loads. */
async function loadedBy(...args: readonly string[]): Promise<ReadonlySet<string>> {
  const register = dataUrl(`import { register } from 'node:module'
register(${JSON.stringify(hook)})`)
  const { stderr } = await runProgram(process.execPath, [
    '--import',
    register,
    danelawProgram(),
    ...args,
  ])
  return new Set([...stderr.matchAll(/\/src\/([a-z]+)\//g)].map(([, room = '']) => room))
}

t.test('a server loads nothing of the lab', async (t) => {
  // It ends by itself: it has nothing to serve.
  const path = t.testdir({ 'danelaw.yaml': 'zones: { files: { example.test: none.zone } }\n' })
  const loaded = await loadedBy('serve', '--config', join(path, 'danelaw.yaml'))
  t.ok(loaded.has('server') && loaded.has('query'), 'the rooms of the server are seen')
  t.same(
    rooms.filter((room) => loaded.has(room)),
    [],
  )
})

t.test('the commands of the lab load it', async (t) => {
  const loaded = await loadedBy('lab', 'list')
  t.ok(loaded.has('lab') && loaded.has('scenario'))
})

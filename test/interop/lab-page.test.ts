import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { inOwnNetwork, prepareNetwork } from '../support/peers/own-network.ts'
import { begin, finished, openTerminal } from '../support/terminal.ts'

/*
 * Must be shown: whoever does what docs/lab.md says sees what docs/lab.md shows. Its commands are
 * run as they stand there, in a shell, in an empty directory.
 */

/** A command of the page, and the lines that it is said to write. */
interface Step {
  readonly command: string
  readonly lines: readonly string[]
}

/** What the `console` blocks of a page show. */
function stepsOf(page: string): readonly Step[] {
  const blocks = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)]
  const text = blocks.map(([, block = '']) => block).join('')
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...lines] = step.split('\n')
      return { command, lines: lines.filter((line) => line !== '' && line !== '…') }
    })
}

/** A line without what differs from run to run. */
function told(line: string): string {
  return line
    .replace(/\bid: \d+/, 'id')
    .replace(/up in [\d.]+ s/, 'up')
    .replace(/\d+ zones/, 'zones')
    .replace(/until \S+Z/, 'until then')
    .trimEnd()
}

/** What runs until it is told to stop, and what it writes when it can be asked. */
const daemons: readonly (readonly [command: RegExp, ready: RegExp])[] = [
  [/^danelaw lab up/, /Ctrl-C ends all of it/],
  [/^unbound -d/, /start of service/],
]

await inOwnNetwork(t, import.meta.filename, ['unbound', 'dig', 'delv'], () => {
  t.test('docs/lab.md: its commands do what it says', async (t) => {
    prepareNetwork(t)
    const terminal = openTerminal(t)
    const steps = stepsOf(readFileSync('docs/lab.md', 'utf8'))
    t.ok(steps.length >= 9, `${steps.length} commands are shown`)
    for (const { command, lines } of steps) {
      const daemon = daemons.find(([pattern]) => pattern.test(command))
      const output = daemon
        ? (await begin(t, command, daemon[1], terminal)).output()
        : await finished(command, terminal)
      const written = output.split('\n').map(told)
      for (const line of lines) t.ok(written.includes(told(line)), `${command}: ${line}\n${output}`)
    }
  })

  t.test('docs/lab.md: nothing stays behind but what was asked for', async (t) => {
    const terminal = openTerminal(t)
    mkdirSync(join(terminal.cwd, 'state'))
    const lab = await begin(t, 'danelaw lab up', /Ctrl-C ends all of it/, terminal)
    await lab.end()
    const left = await finished('ls -A . state', terminal)
    t.equal(left, '.:\nstate\n\nstate:\n', 'what was there stays')
  })
})

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { inOwnNetwork, prepareNetwork } from '../support/peers/own-network.ts'

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

/** An empty directory in which `danelaw` is a command. */
function terminal(t: Test): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const cwd = temporaryDirectory(t)
  const bin = temporaryDirectory(t)
  const main = resolve(import.meta.dirname, '../../src/main.js')
  const program = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`
  writeFileSync(join(bin, 'danelaw'), program, { mode: 0o755 })
  const PATH = [bin, process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter)
  return { cwd, env: { ...process.env, PATH } }
}

/** Starts a program and waits until it can be asked; says how to end it. */
async function begin(t: Test, command: string, ready: RegExp, where: ReturnType<typeof terminal>) {
  const child = spawn('sh', ['-c', `exec ${command}`], {
    ...where,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  await new Promise<void>((done) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString()
      if (ready.test(output)) done()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', () => done())
  })
  t.equal(child.exitCode, null, `${command} runs: ${output}`)
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT')
      await once(child, 'exit')
    }
  }
  return { output, end }
}

/** What a command writes, however it ends. */
function finished(command: string, where: ReturnType<typeof terminal>): Promise<string> {
  return new Promise((done) => {
    execFile('sh', ['-c', command], where, (_, stdout, stderr) => done(stdout + stderr))
  })
}

await inOwnNetwork(t, import.meta.filename, ['unbound', 'dig', 'delv'], () => {
  t.test('docs/lab.md: its commands do what it says', async (t) => {
    prepareNetwork(t)
    const where = terminal(t)
    const ends: (() => Promise<void>)[] = []
    t.teardown(async () => {
      for (const end of ends.reverse()) await end()
    })
    const steps = stepsOf(readFileSync('docs/lab.md', 'utf8'))
    t.ok(steps.length >= 9, `${steps.length} commands are shown`)
    for (const { command, lines } of steps) {
      const daemon = daemons.find(([pattern]) => pattern.test(command))
      let output: string
      if (daemon) {
        const begun = await begin(t, command, daemon[1], where)
        ends.push(begun.end)
        output = begun.output
      } else {
        output = await finished(command, where)
      }
      const written = output.split('\n').map(told)
      for (const line of lines) t.ok(written.includes(told(line)), `${command}: ${line}\n${output}`)
    }
  })

  t.test('docs/lab.md: nothing stays behind but what was asked for', async (t) => {
    const where = terminal(t)
    mkdirSync(join(where.cwd, 'state'))
    const { end } = await begin(t, 'danelaw lab up', /Ctrl-C ends all of it/, where)
    await end()
    t.equal(await finished('ls -A . state', where), '.:\nstate\n\nstate:\n', 'what was there stays')
  })
})

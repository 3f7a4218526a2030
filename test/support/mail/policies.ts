import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Test } from 'tap'
import { danelawProgram } from '../peers/paths.ts'
import { followLog } from './log-stream.ts'

/** A `danelaw policy-server` that runs. */
export interface PolicyProcess {
  readonly port: number
  /** What it answers to a key at first: `dane-only`, `temporary`. Waits until it has. */
  answer(key: string): Promise<string>
  /** Ends it as an operator would, and gives its exit status. */
  stop(): Promise<number | null>
}

/** Starts `danelaw policy-server` at a free port of loopback. It is ended with the test. */
export async function startPolicyProcess(t: Test, args: readonly string[]): Promise<PolicyProcess> {
  const command = [danelawProgram(), 'policy-server', '--listen', '127.0.0.1:0', '--json']
  const child = spawn(process.execPath, [...command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = followLog(child.stdout)
  const errors = followLog(child.stderr)
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    return child.exitCode
  }
  t.teardown(async () => {
    await stop()
    if (!t.passing()) t.comment(`log of the policy server:\n${output.text()}\n${errors.text()}`)
  })
  const ready = JSON.parse((await output.line(/^\{"event":"ready"/)).input) as Ready
  return {
    port: ready.listen.port,
    stop,
    async answer(key) {
      const literally = key.replace(/[^\w-]/g, '\\$&')
      const told = await errors.line(new RegExp(`"key":"${literally}",`))
      const { answer, value } = JSON.parse(told.input) as Answer
      return value ?? answer
    },
  }
}

interface Ready {
  readonly listen: { readonly port: number }
}

interface Answer {
  readonly answer: string
  readonly value?: string
}

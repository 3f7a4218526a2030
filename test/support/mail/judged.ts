import { systemClock } from '../../../src/base/index.ts'
import { runCli } from '../../../src/cli/index.ts'
import { makeWorld, type Outcome } from '../world.ts'
import type { Trust } from './finger.ts'

/** What `danelaw check` makes of a domain. */
export interface Judged extends Outcome {
  readonly trust: Trust | undefined
}

/** How `danelaw check` names what `posttls-finger` has other words for. */
const trusts: Readonly<Record<string, Trust>> = {
  dane: 'authenticated',
  encrypted: 'encrypted',
  opportunistic: 'encrypted',
  cleartext: 'clear',
}

/** Runs `danelaw check` by the rules of RFC 7672, now. */
export async function judge(domain: string, args: readonly string[]): Promise<Judged> {
  const { io, out, err } = makeWorld('/')
  const command = ['check', domain, '--json', '--profile', 'rfc', ...args]
  const present = { clock: systemClock, monotonicMs: () => performance.now() }
  const code = await runCli(command, '1.2.3', { ...io, ...present })
  return { code, out: out(), err: err(), trust: trustOf(out()) }
}

function trustOf(output: string): Trust | undefined {
  const { verdicts } = JSON.parse(output) as Report
  const { outcome, protection } = verdicts.rfc
  return outcome === 'delivers' ? trusts[protection] : 'refused'
}

interface Report {
  readonly verdicts: { readonly rfc: { readonly outcome: string; readonly protection: string } }
}

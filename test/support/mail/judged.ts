import { danelawProgram } from '../peers/paths.ts'
import { type Finished, runProgram } from '../peers/programs.ts'
import type { Trust } from './finger.ts'

/** What `danelaw check` makes of a domain. */
export interface Judged extends Finished {
  readonly trust: Trust | undefined
}

/** How `danelaw check` names what `posttls-finger` has other words for. */
const trusts: Readonly<Record<string, Trust>> = {
  dane: 'authenticated',
  encrypted: 'encrypted',
  opportunistic: 'encrypted',
  cleartext: 'clear',
}

/** Runs `danelaw check` by the rules of RFC 7672. */
export async function judge(domain: string, args: readonly string[]): Promise<Judged> {
  const command = [danelawProgram(), 'check', domain, '--json', '--profile', 'rfc', ...args]
  const finished = await runProgram(process.execPath, command)
  return { ...finished, trust: trustOf(finished.stdout) }
}

function trustOf(output: string): Trust | undefined {
  const { verdicts } = JSON.parse(output) as Report
  const { outcome, protection } = verdicts.rfc
  return outcome === 'delivers' ? trusts[protection] : 'refused'
}

interface Report {
  readonly verdicts: { readonly rfc: { readonly outcome: string; readonly protection: string } }
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UnixSeconds } from '../../../src/base/index.ts'
import { runCli } from '../../../src/cli/index.ts'
import { formatRdata, RR } from '../../../src/rr/index.ts'
import { testTime } from '../served-zone.ts'
import { makeWorld, type Outcome, type World } from '../world.ts'
import type { MailLab } from './lab.ts'

/** A command line's view of a lab: its files, its time, and the options that lead into it. */
export interface LabDesk {
  readonly directory: string
  /** `--iterate` and what it needs, with the anchor of the lab. */
  readonly dnsOptions: readonly string[]
  /** The same, and what `check` needs beside. */
  readonly options: readonly string[]
  /** A world in which time passes as the lab says. */
  world(options?: { readonly isTerminal?: boolean }): World
  run(...argv: readonly string[]): Promise<Outcome>
}

/** Sits down in a lab, in a directory that belongs to the test. */
export function sitDown(lab: MailLab, directory: string): LabDesk {
  const { authorities, mail, policy, timers, ca } = lab
  const root = authorities.address(1)
  const ds = formatRdata(RR.DS, authorities.rootDs)
  writeFileSync(join(directory, 'root.hints'), `. 60 IN NS ns.\nns. 60 IN A ${root}\n`)
  writeFileSync(join(directory, 'root.anchor'), `. IN DS ${ds}\n`)
  writeFileSync(join(directory, 'ca.pem'), ca)
  const clock = {
    now: () => (testTime + Math.floor(timers.monotonicMs() / 1000)) as UnixSeconds,
  }
  const world: LabDesk['world'] = ({ isTerminal = false } = {}) => {
    const made = makeWorld(directory, { isTerminal, monotonicMs: timers.monotonicMs })
    return { ...made, io: { ...made.io, timers, clock } }
  }
  const dnsOptions = [
    ...['--iterate', '--hints', 'root.hints', '--authority-port', `${authorities.port}`],
    ...['--anchor', 'root.anchor'],
  ]
  const ports = ['--port', `${mail.port}`, '--sts-port', `${policy?.port ?? 443}`]
  return {
    directory,
    dnsOptions,
    options: [...dnsOptions, ...ports, '--ca', 'ca.pem'],
    world,
    async run(...argv) {
      const made = world()
      const code = await runCli(argv, '1.2.3', made.io)
      return { code, out: made.out(), err: made.err() }
    },
  }
}

import { formatEnd, formatStep, formatTitle, type Report, runScenario } from '../rolling/index.ts'
import { readText } from './files.ts'
import { tellFailure } from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'

/** Flags of `danelaw lab play`. */
export interface PlayFlags {
  readonly seed?: string
  readonly quiet?: boolean
  readonly json?: boolean
}

/**
 * Runs `danelaw lab play`: each file to its end, whether what it expects is met or not.
 *
 * @returns `failed` when a file cannot be played, or something was not as expected
 */
export async function labPlay(
  files: readonly string[],
  flags: PlayFlags,
  io: Io,
): Promise<ExitCode> {
  const release = io.stayAlive()
  let code: ExitCode = Exit.ok
  try {
    for (const file of files) {
      if (!(await play(file, flags, io))) code = Exit.failed
    }
  } finally {
    release()
  }
  return code
}

async function play(file: string, flags: PlayFlags, io: Io): Promise<boolean> {
  const { seed, quiet = false, json = false } = flags
  const { stdout } = io
  try {
    const text = await readText(file, io)
    const report: Report = await runScenario(text, {
      file,
      ...(seed !== undefined && { seed }),
      onTitle: (title) => {
        if (!json && !quiet) writeLine(stdout, formatTitle({ file, title }))
      },
      onStep: (step) => {
        if (!json && (!quiet || step.status === 'unmet')) writeLine(stdout, formatStep(step))
      },
    })
    if (json) writeJson(stdout, report)
    else writeLine(stdout, formatEnd(report))
    return report.passed
  } catch (error) {
    tellFailure(error, json, io)
    return false
  }
}

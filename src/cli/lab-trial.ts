import { type Fault, faultById } from '../lab/index.ts'
import { type MailRow, verifyMail } from '../post/index.ts'
import { defaultScenario, findCases, findFaults } from '../scenario/index.ts'
import type { Upstream } from '../stub/index.ts'
import {
  agrees,
  casesOf,
  casesUnder,
  formatResults,
  formatSummary,
  type Result,
  resultToJson,
  run,
  verify,
} from '../trial/index.ts'
import { parseName } from '../wire/index.ts'
import { tellFailure } from './ask-server.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { Ends, raiseLab } from './lab-raise.ts'
import { makeProgress } from './progress.ts'

/** What `danelaw lab verify` and `run` take. */
export interface TrialFlags {
  readonly all?: boolean
  readonly json?: boolean
}

/** What `danelaw lab run` takes. */
export interface RunFlags extends TrialFlags {
  readonly resolver: Upstream
  readonly suffix: string
}

/** Ports of a lab that nobody but ourselves has to find. */
const anyPorts = { dns: [0], mail: [{ smtp: 0, https: 0 }] }

/** Runs `danelaw lab verify`: all cases, or those named. */
export async function labVerify(
  ids: readonly string[],
  flags: TrialFlags,
  io: Io,
): Promise<ExitCode> {
  const ends = new Ends()
  const progress = makeProgress(io)
  try {
    const cases = ids.length === 0 ? {} : findCases(ids)
    const scenario = { ...defaultScenario, ...cases }
    const total = scenario.faults.length + scenario.mail.length
    let done = 0
    const count = () => progress.update(`asked about ${++done} of ${total}`)
    const { world, servers, post } = await raiseLab(scenario, anyPorts, ends, io)
    const common = { ...io, world, open: servers }
    const isOurs = (fault: Fault) => faultById(fault.id) === fault
    const asked = casesOf(world).filter(({ fault }) => isOurs(fault))
    const results = await verify({ ...common, cases: asked, onResult: count })
    const rows = await verifyMail({ ...common, post, onRow: count })
    progress.clear()
    tellResults(results, flags, io, rows)
    return results.every(agrees) && rows.every((row) => row.agrees) ? Exit.ok : Exit.failed
  } catch (error) {
    progress.clear()
    return tellFailure(error, flags, io)
  } finally {
    await ends.close()
  }
}

/** What a resolver can be asked about. @throws {CodedError} `lab-fault-unknown` */
function faultsOf(ids: readonly string[]): readonly Fault[] {
  return [...new Set(ids.flatMap((id) => findFaults(id)))]
}

/** Runs `danelaw lab run`: a lab has to be up where the resolver finds it. */
export async function labRun(ids: readonly string[], flags: RunFlags, io: Io): Promise<ExitCode> {
  const { resolver, suffix } = flags
  const progress = makeProgress(io)
  try {
    const faults = ids.length === 0 ? defaultScenario.faults : faultsOf(ids)
    const cases = casesUnder(faults, parseName(`${suffix}.`))
    const results = await run({
      ...{ ...io, resolver, cases },
      onResult: (_, done) => progress.update(`asked about ${done} of ${cases.length}`),
    })
    progress.clear()
    tellResults(results, flags, io)
    return results.every(agrees) ? Exit.ok : Exit.failed
  } catch (error) {
    progress.clear()
    return tellFailure(error, flags, io)
  }
}

/** What differs, or all of it. */
function tellResults(
  results: readonly Result[],
  { all, json }: TrialFlags,
  { stdout }: Io,
  rows: readonly MailRow[] = [],
): void {
  if (json) {
    const mail = rows.map(({ report, ...row }) => row)
    writeJson(stdout, { results: results.map(resultToJson), mail })
    return
  }
  const shown = all ? results : results.filter((result) => !agrees(result))
  if (shown.length > 0) for (const line of formatResults(shown)) writeLine(stdout, line)
  if (results.length > 0) writeLine(stdout, formatSummary(results))
  if (rows.length > 0) tellRows(rows, all === true, stdout)
}

function tellRows(rows: readonly MailRow[], all: boolean, stdout: Io['stdout']): void {
  for (const { id, expected, got, agrees: isRight, why } of rows) {
    if (isRight && all) writeLine(stdout, `${id}: ${got}`)
    if (!isRight) writeLine(stdout, `${id}: expected ${expected}, got ${got}; ${why}`)
  }
  const right = rows.filter((row) => row.agrees).length
  writeLine(stdout, `mail: ${right} as expected of ${rows.length} cases`)
}

import type { Command } from 'commander'
import { CodedError } from '../base/index.ts'
import { type ControlRequest, callControl, type JsonObject } from '../control/index.ts'
import { asFinding, findingJson, writeFindings } from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { readSettings } from './settings.ts'

/** What `addServerOptions` adds to a command. */
export interface ServerFlags {
  readonly config?: string
  readonly socket?: string
  readonly json?: boolean
}

/** Adds the options that say which running server to ask. */
export function addServerOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration of the server; default: danelaw.yaml')
    .option('-s, --socket <path>', 'control socket of the server; default: of the configuration')
    .option('--json', 'write JSON')
}

/**
 * Has the running server carry out a request, and tells of the result: as JSON, or by `tell`.
 * What failed is told as a finding, and as JSON too where that is wanted; `absent` is said as well
 * where there is no server.
 */
export async function askServer<T>(
  flags: ServerFlags,
  request: ControlRequest,
  tell: (result: T) => void,
  io: Io,
  absent = '',
): Promise<ExitCode> {
  try {
    const result: JsonObject = await callControl(await socketOf(flags, io), request)
    // Both ends are danelaw.
    if (flags.json) writeJson(io.stdout, result)
    else tell(result as T)
    return Exit.ok
  } catch (error) {
    const isAbsent = error instanceof CodedError && error.code === 'control-absent'
    const told = isAbsent ? new CodedError(error.code, `${error.message}${absent}`) : error
    return tellFailure(told, flags, io)
  }
}

/** What the server shows of something: to programs, and to people. */
export interface View {
  readonly json: object
  /** Lines without their ends. */
  readonly lines: readonly string[]
  /** Whether it found errors. */
  readonly isBad?: boolean
}

/** The same for what the server makes a view of. */
export async function askForView(
  flags: ServerFlags,
  request: ControlRequest,
  io: Io,
): Promise<ExitCode> {
  try {
    const view = (await callControl(await socketOf(flags, io), request)) as unknown as View
    if (flags.json) writeJson(io.stdout, view.json)
    else for (const line of view.lines) writeLine(io.stdout, line)
    return view.isBad ? Exit.failed : Exit.ok
  } catch (error) {
    return tellFailure(error, flags, io)
  }
}

/** Tells why a command failed. */
export function tellFailure(error: unknown, { json }: ServerFlags, io: Io): ExitCode {
  const finding = asFinding(error)
  if (json) writeJson(io.stdout, { ok: false, findings: [findingJson(finding)] })
  else writeFindings([finding], io)
  return Exit.failed
}

/** The control socket that flags name. @throws {CodedError} `control-absent`, or of the settings */
export async function socketOf({ socket, config: file }: ServerFlags, io: Io): Promise<string> {
  if (socket !== undefined) return socket
  const { config, findings } = await readSettings(file, io)
  if (config?.control.socket !== undefined) return config.control.socket
  const [first] = findings
  if (first) throw new CodedError(first.code, first.message, first.place)
  throw new CodedError('control-absent', 'Cannot ask a server: control.socket is off')
}

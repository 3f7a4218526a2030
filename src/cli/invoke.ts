import { Command } from 'commander'
import { CodedError } from '../base/index.ts'
import { cmdletNames, readCall } from '../cmdlets/index.ts'
import { askForView, type ServerFlags, tellFailure } from './ask-server.ts'
import { addTenantOption, domainArgument, tenantOf } from './domain-command.ts'
import { Exit, type ExitCode, type Io, writeLine } from './io.ts'

interface InvokeFlags extends ServerFlags {
  readonly tenant?: string
  readonly domain?: string
}

/** Builds `danelaw invoke`. */
export function invokeCommand(io: Io, exit: (code: ExitCode) => void): Command {
  return addTenantOption(new Command('invoke'))
    .description('run a cmdlet of Exchange Online, with its parameters as PowerShell has them')
    .argument('<cmdlet>', 'its name, in any case')
    .argument('[parameters...]', '-DomainName contoso.com, -SkipMxValidation, …')
    .option('--domain <domain>', 'the same as -DomainName', domainArgument)
    .allowUnknownOption()
    .addHelpText(
      'after',
      `\nCmdlets:\n${cmdletNames.map((name) => `  ${name}`).join('\n')}\n\n` +
        'Example:\n' +
        '  danelaw invoke Enable-DnssecForVerifiedDomain -DomainName contoso.com\n\n' +
        'Exit code 1 when the cmdlet failed, or its status has errors; 2 when not understood.',
    )
    .action(async (cmdlet: string, words: readonly string[], flags: InvokeFlags) => {
      const parameters = readParameters(words)
      if (!parameters) {
        writeLine(io.stderr, 'error: parameters are written -Name value, or -Name for a switch')
        return exit(Exit.usage)
      }
      const { domain } = flags
      const named = domain === undefined ? {} : { DomainName: domain }
      const request = { command: 'invoke', cmdlet, parameters: { ...parameters, ...named } }
      const fault = misread(cmdlet, request.parameters)
      if (fault !== undefined) {
        tellFailure(fault, flags, io)
        return exit(Exit.usage)
      }
      exit(await askForView(flags, { ...request, ...tenantOf(flags) }, io))
    })
}

/** `-Name value`, `-Name:value`, `-Name`; a word in front is the domain, as in PowerShell. */
function readParameters(
  words: readonly string[],
): Readonly<Record<string, string | boolean>> | undefined {
  const parameters: Record<string, string | boolean> = {}
  const rest = [...words]
  if (rest[0] !== undefined && !rest[0].startsWith('-'))
    parameters['DomainName'] = rest.shift() ?? ''
  while (rest.length > 0) {
    const [, name, value] = /^-([A-Za-z]\w*)(?::(.*))?$/.exec(rest.shift() ?? '') ?? []
    if (name === undefined) return undefined
    const next = rest[0]
    if (value !== undefined) parameters[name] = value
    else if (next !== undefined && !next.startsWith('-')) parameters[name] = rest.shift() ?? ''
    else parameters[name] = true
  }
  return parameters
}

/** Why a call is none; undefined where it is one. The server need not be asked for that. */
function misread(name: string, parameters: Readonly<Record<string, unknown>>): unknown {
  try {
    readCall(name, parameters)
    return undefined
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'cmdlet-unknown') return error
    return new CodedError(error.code, `${error.message}: there are ${cmdletNames.join(', ')}`)
  }
}

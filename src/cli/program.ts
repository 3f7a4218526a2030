import { Command, CommanderError } from 'commander'
import { backupCommand, restoreCommand } from './backup.ts'
import { checkCommand } from './check.ts'
import { domainCommand } from './domain-command.ts'
import { invokeCommand } from './invoke.ts'
import { Exit, type ExitCode, type Io } from './io.ts'
import { keyCommand } from './key.ts'
import { labCommand } from './lab.ts'
import { migrateCommand } from './migrate.ts'
import { partitionCommand } from './partition.ts'
import { policyServerCommand } from './policy-server.ts'
import { reloadCommand } from './reload.ts'
import { resolveCommand } from './resolve.ts'
import { serveCommand } from './serve.ts'
import { statusCommand } from './status.ts'
import { storeCommand } from './store.ts'
import { tlsReportCommand } from './tls-report.ts'
import { tlsaCommand } from './tlsa.ts'
import { tokenCommand } from './token.ts'
import { zoneCommand } from './zone.ts'

const examples = `
Examples:
  danelaw serve                                  serve ./zones on 127.0.0.1:5300, signed
  danelaw serve --config /etc/danelaw.yaml       the same, as the file says
  danelaw zone check zones/example.test.zone     what is wrong with a zone file, and where
  danelaw reload                                 take up changed zone files, lose no query
  danelaw status                                 how the running server is
  danelaw token create lego --zone example.test  a key for a client of the API
  danelaw tlsa status _25._tcp.mail.example.test where its certificates are on their way
  danelaw domain enable-dnssec contoso.com       a signed host for its mail, live at once
  danelaw migrate contoso.com                    what to do next on the way to SMTP DANE
  danelaw backup /var/backups/danelaw            a copy of the store, while it runs
  danelaw key ds example.test                    the DS record for the parent zone
  danelaw zone export example.test               the zone with all its signatures
  danelaw check contoso.com                      would a DANE sender deliver, and if not, why?
  danelaw resolve contoso.com MX --trace         an answer, validated here, step by step
  danelaw policy-server                          what Postfix is to demand of each destination
  danelaw tls-report show report.json.gz         what a TLS report says
  danelaw lab up                                 zones that are broken on purpose, on loopback

Exit codes: 0 done, 1 errors found or failed, 2 not understood. check, resolve and tlsa have more.
Every command has --help, and --json for programs.`

/**
 * Runs one command line, without the names of node and script, to its end.
 *
 * @returns the exit code; nothing is thrown but bugs
 */
export async function runCli(argv: readonly string[], version: string, io: Io): Promise<ExitCode> {
  let code: ExitCode = Exit.ok
  const exit = (value: ExitCode) => {
    code = value
  }
  const program = new Command('danelaw')
    .description('An authoritative DNS server that signs its answers as it gives them.')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', examples)
    .showHelpAfterError('(danelaw --help tells more)')
  program.addCommand(serveCommand(io, version, exit))
  program.addCommand(reloadCommand(io, exit))
  program.addCommand(statusCommand(io, exit))
  program.addCommand(zoneCommand(io, exit))
  program.addCommand(keyCommand(io, exit))
  program.addCommand(tokenCommand(io, exit))
  program.addCommand(tlsaCommand(io, exit))
  program.addCommand(domainCommand(io, exit))
  program.addCommand(partitionCommand(io, exit))
  program.addCommand(migrateCommand(io, exit))
  program.addCommand(invokeCommand(io, exit))
  program.addCommand(backupCommand(io, exit))
  program.addCommand(restoreCommand(io, exit))
  program.addCommand(storeCommand(io, exit))
  program.addCommand(checkCommand(io, exit))
  program.addCommand(resolveCommand(io, exit))
  program.addCommand(policyServerCommand(io, exit))
  program.addCommand(tlsReportCommand(io, exit))
  program.addCommand(labCommand(io, exit))
  prepare(program, io)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? Exit.ok : Exit.usage
  }
}

/** Makes a command and all below it write to our sinks and leave the process alone. */
function prepare(command: Command, io: Io): void {
  command.exitOverride()
  command.configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
  })
  for (const below of command.commands) prepare(below, io)
}

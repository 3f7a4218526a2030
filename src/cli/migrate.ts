import { Command } from 'commander'
import { askForView, type ServerFlags } from './ask-server.ts'
import { addTenantOption, domainArgument, tenantOf } from './domain-command.ts'
import type { ExitCode, Io } from './io.ts'

interface MigrateFlags extends ServerFlags {
  readonly tenant?: string
  readonly back?: boolean
  readonly there?: boolean
  readonly smtp?: boolean
}

/** Builds `danelaw migrate`. */
export function migrateCommand(io: Io, exit: (code: ExitCode) => void): Command {
  return addTenantOption(new Command('migrate'))
    .description('tell where a domain is on its way to a signed host and SMTP DANE, or back')
    .argument('<domain>', 'the domain, such as contoso.com', domainArgument)
    .option('--back', 'the way back; by itself it is seen once DNSSEC is disabled')
    .option('--there', 'the way there, also while DNSSEC is disabled')
    .option('--smtp', 'meet its hosts by SMTP too, from where the server is')
    .addHelpText(
      'after',
      '\nIt changes nothing. Each step is looked at from outside, by a resolver that validates;\n' +
        'the first that is not done is what to do, or to wait for, and until when. Look again\n' +
        'at every step: what was seen is kept, since others may have it in their caches.\n' +
        'Exit code 1 when something is wrong.',
    )
    .action(async (domain: string, { back, there, smtp, ...flags }: MigrateFlags) => {
      const direction = back ? 'disable' : there ? 'enable' : undefined
      const how = { ...(direction && { direction }), ...(smtp && { meet: true }) }
      const request = { command: 'migrate', domain, ...how, ...tenantOf(flags) }
      exit(await askForView(flags, request, io))
    })
}

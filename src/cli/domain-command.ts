import { Command, Option } from 'commander'
import type { ControlRequest } from '../control/index.ts'
import { formatHost } from '../wire/index.ts'
import { addServerOptions, askForView, type ServerFlags } from './ask-server.ts'
import { parseDomain } from './domain.ts'
import { argument } from './flags.ts'
import type { ExitCode, Io } from './io.ts'

interface TenantFlags extends ServerFlags {
  readonly tenant?: string
}

interface ListFlags extends TenantFlags {
  readonly cursor?: string
}

interface AddFlags extends TenantFlags {
  readonly kind?: string
  readonly token?: string
}

interface EnableFlags extends TenantFlags {
  readonly partition?: string
  readonly token?: string
}

/** The options of a command, as far as the server has to know them. */
type Asked = Readonly<Record<string, unknown>>

/** A domain as people write it, for the server: A-labels without final dot. */
export const domainArgument = argument((text: string) => formatHost(parseDomain(text)))

const tenantHelp = 'whose it is; default: who it is verified for, else "default"'

/** Adds the option that says whose domain is meant. */
export function addTenantOption(command: Command): Command {
  return addServerOptions(command).option('--tenant <name>', tenantHelp)
}

/** The request's field for a tenant that was named. */
export function tenantOf({ tenant }: TenantFlags): Asked {
  return tenant === undefined ? {} : { tenant }
}

/** Builds `danelaw domain add|verify|list|show|…`. */
export function domainCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = new Command('domain').description(
    'accepted domains: their proof, their signed host, SMTP DANE',
  )
  command.addHelpText(
    'after',
    '\nThe way of a domain:\n' +
      '  danelaw domain add contoso.com             accept it; tells what proves it yours\n' +
      '  danelaw domain verify contoso.com          look for the proof\n' +
      '  danelaw domain enable-dnssec contoso.com   make its signed host\n' +
      '  danelaw migrate contoso.com                what to do next, and what to wait for\n' +
      '  danelaw domain enable-dane contoso.com     publish TLSA records for its host\n' +
      '  danelaw domain status contoso.com          whether all is as it has to be\n\n' +
      'The server must be running, and needs partitions: see danelaw partition --help.',
  )
  const about = (name: string, description: string): Command =>
    addTenantOption(command.command(name))
      .description(description)
      .argument('<domain>', 'the domain, such as contoso.com', domainArgument)
  const ask = async (request: ControlRequest, flags: ServerFlags) =>
    exit(await askForView(flags, request, io))
  addComings(about, ask)
  addFeatures(about, ask)
  addTenantOption(command.command('list'))
    .description('list the domains of a tenant')
    .option('--cursor <text>', 'go on where the list before ended')
    .action(async ({ cursor, ...flags }: ListFlags) => {
      const more = cursor === undefined ? {} : { cursor }
      await ask({ command: 'domain-list', ...more, ...tenantOf(flags) }, flags)
    })
  return command
}

type About = (name: string, description: string) => Command
type Ask = (request: ControlRequest, flags: ServerFlags) => Promise<void>

function addComings(about: About, ask: Ask): void {
  about('add', 'accept a domain; it can be used once it is verified')
    .addOption(
      new Option('--kind <kind>', 'what it is; only managed ones can have signed hosts').choices([
        ...['managed', 'selfService', 'initial'],
      ]),
    )
    .option('--token <label>', 'name of its host, instead of the one that the rule gives')
    .action(async (domain: string, { kind, token, ...flags }: AddFlags) => {
      const how = { ...(kind && { kind }), ...(token && { token }) }
      await ask({ command: 'domain-add', domain, ...how, ...tenantOf(flags) }, flags)
    })
  about('verify', 'look in DNS for the proof that a domain is its tenant’s')
    .option('--skip-proof', 'take your word for it')
    .action(async (domain: string, flags: TenantFlags & { readonly skipProof?: boolean }) => {
      const { skipProof = false } = flags
      await ask({ command: 'domain-verify', domain, skipProof, ...tenantOf(flags) }, flags)
    })
  about('remove', 'give a domain up; DNSSEC has to be disabled before').action(
    async (domain: string, flags: TenantFlags) => {
      await ask({ command: 'domain-remove', domain, ...tenantOf(flags) }, flags)
    },
  )
  about('show', 'tell what a domain is at').action(async (domain: string, flags: TenantFlags) => {
    await ask({ command: 'domain-show', domain, ...tenantOf(flags) }, flags)
  })
  about('history', 'tell what became of a domain, newest first')
    .option('--cursor <text>', 'go on where the list before ended')
    .action(async (domain: string, { cursor, ...flags }: ListFlags) => {
      const more = cursor === undefined ? {} : { cursor }
      await ask({ command: 'domain-history', domain, ...more, ...tenantOf(flags) }, flags)
    })
}

/** Cmdlets that need nothing but the domain. */
const switches = [
  ['disable-dnssec', 'Disable-DnssecForVerifiedDomain', 'give its signed host up'],
  ['enable-dane', 'Enable-SmtpDaneInbound', 'publish TLSA records for its host'],
  ['disable-dane', 'Disable-SmtpDaneInbound', 'take the TLSA records of its host away'],
] as const

function addFeatures(about: About, ask: Ask): void {
  about('enable-dnssec', 'make its signed host: live and validated when this returns')
    .option('--partition <name>', 'where; default: the least full, or as the configuration says')
    .option('--token <label>', 'name of its host, instead of the one that the rule gives')
    .action(async (domain: string, { partition, token, ...flags }: EnableFlags) => {
      const how = { ...(partition && { partition }), ...(token && { token }) }
      await ask({ command: 'domain-enable-dnssec', domain, ...how, ...tenantOf(flags) }, flags)
    })
  for (const [name, cmdlet, description] of switches) {
    about(name, description).action(async (domain: string, flags: TenantFlags) => {
      const parameters = { DomainName: domain }
      const call = { command: 'invoke', cmdlet, parameters, isSole: true }
      await ask({ ...call, ...tenantOf(flags) }, flags)
    })
  }
  about('restore-legacy', 'bring the host of before back, for a way back without SMTP DANE').action(
    async (domain: string, flags: TenantFlags) => {
      await ask({ command: 'domain-restore-legacy', domain, ...tenantOf(flags) }, flags)
    },
  )
  about('status', 'tell whether MX, DNSSEC and MTA-STS of a domain are as they have to be')
    .addOption(
      new Option('--skip <what...>', 'not to be looked at').choices(['dns', 'mx', 'mta-sts']),
    )
    .addHelpText('after', '\nExit code 1 when it has errors; warnings alone are 0.')
    .action(async (domain: string, flags: TenantFlags & { readonly skip?: readonly string[] }) => {
      const { skip = [] } = flags
      await ask({ command: 'domain-status', domain, skip, ...tenantOf(flags) }, flags)
    })
}

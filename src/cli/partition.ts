import { Command } from 'commander'
import { formatHost } from '../wire/index.ts'
import { addServerOptions, askForView, type ServerFlags } from './ask-server.ts'
import { parseDomain } from './domain.ts'
import { argument, repeated } from './flags.ts'
import type { ExitCode, Io } from './io.ts'

interface CreateFlags extends ServerFlags {
  readonly frontend: readonly string[]
  readonly zone?: string
  readonly closed?: boolean
}

interface ChangeFlags extends ServerFlags {
  readonly frontend?: readonly string[]
  readonly open?: boolean
  readonly close?: boolean
}

const frontendHelp = 'IPv4 or IPv6 address where mail comes in; repeatable'

/** Builds `danelaw partition create|change|list`. */
export function partitionCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const text = repeated((value) => value)
  const command = new Command('partition').description(
    'the signed zones that the hosts of domains are spread over',
  )
  command.addHelpText(
    'after',
    '\nExample:\n' +
      '  danelaw partition create o-v1 --frontend 192.0.2.1 --frontend 2001:db8::1\n\n' +
      'makes the zone o-v1.mx.microsoft, or below another provisioning.suffix, with the name\n' +
      'servers of provisioning.nameServers. Delegate it, with the DS that danelaw key ds tells.',
  )
  addServerOptions(command.command('create'))
    .description('make a partition with its zone')
    .argument('<name>', 'one label, such as o-v1')
    .requiredOption('--frontend <address>', frontendHelp, text)
    .option('--zone <zone>', 'its zone; default: its name below provisioning.suffix', zoneArgument)
    .option('--closed', 'take no domains yet')
    .action(async (name: string, { frontend, zone, closed, ...flags }: CreateFlags) => {
      const how = { ...(zone && { zone }), ...(closed && { isOpen: false }) }
      const request = { command: 'partition-create', name, frontends: frontend, ...how }
      exit(await askForView(flags, request, io))
    })
  addServerOptions(command.command('change'))
    .description('change where mail comes in, for all hosts at once; or open and close')
    .argument('<name>', 'such as o-v1')
    .option('--frontend <address>', `${frontendHelp}; all that there shall be`, text)
    .option('--open', 'take new domains')
    .option('--close', 'take no new domains; those that are there stay')
    .action(async (name: string, { frontend, open, close, ...flags }: ChangeFlags) => {
      const how = {
        ...(frontend && { frontends: frontend }),
        ...(open && { isOpen: true }),
        ...(close && { isOpen: false }),
      }
      exit(await askForView(flags, { command: 'partition-change', name, ...how }, io))
    })
  addServerOptions(command.command('list'))
    .description('list partitions, with how many hosts each has')
    .action(async (flags: ServerFlags) => {
      exit(await askForView(flags, { command: 'partition-list' }, io))
    })
  return command
}

const zoneArgument = argument((text: string) => formatHost(parseDomain(text)))

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { ControlRequest } from '../control/index.ts'
import { parseUpstream } from '../stub/index.ts'
import { addServerOptions, askServer, type ServerFlags } from './ask-server.ts'
import { argument, portArgument, spanArgument } from './flags.ts'
import { Exit, type ExitCode, type Io, writeLine } from './io.ts'
import type { InjectionsView } from './lab-control.ts'
import type { PlayFlags } from './lab-play.ts'
import type { RunFlags, TrialFlags } from './lab-trial.ts'
import type { UpFlags } from './lab-up.ts'
import { formatEnded, formatInjection } from './status.ts'

/** Where a lab of this directory hears what it is told. */
export const labSocket = 'state/lab.sock'

const help = `
Zones that are broken on purpose, each in one way, and what must be made of them:
  danelaw lab list                       every fault there is, and what a validator must say
  danelaw lab show ds-bogus-digest-value what it serves, what to expect and why, how to ask
  danelaw lab up                         a small internet on loopback, a zone for each fault
  danelaw lab up --write-config lab      the same, with configurations of resolvers for it
  danelaw lab verify                     ask about every fault, compare with what is expected
  danelaw lab play examples/rolling/*.roll
                                         keys and certificates rolled, right and wrong

On a lab that runs, or a server whose configuration lists the zone in lab.inject:
  danelaw lab inject example.test rrsig-exp-a --for 10m
  danelaw lab heal example.test

docs/lab.md shows it step by step.`

type OnExit = (code: ExitCode) => void

/**
 * Builds `danelaw lab up|list|show|…`. What is behind them is loaded when it is asked for: a server
 * that serves has nothing of it.
 */
export function labCommand(io: Io, exit: OnExit): Command {
  const command = new Command('lab').description(
    'a small internet that is broken on purpose, and knows what must happen',
  )
  command.addHelpText('after', help)
  command.addCommand(upCommand(io, exit))
  addLooks(command, io, exit)
  addTrials(command, io, exit)
  addDeeds(command, io, exit)
  command.addCommand(playCommand(io, exit))
  return command
}

function upCommand(io: Io, exit: OnExit): Command {
  return new Command('up')
    .description('raise the lab, until told to stop')
    .argument('[scenario]', 'YAML; default: every fault of the catalogue and every mail case')
    .option(
      '-p, --port <n>',
      'of the address that answers for every zone; 0 for any; default: 5354',
      (text: string) => (text === '0' ? 0 : portArgument(text)),
    )
    .option('-w, --write-config <dir>', 'write configurations of resolvers and Postfix for it')
    .option('-s, --socket <path>', 'where lab inject and lab heal reach it', labSocket)
    .option('--json', 'write one JSON object a line: ready, stopped')
    .addHelpText(
      'after',
      '\nAll of it is one process on loopback; nothing stays behind when it stops. On port 53\n' +
        'resolvers start at the hints, as they do outside; on another port they forward to one\n' +
        'address that answers for every zone. SIGTERM and SIGINT (Ctrl-C) stop.',
    )
    .action(async (file: string | undefined, flags: UpFlags) => {
      const { labUp } = await import('./lab-up.ts')
      exit(await labUp(file, flags, io))
    })
}

function playCommand(io: Io, exit: OnExit): Command {
  return new Command('play')
    .description('play rolling scenarios: keys, DS and certificates over time, right and wrong')
    .argument('<files...>', 'such as examples/rolling/ksk-too-early.roll')
    .option('--seed <text>', 'of keys and all that looks random, instead of what the file says')
    .option('-q, --quiet', 'show only what was not as expected, and the end')
    .option('--json', 'write one JSON object a line, for each file')
    .addHelpText(
      'after',
      '\nNothing is sent over a network, and no time passes but in the scenario. Its language\n' +
        'is in docs/rolling.md. Exit codes: 0 all was as expected, 1 something was not.',
    )
    .action(async (files: readonly string[], flags: PlayFlags) => {
      const { labPlay } = await import('./lab-play.ts')
      exit(await labPlay(files, flags, io))
    })
}

/** Commands that look into the catalogue. */
function addLooks(command: Command, io: Io, exit: OnExit): void {
  command
    .command('list')
    .description('list faults and mail cases, with what must be made of them')
    .argument('[words...]', 'ids, or groups: testbed, testbed-later, validator, server, mail')
    .option('--json', 'write JSON')
    .action(async (words: readonly string[], flags: { readonly json?: boolean }) => {
      const { labList } = await import('./lab-text.ts')
      exit(labList(words, flags, io))
    })
  command
    .command('show')
    .description('tell of a fault or mail case: what is served, what to expect and why, how to ask')
    .argument('<id>', 'such as ds-bogus-digest-value')
    .option('--json', 'write JSON')
    .action(async (id: string, flags: { readonly json?: boolean }) => {
      const { labShow } = await import('./lab-text.ts')
      exit(labShow(id, flags, io))
    })
}

/** Commands that put validators to the test. */
function addTrials(command: Command, io: Io, exit: OnExit): void {
  command
    .command('verify')
    .description('ask danelaw itself about faults and mail cases: is it as the catalogue expects?')
    .argument('[ids...]', 'faults, mail cases or groups; default: all there are')
    .option('--all', 'show what is as expected, too')
    .option('--json', 'write JSON')
    .addHelpText('after', '\nIt raises a lab of its own. Exit code 1 when anything differs.')
    .action(async (ids: readonly string[], flags: TrialFlags) => {
      const { labVerify } = await import('./lab-trial.ts')
      exit(await labVerify(ids, flags, io))
    })
  command
    .command('run')
    .description('ask any resolver about faults: is it as the catalogue expects?')
    .argument('[ids...]', 'faults or groups; default: all there are')
    .addOption(
      new Option('-r, --resolver <addr>', 'ADDR[:PORT], such as 127.0.0.1:5361')
        .argParser(argument(parseUpstream))
        .makeOptionMandatory(),
    )
    .option('--suffix <name>', 'the name below which each fault has its zone', 'lab.test')
    .option('--all', 'show what is as expected, too')
    .option('--json', 'write JSON')
    .addHelpText(
      'after',
      '\nA lab has to be up, and the resolver to begin there: see danelaw lab up --help.\n' +
        'Exit code 1 when anything differs.',
    )
    .action(async (ids: readonly string[], flags: RunFlags) => {
      const { labRun } = await import('./lab-trial.ts')
      exit(await labRun(ids, flags, io))
    })
}

interface InjectFlags extends ServerFlags {
  readonly for?: number
  readonly at?: string
}

/** Commands to a lab that runs, or to a server that consents. */
function addDeeds(command: Command, io: Io, exit: OnExit): void {
  const tell = (done: string, nothing: string) => (view: InjectionsView) => {
    for (const fault of view.faults) writeLine(io.stdout, `${done}: ${formatInjection(fault)}`)
    if (view.faults.length === 0) writeLine(io.stdout, nothing)
  }
  const tellHealed = ({ faults }: InjectionsView) => {
    for (const fault of faults) writeLine(io.stdout, `healed: ${formatEnded(fault)}`)
    if (faults.length === 0) writeLine(io.stdout, 'there was nothing to heal')
  }
  addServerOptions(command.command('inject'))
    .description('have a fault at work in a zone of a running lab, or of a server that consents')
    .argument('<zone>', 'such as example.test')
    .argument('<fault>', 'its id')
    .option('--for <span>', 'how long, such as 10m; default: until it is healed', spanArgument)
    .option('--at <place>', 'a name, or "NAME TYPE", instead of where the catalogue has it')
    .addHelpText(
      'after',
      '\nA server that serves must list the zone in lab.inject of its configuration, and set\n' +
        'lab.allowRemote too where it listens beyond loopback. Its log, status and health are\n' +
        'loud about what is at work; a restart heals.',
    )
    .action(async (zone: string, fault: string, { for: seconds, at, ...flags }: InjectFlags) => {
      const how = { ...(seconds !== undefined && { seconds }), ...(at !== undefined && { at }) }
      const request = { command: 'lab-inject', zone, fault, ...how }
      exit(await askLab(flags, request, tell('injected', ''), io))
    })
  addServerOptions(command.command('heal'))
    .description('end faults of a zone, or all of them')
    .argument('[zone]', 'such as example.test')
    .argument('[fault]', 'only this one')
    .option('--all', 'of every zone')
    .action(async (zone: string | undefined, fault: string | undefined, flags: HealFlags) => {
      const { all, ...server } = flags
      if ((zone === undefined) !== (all === true)) {
        writeLine(io.stderr, 'error: name a zone, or --all')
        return exit(Exit.usage)
      }
      const which = all ? { all } : { zone, ...(fault !== undefined && { fault }) }
      const request = { command: 'lab-heal', ...which }
      exit(await askLab(server, request, tellHealed, io))
    })
  addServerOptions(command.command('status'))
    .description(
      'tell what is at work in a running lab, or a server that consents: the newest first',
    )
    .action(async (flags: ServerFlags) => {
      const told = tell('at work', 'nothing is at work')
      exit(await askLab(flags, { command: 'lab-status' }, told, io))
    })
}

interface HealFlags extends ServerFlags {
  readonly all?: boolean
}

/** Asks the lab of this directory where one runs and nothing else is named; otherwise a server. */
function askLab(
  flags: ServerFlags,
  request: ControlRequest,
  tell: (view: InjectionsView) => void,
  io: Io,
): Promise<ExitCode> {
  const socket = resolve(io.cwd, labSocket)
  if (flags.socket !== undefined || flags.config !== undefined) {
    return askServer(flags, request, tell, io)
  }
  if (existsSync(socket)) return askServer({ ...flags, socket }, request, tell, io)
  return askServer(flags, request, tell, io, '; no lab is up in this directory either')
}

import { Command } from 'commander'
import { addServerOptions, askServer, type ServerFlags } from './ask-server.ts'
import { type ExitCode, type Io, writeLine } from './io.ts'

interface Rotated {
  readonly sealed: number
  readonly kept: number
  readonly sealingKey: string
}

/** Builds `danelaw store seal-rotate`. */
export function storeCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = new Command('store').description('look after the store')
  addServerOptions(command.command('seal-rotate'))
    .description('seal all private keys in the store under the first sealing key')
    .addHelpText(
      'after',
      '\nTo change the sealing key, with no node ever unable to open a key:\n' +
        '  1. umask 077; openssl rand -hex 32 > new.key       on one node, then copy it to all\n' +
        '  2. store: { sealingKeys: [new.key, old.key] }      on every node; restart each\n' +
        '  3. danelaw store seal-rotate                       on one node\n' +
        '  4. store: { sealingKeys: [new.key] }               on every node; restart each',
    )
    .action(async (flags: ServerFlags) => {
      const tell = ({ sealed, kept, sealingKey }: Rotated) => {
        writeLine(io.stdout, `${sealed} keys sealed anew under ${sealingKey}, ${kept} were already`)
      }
      exit(await askServer(flags, { command: 'seal-rotate' }, tell, io))
    })
  return command
}

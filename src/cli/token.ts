import { Command, InvalidArgumentError } from 'commander'
import { type Verb, verbs } from '../access/index.ts'
import { formatDuration } from '../config/index.ts'
import { addServerOptions, askServer, type ServerFlags } from './ask-server.ts'
import { repeated, spanArgument } from './flags.ts'
import { type ExitCode, type Io, writeLine } from './io.ts'
import type { TokenView } from './tokens.ts'

interface CreateFlags extends ServerFlags {
  readonly tenant: string
  readonly zone?: readonly string[]
  readonly name?: readonly string[]
  readonly type?: readonly string[]
  readonly allow?: readonly Verb[]
  readonly expires?: number
}

/** Everything but what concerns tokens and audit. */
const allowedByDefault: readonly Verb[] = verbs.filter((verb) => verb !== 'admin')

/** Builds `danelaw token create|list|revoke`. */
export function tokenCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = new Command('token').description('make, list and revoke keys of the API')
  command.addCommand(createCommand(io, exit))
  addServerOptions(command.command('list'))
    .description('list tokens, the revoked ones too; secrets are known to nobody')
    .action(async (flags: ServerFlags) => {
      const tell = ({ tokens }: { readonly tokens: readonly TokenView[] }) => {
        if (tokens.length === 0) writeLine(io.stdout, 'No tokens')
        for (const token of tokens) writeLine(io.stdout, formatToken(token, io))
      }
      exit(await askServer(flags, { command: 'token-list' }, tell, io))
    })
  addServerOptions(command.command('revoke'))
    .description('revoke a token: from then on it opens nothing')
    .argument('<id>', 'id of the token: the part between dl_ and the next _')
    .action(async (id: string, flags: ServerFlags) => {
      const tell = (token: TokenView) =>
        writeLine(io.stdout, `${token.id} ${token.name} is revoked`)
      exit(await askServer(flags, { command: 'token-revoke', id }, tell, io))
    })
  return command
}

function createCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const text = repeated((value) => value)
  return addServerOptions(new Command('create'))
    .description('make a token and print it, once: only its hash is kept')
    .argument('<name>', 'what it is for, such as "lego on mx1"; for lists and the audit log')
    .option('--tenant <name>', 'whose zones: a tenant, or * for everybody’s', 'default')
    .option('--zone <zone>', 'only this zone; with a leading *. all below it too; repeatable', text)
    .option('--name <pattern>', 'only these owners, * for a label, **. for any; repeatable', text)
    .option('--type <type>', 'only RRsets of this type; repeatable', text)
    .option(
      '--allow <verb>',
      `what may be done: ${verbs.join(', ')}; repeatable; default: all but admin`,
      repeated(verbArgument),
    )
    .option('--expires <span>', 'when it ends, such as 90d or 12h; default: never', spanArgument)
    .addHelpText(
      'after',
      '\nThe server must be running; it alone has the store open.\n\n' +
        'Examples:\n' +
        '  danelaw token create prometheus --tenant "*" --allow read\n' +
        '  danelaw token create "lego on mx1" --zone example.test \\\n' +
        '    --name _acme-challenge.example.test --type TXT --allow read --allow write\n' +
        '  danelaw token create external-dns --zone "*.k8s.example.test" --expires 90d\n\n' +
        'Clients of PowerDNS send it as X-API-Key, others may send Authorization: Bearer.',
    )
    .action(async (name: string, flags: CreateFlags) => {
      const { tenant, zone, name: names, type, allow = allowedByDefault, expires } = flags
      const scope = {
        ...{ tenant, verbs: allow },
        ...(zone && { zones: zone }),
        ...(names && { names }),
        ...(type && { types: type }),
      }
      const expiresAt = expires === undefined ? undefined : io.clock.now() + expires
      const request = { command: 'token-create', name, scope, expiresAt }
      const tell = ({ token, id }: TokenView & { readonly token: string }) => {
        writeLine(io.stdout, token)
        writeLine(
          io.stderr,
          `keep it: it is not shown again. To end it: danelaw token revoke ${id}`,
        )
      }
      exit(await askServer(flags, request, tell, io))
    })
}

function formatToken(token: TokenView, io: Io): string {
  const { id, name, tenant, scope, expiresAt, revokedAt } = token
  const now = io.clock.now()
  const until = expiresAt === null ? '' : `, for ${formatDuration(Math.max(0, expiresAt - now))}`
  const state =
    revokedAt !== null ? ', revoked' : expiresAt !== null && expiresAt <= now ? ', over' : until
  return `${id}  ${name}  (tenant ${tenant}${state})  ${JSON.stringify(scope)}`
}

const verbArgument = (text: string): Verb => {
  const verb = verbs.find((known) => known === text)
  if (verb === undefined) throw new InvalidArgumentError(`Verbs are ${verbs.join(', ')}.`)
  return verb
}

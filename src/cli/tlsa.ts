import { resolve } from 'node:path'
import { Command } from 'commander'
import { callControl, type JsonObject } from '../control/index.ts'
import type { SafetyView, TlsaView } from '../rollover/index.ts'
import { type PemText, pemCharactersMax, publicPem, readKeyMaterial } from '../rollover/index.ts'
import {
  addServerOptions,
  askServer,
  type ServerFlags,
  socketOf,
  tellFailure,
} from './ask-server.ts'
import { readOctets } from './files.ts'
import { repeated, spanArgument } from './flags.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { readPem } from './tlsa-files.ts'
import { timeText, writeTlsa } from './tlsa-text.ts'

type Finish = (code: ExitCode) => void

/** How long `safe --wait` waits unless told otherwise, in seconds. */
const waitDefault = 24 * 3600
/** How often it asks while nobody knows when it will be, in seconds. */
const askAgainSeconds = 60

/** Builds `danelaw tlsa import|status|safe|deployed|retire|watch|list|forget`. */
export function tlsaCommand(io: Io, exit: Finish): Command {
  const command = new Command('tlsa').description('TLSA records that follow certificates')
  command.addCommand(importCommand(io, exit))
  command.addCommand(safeCommand(io, exit))
  command.addCommand(retireCommand(io, exit))
  const tell = (view: TlsaView) => writeTlsa(view, io)
  ownerCommand('status', 'how an owner is: keys, records, servers, what to wait for').action(
    async (owner: string, flags: ServerFlags) =>
      exit(await askServer(flags, { command: 'tlsa-status', owner }, tell, io)),
  )
  ownerCommand('watch', 'look at the servers now: which key does each of them present?').action(
    async (owner: string, flags: ServerFlags) =>
      exit(await askServer(flags, { command: 'tlsa-watch', owner }, tell, io)),
  )
  ownerCommand('deployed', 'note that a key is at the servers, where nobody can look')
    .argument('<key>', 'its id, or the first 8 letters or more of it')
    .action(async (owner: string, key: string, flags: ServerFlags) =>
      exit(await askServer(flags, { command: 'tlsa-deployed', owner, key }, tell, io)),
    )
  ownerCommand('forget', 'follow no certificates any more; what is published stays').action(
    async (owner: string, flags: ServerFlags) => {
      const done = () => writeLine(io.stdout, `${owner} follows no certificates any more`)
      exit(await askServer(flags, { command: 'tlsa-forget', owner }, done, io))
    },
  )
  addServerOptions(command.command('list'))
    .description('list the owners that follow certificates')
    .action(async (flags: ServerFlags) => {
      const tellAll = ({ owners }: { readonly owners: readonly TlsaView[] }) => {
        if (owners.length === 0) writeLine(io.stdout, 'No owners')
        for (const view of owners) writeLine(io.stdout, lineOf(view, io))
      }
      exit(await askServer(flags, { command: 'tlsa-list' }, tellAll, io))
    })
  return command

  function ownerCommand(name: string, description: string): Command {
    return addServerOptions(command.command(name))
      .description(description)
      .argument('<owner>', 'TLSA owner, such as _25._tcp.mail.example.com')
  }
}

function lineOf({ owner, isSafe, safeAt, keys }: TlsaView, io: Io): string {
  const stages = keys.map(({ id, stage }) => `${id.slice(0, 8)} ${stage}`).join(', ')
  const safe = isSafe ? 'safe to deploy' : `not yet safe: ${timeText(safeAt, io.clock.now())}`
  return `${owner}  ${safe}  ${stages === '' ? 'no keys' : stages}`
}

interface ImportFlags extends ServerFlags {
  readonly deployed?: boolean
  readonly force?: boolean
  readonly issuer?: boolean
  readonly ttl?: number
  readonly lag?: number
  readonly warn?: number
  readonly server?: readonly string[]
}

function importCommand(io: Io, exit: Finish): Command {
  const text = repeated((value) => value)
  return addServerOptions(new Command('import'))
    .description('publish TLSA records of certificates or keys, beside those that are there')
    .argument('<owner>', 'TLSA owner, such as _25._tcp.mail.example.com')
    .argument('<pem...>', 'certificate with its chain, or a key; a directory as certbot leaves it')
    .option('--deployed', 'the servers present it already')
    .option('--issuer', 'publish 2 1 1 of the issuer, too')
    .option('--no-issuer', 'publish 3 1 1 alone')
    .option('--server <address>', 'where to look: ADDRESS or HOST=ADDRESS; repeatable', text)
    .option('--ttl <span>', 'TTL of the records; default: 1h', spanArgument)
    .option('--lag <span>', 'how far secondaries may be behind; default: 5m', spanArgument)
    .option('--warn <span>', 'how long before its end to warn; default: 14d', spanArgument)
    .option('--force', 'also where a server presents what nothing would match')
    .addHelpText(
      'after',
      '\nOnly the public half of a key leaves this command.\n\nExample:\n' +
        '  danelaw tlsa import _25._tcp.mail.example.com \\\n' +
        '    /etc/letsencrypt/live/mail.example.com --server 192.0.2.25 --deployed',
    )
    .action(async (owner: string, files: readonly string[], flags: ImportFlags) => {
      const { deployed, force, issuer, ttl, lag, warn, server } = flags
      try {
        const pems = await Promise.all(files.map((file) => publicPemOf(file, io)))
        const wish = { deployed, force, issuer, ttl, lag, warn, servers: server }
        const request = { command: 'tlsa-import', owner, pems, ...wish }
        const tell = (view: TlsaView) => writeTlsa(view, io)
        exit(await askServer(flags, request, tell, io))
      } catch (error) {
        exit(tellFailure(error, flags, io))
      }
    })
}

/** What a path has, without anything private. */
async function publicPemOf(path: string, io: Io): Promise<PemText> {
  const pem = await pemOf(path, io)
  return { text: publicPem(pem), source: pem.source }
}

async function pemOf(path: string, io: Io): Promise<PemText> {
  if (path === '-') {
    const octets = await readOctets(path, io, pemCharactersMax)
    return { text: Buffer.from(octets).toString('utf8'), source: 'standard input' }
  }
  const found = await readPem(resolve(io.cwd, path), undefined)
  return found ?? { text: '', source: path }
}

interface RetireFlags extends ServerFlags {
  readonly now?: boolean
  readonly force?: boolean
}

function retireCommand(io: Io, exit: Finish): Command {
  return addServerOptions(new Command('retire'))
    .description('let a key go: its records stay until nobody relies on them')
    .argument('<owner>', 'TLSA owner')
    .argument('<key>', 'id of the key, or the first 8 letters or more of it')
    .option('--now', 'withdraw its records now, if nobody relies on them')
    .option('--force', 'even though servers present it, or caches rely on it')
    .action(async (owner: string, key: string, flags: RetireFlags) => {
      const { now, force } = flags
      const request = { command: 'tlsa-retire', owner, key, now, force }
      exit(await askServer(flags, request, (view: TlsaView) => writeTlsa(view, io), io))
    })
}

interface SafeFlags extends ServerFlags {
  readonly certificate?: string
  readonly key?: string
  readonly wait?: number | true
}

function safeCommand(io: Io, exit: Finish): Command {
  return addServerOptions(new Command('safe'))
    .description('may a new certificate be deployed now?')
    .argument('<owner>', 'TLSA owner')
    .option('--certificate <pem>', 'ask for the key of this certificate, not for all')
    .option('--key <id>', 'ask for the key of this id')
    .option(
      '--wait [span]',
      'wait until it may be, for so long at most; default: 24h',
      spanArgument,
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 deploy it now, 6 not yet, 1 failed, 2 not understood.\n\n' +
        'In a deploy hook of certbot:\n' +
        '  danelaw tlsa import "$OWNER" "$RENEWED_LINEAGE" &&\n' +
        '  danelaw tlsa safe "$OWNER" --certificate "$RENEWED_LINEAGE" --wait 24h &&\n' +
        '  systemctl reload postfix',
    )
    .action(async (owner: string, flags: SafeFlags) => {
      try {
        exit(await askUntilSafe(owner, flags, io))
      } catch (error) {
        exit(tellFailure(error, flags, io))
      }
    })
}

async function askUntilSafe(owner: string, flags: SafeFlags, io: Io): Promise<ExitCode> {
  const { certificate, wait } = flags
  const key = certificate === undefined ? flags.key : await keyIdOf(certificate, io)
  const socket = await socketOf(flags, io)
  let left = wait === undefined ? 0 : wait === true ? waitDefault : wait
  for (;;) {
    const result: JsonObject = await callControl(socket, { command: 'tlsa-safe', owner, key })
    // Both ends are danelaw.
    const view = result as unknown as SafetyView
    const pause = Math.max(1, view.safeAt === null ? askAgainSeconds : view.safeAt - view.now)
    if (view.isSafe || pause > left) {
      tellSafety(view, flags, io)
      return view.isSafe ? Exit.ok : Exit.notYet
    }
    await sleep(Math.min(pause, askAgainSeconds), io)
    left -= Math.min(pause, askAgainSeconds)
  }
}

function tellSafety({ owner, isSafe, safeAt, now, text }: SafetyView, flags: SafeFlags, io: Io) {
  if (flags.json) writeJson(io.stdout, { owner, isSafe, safeAt, text })
  else if (isSafe) writeLine(io.stdout, `${owner} is safe: ${text}`)
  else writeLine(io.stdout, `${owner} is not safe until ${timeText(safeAt, now)}: ${text}`)
}

async function keyIdOf(path: string, io: Io): Promise<string> {
  return readKeyMaterial(await pemOf(path, io), { issuer: false }).id
}

async function sleep(seconds: number, { timers, stayAlive }: Io): Promise<void> {
  const rest = stayAlive()
  await new Promise<void>((done) => void timers.set(seconds * 1000, done))
  rest()
}

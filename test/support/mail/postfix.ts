import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { temporaryDirectory } from '../peers/daemon.ts'
import { findProgram } from '../peers/programs.ts'
import { followLog, type LogStream } from './log-stream.ts'

/** One door of a mail server: an address with its own settings. */
export interface Listener {
  readonly address: string
  /** Settings that hold here only. */
  readonly settings: Settings
}

/** Parameters of `main.cf`. */
export type Settings = Readonly<Record<string, string>>

/** What a Postfix is to be. */
export interface PostfixOptions {
  readonly hostname: string
  /** Port 25 of each address. */
  readonly listeners: readonly Listener[]
  readonly settings?: Settings
}

/** A Postfix that runs. */
export interface Postfix {
  /** Everything that any of its processes has logged. */
  readonly log: LogStream
  /** Its configuration directory, for programs that take one. */
  readonly directory: string
}

/** What only root and what others may do in the directories of the queue. */
const queueDirectories: Readonly<Record<string, number>> = {
  ...{ active: 0o700, bounce: 0o700, corrupt: 0o700, defer: 0o700, deferred: 0o700, flush: 0o700 },
  ...{ hold: 0o700, incoming: 0o700, private: 0o700, saved: 0o700, trace: 0o700 },
  ...{ maildrop: 0o730, public: 0o710 },
}

/** The services that take mail in, keep it, throw away what is for us and send on the rest. */
const services = `
cleanup   unix       n - n - 0     cleanup
qmgr      unix       n - n 300 1   qmgr
tlsmgr    unix       - - n 1000? 1 tlsmgr
rewrite   unix       - - n - -     trivial-rewrite
bounce    unix       - - n - 0     bounce
defer     unix       - - n - 0     bounce
trace     unix       - - n - 0     bounce
discard   unix       - - n - -     discard
error     unix       - - n - -     error
retry     unix       - - n - -     error
smtp      unix       - - n - -     smtp
postlog   unix-dgram n - n - 1     postlogd
`

/**
 * Starts a Postfix of Debian with a configuration, a queue and a log of its own; nothing of the
 * machine's is read or written but its programs and users. It is ended with the test.
 */
export async function startPostfix(t: Test, options: PostfixOptions): Promise<Postfix> {
  const base = temporaryDirectory(t)
  const directory = join(base, 'etc')
  chmodSync(base, 0o755)
  mkdirSync(directory)
  layOutQueue(base)
  const daemons = installed('daemon_directory')
  const settings = { ...ownSettings(base, daemons), ...options.settings }
  const main = { ...settings, myhostname: options.hostname }
  writeFileSync(
    join(directory, 'main.cf'),
    lines(main, ([name, value]) => `${name} = ${value}`),
  )
  const doors = options.listeners.map(
    (listener) =>
      `${listener.address}:25 inet n - n - - smtpd\n` +
      lines(listener.settings, ([name, value]) => `  -o { ${name} = ${value} }`),
  )
  writeFileSync(join(directory, 'master.cf'), doors.join('') + services)
  // Postfix opens /dev/stdout, which works for a pipe and not for the socket that Node.js gives.
  const command = ['-c', 'exec "$0" "$@" > >(exec cat) 2>&1', join(daemons, 'master')]
  const child = spawn('bash', [...command, '-c', directory, '-s'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], MAIL_CONFIG: directory },
  })
  const log = followLog(child.stdout, child.stderr)
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    if (!t.passing()) t.comment(`log of Postfix:\n${log.text()}`)
  })
  await log.line(/daemon started/)
  return { log, directory }
}

function lines(settings: Settings, format: (setting: [string, string]) => string): string {
  return `${Object.entries(settings).map(format).join('\n')}\n`
}

function ownSettings(base: string, daemons: string): Settings {
  return {
    compatibility_level: '3.6',
    queue_directory: join(base, 'spool'),
    data_directory: join(base, 'data'),
    daemon_directory: daemons,
    maillog_file: '/dev/stdout',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    mynetworks: '127.0.0.0/8',
    alias_maps: '',
    local_recipient_maps: '',
    local_transport: 'discard',
    tls_random_source: 'dev:/dev/urandom',
    smtpd_peername_lookup: 'no',
    smtpd_client_connection_count_limit: '0',
    smtpd_forbid_bare_newline: 'no',
  }
}

/** Makes queue and data as `postfix check` would, which takes it seconds. */
function layOutQueue(base: string): void {
  const user = idOf('/etc/passwd', installed('mail_owner'))
  const group = idOf('/etc/group', installed('setgid_group'))
  const spool = join(base, 'spool')
  for (const directory of [spool, join(spool, 'pid')]) mkdirSync(directory, { mode: 0o755 })
  for (const [name, mode] of Object.entries(queueDirectories)) {
    const directory = join(spool, name)
    mkdirSync(directory)
    chownSync(directory, user, mode === 0o700 ? 0 : group)
    chmodSync(directory, mode)
  }
  const data = join(base, 'data')
  mkdirSync(data, { mode: 0o700 })
  chownSync(data, user, 0)
}

/** A parameter as the installation has it. */
function installed(parameter: string): string {
  const postconf = findProgram('postconf') ?? 'postconf'
  return execFileSync(postconf, ['-dh', parameter], { encoding: 'utf8' }).trim()
}

function idOf(file: string, name: string): number {
  const entry = new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(readFileSync(file, 'utf8'))
  if (!entry) throw new Error(`There is no ${name} in ${file}`)
  return Number(entry[1])
}

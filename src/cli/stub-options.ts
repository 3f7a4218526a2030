import { type Command, Option } from 'commander'
import { type Clock, CodedError, fixedClock, type UnixSeconds } from '../base/index.ts'
import {
  createStub,
  type Mode,
  parseAnchors,
  parseHints,
  rootAnchors,
  rootHints,
  type Stub,
  type StubLimits,
  type Upstream,
} from '../stub/index.ts'
import type { TrustAnchor } from '../validator/index.ts'
import { readText } from './files.ts'
import { portArgument, repeated, serverArgument, timeArgument } from './flags.ts'
import type { Io } from './io.ts'
import { readResolvConf } from './upstreams.ts'

/** Where the system says which resolvers to ask. */
const resolvConf = '/etc/resolv.conf'

/** What `addStubOptions` adds to a command. */
export interface StubFlags {
  readonly server?: readonly Upstream[]
  readonly iterate?: boolean
  readonly hints?: string
  readonly authorityPort?: number
  readonly anchor?: readonly string[]
  readonly time?: UnixSeconds
}

/** Adds the options that say whom to ask, what to trust, and when. */
export function addStubOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-s, --server <addr>',
        'resolver to ask: ADDR[:PORT], tls://ADDR[:853]#NAME; repeatable; default: the system’s',
      )
        .argParser(serverArgument)
        .conflicts(['iterate', 'hints', 'authorityPort']),
    )
    .option('--iterate', 'ask the authorities, from the root down, instead of resolvers')
    .option('--hints <file>', 'root hints to --iterate from, which this implies; default: built in')
    .option(
      '--authority-port <n>',
      'port of all authorities, for labs; implies --iterate; default: 53',
      portArgument,
    )
    .option(
      '-a, --anchor <file>',
      'trust anchors, in BIND, zone file or XML form; repeatable; default: the root’s, built in',
      repeated((text) => text),
    )
    .option(
      '-t, --time <time>',
      'validate as of then, not now; such as 2026-11-25T10:00:00Z',
      timeArgument,
    )
}

/** A stub, and the time that it judges by. */
export interface OpenStub {
  readonly stub: Stub
  readonly clock: Clock
}

/** Everything that a stub is made of, read once; `open` makes as many as are wanted. */
export interface StubSource {
  open(): OpenStub
}

/**
 * Reads what the options name. `limits` are those of the command.
 *
 * @throws {CodedError} `file-unreadable`, `anchor-invalid`, `hints-invalid`, `server-absent`
 */
export async function readStubOptions(
  flags: StubFlags,
  io: Io,
  limits: Partial<StubLimits> = {},
): Promise<StubSource> {
  const clock = flags.time === undefined ? io.clock : fixedClock(flags.time)
  const anchors = await readAnchors(flags, clock, io)
  const mode = await readMode(flags, io)
  const { monotonicMs, timers, random } = io
  return {
    open: () => ({
      stub: createStub({ mode, anchors, clock, monotonicMs, timers, random, limits }),
      clock,
    }),
  }
}

async function readAnchors(
  { anchor = [] }: StubFlags,
  clock: Clock,
  io: Io,
): Promise<readonly TrustAnchor[]> {
  if (anchor.length === 0) return rootAnchors
  const lists: TrustAnchor[] = []
  for (const file of anchor) {
    lists.push(...parseAnchors(await readText(file, io), file, clock.now()))
  }
  return lists
}

async function readMode(flags: StubFlags, io: Io): Promise<Mode> {
  const { server = [], hints, iterate, authorityPort } = flags
  if (iterate === true || hints !== undefined || authorityPort !== undefined) {
    const port = authorityPort ?? 53
    const roots =
      hints === undefined ? rootHints : parseHints(await readText(hints, io), hints, port)
    return { kind: 'iterate', hints: roots, port }
  }
  if (server.length > 0) return { kind: 'forward', servers: server }
  const servers = readResolvConf(await readText(resolvConf, io))
  if (servers.length === 0) {
    const message = `Cannot find a resolver: ${resolvConf} names none; name one with --server`
    throw new CodedError('server-absent', message)
  }
  return { kind: 'forward', servers }
}

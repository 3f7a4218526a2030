import { execFileSync } from 'node:child_process'
import type { Test } from 'tap'
import type { Daemon } from '../peers/daemon.ts'
import { findProgram, type Peer, runProgram } from '../peers/programs.ts'
import {
  type Resolving,
  startKresd,
  startNamedResolver,
  startPowerRecursor,
  startUnboundResolver,
} from '../peers/resolvers.ts'

/** The resolvers of the matrix, in the order of its columns. */
export const resolvers = ['BIND', 'Unbound', 'Knot Resolver', 'PowerDNS Recursor'] as const

/** One of them. */
export type Resolver = (typeof resolvers)[number]

/** How a resolver is started, where it listens, and how it tells its version. */
interface Start {
  readonly program: Peer
  readonly address: string
  readonly versionArgs: readonly string[]
  start(t: Test, options: Resolving): Promise<Daemon>
}

const starts: Readonly<Record<Resolver, Start>> = {
  BIND: {
    program: 'named',
    address: '127.54.0.1',
    versionArgs: ['-v'],
    start: startNamedResolver,
  },
  Unbound: {
    program: 'unbound',
    address: '127.54.0.2',
    versionArgs: ['-V'],
    start: startUnboundResolver,
  },
  'Knot Resolver': {
    program: 'kresd',
    address: '127.54.0.3',
    versionArgs: ['--version'],
    start: startKresd,
  },
  'PowerDNS Recursor': {
    program: 'pdns_recursor',
    address: '127.54.0.4',
    versionArgs: ['--version'],
    start: startPowerRecursor,
  },
}

/** What has to be installed. */
export const resolverPrograms: readonly Peer[] = resolvers.map((name) => starts[name].program)

/** BIND listens where an interface has the very address, and not on all that is loopback. */
function addAddress(address: string): void {
  execFileSync(findProgram('ip') ?? 'ip', ['address', 'add', `${address}/32`, 'dev', 'lo'])
}

/**
 * Starts all of them below one root, each with a configuration of its own. Only in a network of
 * one's own.
 */
export async function startResolvers(
  t: Test,
  root: Omit<Resolving, 'address'>,
): Promise<Readonly<Record<Resolver, Daemon>>> {
  const started = await Promise.all(
    resolvers.map(async (name) => {
      const { address, start } = starts[name]
      addAddress(address)
      return [name, await start(t, { ...root, address })] as const
    }),
  )
  return Object.fromEntries(started) as Record<Resolver, Daemon>
}

/** The version that a resolver says it has, such as `9.18.49`. */
export async function versionOf(name: Resolver): Promise<string> {
  const { program, versionArgs } = starts[name]
  const { stdout, stderr } = await runProgram(program, versionArgs)
  return /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] ?? 'unknown'
}

import { networkInterfaces } from 'node:os'
import type { Test } from 'tap'
import {
  type Counters,
  type Credentials,
  type Limits,
  type Respond,
  type Server,
  startServer,
} from '../../src/server/index.ts'
import { type ManualTimers, manualTimers } from './manual-timers.ts'

/** Answers each query with itself. */
export const echo: Respond = (query, out) => {
  out.set(query)
  return query.length
}

/** What a test may want otherwise. */
export interface EchoOptions {
  readonly address?: string
  readonly respond?: Respond
  readonly limits?: Partial<Limits>
  readonly credentials?: Credentials
}

/** A server under test. */
export interface EchoServer {
  readonly server: Server
  /** The port of UDP and TCP, or of TLS where there are credentials. */
  readonly port: number
  readonly timers: ManualTimers
  counters(): Counters
}

/** Starts a server on a free port of loopback, on time that stands still; gone with the test. */
export async function echoServer(t: Test, options: EchoOptions = {}): Promise<EchoServer> {
  const { address = '127.0.0.1', respond = echo, limits = {}, credentials } = options
  const timers = manualTimers()
  const endpoints = [{ address, port: 0 }]
  const server = await startServer({
    plain: credentials === undefined ? endpoints : [],
    ...(credentials === undefined ? {} : { tls: { endpoints, credentials } }),
    respond,
    limits,
    timers,
  })
  t.teardown(async () => {
    const stopped = server.stop({ graceMs: 0 })
    timers.advance(3_600_000)
    await stopped
  })
  return {
    server,
    port: server.addresses()[0]?.port ?? 0,
    timers,
    counters: () => server.counters(),
  }
}

/** Why a test of IPv6 must be skipped here, said loudly; `false` where it need not. */
export const skipWithoutIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)
  ? false
  : 'SKIPPED: THIS MACHINE HAS NO ::1, IPv6 WAS NOT TESTED'

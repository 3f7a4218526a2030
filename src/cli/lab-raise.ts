import { CodedError } from '../base/index.ts'
import { type OpenPost, openPost } from '../post/index.ts'
import { type Scenario, worldSpec } from '../scenario/index.ts'
import { buildWorld, type OpenWorld, openWorld, type World } from '../world/index.ts'
import type { Io } from './io.ts'

/** A lab that is up. */
export interface Lab {
  readonly world: World
  /** The addresses of its servers. */
  readonly servers: OpenWorld
  readonly post: OpenPost
}

/** Which ports a lab is to have. */
export interface LabPorts {
  /** Of name servers; the next is tried where one is not to be had. */
  readonly dns: readonly number[]
  /** Of mail servers and of the web server; then any that is free. */
  readonly mail: readonly { readonly smtp: number; readonly https: number }[]
}

/** What is to be closed, last first. */
export class Ends {
  readonly #closes: (() => Promise<void> | void)[] = []

  /** Remembers how something is closed. */
  add(close: () => Promise<void> | void): void {
    this.#closes.push(close)
  }

  /** Closes all of it. */
  async close(): Promise<void> {
    for (let close = this.#closes.pop(); close; close = this.#closes.pop()) await close()
  }
}

/**
 * Raises a lab: mail servers, then the world that leads to them. What is open goes to `ends`, also
 * where it fails.
 *
 * @throws {CodedError} `listen-failed`, `world-invalid`
 */
export async function raiseLab(
  scenario: Scenario,
  ports: LabPorts,
  ends: Ends,
  { clock, timers }: Pick<Io, 'clock' | 'timers'>,
): Promise<Lab> {
  const { seed, mail: cases } = scenario
  const post = await firstOf(ports.mail, ({ smtp, https }) =>
    openPost({ seed, clock, cases, smtpPort: smtp, httpsPort: https }),
  )
  ends.add(() => post.close())
  const world = buildWorld(worldSpec(scenario, () => clock.now(), post.zones))
  const servers = await firstOf(ports.dns, (port) => openWorld(world, { port, timers }))
  ends.add(() => servers.close())
  return { world, servers, post }
}

/** The first way that can be gone; sockets that are not to be had are no reason to give up. */
async function firstOf<Way, T>(ways: readonly Way[], open: (way: Way) => Promise<T>): Promise<T> {
  let failure: unknown
  for (const way of ways) {
    try {
      return await open(way)
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'listen-failed') throw error
      failure = error
    }
  }
  throw failure
}

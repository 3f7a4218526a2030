import { randomBytes } from 'node:crypto'
import { fixedClock } from '../../src/base/index.ts'
import {
  type MailRow,
  type OpenPost,
  openPost,
  type PostOptions,
  type VerifyMailOptions,
  verifyMail,
} from '../../src/post/index.ts'
import {
  buildWorld,
  catalogueWorld,
  type OpenWorld,
  openWorld,
  type World,
} from '../../src/world/index.ts'
import { type IdleTimers, idleTimers } from './mail-lab/idle-timers.ts'
import { testTime } from './served-zone.ts'

/** smtp-server waits for a tenth of a second before it greets. */
const haste = 20

/** A post in a world of its own, on ports that are free, in time that passes while nothing happens. */
export interface PostWorld {
  readonly post: OpenPost
  readonly world: World
  readonly open: OpenWorld
  readonly timers: IdleTimers
  verify(options?: Partial<VerifyMailOptions>): Promise<readonly MailRow[]>
  close(): Promise<void>
}

/** Starts a post, and the world that leads to it. */
export async function openPostWorld(options: Partial<PostOptions> = {}): Promise<PostWorld> {
  const clock = fixedClock(testTime)
  const post = await openPost({ seed: 'post', clock, smtpPort: 0, httpsPort: 0, ...options })
  const trunk = catalogueWorld({ seed: 'post', now: clock.now, faults: [] })
  const world = buildWorld({ ...trunk, zones: [...trunk.zones, ...post.zones] })
  const timers = idleTimers(haste)
  const open = await openWorld(world, { port: 0, timers })
  const { monotonicMs } = timers
  return {
    ...{ post, world, open, timers },
    verify: (more = {}) =>
      verifyMail({
        ...{ post, world, open, clock, timers, monotonicMs, random: randomBytes, ...more },
      }),
    async close() {
      timers.close()
      await Promise.all([open.close(), post.close()])
    },
  }
}

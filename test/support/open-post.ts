import { randomBytes } from 'node:crypto'
import { fixedClock } from '../../src/base/index.ts'
import { readMessage } from '../../src/message/index.ts'
import {
  type MailRow,
  type OpenPost,
  openPost,
  type PostOptions,
  type VerifyMailOptions,
  verifyMail,
} from '../../src/post/index.ts'
import type { RRType } from '../../src/rr/index.ts'
import { formatName } from '../../src/wire/index.ts'
import {
  buildWorld,
  catalogueWorld,
  type OpenWorld,
  openWorld,
  type World,
} from '../../src/world/index.ts'
import { type IdleTimers, idleTimers } from './mail-lab/idle-timers.ts'
import { testTime } from './served-zone.ts'

/** One question that a name server of the world heard. */
export interface AskedQuestion {
  /** In lower case. */
  readonly name: string
  readonly type: RRType
  readonly via: 'udp' | 'tcp'
}

/** smtp-server waits for a tenth of a second before it greets. */
const haste = 20

/** A post in a world of its own, on free ports, in time that passes while nothing happens. */
export interface PostWorld {
  readonly post: OpenPost
  readonly world: World
  readonly open: OpenWorld
  readonly timers: IdleTimers
  /** Every question so far that some name server heard, in the order of arrival. */
  readonly asked: readonly AskedQuestion[]
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
  const asked: AskedQuestion[] = []
  const answer: World['answer'] = (query, asker) => {
    const [question] = readMessage(query).questions
    if (question) {
      const name = formatName(question.name).toLowerCase()
      asked.push({ name, type: question.type, via: asker.via })
    }
    return world.answer(query, asker)
  }
  const open = await openWorld({ ...world, answer }, { port: 0, timers })
  const { monotonicMs } = timers
  return {
    ...{ post, world, open, timers, asked },
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

import { fixedClock } from '../../../src/base/index.ts'
import { type CheckReport, type CheckRequest, checkDomain } from '../../../src/check/index.ts'
import { randomOctets } from '../../../src/crypto/index.ts'
import { createStub, type Stub, type StubLimits } from '../../../src/stub/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { testTime } from '../served-zone.ts'
import type { MailLab } from './lab.ts'

/** A stub that knows nothing yet and iterates from the lab's root. */
export function labStub(
  { authorities, anchors, timers }: Pick<MailLab, 'authorities' | 'anchors' | 'timers'>,
  limits: Partial<StubLimits> = {},
): Stub {
  const { port } = authorities
  return createStub({
    mode: {
      kind: 'iterate',
      hints: [{ name: parseName('ns.'), address: authorities.address(1), port }],
      port,
    },
    anchors,
    clock: fixedClock(testTime),
    timers,
    monotonicMs: timers.monotonicMs,
    random: randomOctets,
    limits,
  })
}

/**
 * Plays a sender that meets a lab for the first time: the real check, with the real validator, stub
 * and probe, at the time of the lab.
 */
export async function checkInLab(
  lab: MailLab,
  request: Partial<CheckRequest> = {},
): Promise<CheckReport> {
  const { timers, mail, policy, ca } = lab
  const stub = labStub(lab)
  try {
    return await checkDomain(
      {
        domain: parseName('example.test.'),
        mode: 'dane',
        policy: 'opportunistic',
        profiles: ['rfc', 'exchange'],
        families: 'strict',
        port: mail.port,
        ehloName: 'sender.test',
        ca,
        stsPort: policy?.port ?? 443,
        ...request,
      },
      { stub, clock: fixedClock(testTime), monotonicMs: timers.monotonicMs, timers },
    )
  } finally {
    await stub.close()
  }
}

import { fixedClock } from '../../../src/base/index.ts'
import { type CheckReport, type CheckRequest, checkDomain } from '../../../src/check/index.ts'
import { StsCache } from '../../../src/mtasts/index.ts'
import type { StubLimits } from '../../../src/stub/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { testTime } from '../served-zone.ts'
import type { MailLab } from './lab.ts'
import { labStub } from './stub.ts'

/**
 * Plays a sender that meets a lab for the first time: the real check, with the real validator, stub
 * and probe, at the time of the lab.
 */
export async function checkInLab(
  lab: MailLab,
  request: Partial<CheckRequest> = {},
  limits: Partial<StubLimits> = {},
): Promise<CheckReport> {
  const { timers, mail, policy, ca } = lab
  const stub = labStub(lab, { denialOctets: 0, ...limits })
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
      {
        stub,
        clock: fixedClock(testTime),
        monotonicMs: timers.monotonicMs,
        timers,
        stsCache: new StsCache(),
      },
    )
  } finally {
    await stub.close()
  }
}

import { fixedClock, type Timers } from '../../../src/base/index.ts'
import { randomOctets } from '../../../src/crypto/index.ts'
import { createStub, type Stub, type StubLimits } from '../../../src/stub/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { testTime } from '../served-zone.ts'
import type { MailLab } from './lab.ts'

/** A stub that knows nothing yet and iterates from the lab's root. */
export function labStub(
  {
    authorities,
    anchors,
    timers,
  }: Pick<MailLab, 'authorities' | 'anchors'> & {
    readonly timers: Timers & { readonly monotonicMs: () => number }
  },
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

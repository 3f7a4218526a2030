import { fixedClock, type Timers } from '../../../src/base/index.ts'
import { randomOctets } from '../../../src/crypto/index.ts'
import { createStub, type Mode, type Stub, type StubLimits } from '../../../src/stub/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { testTime } from '../served-zone.ts'
import { resolverServer } from './authorities.ts'
import type { MailLab } from './lab.ts'

/** A stub that knows nothing yet: it iterates from the lab's root, or asks the lab's resolver. */
export function labStub(
  {
    authorities,
    anchors,
    timers,
  }: Pick<MailLab, 'authorities' | 'anchors'> & {
    readonly timers: Timers & { readonly monotonicMs: () => number }
  },
  limits: Partial<StubLimits> = {},
  kind: Mode['kind'] = 'iterate',
): Stub {
  const { port } = authorities
  const hints = [{ name: parseName('ns.'), address: authorities.address(1), port }]
  const resolver = { address: authorities.address(resolverServer), port, via: 'udp' } as const
  return createStub({
    mode: kind === 'iterate' ? { kind, hints, port } : { kind, servers: [resolver] },
    anchors,
    clock: fixedClock(testTime),
    timers,
    monotonicMs: timers.monotonicMs,
    random: randomOctets,
    limits,
  })
}

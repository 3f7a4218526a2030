import { defaultValidatorLimits, validate } from '../validator/index.ts'
import { Driver, type Validate } from './driver.ts'
import { Exchange } from './exchange.ts'
import { Forward } from './forward.ts'
import type { Source } from './found.ts'
import { Iterate } from './iterate.ts'
import { defaultStubLimits } from './limits.ts'
import { Lookups } from './lookups.ts'
import { Peers } from './peers.ts'
import { socketNetwork } from './sockets.ts'
import type { Stub, StubOptions } from './stub.ts'

/** Makes a stub. Nothing is opened before something is asked; `close` is owed. */
export function createStub(options: StubOptions): Stub {
  return makeStub(options, validate)
}

/** Makes a stub around a validation: that of the validator, or a test's own. */
export function makeStub(options: StubOptions, validate: Validate): Stub {
  const { mode, clock, random, timers, monotonicMs } = options
  const limits = { ...defaultStubLimits, ...options.limits }
  const validatorLimits = { ...defaultValidatorLimits, ...options.validatorLimits }
  const network = options.network ?? socketNetwork({ timers, random, limits })
  const peers = new Peers({ clock, random, limits })
  const exchange = new Exchange({ random, limits, monotonicMs, peers, network })
  const source: Source =
    mode.kind === 'forward'
      ? new Forward({ exchange, peers, attempts: limits.attempts, servers: mode.servers })
      : new Iterate({
          ...{ exchange, peers, clock, random, limits, hints: mode.hints, port: mode.port },
          findWithin: (...asked) => lookups.findAlone(...asked),
        })
  const { ttlSecondsMax } = validatorLimits
  const lookups = new Lookups({ source, clock, limits, ttlSecondsMax })
  return new Driver({
    ...{ anchors: options.anchors, clock, random, timers, monotonicMs },
    looksTwice: options.looksTwice ?? true,
    ...{ limits, validatorLimits, validate, lookups },
    closeNetwork: () => network.close(),
  })
}

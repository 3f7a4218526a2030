import { setImmediate as turn } from 'node:timers/promises'
import { CodedError } from '../../src/base/index.ts'
import type { Store } from '../../src/store/index.ts'

/** How a store misbehaves; everything is chosen by `random`, which gives numbers from 0 to 1. */
export interface Shakes {
  readonly random: () => number
  /** How often a call fails, from 0 to 1; may change. */
  failures: number
}

const shaken = [
  ...(['zone', 'read', 'commit', 'history', 'sequence', 'keys'] as const),
  ...(['lastKeyId', 'answer', 'putNode', 'nodes'] as const),
]

/** A store whose calls take a while, and fail now and then: before they were made, or after. */
export function shakyStore(store: Store, shakes: Shakes): Store {
  const wait = async () => {
    for (let turns = Math.floor(shakes.random() * 4); turns > 0; turns--) await turn()
  }
  const fail = () => {
    if (shakes.random() * 2 >= shakes.failures) return
    throw new CodedError('store-unavailable', 'Cannot reach store: shaken')
  }
  const result: Store = Object.create(store)
  for (const method of shaken) {
    const real = store[method].bind(store) as (...args: unknown[]) => Promise<unknown>
    Object.defineProperty(result, method, {
      async value(...args: unknown[]) {
        await wait()
        fail()
        const value = await real(...args)
        await wait()
        fail()
        return value
      },
    })
  }
  const steady = [
    ...(['zones', 'rrsets', 'content', 'sealedKeys', 'watch', 'health', 'putAudit'] as const),
    ...(['document', 'documents'] as const),
  ]
  for (const method of steady) {
    Object.defineProperty(result, method, { value: store[method].bind(store) })
  }
  return result
}

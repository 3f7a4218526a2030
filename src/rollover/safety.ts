import type { UnixSeconds } from '../base/index.ts'
import { isKnown, readyAt } from './plan.ts'
import { keyOf } from './steps.ts'
import type { Tracked } from './types.ts'

/** Whether a new certificate may be deployed now. */
export interface Safety {
  readonly isSafe: boolean
  /** When it will be; undefined when it is, or when that is not known. */
  readonly safeAt: UnixSeconds | undefined
  readonly text: string
}

/**
 * Whether keys may be deployed at `now`: all that are there, or the one of an id.
 *
 * @throws {CodedError} `tlsa-key-absent`
 */
export function safetyOf(
  { rollover, plan }: Tracked,
  id: string | undefined,
  now: UnixSeconds,
): Safety {
  if (plan.isStray) {
    const text = 'the set was changed by force, or is hidden: import a certificate again'
    return { isSafe: false, safeAt: undefined, text }
  }
  if (id !== undefined) return safetyOfKey(rollover, id, now)
  const { isSafeToDeploy: isSafe, safeAt } = plan
  if (isSafe) return { isSafe, safeAt, text: 'every cache knows what is published' }
  const text = safeAt === undefined ? 'no key is published' : 'caches may not know a new key yet'
  return { isSafe, safeAt, text }
}

function safetyOfKey(rollover: Tracked['rollover'], id: string, now: UnixSeconds): Safety {
  const key = keyOf(rollover, id)
  if (key.retiredAt !== undefined || key.withdrawnAt !== undefined) {
    return { isSafe: false, safeAt: undefined, text: 'the key goes: import it again' }
  }
  if (isKnown(rollover, key, now)) {
    return { isSafe: true, safeAt: undefined, text: 'every cache knows the key' }
  }
  return { isSafe: false, safeAt: readyAt(rollover, key), text: 'caches may not know the key yet' }
}

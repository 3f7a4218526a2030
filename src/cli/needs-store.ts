import { CodedError } from '../base/index.ts'
import type { Provisioning } from './provisioning.ts'

/**
 * The store of a running server, for what cannot do without one.
 *
 * @throws {CodedError} `store-absent`
 */
export function provisioningOf(server: {
  readonly provisioning: Provisioning | undefined
}): Provisioning {
  if (server.provisioning) return server.provisioning
  throw new CodedError(
    'store-absent',
    'Cannot do that: the server has no store; set api.listen or store.driver',
  )
}

import { CodedError } from '../base/index.ts'

/** Items that a page holds, whatever was asked for. */
export const pageItemsMax = 1000
/** How long an idempotency key gets the same answer, in seconds. */
export const answerLifetime = 86400
/** How long a node that says nothing is remembered, in seconds. */
export const nodeLifetime = 7 * 86400
/** Longest id of a token and longest name of a node, in octets. */
export const idOctetsMax = 255
/** Entries of the audit log that are kept unless told otherwise: the last ones. */
export const auditEntriesDefault = 100_000
/** How large the embedded store may get on its disk unless told otherwise. */
export const octetsMaxDefault = 64 * 2 ** 30

/**
 * Refuses an id of a token or a name of a node that is not kept.
 *
 * @throws {CodedError} `store-entry-too-large`
 */
export function checkId(id: string): void {
  if (id !== '' && Buffer.byteLength(id) <= idOctetsMax) return
  const most = `1 to ${idOctetsMax} octets are taken`
  throw new CodedError('store-entry-too-large', `Cannot store under ${JSON.stringify(id)}: ${most}`)
}

import { CodedError } from '../base/index.ts'
import { idOctetsMax } from './limits.ts'

/** Whether something can be found under that id at all. */
export function isStorableId(id: string): boolean {
  return id !== '' && Buffer.byteLength(id) <= idOctetsMax
}

/**
 * Refuses an id of a token, or a name of a node, that cannot be stored.
 *
 * @throws {CodedError} `store-entry-too-large`
 */
export function checkId(id: string): void {
  if (isStorableId(id)) return
  const most = `1 to ${idOctetsMax} octets are taken`
  throw new CodedError('store-entry-too-large', `Cannot store under ${JSON.stringify(id)}: ${most}`)
}

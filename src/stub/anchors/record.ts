import { CodedError, type Place } from '../../base/index.ts'
import type { RRType } from '../../rr/index.ts'
import type { Name } from '../../wire/index.ts'

/** One DS or DNSKEY that a file trusts, wherever it stands in it. */
export interface AnchorRecord {
  readonly zone: Name
  readonly type: RRType
  readonly rdata: Uint8Array
  readonly place: Place
}

/** What the trouble with an anchor is, and where. */
export function invalidAnchor(message: string, place: Place): CodedError {
  return new CodedError('anchor-invalid', message, place)
}

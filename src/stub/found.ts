import type { Message } from '../message/index.ts'
import { formatType } from '../rr/index.ts'
import type { Lookup, Reason } from '../validator/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import type { Errand } from './errand.ts'

/**
 * What came of a lookup.
 *
 * - `message`: a response to that very question; `server` gave it, `hasOthers` says whether others
 *   could be asked.
 * - `failed`: nobody gave one; the same question would fail again for a while (RFC 9520 §2).
 * - `abandoned`: it was no longer wanted, or had cost enough; that says nothing of the question.
 */
export type Found =
  | {
      readonly kind: 'message'
      readonly message: Message
      readonly server: string
      readonly hasOthers: boolean
      /** Iterating: the zone whose server it is. */
      readonly zone?: Name
    }
  | { readonly kind: 'failed'; readonly reason: Reason; readonly rcode: number }
  | { readonly kind: 'abandoned'; readonly reason: Reason }

/** Who can answer lookups over the network. */
export interface Source {
  /** Asks; servers in `avoid` only when there is no other. */
  find(lookup: Lookup, errand: Errand, avoid: ReadonlySet<string>): Promise<Found>
  /** Forgets where the servers of a zone are, where it keeps that at all. */
  forgetZone?(zone: Name): void
}

/** `mail.example. A`, as reasons name a lookup. */
export function formatLookup({ name, type }: Pick<Lookup, 'name' | 'type'>): string {
  return `${formatName(name)} ${formatType(type)}`
}

/** The lookup of an errand that is over. */
export function abandoned(errand: Errand): Found {
  const reason = errand.over ?? { text: 'No longer wanted', ede: undefined }
  return { kind: 'abandoned', reason }
}

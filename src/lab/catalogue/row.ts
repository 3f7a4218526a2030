import { RR, type RRType } from '../../rr/index.ts'
import type {
  Act,
  Ask,
  Behaviour,
  DenialEdit,
  DsEdit,
  Expectation,
  Fault,
  KeyEdit,
  Place,
  Setting,
  SignatureEdit,
} from '../types.ts'

/** A zone that is in order. Rows say how theirs differs. */
export const soundZone: Setting = {
  signed: true,
  ds: true,
  algorithm: 13,
  keys: 'ksk+zsk',
  denial: 'nsec3',
  nsec3: { iterations: 0, salt: '', optOut: false },
  rsa: { bits: 2048, exponentOctets: 3 },
  servers: 1,
  children: [],
  records: [],
}

/** What a row adds to id, title, acts and expectation. */
export interface Extras {
  readonly variant?: Fault['variant']
  readonly setting?: Partial<Setting>
  readonly ask?: Ask
}

/** Makes rows of a group: the apex is asked for A and edits are raw unless a row says otherwise. */
export function rowsOf(group: Fault['group']) {
  return (
    id: string,
    title: string,
    acts: readonly Act[],
    expect: Expectation,
    { variant = 'raw', setting = {}, ask = { owner: '@', type: RR.A } }: Extras = {},
  ): Fault => ({
    ...{ id, title, group, variant, acts, ask, expect },
    setting: { ...soundZone, ...setting },
  })
}

/** What is left to say of an expectation when status, rcode, EDE and sections are said. */
type Rest = Partial<Omit<Expectation, 'status' | 'ede' | 'why'>>

/** All of it is proved. */
export function secure(why: readonly string[], rest: Rest = {}): Expectation {
  return { status: 'secure', rcode: 'NOERROR', ede: [], why, ...rest }
}

/** It is proved that nothing can be proved. */
export function insecure(
  ede: readonly number[],
  why: readonly string[],
  rest: Rest = {},
): Expectation {
  return { status: 'insecure', rcode: 'NOERROR', ede, why, ...rest }
}

/** What must be proved is not (RFC 4035 §5.5). */
export function bogus(
  ede: readonly number[],
  why: readonly string[],
  rest: Rest = {},
): Expectation {
  return { status: 'bogus', rcode: 'SERVFAIL', ede, why, ...rest }
}

/** No server gave an answer that can be used. */
export function unreachable(
  ede: readonly number[],
  why: readonly string[],
  rest: Rest = {},
): Expectation {
  return { status: 'unreachable', rcode: 'SERVFAIL', ede, why, ...rest }
}

/** The RRset of a type at an owner, the apex unless given. */
export function at(type: Place['type'], owner = '@'): Place {
  return { owner, type }
}

/** Every RRset of the zone, or every one of a type. */
export function everywhere(type: Place['type'] = 'any'): Place {
  return { owner: '*', type }
}

/** An act on signatures, whichever key made them. */
export function signature(place: Place, edit: SignatureEdit, by: 'ksk' | 'any' = 'any'): Act {
  return { kind: 'signature', at: place, by, edit }
}

/** An act on keys. */
export function key(which: 'ksk' | 'zsk' | 'both', edit: KeyEdit): Act {
  return { kind: 'key', which, edit }
}

/** An act on the DS RRset. */
export function ds(edit: DsEdit): Act {
  return { kind: 'ds', edit }
}

/** An act on proofs, those of the zone itself unless said otherwise. */
export function denial(edit: DenialEdit, of: 'zone' | 'ds' = 'zone'): Act {
  return { kind: 'denial', of, edit }
}

/** How servers behave, always unless narrowed. */
export function behave(
  as: Behaviour,
  when: Extract<Act, { readonly kind: 'behave' }>['when'] = {},
): Act {
  return { kind: 'behave', as, when }
}

/** A question about a name of the zone. */
export function asking(owner: string, type: RRType = RR.A): Ask {
  return { owner, type }
}

/** Seconds that the faults of time are off by. */
export const year = 365 * 86400

/**
 * access: who may do what.
 *
 * In go a token's text, what the store has of it and what is asked for; out comes a permission. A
 * token is `dl_<id>_<secret>`: the id finds it, the secret (256 bits) is compared as a hash, in
 * constant time. Its scope is a fence: tenant, zones, owner names, types, verbs, expiry; a request
 * that touches anything outside is refused whole.
 *
 * Invariants: pure; a secret is never stored, logged or part of an error; names are compared as
 * DNS compares them (case, escapes and A-labels), never as texts; what belongs to another tenant
 * does not exist.
 */

export { permit, sieve } from './permit.ts'
export { isTenantName, readScope, verbs } from './scope.ts'
export { admit, hashSecret, type KeptToken, makeToken, parseToken } from './token.ts'
export type { Deed, Permission, Principal, Scope, Verb } from './types.ts'

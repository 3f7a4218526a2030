/**
 * query: the corridor. A query comes in as octets, an answer goes out as octets.
 *
 *     octets → intake → zone → lookup → outcome → denial → signer → response → octets
 *
 * `answer` is all of it, in the order of RFC 1034 §4.3.2 and RFC 4035 §3.1. It is synchronous, has
 * no socket, file or timer, keeps no state between two queries but its scratch space, and never
 * throws: a malformed query is a value (`Intake`), not an exception. It knows nothing of
 * transports beyond a size limit. Refusals come first, each with its rcode and, where an
 * authority may speak, its extended error (RFC 8914).
 *
 * Work for one query is bounded: the labels of a name, `aliasesMax` aliases, and the signatures of
 * the RRsets in one answer.
 */
export { answer } from './answer.ts'
export { AnswerContext, type AnswerOptions, type ServedZone, type Signing } from './context.ts'
export { aliasesMax } from './walk.ts'

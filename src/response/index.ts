/**
 * response: from RRsets to the octets of a message.
 *
 * A `Response` collects what the corridor finds, section by section, and then encodes it in one
 * pass, so that everything about sizes happens in one function: names compressed (RFC 1035 §4.1.4,
 * in RDATA only where RFC 3597 §4 allows), the OPT record last with its options, and truncation.
 * What does not fit is never cut in the middle of an RRset: an answer, authority or required glue
 * that does not fit leaves an empty message with TC (RFC 2181 §9, RFC 9471 §3.1); optional
 * glue is left out.
 *
 * One object serves all answers, one after the other; it holds references to RRsets, never copies,
 * until the next `begin`. Nothing here throws.
 */

export { Compressor } from './compressor.ts'
export { type Envelope, Response, Section } from './response.ts'

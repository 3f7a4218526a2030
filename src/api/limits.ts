import type { ApiLimits } from './types.ts'

/** What is allowed where nobody says otherwise. */
export const defaultApiLimits: ApiLimits = {
  bodyOctets: 16 * 1024 * 1024,
  headerOctets: 16 * 1024,
  connections: 512,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 60_000,
  requests: 128,
}
/** How long a token is believed in while the store cannot be asked about it, in seconds. */
export const tokenMemorySeconds = 300
/** Tokens that are remembered for that. */
export const tokensRemembered = 1000
/** Longest that `?wait=live` waits. */
export const waitLiveMs = 20_000
/** Longest idempotency key, in characters. */
export const idempotencyKeyMax = 128
/** Items of a page, unless asked otherwise. */
export const pageItems = 100
/** Most items that may be asked for. */
export const pageItemsMax = 1000
/** Findings about the text of a zone after which no more is read. */
export const findingsMax = 100
/** Most RRsets that one search looks at. */
export const searchRRsetsMax = 200_000
/** Most comparisons of characters that one search makes: a good tenth of a second. */
export const searchStepsMax = 20_000_000
/** Most results that one search gives. */
export const searchResultsMax = 1000
/** RRsets that one response lists unpaged; more is for pages (`/v1`) and exports. */
export const listedRRsetsMax = 1_000_000

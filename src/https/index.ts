/**
 * https: one bounded HTTPS exchange with addresses that somebody else has found.
 *
 * In go a host, its addresses and a request; out comes a status with a body, or how it failed. It
 * serves MTA-STS (RFC 8461 §3.3) and TLS-RPT (RFC 8460 §5.4), which want the same narrow thing: no
 * redirects, no cookies, no cache, no proxy, no look-up of names behind our back.
 *
 * Invariants: it always ends; body, headers and time are bounded by `HttpsLimits`; failures are
 * values; the certificate is checked for the host of the URL unless the caller says otherwise.
 */

export { exchangeHttps } from './exchange.ts'
export type {
  HttpsLimits,
  HttpsRequest,
  HttpsResult,
  HttpsWorld,
} from './types.ts'

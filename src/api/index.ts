/**
 * api: the HTTP skin.
 *
 * In go requests; out come answers in two tongues: PowerDNS' under `/api/v1`, exactly as its
 * clients call it, and danelaw's own under `/v1` with what that one lacks. Every route has a schema
 * of which the OpenAPI document is made. What a request means is decided in `records`, who may ask
 * in `access`; nothing here touches a zone.
 *
 * Invariants: loopback or a Unix socket unless there is TLS or somebody insisted; a key is compared
 * in constant time before anything else is looked at; bodies, headers, connections and time are
 * bounded by `ApiLimits`; a bad request is a 4xx with a stable code, never a 500.
 *
 * RFC 6901, 9110, 9457.
 */

export { describeApi } from './app.ts'
export { defaultApiLimits } from './limits.ts'
export { openApi } from './open.ts'
export type { ApiLimits, ApiListen, ApiOptions, ApiWorld, OpenApi } from './types.ts'

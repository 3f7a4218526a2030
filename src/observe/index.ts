/**
 * observe: what operators see — log, metrics, health.
 *
 * In go events, answers and gauges read on demand; out come lines of JSON (pino), the text of
 * `/metrics` (Prometheus) and a health report. Nothing here decides anything.
 *
 * Invariants: secrets are redacted by the name of their field, whoever logs them; labels have few
 * values, never names that strangers choose; counting on the path of a query allocates nothing.
 */

export { composeHealth, type HealthPart } from './health.ts'
export { type LogOptions, openLog } from './log.ts'
export { createMetrics } from './metrics.ts'
export type {
  DomainFacts,
  HealthReport,
  Log,
  MetricSources,
  Metrics,
  StoreFacts,
  TlsaFacts,
  ZoneFacts,
} from './types.ts'

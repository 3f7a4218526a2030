import { Gauge, type Registry } from 'prom-client'
import type { MetricSources } from './types.ts'

/** TLSA owners that are told one by one. */
export const ownersTold = 1000

/** Numbers about TLSA owners that follow certificates. */
export function describeTlsa(registers: Registry[], { tlsa }: Pick<MetricSources, 'tlsa'>): void {
  tell(
    registers,
    'danelaw_tlsa_safe',
    'Whether a new certificate may be deployed: 1, or 0 while caches may not know it.',
    function* () {
      for (const { owner, isSafe } of tlsa()) yield [owner, isSafe ? 1 : 0]
    },
  )
  tell(
    registers,
    'danelaw_tlsa_expiry_seconds',
    'Seconds until the first certificate in use ends; below 0 once it has.',
    function* () {
      for (const { owner, expirySeconds } of tlsa()) {
        if (expirySeconds !== undefined) yield [owner, expirySeconds]
      }
    },
  )
}

function tell(
  registers: Registry[],
  name: string,
  help: string,
  read: () => Iterable<readonly [string, number]>,
): void {
  const gauge = new Gauge({
    ...{ name, help: `${help} ${ownersTold} owners at most.`, labelNames: ['owner'], registers },
    collect() {
      gauge.reset()
      let told = 0
      for (const [owner, value] of read()) {
        gauge.set({ owner }, value)
        if (++told === ownersTold) break
      }
    },
  })
}

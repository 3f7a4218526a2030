/**
 * What counting costs on the path of a query: the same cached answers with and without it, by
 * turns, so that both meet the same machine; the best of several passes counts.
 */
import { systemClock } from '../src/base/index.ts'
import { nsecDenial } from '../src/denial/index.ts'
import { createMetrics } from '../src/observe/index.ts'
import { AnswerContext, answer, type ServedZone } from '../src/query/index.ts'
import { ZoneTable } from '../src/zone/index.ts'
import { makeZone, query } from './answers.ts'
import type { Table } from './table.ts'

const passes = 20
const queriesEach = 20_000

/** Answers a second, counted and not: a few seconds. */
export function countingTables(): Table[] {
  const zones = new ZoneTable<ServedZone>()
  const served = makeZone(nsecDenial)
  zones.put(served)
  const ctx = new AnswerContext({
    ...{ zones, clock: systemClock, datagramOctetsMax: 1232, udpOctets: 1232 },
    ...{ identity: undefined, version: undefined },
  })
  const metrics = createMetrics({
    version: 'bench',
    usage: () => ({ startedAt: 0, residentOctets: 0, cpuSeconds: 0 }),
    transports: () => ({}),
    signatures: () => ({ made: 0, renewed: 0, cached: 0, cacheOctets: 0, cacheEntries: 0 }),
    zones: () => [],
    store: () => undefined,
    tlsa: () => [],
    domains: () => undefined,
  })
  const out = new Uint8Array(65_535)
  const plain = (octets: Uint8Array) => answer(octets, out, ctx)
  const counted = (octets: Uint8Array) => metrics.countAnswer('udp', out, answer(octets, out, ctx))
  const rows = [
    ['positive, cached', 'host1.nsec.test.', 'A'],
    ['NODATA, cached', 'host1.nsec.test.', 'TXT'],
    ['referral, cached', 'x.child.nsec.test.', 'A'],
  ].map(([what = '', name = '', type = '']) => {
    const octets = query(name, type, true)
    const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number]
    for (let pass = 0; pass < passes; pass++) {
      best[0] = Math.min(best[0], nanosecondsEach(plain, octets))
      best[1] = Math.min(best[1], nanosecondsEach(counted, octets))
    }
    const [without, withIt] = best
    return [what, without, withIt, `${(((withIt - without) / without) * 100).toFixed(1)} %`]
  })
  return [
    {
      title: 'Counting answers',
      note: 'Nanoseconds for one answer without and with `countAnswer`, which feeds `/metrics`.',
      columns: ['answer', 'without', 'with', 'more'],
      rows,
    },
  ]
}

function nanosecondsEach(work: (octets: Uint8Array) => unknown, octets: Uint8Array): number {
  const start = performance.now()
  for (let n = 0; n < queriesEach; n++) work(octets)
  return ((performance.now() - start) * 1e6) / queriesEach
}

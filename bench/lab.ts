/**
 * What the lab costs a server that serves: the same cached answers without a lab, with one
 * configured and nothing at work, and with a fault at work elsewhere and here; by turns, so that
 * all meet the same machine; the best of several passes counts.
 *
 * Without `lab.inject` the sockets have the very function of the first column.
 */
import { systemClock, systemTimers } from '../src/base/index.ts'
import { nsec3Denial, nsecDenial } from '../src/denial/index.ts'
import { type Fault, faultById } from '../src/lab/index.ts'
import { openOverlay } from '../src/overlay/index.ts'
import { AnswerContext, answer, type ServedZone } from '../src/query/index.ts'
import type { Respond } from '../src/server/index.ts'
import { ZoneTable } from '../src/zone/index.ts'
import { makeZone, query } from './answers.ts'
import type { Table } from './table.ts'

const passes = 60
const queriesEach = 1000

/** Nanoseconds for an answer, four ways: some seconds. */
export function labTables(): Table[] {
  const zones = new ZoneTable<ServedZone>()
  const here = makeZone(nsecDenial)
  const elsewhere = makeZone(nsec3Denial)
  zones.put(here)
  zones.put(elsewhere)
  const ctx = new AnswerContext({
    ...{ zones, clock: systemClock, datagramOctetsMax: 1232, udpOctets: 1232 },
    ...{ identity: undefined, version: undefined },
  })
  const honest: Respond = (octets, out) => answer(octets, out, ctx)
  const withFault = (served: ServedZone | undefined): Respond => {
    const { over, ledger } = openOverlay({
      ...{ allowed: [here.zone.apex, elsewhere.zone.apex], zones, clock: systemClock },
      ...{ timers: systemTimers, onChange: () => undefined },
    })
    const fault = faultById('rrsig-no-all') as Fault
    const apex = served?.zone.apex
    if (apex) ledger.inject({ apex, fault, at: undefined, seconds: undefined })
    return over(honest)
  }
  const ways = [honest, withFault(undefined), withFault(elsewhere), withFault(here)]
  const rows = [
    ['positive, cached', 'host1.nsec.test.', 'A'],
    ['NODATA, cached', 'host1.nsec.test.', 'TXT'],
    ['referral, cached', 'x.child.nsec.test.', 'A'],
  ].map(([what = '', name = '', type = '']) => {
    const octets = query(name, type, true)
    const best = ways.map(() => Number.POSITIVE_INFINITY)
    for (let pass = 0; pass < passes; pass++) {
      ways.forEach((respond, at) => {
        best[at] = Math.min(best[at] ?? 0, nanosecondsEach(respond, octets))
      })
    }
    const [without = 0, quiet = 0, ...others] = best
    return [
      what,
      without,
      quiet,
      `${(((quiet - without) / without) * 100).toFixed(1)} %`,
      ...others,
    ]
  })
  return [
    {
      title: 'The lab on a server that serves',
      note: 'Nanoseconds for one answer without `lab.inject`, with it, and with a fault at work.',
      columns: ['answer', 'without', 'with', 'more', 'fault elsewhere', 'fault here'],
      rows,
    },
  ]
}

const out = new Uint8Array(65_535)

function nanosecondsEach(respond: Respond, octets: Uint8Array): number {
  const start = performance.now()
  for (let n = 0; n < queriesEach; n++) respond(octets, out, 'udp')
  return ((performance.now() - start) * 1e6) / queriesEach
}

import t from 'tap'
import { createMetrics, type MetricSources, type ZoneFacts } from '../../src/observe/index.ts'
import { routesTold, zonesTold } from '../../src/observe/metrics.ts'
import { ownersTold } from '../../src/observe/tlsa-metrics.ts'

const signatures = { made: 3, renewed: 2, cached: 9, cacheOctets: 512, cacheEntries: 1 }

function metricsOf(sources: Partial<MetricSources> = {}) {
  return createMetrics({
    version: '1.2.3',
    usage: () => ({ startedAt: 1_764_000_000, residentOctets: 1e8, cpuSeconds: 1.5 }),
    transports: () => ({ udp: { received: 5, queueFull: 1 }, tcp: { open: 2, idleTimeouts: 4 } }),
    signatures: () => signatures,
    zones: () => [],
    store: () => undefined,
    tlsa: () => [],
    domains: () => undefined,
    ...sources,
  })
}

/** The samples of a text: what stands before the value, and the value. */
function samples(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

t.test('createMetrics: answers by transport, outcome and rcode', async (t) => {
  const metrics = metricsOf()
  const refused = Buffer.of(0, 1, 0x80, 5, 0, 1, 0, 0, 0, 0, 0, 0)
  metrics.countAnswer('udp', refused, refused.length)
  metrics.countAnswer('udp', refused, refused.length)
  metrics.countAnswer('tcp', refused, 0)
  for (let scrape = 0; scrape < 2; scrape++) {
    const told = samples(await metrics.expose())
    const labels = 'transport="udp",outcome="refused",rcode="REFUSED"'
    t.equal(told.get(`danelaw_queries_total{${labels}}`), 2, 'not added up by asking')
    t.equal(told.get('danelaw_queries_total{transport="tcp",outcome="silence",rcode="NOERROR"}'), 1)
  }
})

t.test('createMetrics: what is there is read when somebody asks', async (t) => {
  const told = samples(await metricsOf().expose())
  t.equal(told.get('danelaw_info{version="1.2.3"}'), 1)
  t.equal(told.get('process_start_time_seconds'), 1_764_000_000)
  t.equal(told.get('process_cpu_seconds_total'), 1.5)
  t.equal(told.get('danelaw_signatures_total{how="made"}'), 3)
  t.equal(told.get('danelaw_signatures_total{how="renewed"}'), 2)
  t.equal(told.get('danelaw_signatures_total{how="cached"}'), 9)
  t.equal(told.get('danelaw_signature_cache_bytes'), 512)
  t.equal(told.get('danelaw_transport_events_total{transport="udp",event="queue_full"}'), 1)
  t.equal(told.get('danelaw_connections{transport="tcp",state="open"}'), 2)
  t.notOk(
    [...told.keys()].some((name) => name.startsWith('danelaw_store_up')),
    'no store',
  )
})

t.test('createMetrics: the store, its sequence and how far this node is behind', async (t) => {
  const state = { driver: 'lmdb', state: 'ok', durable: 9, served: 7, rewinds: 2 } as const
  const told = samples(await metricsOf({ store: () => state }).expose())
  t.equal(told.get('danelaw_store_up{driver="lmdb"}'), 1)
  t.equal(told.get('danelaw_store_sequence{what="durable"}'), 9)
  t.equal(told.get('danelaw_store_sequence{what="served"}'), 7)
  t.equal(told.get('danelaw_store_lag'), 2)
  const down = samples(await metricsOf({ store: () => ({ ...state, state: 'down' }) }).expose())
  t.equal(down.get('danelaw_store_up{driver="lmdb"}'), 0)
})

t.test('createMetrics: change sets, commits and requests', async (t) => {
  const metrics = metricsOf()
  metrics.countChangeSet('change', 'done')
  metrics.observeCommit(0.0015)
  metrics.countRequest('/v1/zones/:zone', 200)
  const told = samples(await metrics.expose())
  t.equal(told.get('danelaw_change_sets_total{kind="change",result="done"}'), 1)
  t.equal(told.get('danelaw_store_commit_seconds_bucket{le="0.001"}'), 0)
  t.equal(told.get('danelaw_store_commit_seconds_bucket{le="0.002"}'), 1)
  t.equal(told.get('danelaw_store_commit_seconds_count'), 1)
  const route = 'danelaw_api_requests_total{route="/v1/zones/:zone",status="200"}'
  t.equal(told.get(route), 1)
})

function zoneNamed(name: string, expiration: number | undefined): ZoneFacts {
  return { name: () => name, source: 'store', expiration }
}

t.test('createMetrics: nearest expirations, of so many zones and of all', async (t) => {
  const many = Array.from({ length: zonesTold + 5 }, (_, n) => zoneNamed(`z${n}.test.`, 5000 - n))
  const zones = [zoneNamed('quiet.test.', undefined), ...many]
  const told = samples(await metricsOf({ zones: () => zones }).expose())
  const name = 'danelaw_signature_expiration_timestamp_seconds'
  t.equal([...told.keys()].filter((key) => key.startsWith(name)).length, zonesTold)
  t.equal(told.get(`${name}{zone="z0.test."}`), 5000)
  t.equal(
    told.get('danelaw_signature_first_expiration_timestamp_seconds'),
    5000 - zonesTold - 4,
    'also of a zone that is not told by itself',
  )
  t.equal(told.get('danelaw_zones{source="store"}'), zonesTold + 6)
  t.equal(told.get('danelaw_zones{source="file"}'), 0)
})

t.test('createMetrics: a zone that goes takes its line with it', async (t) => {
  let zones = [zoneNamed('a.test.', 1), zoneNamed('b.test.', 2)]
  const metrics = metricsOf({ zones: () => zones })
  t.match(await metrics.expose(), /zone="b\.test\."/)
  zones = zones.slice(0, 1)
  t.notMatch(await metrics.expose(), /zone="b\.test\."/)
})

t.test('createMetrics: TLSA owners, so many of them', async (t) => {
  const owners = Array.from({ length: ownersTold + 5 }, (_, n) => ({
    ...{ owner: `_25._tcp.m${n}.test.`, isSafe: n > 0, expirySeconds: n > 1 ? n : undefined },
  }))
  const told = samples(await metricsOf({ tlsa: () => owners }).expose())
  t.equal(told.get('danelaw_tlsa_safe{owner="_25._tcp.m0.test."}'), 0)
  t.equal(told.get('danelaw_tlsa_safe{owner="_25._tcp.m1.test."}'), 1)
  t.equal(told.get('danelaw_tlsa_expiry_seconds{owner="_25._tcp.m1.test."}'), undefined)
  t.equal(told.get('danelaw_tlsa_expiry_seconds{owner="_25._tcp.m9.test."}'), 9)
  const names = [...told.keys()].filter((key) => key.startsWith('danelaw_tlsa_safe{'))
  t.equal(names.length, ownersTold)
})

t.test('createMetrics: routes beyond the limit share a line', async (t) => {
  const metrics = metricsOf()
  for (let n = 0; n < routesTold + 3; n++) metrics.countRequest(`/r${n}`, 200)
  metrics.countRequest('/r0', 200)
  const told = samples(await metrics.expose())
  t.equal(told.get('danelaw_api_requests_total{route="/r0",status="200"}'), 2)
  t.equal(told.get('danelaw_api_requests_total{route="other",status="200"}'), 3)
})

import t, { type Test } from 'tap'
import type { MovableClock, UnixSeconds } from '../../src/base/index.ts'
import { systemTimers } from '../../src/base/index.ts'
import { randomOctets } from '../../src/crypto/index.ts'
import { judgeTlsas, matchChain } from '../../src/dane/index.ts'
import type { Rollovers, Tracked } from '../../src/rollover/index.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import { type ProbeRequest, probe } from '../../src/smtp/index.ts'
import { createStub, type Stub } from '../../src/stub/index.ts'
import { nameKey, parseName } from '../../src/wire/index.ts'
import { chainPem, type Issued, issue } from '../support/certificates.ts'
import { openMailHosts } from '../support/mail-lab/mail-hosts.ts'
import { demand, partitionZone, provisioning, ref, someone } from '../support/provisioning.ts'
import { rolloversOf } from '../support/rollover.ts'
import { anchorOf, serveDns } from '../support/served-dns.ts'
import { testTime } from '../support/served-zone.ts'
import { patience } from '../support/stub-parts.ts'

// A partition served by DNS on loopback, two mail servers whose certificates are exchanged, and
// senders with the project's own stub. Their one clock moves on by 100 ms a step and stands still
// between: caches, signatures and the plan go by it, while octets really travel.

t.setTimeout(180_000)

const stepMs = 100
const ttl = 3
const lag = 1
const hold = 2 * ttl + lag
/** Caches begin at different moments, so that together they have every age. */
const cachesAhead = 4

/** The mail servers of the partition. */
const addresses = ['127.0.0.1', '127.0.0.2']

const owner = parseName(`_25._tcp._dane.${partitionZone}`)
const host = parseName(`contoso-com.${partitionZone}`)
const tlsaName = parseName('_25._tcp', host)

const first = await issue({ names: [`*.${partitionZone.slice(0, -1)}`] })
const second = await issue({ names: [`*.${partitionZone.slice(0, -1)}`] })

/** A clock of whole seconds that is moved on by fractions of them. */
function steppedClock(): MovableClock & { step(): void } {
  let ms = testTime * 1000
  return {
    now: () => Math.floor(ms / 1000) as UnixSeconds,
    advance(seconds) {
      ms += seconds * 1000
    },
    step() {
      ms += stepMs
    },
  }
}

/** Everything that is there once the first certificate is published and deployed. */
interface Stage {
  readonly rollovers: Rollovers
  readonly now: () => UnixSeconds
  /** How many records there are. */
  readonly published: () => Promise<number>
  readonly id: (certificate: Issued) => string
  import(certificate: Issued): Promise<Tracked>
  /** A mail server presents another certificate from now on. */
  deploy(server: number, certificate: Issued): void
  /** Lets time pass by steps of 100 ms, in each of which every sender tries; gives the failures. */
  traffic(seconds: number): Promise<string[]>
}

async function stage(t: Test): Promise<Stage> {
  const clock = steppedClock()
  const node = await provisioning(t, { clock })
  const presented = addresses.map(() => first)
  const mail = await openMailHosts(
    '127.0.0.',
    addresses.map((_, index) => ({
      at: index + 1,
      startTls: 'good',
      credential: () => {
        const certificate = presented[index] ?? first
        return { key: certificate.keyPem, chain: chainPem(certificate) }
      },
    })),
  )
  t.teardown(() => mail.close())
  const world = { timers: systemTimers, monotonicMs: () => performance.now() }
  const probing = (request: ProbeRequest) => probe(request, world)
  const rollovers = rolloversOf({ ...node, clock, probe: probing })
  const servers = [{ host, addresses }]
  const wish = { ttl: ttl as Ttl, lagSeconds: lag, port: mail.port, servers }
  await rollovers.track(owner, wish, someone)
  const pemOf = ({ pem }: Issued) => [{ text: pem, source: 'test' }]
  await rollovers.importKeys(owner, pemOf(first), {}, someone)
  const contoso = ref('contoso.com.')
  await node.verified('contoso.com.')
  demand(await node.provision.enableDnssec(contoso, {}, someone))
  demand(await node.provision.enableDane(contoso, someone))

  const dns = await serveDns(t, [], clock, { zones: node.table })
  const zone = node.table.get(nameKey(parseName(partitionZone)))
  if (!zone) throw new Error('the partition is not served')
  const upstream = { address: dns.address, port: dns.port, via: 'udp' } as const
  const newStub = (): Stub =>
    createStub({
      ...{ mode: { kind: 'forward', servers: [upstream] }, anchors: [anchorOf(zone)], clock },
      ...{ ...world, random: randomOctets, limits: patience },
    })
  const caches = new Set<Stub>()
  t.teardown(async () => {
    for (const stub of caches) await stub.close()
  })

  /** One sender: what it is told of TLSA, against what the server presents. */
  async function send(stub: Stub, chain: Parameters<typeof matchChain>[0]['chain']) {
    const { security, data } = await stub.resolve(tlsaName, RR.TLSA)
    if (security !== 'secure' || !data) return `${security}, no TLSA`
    const question = { chain, referenceNames: [host], now: clock.now() }
    const tlsa = judgeTlsas(data.rrset.rdatas)
    return matchChain({ ...question, tlsa }).authenticated ? undefined : 'mismatch'
  }

  async function chainOf(address: string) {
    const names = { serverName: 'contoso-com.o-v1.mx.test', ehloName: 'sender.test' }
    const { outcome } = await probing({ address, port: mail.port, ...names })
    if (outcome.kind !== 'tls') throw new Error(outcome.text)
    return outcome.tls.chain
  }

  async function traffic(seconds: number): Promise<string[]> {
    const failures: string[] = []
    for (let step = 0; step < (seconds * 1000) / stepMs; step++) {
      if (caches.size < cachesAhead && step % 7 === 0) caches.add(newStub())
      const chains = await Promise.all(addresses.map(chainOf))
      const fresh = newStub()
      const sent = [fresh, ...caches].map(async (stub) => {
        const who = stub === fresh ? 'fresh' : 'cached'
        const told = await Promise.all(chains.map((chain) => send(stub, chain)))
        failures.push(...told.flatMap((failure) => (failure ? [`${who}: ${failure}`] : [])))
      })
      await Promise.all(sent)
      await fresh.close()
      clock.step()
    }
    return failures
  }

  const ids = new Map<Issued, string>()
  return {
    ...{ rollovers, now: () => clock.now(), traffic },
    async published() {
      const rrset = await node.records.rrset(parseName(partitionZone), owner, RR.TLSA)
      return rrset?.records.length ?? 0
    },
    deploy(server, certificate) {
      presented[server] = certificate
    },
    id: (certificate) => ids.get(certificate) ?? '',
    async import(certificate) {
      const result = await rollovers.importKeys(owner, pemOf(certificate), {}, someone)
      ids.set(certificate, result.rollover.keys.at(-1)?.id ?? '')
      return result
    },
  }
}

t.test('a certificate is rolled under traffic: no sender ever sees a mismatch', async (t) => {
  const { rollovers, now, deploy, traffic, published, ...stages } = await stage(t)
  t.same(await traffic(ttl + 1), [])
  const imported = await stages.import(second)
  t.notOk(imported.plan.isSafeToDeploy)
  t.equal(imported.plan.safeAt, now() + hold)
  t.same(await traffic(hold - 1), [])
  t.notOk((await rollovers.status(owner)).plan.isSafeToDeploy)
  t.same(await traffic(1), [])
  t.ok((await rollovers.status(owner)).plan.isSafeToDeploy)
  deploy(0, second)
  t.same(await traffic(1), [])
  const half = await rollovers.watch(owner, someone)
  t.same([...half.plan.stages.values()], ['live', 'live'])
  deploy(1, second)
  t.same(await traffic(1), [])
  const seen = await rollovers.watch(owner, someone)
  t.same([...seen.plan.stages.values()], ['retiring', 'live'])
  t.same(await traffic(hold - 1), [])
  t.equal(await rollovers.runDue(10), 0, 'not yet')
  t.same(await traffic(1), [])
  t.equal(await rollovers.runDue(10), 1)
  t.equal(await published(), 1)
  t.same(await traffic(ttl + 1), [])
})

t.test('the old certificate withdrawn too early: the guard refuses, and why it does', async (t) => {
  const { rollovers, traffic, id, ...stages } = await stage(t)
  const old = (await rollovers.status(owner)).rollover.keys[0]?.id ?? ''
  await stages.import(second)
  t.same(await traffic(hold), [])
  await rollovers.declareDeployed(owner, id(second), someone)
  const early = rollovers.retire(owner, old, { now: true }, someone)
  await t.rejects(early, { code: 'tlsa-in-use', message: /127\.0\.0\.1 presents it$/ })
  t.same(await traffic(1), [], 'nothing was changed')
  await rollovers.retire(owner, old, { now: true, force: true }, someone)
  const failures = await traffic(1)
  t.ok(failures.includes('fresh: mismatch'), 'forced, it hurts')
})

t.test('a certificate deployed too early: senders with caches see the mismatch', async (t) => {
  const { traffic, deploy, ...stages } = await stage(t)
  t.same(await traffic(1), [])
  await stages.import(second)
  deploy(0, second)
  const failures = await traffic(1)
  t.ok(failures.includes('cached: mismatch'))
  t.notOk(failures.includes('fresh: mismatch'))
})

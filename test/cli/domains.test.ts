import t, { type Test } from 'tap'
import { openDomains } from '../../src/cli/domains.ts'
import { parseConfig } from '../../src/config/index.ts'
import { demand, frontends, ref, someone } from '../support/provisioning.ts'
import { recording } from '../support/recording.ts'
import { makeWorld } from '../support/world.ts'

function configOf(text: string) {
  const { config, findings } = parseConfig(text, { file: 'x', directory: '/nowhere' })
  if (!config) throw new Error(findings[0]?.message)
  return config
}

const common = 'suffix: mx.test, nameServers: { ns1: [192.0.2.53] }, hold: 1h'
const configured = configOf(`provisioning: { ${common} }`)

/** Domains over a store, with a clock that tests move. */
async function opened(t: Test, more = {}) {
  const made = await recording(t, { empty: true })
  const { clock, faults, records, store } = made
  const io = { ...makeWorld(made.directory).io, clock }
  const parts = { records, store, resolver: undefined, ...more }
  const onFault = (error: unknown) => void faults.push(error)
  const domains = await openDomains(configured, { ...parts, onFault }, io)
  demand(await domains.provision.createPartition({ name: 'o-v1', frontends }, someone))
  return { ...made, domains }
}

const contoso = ref('contoso.com')

t.test('lookAfter does what is due, and facts tell of hosts and of what is late', async (t) => {
  const { domains, clock, faults } = await opened(t)
  const { provision } = domains
  t.same(domains.facts, { partitions: [], late: 0, failed: 0 })
  await domains.lookAfter()
  demand(await provision.addDomain(contoso, {}, someone))
  demand(await provision.verifyDomain(contoso, { skipProof: true }, someone))
  demand(await provision.enableDnssec(contoso, {}, someone))
  t.same(domains.facts.partitions, [{ name: 'o-v1', hosts: 1 }], 'hosts as of now')
  demand(await provision.disableDnssec(contoso, someone))
  clock.advance(3599)
  await domains.lookAfter()
  t.equal(domains.facts.partitions[0]?.hosts, 1, 'held')
  clock.advance(301)
  t.equal(await provision.late(300, 10), 1)
  await domains.lookAfter()
  t.same(domains.facts, { partitions: [{ name: 'o-v1', hosts: 0 }], late: 0, failed: 0 })
  t.same(faults, [])
})

t.test('what was due and failed is counted, and told of', async (t) => {
  const { domains, clock, faults, store } = await opened(t)
  const { provision } = domains
  demand(await provision.addDomain(contoso, {}, someone))
  demand(await provision.verifyDomain(contoso, { skipProof: true }, someone))
  demand(await provision.enableDnssec(contoso, {}, someone))
  demand(await provision.disableDnssec(contoso, someone))
  clock.advance(4000)
  // A document that somebody has spoilt.
  const document = await store.document('domain', 'acme/contoso.com')
  if (!document) return
  const { version } = document
  const spoilt = { ...document, version: version + 1, value: { domain: 7 } }
  const write = { expectedVersion: version, document: spoilt, claims: [], note: '' }
  const at = clock.now()
  const audit = { at, actor: someone, action: 'x', apex: undefined, detail: '' }
  await store.commitDocuments([{ writes: [write], at, actor: someone, audit }])
  await domains.lookAfter()
  t.match(domains.facts, { late: 1, failed: 1 })
  t.match(faults, [{ code: 'store-corrupt' }])
})

t.test('reload: domains to come go by the new settings', async (t) => {
  const { domains } = await opened(t)
  const { provision } = domains
  demand(await provision.addDomain(contoso, {}, someone))
  demand(await provision.verifyDomain(contoso, { skipProof: true }, someone))
  const { domain } = demand(await provision.enableDnssec(contoso, {}, someone))
  t.match(provision.expectedMx(domain), { preference: 0, ttl: 60 })
  await domains.reload(configOf(`provisioning: { ${common}, expectedPreference: 10 }`))
  t.match(provision.expectedMx(domain), { preference: 10 })
  const legacy = 'legacyZone: mail.test, legacyFrontends: [192.0.2.7]'
  await domains.reload(configOf(`provisioning: { ${common}, ${legacy} }`))
  await domains.lookAfter()
  demand(await provision.addDomain(ref('fabrikam.com'), {}, someone))
  const word = { skipProof: true }
  const verified = demand(await provision.verifyDomain(ref('fabrikam.com'), word, someone))
  t.equal(verified.legacy.kind, 'on')
  const missing = configOf('provisioning: { mtaSts: { authorities: absent.pem } }')
  await t.rejects(domains.reload(missing), { code: 'file-unreadable' })
})

t.test('close ends the round that is under way, and there is none afterwards', async (t) => {
  const { domains, records } = await opened(t)
  const round = domains.lookAfter()
  await domains.close()
  await round
  await records.close()
  await domains.lookAfter()
  t.same(domains.facts.failed, 0)
})

t.test('a look without anybody to ask says so', async (t) => {
  const { domains } = await opened(t)
  const { provision, outlook } = domains
  demand(await provision.addDomain(contoso, {}, someone))
  t.match(await outlook.status(contoso, {}), { errors: [{ code: 'EG002' }] })
  demand(await provision.verifyDomain(contoso, { skipProof: true }, someone))
  await t.rejects(outlook.status(contoso, {}), { code: 'server-absent' })
})

import t from 'tap'
import { parseName } from '../../src/wire/index.ts'
import { legacyZone, provisioning, ref, someone, told } from '../support/provisioning.ts'
import { creation, record } from '../support/recording.ts'

const contoso = ref('contoso.com')
const before = parseName(legacyZone)

t.test('openProvision: what was there is there again, and the settings count anew', async (t) => {
  const first = await provisioning(t)
  await first.verified('contoso.com')
  await first.provision.enableDnssec(contoso, {}, someone)
  t.same(first.legacy('contoso-com'), ['192.0.2.7'])
  t.match(first.records.get(before), { settings: { dnssec: false }, zone: { tenant: '*' } })
  await first.records.close()
  const again = await provisioning(t, {
    ...{ store: first.store, directory: first.directory, clock: first.clock },
    ...{ withoutPartition: true, settings: { legacyFrontends: ['198.51.100.7'] } },
    alterKeys: () => first.keys,
  })
  t.same(again.legacy('contoso-com'), ['198.51.100.7'])
  t.match(await again.provision.domain(contoso), { dnssec: { kind: 'on' }, token: 'contoso-com' })
  t.equal(again.look('contoso-com.o-v1.mx.test.', 'A'), 'secure 192.0.2.1 192.0.2.2')
  t.match(await again.provision.partitions(), [{ name: 'o-v1', hosts: 1 }])
  const version = again.records.get(before)?.zone.version
  await again.provision.runDue(10)
  t.equal(again.records.get(before)?.zone.version, version, 'and no more is to be done')
})

t.test(
  'openProvision: a zone of hosts of before that was made by hand gets its template',
  async (t) => {
    const { records, submit, store, directory } = await provisioning(t, {
      ...{ withoutPartition: true, settings: { legacyZone: undefined } },
    })
    const content = `${legacyZone} hostmaster.${legacyZone} 1 7200 900 1209600 300`
    const common = {
      kind: 'replace',
      owner: before,
      ttl: 60 as never,
      comments: undefined,
    } as const
    const made = await submit({
      apex: before,
      wish: creation([
        { ...common, type: 6 as never, records: [record('SOA', content)] },
        { ...common, type: 2 as never, records: [record('NS', 'ns.elsewhere.')] },
      ]),
    })
    t.equal(made.kind, 'done')
    await records.close()
    const again = await provisioning(t, { store, directory, withoutPartition: true })
    t.same(again.legacy('_legacy'), ['192.0.2.7'])
  },
)

t.test('openProvision: what cannot be set up is told, and tried again', async (t) => {
  const nameServers = [{ name: 'ns1', addresses: [] as string[] }]
  const { provision, faults, records } = await provisioning(t, {
    ...{ withoutPartition: true, settings: { nameServers } },
  })
  t.match(faults, [{ code: 'target-unaddressed', message: /ns1\.mail\.legacy\.test\./ }])
  await provision.addDomain(contoso, {}, someone)
  const verified = await provision.verifyDomain(contoso, { skipProof: true }, someone)
  t.equal(told(verified), 'zone-absent')
  nameServers[0]?.addresses.push('192.0.2.53')
  await provision.runDue(1)
  t.equal(faults.length, 1)
  t.ok(records.get(before)?.served)
  t.equal(told(await provision.verifyDomain(contoso, { skipProof: true }, someone)), 'done')
})

t.test('a store that is gone refuses everything, and rejects nothing', async (t) => {
  const { provision, verified, store, faults } = await provisioning(t)
  await verified('contoso.com')
  await store.close()
  const word = { skipProof: false }
  const refused = await Promise.all([
    provision.addDomain(ref('other.test'), {}, someone),
    provision.verifyDomain(contoso, word, someone),
    provision.removeDomain(contoso, someone),
    provision.createPartition({ name: 'a-v1', frontends: ['192.0.2.1'] }, someone),
    provision.changePartition('o-v1', { isOpen: false }, someone),
  ])
  t.same(refused.map(told), Array(5).fill('store-unavailable'))
  t.match(await provision.enableDnssec(contoso, {}, someone), {
    error: { code: 'store-unavailable' },
    cmdlet: { ErrorCode: 'DnssecOperationFailed', ErrorDetails: /^DNSSEC enabling failed due to / },
  })
  t.equal(await provision.runDue(10), 0)
  t.match(faults, [{ code: 'store-unavailable' }])
})

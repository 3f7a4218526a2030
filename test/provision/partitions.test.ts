import t from 'tap'
import { formatName, parseName } from '../../src/wire/index.ts'
import { demand, provisioning, ref, someone, told } from '../support/provisioning.ts'
import { contents } from '../support/recording.ts'
import { lines } from '../support/served-zone.ts'

const frontends = ['192.0.2.1', '2001:DB8::1']

t.test(
  'createPartition: a signed zone with name servers and the templates of its hosts',
  async (t) => {
    const { provision, records, look, server } = await provisioning(t, { withoutPartition: true })
    const partition = demand(await provision.createPartition({ name: 'e-v1', frontends }, someone))
    t.match(partition, { name: 'e-v1', isOpen: true, hosts: 0, version: 1 })
    t.same(partition.frontends, ['192.0.2.1', '2001:db8::1'])
    t.equal(formatName(partition.zone), 'e-v1.mx.test.')
    t.same(await contents(records, partition.zone), [
      'e-v1.mx.test. 3600 2 ns1.e-v1.mx.test.',
      'e-v1.mx.test. 3600 6 ns1.e-v1.mx.test. hostmaster.e-v1.mx.test. 0 10800 3600 604800 300',
      '_dane.e-v1.mx.test. 300 1 192.0.2.1',
      '_dane.e-v1.mx.test. 300 28 2001:db8::1',
      '_plain.e-v1.mx.test. 300 1 192.0.2.1',
      '_plain.e-v1.mx.test. 300 28 2001:db8::1',
      'ns1.e-v1.mx.test. 3600 1 192.0.2.53',
      'ns1.e-v1.mx.test. 3600 28 2001:db8::53',
    ])
    t.match(records.get(partition.zone), { served: true, zone: { tenant: '*' }, trouble: [] })
    t.equal(look('ns1.e-v1.mx.test.', 'A'), 'secure 192.0.2.53')
    t.equal(look('nobody-com.e-v1.mx.test.', 'A'), 'secure rcode 3')
    const { authority } = server.ask('nobody-com.e-v1.mx.test.', 'A', { dnssec: true })
    const denials = lines(authority).filter((line) => / 300 NSEC /.test(line))
    t.equal(denials.length, 1)
    t.notMatch(denials.join('\n'), /_plain|_dane|ns1/, 'denials tell no neighbours')

    t.equal(told(await provision.createPartition({ name: 'e-v1', frontends }, someone)), 'same')
    const other = await provision.createPartition({ name: 'e-v1', frontends: ['::1'] }, someone)
    t.equal(told(other), 'partition-exists')
  },
)

t.test('createPartition: anywhere, with name servers elsewhere', async (t) => {
  const nameServers = [
    { name: 'ns1.elsewhere.test.', addresses: ['192.0.2.53'] },
    { name: 'ns', addresses: ['192.0.2.54'] },
  ]
  const { provision, records } = await provisioning(t, {
    ...{ withoutPartition: true, settings: { nameServers, legacyZone: undefined } },
  })
  const zone = parseName('Hosts.Example.')
  const made = await provision.createPartition(
    { name: 'p', zone, frontends: ['::1'], isOpen: false },
    someone,
  )
  t.match(demand(made), { isOpen: false })
  t.same((await contents(records, parseName('hosts.example.'))).slice(0, 2), [
    'hosts.example. 3600 2 ns1.elsewhere.test.',
    'hosts.example. 3600 2 ns.hosts.example.',
  ])
})

t.test('createPartition: what cannot be made is refused, and leaves nothing', async (t) => {
  const { provision, records } = await provisioning(t, { withoutPartition: true })
  const create = async (name: string, addresses = frontends, zone?: string) => {
    const where = zone === undefined ? {} : { zone: parseName(zone) }
    return told(await provision.createPartition({ name, frontends: addresses, ...where }, someone))
  }
  t.equal(await create('a.b'), 'partition-invalid')
  t.equal(await create(''), 'partition-invalid')
  t.equal(await create('a', []), 'partition-invalid')
  t.equal(await create('a', ['localhost']), 'rdata-invalid')
  t.equal(await create('a', ['192.0.2.1', '192.0.2.1']), 'done')
  const many = Array.from({ length: 65 }, (_, at) => `192.0.2.${at}`)
  t.equal(await create('b', many), 'partition-invalid')
  const label = `${'x'.repeat(63)}.`
  t.equal(await create('b', frontends, label.repeat(3)), 'partition-invalid')
  t.equal(await create('b', frontends, 'a.mx.test.'), 'zone-exists')
  t.same(
    (await provision.partitions()).map(({ name }) => name),
    ['a'],
  )
  t.equal([...records.list()].length, 2, 'its zone, and that of hosts of before')
  const bare = await provisioning(t, {
    ...{ withoutPartition: true, settings: { nameServers: [], legacyZone: undefined } },
  })
  const made = await bare.provision.createPartition({ name: 'a', frontends }, someone)
  t.equal(told(made), 'partition-invalid')
})

t.test('changePartition: all hosts have other addresses, by one change set', async (t) => {
  const { provision, verified, publishTlsa, look, store, records } = await provisioning(t)
  await publishTlsa()
  for (const domain of ['a.test', 'b.test', 'c.test']) {
    await verified(domain)
    await provision.enableDnssec(ref(domain), {}, someone)
  }
  await provision.enableDane(ref('c.test'), someone)
  const before = await store.sequence()
  const change = { frontends: ['198.51.100.1'] }
  const changed = await provision.changePartition('o-v1', change, someone)
  t.match(demand(changed), { frontends: ['198.51.100.1'], hosts: 3, version: 2 })
  t.equal((await store.sequence()) - before, 1)
  for (const label of ['a-test', 'b-test', 'c-test']) {
    t.equal(look(`${label}.o-v1.mx.test.`, 'A'), 'secure 198.51.100.1')
    t.equal(look(`${label}.o-v1.mx.test.`, 'AAAA'), 'secure rcode 0', 'there is none any more')
  }
  t.match(look('_25._tcp.c-test.o-v1.mx.test.', 'TLSA'), /^secure 3 1 1/)
  t.equal(told(await provision.changePartition('o-v1', change, someone)), 'same')
  t.equal(told(await provision.changePartition('o-v1', { isOpen: false }, someone)), 'done')
  t.equal(told(await provision.changePartition('x-v1', change, someone)), 'partition-absent')
  const bad = await provision.changePartition('o-v1', { frontends: [] }, someone)
  t.equal(told(bad), 'partition-invalid')
  t.match(records.get(parseName('o-v1.mx.test.')), { instances: 3 })
})

import t from 'tap'
import { RR } from '../../src/rr/index.ts'
import { formatHost, parseName } from '../../src/wire/index.ts'
import {
  demand,
  holdSeconds,
  legacySeconds,
  partitionZone,
  provisioning,
  ref,
  someone,
  told,
} from '../support/provisioning.ts'

const contoso = ref('contoso.com')
const host = 'contoso-com.o-v1.mx.test.'

t.test('enableDnssec: again while the host is held keeps its token and partition', async (t) => {
  const { provision, verified, look, legacy, clock } = await provisioning(t)
  await verified('contoso.com')
  await provision.enableDnssec(contoso, {}, someone)
  await provision.disableDnssec(contoso, someone)
  await provision.createPartition({ name: 'a-v1', frontends: ['192.0.2.9'] }, someone)
  clock.advance(holdSeconds - 1)
  const other = (how: { readonly token?: string; readonly partition?: string }) =>
    provision.enableDnssec(contoso, how, someone)
  t.equal(told(await other({ token: 'other' })), 'token-fixed')
  t.equal(told(await other({ partition: 'a-v1' })), 'partition-fixed')
  const again = demand(await other({}))
  t.equal(formatHost(again.host), 'contoso-com.o-v1.mx.test')
  clock.advance(1)
  t.equal(await provision.runDue(10), 0)
  t.equal(look(host, 'A'), 'secure 192.0.2.1 192.0.2.2')
  t.same(legacy('contoso-com'), ['192.0.2.7'])
  clock.advance(legacySeconds - 1)
  t.equal(await provision.runDue(10), 1)
  t.same(legacy('contoso-com'), [])
})

t.test('enableDnssec: a domain comes back to its partition, closed or not', async (t) => {
  const { provision, verified, clock } = await provisioning(t)
  await verified('contoso.com')
  await provision.enableDnssec(contoso, {}, someone)
  await provision.disableDnssec(contoso, someone)
  clock.advance(holdSeconds)
  await provision.runDue(1)
  await provision.createPartition({ name: 'a-v1', frontends: ['192.0.2.9'] }, someone)
  await provision.changePartition('o-v1', { isOpen: false }, someone)
  const back = demand(await provision.enableDnssec(contoso, {}, someone))
  t.equal(formatHost(back.host), 'contoso-com.o-v1.mx.test')
  await verified('other.test')
  const closed = await provision.enableDnssec(ref('other.test'), { partition: 'o-v1' }, someone)
  t.equal(told(closed), 'partition-closed')
  const open = demand(await provision.enableDnssec(ref('other.test'), {}, someone))
  t.equal(formatHost(open.host), 'other-test.a-v1.mx.test')
})

t.test(
  'enableDnssec: the partition asked for, that of the settings, or the least full',
  async (t) => {
    const { provision, verified } = await provisioning(t, { withoutPartition: true })
    const where = async (domain: string, partition?: string) => {
      await verified(domain)
      const how = partition === undefined ? {} : { partition }
      const result = await provision.enableDnssec(ref(domain), how, someone)
      return result.kind === 'done' ? result.value.domain.partition : result.error.code
    }
    t.equal(await where('z.test'), 'partition-absent')
    for (const name of ['a-v1', 'b-v1', 'c-v1']) {
      await provision.createPartition({ name, frontends: ['192.0.2.1'] }, someone)
    }
    t.equal(await where('a.test', 'b-v1'), 'b-v1')
    t.equal(await where('b.test'), 'a-v1')
    t.equal(await where('c.test'), 'c-v1')
    t.equal(await where('d.test', 'x-v1'), 'partition-absent')
    t.equal(await where('e.test', 'a-v1'), 'a-v1')
    t.equal(await where('f.test'), 'b-v1')
    const hosts = (await provision.partitions()).map(({ name, hosts }) => [name, hosts])
    t.same(hosts, [
      ['a-v1', 2],
      ['b-v1', 2],
      ['c-v1', 1],
    ])
    const set = await provisioning(t, { settings: { partition: { name: 'o-v1' } } })
    await set.provision.createPartition({ name: 'a-v1', frontends: ['192.0.2.1'] }, someone)
    for (const domain of ['a.test', 'b.test']) {
      await set.verified(domain)
      const { domain: after } = demand(await set.provision.enableDnssec(ref(domain), {}, someone))
      t.equal(after.partition, 'o-v1')
    }
  },
)

t.test(
  'enableDnssec: an override takes the place of the token, whose legacy host stays',
  async (t) => {
    const { provision, verified, legacy, clock, look } = await provisioning(t)
    await verified('contoso.com')
    await verified('other.test')
    const enable = (token: string) => provision.enableDnssec(contoso, { token }, someone)
    t.equal(told(await enable('other-test')), 'token-taken')
    t.equal(told(await enable('_dane')), 'token-invalid')
    const { domain, host } = demand(await enable('Contoso'))
    t.match(domain, { token: 'contoso', formerTokens: ['contoso-com'] })
    t.equal(formatHost(host), 'contoso.o-v1.mx.test')
    t.match(look('contoso.o-v1.mx.test.', 'A'), /^secure 192/)
    t.equal(told(await enable('contoso')), 'same')
    t.same(legacy('contoso-com'), ['192.0.2.7'])
    clock.advance(legacySeconds)
    await provision.runDue(1)
    t.same(legacy('contoso-com'), [])
    await provision.disableDnssec(contoso, someone)
    t.same(legacy('contoso-com'), ['192.0.2.7'], 'its MX may name either')
    t.same(legacy('contoso'), ['192.0.2.7'])
    const rival = ref('third.test')
    await provision.addDomain(rival, { token: 'contoso-com' }, someone)
    const taken = await provision.verifyDomain(rival, { skipProof: true }, someone)
    t.equal(told(taken), 'token-taken', 'it is never given to another')
  },
)

t.test('a host cannot take the place of what else is in its zone', async (t) => {
  const { provision, look } = await provisioning(t, { settings: { legacyZone: undefined } })
  await provision.addDomain(contoso, { token: 'ns1' }, someone)
  await provision.verifyDomain(contoso, { skipProof: true }, someone)
  t.match(await provision.enableDnssec(contoso, {}, someone), {
    kind: 'refused',
    cmdlet: { ErrorCode: 'DnssecOperationFailed' },
  })
  t.match(await provision.domain(contoso), { dnssec: { kind: 'off' }, host: undefined })
  t.equal(look('ns1.o-v1.mx.test.', 'A'), 'secure 192.0.2.53')
  t.equal(told(await provision.enableDnssec(contoso, { token: 'contoso-com' }, someone)), 'done')
})

t.test('bug: enabling again told of a host that somebody had taken out of the zone', async (t) => {
  const { provision, verified, publishTlsa, look, submit } = await provisioning(t)
  await verified('contoso.com')
  await publishTlsa()
  const enable = () => provision.enableDnssec(contoso, {}, someone)
  const takeOut = async () => {
    const edit = { kind: 'delete', owner: parseName(host), type: RR.LIKE } as const
    await submit({ apex: parseName(partitionZone), wish: { kind: 'edit', edits: [edit] } })
    t.equal(look(host, 'A'), 'secure rcode 3')
  }
  t.equal(told(await enable()), 'done')
  t.equal(told(await enable()), 'same')
  await takeOut()
  t.equal(told(await enable()), 'done')
  t.equal(look(host, 'A'), 'secure 192.0.2.1 192.0.2.2')
  t.equal(look(`_25._tcp.${host}`, 'TLSA'), 'secure rcode 3')
  await provision.enableDane(contoso, someone)
  t.equal(told(await enable()), 'same')
  await takeOut()
  t.equal(told(await enable()), 'done')
  t.match(look(`_25._tcp.${host}`, 'TLSA'), /^secure 3 1 1 /)
  const { items } = await provision.history(contoso, { limit: 1 })
  t.match(items, [{ note: 'Restored: contoso-com.o-v1.mx.test', domain: { dane: { kind: 'on' } } }])
})

t.test('disableDane: a host keeps its addresses, and a repetition changes nothing', async (t) => {
  const { provision, verified, publishTlsa, look } = await provisioning(t)
  await verified('contoso.com')
  await publishTlsa()
  await provision.enableDnssec(contoso, {}, someone)
  t.equal(told(await provision.disableDane(contoso, someone)), 'same')
  await provision.enableDane(contoso, someone)
  t.equal(told(await provision.enableDane(contoso, someone)), 'same')
  t.equal(told(await provision.disableDane(contoso, someone)), 'done')
  t.equal(look(host, 'A'), 'secure 192.0.2.1 192.0.2.2')
  t.equal(told(await provision.disableDane(contoso, someone)), 'same')
  await provision.disableDnssec(contoso, someone)
  t.equal(told(await provision.enableDane(contoso, someone)), 'dnssec-off')
  t.equal(told(await provision.disableDane(contoso, someone)), 'same')
})

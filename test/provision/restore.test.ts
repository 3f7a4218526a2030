import t from 'tap'
import { parseName } from '../../src/wire/index.ts'
import {
  demand,
  legacySeconds,
  legacyZone,
  provisioning,
  ref,
  settings,
  someone,
  told,
} from '../support/provisioning.ts'

const contoso = ref('contoso.com')
const there = ['192.0.2.7']

t.test('restoreLegacy: where SMTP DANE was never on, and again changes nothing', async (t) => {
  const { provision, verified, legacy, clock } = await provisioning(t)
  t.equal(told(await provision.restoreLegacy(contoso, someone)), 'domain-absent')
  await verified('contoso.com')
  t.equal(told(await provision.restoreLegacy(contoso, someone)), 'same')
  await provision.enableDnssec(contoso, {}, someone)
  clock.advance(legacySeconds)
  await provision.runDue(1)
  t.same(legacy('contoso-com'), [])
  t.equal(told(await provision.restoreLegacy(contoso, someone)), 'done')
  t.same(legacy('contoso-com'), there)
  t.equal(told(await provision.restoreLegacy(contoso, someone)), 'same')
  clock.advance(legacySeconds)
  t.equal(await provision.runDue(1), 0, 'it is wanted')
  const other = await provisioning(t, { settings: { legacyZone: undefined } })
  await other.verified('contoso.com')
  t.equal(told(await other.provision.restoreLegacy(contoso, someone)), 'legacy-absent')
})

t.test('a host of before that was about to go stays when it is wanted again', async (t) => {
  const { provision, verified, publishTlsa, legacy, clock } = await provisioning(t)
  await verified('contoso.com')
  await publishTlsa()
  await provision.enableDnssec(contoso, {}, someone)
  await provision.enableDane(contoso, someone)
  clock.advance(legacySeconds)
  const { legacy: state } = demand(await provision.disableDane(contoso, someone))
  t.same(state, { kind: 'on', since: clock.now() })
  t.equal(await provision.runDue(1), 0)
  t.same(legacy('contoso-com'), there)
  clock.advance(legacySeconds)
  await provision.enableDane(contoso, someone)
  clock.advance(legacySeconds - 1)
  t.equal(await provision.runDue(1), 0, 'its time began anew')
  t.same(legacy('contoso-com'), there)
  clock.advance(1)
  t.equal(await provision.runDue(1), 1)
  t.same(legacy('contoso-com'), [])
})

t.test('disableDane: what cannot come back yet is due, and comes when it can', async (t) => {
  const { provision, verified, publishTlsa, legacy, clock, submit, faults } = await provisioning(t)
  await verified('contoso.com')
  await publishTlsa()
  await provision.enableDnssec(contoso, {}, someone)
  await provision.enableDane(contoso, someone)
  clock.advance(legacySeconds)
  await provision.runDue(1)
  const apex = parseName(legacyZone)
  await submit({ apex, wish: { kind: 'delete' } })
  const { dane, legacy: state } = demand(await provision.disableDane(contoso, someone))
  t.match([dane, state], [{ kind: 'off' }, { kind: 'returning' }])
  t.match(faults, [{ code: 'zone-absent' }])
  t.equal(await provision.runDue(1), 0)
  t.equal(faults.length, 2)
  t.equal(told(await provision.disableDane(contoso, someone)), 'same')
  t.equal(faults.length, 3, 'a repetition tries too')
  provision.reload(settings)
  clock.advance(60)
  t.equal(await provision.runDue(1), 1)
  t.same(legacy('contoso-com'), there)
  t.match(await provision.domain(contoso), { legacy: { kind: 'on' } })
})

t.test('runDue: what was to come back does not where its zone is no longer named', async (t) => {
  const { provision, verified, publishTlsa, clock, submit } = await provisioning(t)
  await verified('contoso.com')
  await publishTlsa()
  await provision.enableDnssec(contoso, {}, someone)
  await provision.enableDane(contoso, someone)
  clock.advance(legacySeconds)
  await provision.runDue(1)
  await submit({ apex: parseName(legacyZone), wish: { kind: 'delete' } })
  await provision.disableDane(contoso, someone)
  provision.reload({ ...settings, legacyZone: undefined })
  t.equal(await provision.runDue(1), 1)
  t.match(await provision.domain(contoso), { legacy: { kind: 'off' } })
})

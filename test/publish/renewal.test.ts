import t from 'tap'
import { renewZones } from '../../src/publish/renewal.ts'
import { RR } from '../../src/rr/index.ts'
import { findRRset } from '../../src/zone/index.ts'
import { noPause, publishing, zoneText } from '../support/publishing.ts'

t.test('renewZones makes the next signatures ahead of their turn, and only once', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1), 'b.test.zone': zoneText(1) })
  await publisher.publish('overrides: { b.test: { dnssec: off } }')
  const { table, clock } = publisher
  const { zone, signing } = publisher.served('a.test.')
  const ns = findRRset(zone.apexNode, RR.NS)
  if (!ns || !signing) throw new Error('the zone has no NS, or is not signed')
  const first = signing.signer.signatures(ns, clock.now())
  t.equal((await renewZones(table, clock, 0, noPause)).renewed, 0, 'their turn has not come')
  const renewAt = ns.signatures?.renewAt ?? 0
  clock.advance(renewAt - clock.now() - 60)
  t.equal((await renewZones(table, clock, 60, noPause)).renewed, 1)
  t.equal((await renewZones(table, clock, 60, noPause)).renewed, 0, 'they are there')
  t.equal(signing.signer.signatures(ns, clock.now()), first, 'and the present ones are in force')
  const { made } = signing.signer.counters
  clock.advance(60)
  t.not(signing.signer.signatures(ns, clock.now()), first)
  t.equal(signing.signer.counters.made, made, 'the query that came then did not wait for one')
})

t.test('renewZones goes over a zone to its end though it changes all the time', async (t) => {
  const publisher = publishing(t, { 'a.test.zone': zoneText(1) })
  await publisher.publish()
  const { table, clock } = publisher
  const { zone } = publisher.served('a.test.')
  const whole = await renewZones(table, clock, 60, noPause)
  const changing = {
    step: () => {
      zone.apply([])
      return Promise.resolve()
    },
  }
  t.same(await renewZones(table, clock, 60, changing), whole)
})

import t from 'tap'
import { probesOfWhole } from '../../src/records/probes.ts'
import type { ZoneNode } from '../../src/zone/index.ts'
import { basics, creation, put, recording, told } from '../support/recording.ts'

const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, at) => put(`${prefix}${at}`, 'A', '192.0.2.80'))

t.test('bug: with a wildcard at the apex every name of a zone was looked at', async (t) => {
  const { submit, served } = await recording(t, { empty: true })
  await submit({ wish: creation([...basics, put('*', 'A', '192.0.2.9'), ...many(3000, 'h')]) })
  const { zone } = served()
  const nodes = zone.nodes.bind(zone)
  let looked = 0
  Object.assign(zone, {
    *nodes(): Generator<ZoneNode, void> {
      for (const node of nodes()) {
        looked++
        yield node
      }
    },
  })
  const probes = probesOfWhole(zone, true)
  t.ok(looked <= 1001, `${looked} of ${zone.nodeCount}`)
  t.ok(probes.some(({ what }) => what === 'wildcard'))
  t.ok(probes.length < 50)
})

t.test('bug: of a large change none of what was changed was asked for', async (t) => {
  const { submit, edit } = await recording(t, { empty: true })
  await submit({ wish: creation([...basics, ...many(50, 'a')]) })
  const result = await edit(many(2100, 'zz'))
  t.equal(told(result), 'done 2026010101')
  const names = result.kind === 'done' ? result.checks.map(({ name }) => name) : []
  t.ok(names.filter((name) => name[1] === 'z'.charCodeAt(0)).length >= 5)
})

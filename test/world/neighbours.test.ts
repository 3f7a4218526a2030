/** Whatever a zone carries, zones beside it and below it say what they always say. */
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { catalogue, type Setting, soundZone } from '../../src/lab/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { buildWorld, catalogueWorld, type World, worldAddresses } from '../../src/world/index.ts'
import { worldQuery } from '../support/ask-world.ts'
import { testTime } from '../support/served-zone.ts'

const front = '127.0.0.1'
const { above, faults: servers } = worldAddresses
const sick = parseName('sick.lab.test.')

/** A zone that will fall ill, with children; one beside it, and aliases both ways. */
function worldOf(): World {
  const zone = (apex: string, setting: Partial<Setting>) => ({
    apex: parseName(apex),
    ...{ setting: { ...soundZone, ...setting }, faults: [], servers: [servers[0]] },
  })
  const children = [
    { label: 'kid', signed: true, ds: true },
    { label: 'poor', signed: false, ds: false },
  ]
  const base = catalogueWorld({
    ...{ seed: 'neighbours', now: () => testTime as UnixSeconds },
    ...{ faults: [], front },
  })
  return buildWorld({
    ...base,
    zones: [
      ...base.zones,
      zone('sick.lab.test.', { children, records: ['c CNAME www.well.lab.test.'] }),
      zone('well.lab.test.', { records: ['www A 192.0.2.1', 'k CNAME c.sick.lab.test.'] }),
    ],
  })
}

/** Questions to those who are well, by the server that they are put to. */
const questions: Readonly<Record<string, readonly string[]>> = {
  [servers[0]]: [
    ...['www.well.lab.test. A', 'k.well.lab.test. A', 'no.well.lab.test. A'],
    ...['well.lab.test. DNSKEY', 'kid.sick.lab.test. A', 'kid.sick.lab.test. DNSKEY'],
    ...['no.kid.sick.lab.test. A', 'poor.sick.lab.test. TXT'],
  ],
  [above]: ['lab.test. SOA', 'no.lab.test. A', 'well.lab.test. DS', 'www.well.lab.test. A'],
}

t.test('every fault is of its own zone', async (t) => {
  const world = worldOf()
  const honest = worldOf()
  for (const fault of catalogue) {
    world.setFaults(sick, [{ fault }, { fault, at: { owner: 'kid', type: 'any' } }])
    const touched = Object.entries(questions).flatMap(([server, asked]) =>
      [server, front].flatMap((address) =>
        asked.filter((question) => {
          const who = { server: address, via: 'udp', from: '127.0.0.1' } as const
          const query = worldQuery(question)
          return !isDeepStrictEqual(world.answer(query, who), honest.answer(query, who))
        }),
      ),
    )
    t.same(touched, [], fault.id)
  }
})

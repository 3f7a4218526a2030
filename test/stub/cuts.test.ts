/** Zone cuts that come, go, or are never seen, while a stub iterates. */
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { type Setting, soundZone } from '../../src/lab/index.ts'
import { formatRcode } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import type { Network } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { buildWorld, type World, type ZoneSpec } from '../../src/world/index.ts'
import { testTime } from '../support/served-zone.ts'
import { worldNetwork, worldStub } from '../support/world-stub.ts'

const one = '127.53.0.1'
const two = '127.53.0.2'

/** A zone in order, with some records beside those that every zone has. */
function zoneOf(
  apex: string,
  servers: readonly string[],
  records: readonly string[] = [],
  more: Partial<Setting> = {},
): ZoneSpec {
  return { apex: parseName(apex), setting: { ...soundZone, ...more, records }, faults: [], servers }
}

function worldOf(...zones: readonly ZoneSpec[]): World {
  return buildWorld({ seed: 'cuts', now: () => testTime as UnixSeconds, zones })
}

/** A stub that asks one world until another comes in its place. */
function stubOf(world: World) {
  let current = world
  const through =
    (by: 'byUdp' | 'byStream'): Network['byUdp'] =>
    (carried) =>
      worldNetwork(current)[by](carried)
  const network = { byUdp: through('byUdp'), byStream: through('byStream'), close: () => undefined }
  const stub = worldStub(world, 'cuts', { network })
  return {
    become: (next: World) => {
      current = next
    },
    ask: async (name: string, type = RR.A) => {
      const { security, rcode, reason } = await stub.resolve(parseName(name), type)
      const why = security === 'bogus' || security === 'indeterminate' ? `: ${reason.text}` : ''
      return `${security} ${formatRcode(rcode)}${why}`
    },
  }
}

const inChild = ['www A 192.0.2.1', 'old A 192.0.2.2', '*.w A 192.0.2.3', 'd DNAME w']
const inParent = inChild.map((line) => line.replace(/^\S+/, '$&.sub').replace(/ w$/, '$&.sub'))

for (const denial of ['nsec', 'nsec3', 'minimal', 'compact'] as const) {
  const trunk = (servers: readonly string[], records: readonly string[] = []) => [
    zoneOf('.', [one]),
    zoneOf('test.', servers, records, { denial }),
  ]
  const joined = worldOf(...trunk([one, two], inParent))

  t.test(
    `${denial}: one server for parent and child, so that no referral tells of the cut`,
    async (t) => {
      const { ask } = stubOf(
        worldOf(...trunk([one]), zoneOf('sub.test.', [one], inChild, { denial })),
      )
      t.equal(await ask('www.sub.test.'), 'secure NOERROR')
      t.equal(await ask('x.w.sub.test.'), 'secure NOERROR')
      t.equal(await ask('x.d.sub.test.'), 'secure NOERROR')
      t.equal(await ask('none.sub.test.'), 'secure NXDOMAIN')
      for (const type of [RR.DS, RR.DNSKEY, RR.ANY, RR.TXT]) {
        t.equal(await ask('sub.test.', type), 'secure NOERROR')
      }
    },
  )

  const child = zoneOf('sub.test.', [two], inChild, { denial })

  t.test(`bug: ${denial}: names of a zone that is no more were bogus`, async (t) => {
    const { ask, become } = stubOf(worldOf(...trunk([one]), child))
    t.equal(await ask('www.sub.test.'), 'secure NOERROR')
    become(joined)
    t.equal(await ask('old.sub.test.'), 'secure NOERROR')
    t.equal(await ask('x.w.sub.test.'), 'secure NOERROR')
    t.equal(await ask('x.d.sub.test.'), 'secure NOERROR')
    t.equal(await ask('none.sub.test.'), 'secure NXDOMAIN')
    t.equal(await ask('old.sub.test.', RR.AAAA), 'secure NOERROR')
  })

  for (const [ds, was] of [
    [true, 'secure'],
    [false, 'insecure'],
  ] as const) {
    t.test(`${denial}: a zone that begins where there was none, ${was}`, async (t) => {
      const { ask, become } = stubOf(joined)
      t.equal(await ask('www.sub.test.'), 'secure NOERROR')
      const begun = zoneOf('sub.test.', [two], inChild, { denial, ds })
      become(worldOf(...trunk([one, two]), begun))
      t.equal(await ask('old.sub.test.'), `${was} NOERROR`)
      t.equal(await ask('x.w.sub.test.'), `${was} NOERROR`)
    })
  }

  t.test(`${denial}: an island below an insecure cut is insecure, whoever signed`, async (t) => {
    const island = zoneOf('sub.test.', [two], inChild, { denial, ds: false })
    const { ask } = stubOf(worldOf(...trunk([one]), island))
    t.equal(await ask('www.sub.test.'), 'insecure NOERROR')
  })
}

import { createHash } from 'node:crypto'
import type { UnixSeconds } from '../../src/base/index.ts'
import { catalogue } from '../../src/lab/index.ts'
import { ednsFlagCompact, ednsFlagDo, writeMessage } from '../../src/message/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { buildWorld, catalogueWorld } from '../../src/world/index.ts'
import { testTime } from './served-zone.ts'

const questions = [
  ...['@ SOA', '@ A', '@ DNSKEY', '@ DS', 'nothing A', 'x.d A', '_25._tcp.ns1 TLSA'],
]

/** By datagrams with DO, by a stream with DO and CO, and without EDNS. */
const manners = [
  { via: 'udp', flags: ednsFlagDo },
  { via: 'tcp', flags: ednsFlagDo | ednsFlagCompact },
  { via: 'udp', flags: undefined },
] as const

function queryFor(name: string, type: string, flags: number | undefined): Uint8Array {
  return writeMessage({
    ...{ id: 4711, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name: parseName(name), type: parseType(type), class: 1 }],
    edns: flags === undefined ? undefined : { udpOctets: 1232, version: 0, flags, options: [] },
  })
}

/**
 * Raises the world of faults and asks every server of every zone the same questions: what is
 * said, by the zone, as one digest.
 */
export function worldDigests(seed: string, faults = catalogue): ReadonlyMap<string, string> {
  const now = () => testTime as UnixSeconds
  const world = buildWorld(catalogueWorld({ seed, now, faults }))
  const digests = new Map<string, string>([
    ['anchor', createHash('sha256').update(Buffer.concat(world.anchor)).digest('hex')],
  ])
  for (const [apex, { servers }] of world.zones) {
    const digest = createHash('sha256')
    for (const question of questions) {
      const [owner = '', type = ''] = question.split(' ')
      const name = owner === '@' ? apex : formatName(parseName(owner, parseName(apex)))
      for (const { via, flags } of manners) {
        const query = queryFor(name, type, flags)
        for (const server of servers) {
          const { octets, delayMs } = world.answer(query, { server, via, from: '127.0.0.1' })
          digest.update(`${question} ${flags} ${server} ${via} ${delayMs} ${octets?.length} `)
          if (octets) digest.update(octets)
        }
      }
    }
    digests.set(apex, digest.digest('hex'))
  }
  return digests
}

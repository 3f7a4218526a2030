/** Whatever comes in: a world says something that can be read and is not too long, or nothing. */
import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { catalogue } from '../../src/lab/index.ts'
import { readMessage, writeMessage } from '../../src/message/index.ts'
import type { RRType } from '../../src/rr/index.ts'
import { type Name, nameFromLabels, nameLabels, parseName } from '../../src/wire/index.ts'
import { type Asked, buildWorld, catalogueWorld, faultApex } from '../../src/world/index.ts'
import { testTime } from '../support/served-zone.ts'

const world = buildWorld(
  catalogueWorld({ seed: 'hostile', now: () => testTime as UnixSeconds, front: '127.0.0.1' }),
)
const servers = [...new Set([...world.zones.values()].flatMap(({ servers: those }) => those))]

const asked: fc.Arbitrary<Asked> = fc.record({
  server: fc.constantFrom('127.0.0.1', '127.9.9.9', ...servers),
  via: fc.constantFrom('udp', 'tcp'),
  from: fc.constantFrom('127.0.0.1', '127.255.255.254'),
})

/** Names in zones of faults, some of them as long as names get. */
const name: fc.Arbitrary<Name> = fc
  .tuple(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 4 }),
    fc.constantFrom(
      ...['.', 'test.', 'lab.test.'].map((text) => parseName(text)),
      ...catalogue.flatMap(({ id, ask: { owner } }) => {
        const apex = faultApex(id)
        return owner === '@' ? [apex] : [apex, parseName(owner, apex)]
      }),
    ),
  )
  .map(([labels, apex]) => [...labels, ...nameLabels(apex)])
  .filter((labels) => labels.reduce((sum, { length }) => sum + 1 + length, 1) <= 255)
  .map((labels) => nameFromLabels(labels))

const types = [1, 2, 5, 6, 12, 15, 16, 28, 39, 43, 46, 47, 48, 50, 51, 52, 128, 252, 255, 65_535]

const query: fc.Arbitrary<Uint8Array> = fc
  .record({
    name,
    type: fc.constantFrom(...types).map((type) => type as RRType),
    class: fc.constantFrom(1, 1, 1, 1, 3, 255),
    flags: fc.constantFrom(0, 0, 0x100, 0x110, 0x8000),
    opcode: fc.constantFrom(0, 0, 0, 4, 5),
    edns: fc.option(
      fc.record({
        udpOctets: fc.constantFrom(0, 512, 600, 1232, 4096, 65_535),
        version: fc.constantFrom(0, 0, 0, 1),
        flags: fc.constantFrom(0, 0x8000, 0xc000),
        options: fc.constantFrom([], [{ code: 3, data: new Uint8Array(0) }]),
      }),
      { nil: undefined },
    ),
  })
  .map(({ name, type, class: rrClass, flags, opcode, edns }) =>
    writeMessage({
      ...{ id: 4711, flags, opcode, rcode: 0, edns, answer: [], authority: [], additional: [] },
      questions: [{ name, type, class: rrClass }],
    }),
  )

function octetsMax(octets: Uint8Array, via: Asked['via']): number {
  if (via === 'tcp') return 65_535
  return Math.min(1232, Math.max(512, readMessage(octets).edns?.udpOctets ?? 0))
}

t.test('an answer can be read, and has no more octets than the client takes', async () => {
  fc.assert(
    fc.property(query, asked, (octets, who) => {
      const { octets: said, delayMs } = world.answer(octets, who)
      if (said) readMessage(said)
      return delayMs >= 0 && (said?.length ?? 0) <= octetsMax(octets, who.via)
    }),
    { numRuns: 2000 },
  )
})

t.test('damaged queries, and octets that never were one, are no exception', async () => {
  const damaged = fc
    .tuple(query, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(80))
    .map(([octets, changes, cut]) => {
      const copy = octets.slice(0, Math.max(0, octets.length - (cut < 40 ? 0 : cut - 40)))
      for (const [at, octet] of changes) if (copy.length > 0) copy[at % copy.length] = octet
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), asked, (octets, who) => {
      const { octets: said } = world.answer(octets, who)
      if (said) readMessage(said)
    }),
    { numRuns: 2000 },
  )
})

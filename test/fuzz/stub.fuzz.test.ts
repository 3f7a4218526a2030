import fc from 'fast-check'
import t from 'tap'
import { CodedError, type UnixSeconds } from '../../src/base/index.ts'
import { RR } from '../../src/rr/index.ts'
import { createStub, parseAnchors, parseHints, parseUpstream } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { replyTo, scriptedServer } from '../support/scripted-dns.ts'
import { anchorOf } from '../support/served-dns.ts'
import { buildZone } from '../support/served-zone.ts'
import { stubParts } from '../support/stub-parts.ts'

/** Octets with a few of them changed, cut or added to, as the numbers say. */
function mutated(octets: Uint8Array, changes: readonly (readonly [at: number, to: number])[]) {
  let copy = octets.slice()
  for (const [at, to] of changes) {
    if (to === 256) copy = copy.subarray(0, at % (copy.length + 1))
    else if (to === 257) copy = Uint8Array.from([...copy, at & 255])
    else if (copy.length > 0) copy[at % copy.length] = to
  }
  return copy
}

const changes = fc.array(fc.tuple(fc.nat(2000), fc.nat(257)), { minLength: 1, maxLength: 4 })

for (const kind of ['forward', 'iterate'] as const) {
  t.test(`stub: whatever comes back, ${kind} resolves, and to nothing secure`, async (t) => {
    let change: readonly (readonly [number, number])[] = []
    const server = await scriptedServer(t, (query) => {
      const good = replyTo(query, {
        answer: ['www.example. 60 CNAME mail.example.', 'mail.example. 60 A 192.0.2.1'],
        authority: ['example. 60 NS ns.example.', 'example. 60 SOA a. b. 1 2 3 4 5'],
        additional: ['ns.example. 60 A 127.0.0.1'],
      })
      // The second is silence where it fits the query: a stub must not wait for it.
      return [mutated(good, change), replyTo(query, { rcode: 2 })]
    })
    const zone = buildZone('example.', '@ SOA ns host 1 2 3 4 5\n@ NS ns', { denial: 'nsec' })
    const { address, port } = server
    const mode =
      kind === 'forward'
        ? { kind, servers: [{ address, port, via: 'udp' } as const] }
        : { kind, hints: [{ name: parseName('a.'), address }], port }
    await fc.assert(
      fc.asyncProperty(changes, async (drawn) => {
        change = drawn
        const stub = createStub({ ...stubParts(t.name), mode, anchors: [anchorOf(zone)] })
        const { security } = await stub.resolve(parseName('www.example.'), RR.A)
        await stub.close()
        return security === 'bogus' || security === 'indeterminate'
      }),
      { numRuns: 150 },
    )
  })
}

/** Runs a reader of text over what may be no such text: it gives a value or a coded error. */
function readsOrRefuses(read: (text: string) => unknown, text: string): boolean {
  try {
    read(text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  return true
}

t.test('parseAnchors, parseHints, parseUpstream: any text is read or refused', (t) => {
  const words = [
    ...['trust-anchors', '{', '}', ';', '"', '.', 'static-key', 'initial-ds', '257', '3', '8'],
    ...['//', '/*', '*/', '#', 'AA==', 'IN', 'DS', 'DNSKEY', '\n', 'NS', 'A', '192.0.2.1', '('],
    ...['<TrustAnchor>', '</TrustAnchor>', '<Zone>', '<KeyDigest ', 'validFrom="', '>', '<!--'],
    ...['tls://', ':', '[', ']', '@', '::1', ')', ';;state=1', '\\', '\\300', '$ORIGIN', '\uFEFF'],
  ]
  const texts = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })))
  const now = 1767225600 as UnixSeconds
  fc.assert(
    fc.property(texts, fc.constantFrom('', ' '), (parts, between) => {
      const text = parts.join(between)
      return (
        readsOrRefuses((it) => parseAnchors(it, 'x', now), text) &&
        readsOrRefuses((it) => parseHints(it, 'x'), text) &&
        readsOrRefuses(parseUpstream, text)
      )
    }),
    { numRuns: 500 },
  )
  t.end()
})

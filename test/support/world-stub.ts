import { createStub, type Network, type Stub, type StubOptions } from '../../src/stub/index.ts'
import { rootName } from '../../src/wire/index.ts'
import type { World } from '../../src/world/index.ts'
import { stubParts } from './stub-parts.ts'

/** Carries queries to a world: at once, and without a socket. Delays are not waited for. */
export function worldNetwork(world: World): Network {
  const by =
    (via: 'udp' | 'tcp'): Network['byUdp'] =>
    ({ octets, server, hear }) => {
      const asked = { server: server.address, via, from: '127.0.0.1' }
      const reply = world.answer(octets, asked).octets
      const value = reply && hear(reply)
      return Promise.resolve(
        value === undefined
          ? { kind: 'silent', text: 'no answer' }
          : { kind: 'heard', value, octets: reply?.length ?? 0 },
      )
    }
  return { byUdp: by('udp'), byStream: by('tcp'), close: () => undefined }
}

/** A stub that iterates from a world's hints, and trusts its root. */
export function worldStub(world: World, seed: string, more: Partial<StubOptions> = {}): Stub {
  return createStub({
    ...stubParts(seed),
    mode: { kind: 'iterate', hints: world.hints, port: 53 },
    anchors: [{ zone: rootName, ds: world.anchor, dnskeys: [] }],
    network: worldNetwork(world),
    ...more,
  })
}

import { parseName } from '../../src/wire/index.ts'
import type { Reply, World, WorldZone } from '../../src/world/index.ts'

/** A world without zones' content: servers at these addresses, and whatever `answer` says. */
export function smallWorld(answer: World['answer'], ...servers: readonly string[]): World {
  const root = { name: parseName('ns.'), address: servers[0] ?? '127.0.0.1' }
  const zone = { servers } as unknown as WorldZone
  return {
    zones: new Map([['.', zone]]),
    anchor: [],
    hints: [root],
    front: undefined,
    answer,
    setFaults: () => undefined,
  }
}

/** What comes back as it was sent. */
export const echo = (query: Uint8Array): Reply => ({ octets: query, delayMs: 0 })

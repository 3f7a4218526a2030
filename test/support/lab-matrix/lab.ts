import type { Test } from 'tap'
import { systemClock } from '../../../src/base/index.ts'
import type { Fault } from '../../../src/lab/index.ts'
import { formatRdata, RR } from '../../../src/rr/index.ts'
import {
  buildWorld,
  catalogueWorld,
  openWorld,
  type World,
  type ZoneSpec,
} from '../../../src/world/index.ts'
import type { Resolving } from '../peers/resolvers.ts'

/** A world that is heard at port 53, and where resolvers begin. */
export interface Lab {
  readonly world: World
  readonly root: Omit<Resolving, 'address'>
}

/** Raises zones of faults, and others, below a root. Only in a network of one's own. */
export async function startLab(
  t: Test,
  faults: readonly Fault[],
  zones: readonly ZoneSpec[] = [],
): Promise<Lab> {
  const spec = catalogueWorld({ seed: 'matrix', now: systemClock.now, faults })
  const world = buildWorld({ ...spec, zones: [...spec.zones, ...zones] })
  const open = await openWorld(world, { port: 53 })
  t.teardown(() => open.close())
  const [anchor = new Uint8Array()] = world.anchor
  const [hint] = world.hints
  const rootDs = formatRdata(RR.DS, anchor)
  return { world, root: { rootAddress: hint?.address ?? '', rootDs, known: 'lab.test.' } }
}

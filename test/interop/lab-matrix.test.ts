import { writeFileSync } from 'node:fs'
import t from 'tap'
import { systemClock } from '../../src/base/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { buildWorld, catalogueWorld, openWorld } from '../../src/world/index.ts'
import { casesOf } from '../../src/trial/index.ts'
import { resolverPrograms, resolvers, startResolvers } from '../support/lab-matrix/resolvers.ts'
import { tryResolver, sayingOf } from '../support/lab-matrix/trials.ts'
import { inOwnNetwork, prepareNetwork } from '../support/peers/own-network.ts'

t.setTimeout(280_000)

await inOwnNetwork(t, import.meta.filename, resolverPrograms, () => {
  t.test('matrix', { timeout: 280_000 }, async (t) => {
    prepareNetwork(t)
    const world = buildWorld(catalogueWorld({ seed: 'matrix', now: systemClock.now }))
    const open = await openWorld(world, { port: 53 })
    t.teardown(() => open.close())
    const rootDs = formatRdata(RR.DS, world.anchor[0] as Uint8Array)
    const daemons = await startResolvers(t, { rootAddress: world.hints[0]?.address ?? '', rootDs })
    const out: Record<string, unknown> = {}
    await Promise.all(
      resolvers.map(async (name) => {
        const start = performance.now()
        const results = await tryResolver(daemons[name].address, casesOf(world))
        t.comment(name, performance.now() - start)
        out[name] = Object.fromEntries(results.map((r) => [r.id, { say: sayingOf(r), ag: r.agreement, ede: r.ede, why: r.why, st: r.got?.status, ms: Math.round(r.elapsedMs), exp: r.expected }]))
      }),
    )
    for (const name of resolvers) writeFileSync(`/tmp/w-x/${name}.log`, daemons[name].log())
    writeFileSync(`/tmp/w-x/out${process.env['N'] ?? ''}.json`, JSON.stringify(out, undefined, 1))
    t.pass()
  })
})

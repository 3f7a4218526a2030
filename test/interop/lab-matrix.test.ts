import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../src/base/index.ts'
import { catalogue } from '../../src/lab/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { casesOf, type Result } from '../../src/trial/index.ts'
import { buildWorld, catalogueWorld, openWorld } from '../../src/world/index.ts'
import { matrixDocument, type Versions, versionsIn } from '../support/lab-matrix/document.ts'
import { matrixOf, type Results } from '../support/lab-matrix/matrix.ts'
import {
  type Resolver,
  resolverPrograms,
  resolvers,
  startResolvers,
  versionOf,
} from '../support/lab-matrix/resolvers.ts'
import { tryResolver } from '../support/lab-matrix/trials.ts'
import { inOwnNetwork, prepareNetwork } from '../support/peers/own-network.ts'
import { projectDirectory } from '../support/peers/paths.ts'

/*
 * Must be shown: what BIND, Unbound, Knot Resolver and PowerDNS Recursor make of every DNSSEC case
 * of the lab. Where it is not what is expected, the table of differences says who is right; and
 * docs/lab-matrix.md is what they said. `npm run docs:matrix` writes it.
 */

t.setTimeout(280_000)

/** Set where the document is to be written rather than compared. */
const writing = 'DANELAW_WRITE_MATRIX'
const file = join(projectDirectory(), 'docs', 'lab-matrix.md')

async function eachResolver<T>(work: (resolver: Resolver) => Promise<T>) {
  const entries = resolvers.map(async (resolver) => [resolver, await work(resolver)] as const)
  return Object.fromEntries(await Promise.all(entries)) as Record<Resolver, T>
}

await inOwnNetwork(t, import.meta.filename, resolverPrograms, () => {
  t.test('resolvers of Debian are asked about every case', async (t) => {
    prepareNetwork(t)
    const world = buildWorld(catalogueWorld({ seed: 'matrix', now: systemClock.now }))
    const open = await openWorld(world, { port: 53 })
    t.teardown(() => open.close())
    const rootDs = formatRdata(RR.DS, world.anchor[0] ?? new Uint8Array())
    const [hint] = world.hints
    const daemons = await startResolvers(t, { rootAddress: hint?.address ?? '', rootDs })
    const cases = casesOf(world)
    t.same(
      cases.map(({ fault }) => fault.id),
      catalogue.map(({ id }) => id),
      'every case has a zone',
    )
    const results: Results = await eachResolver(async (resolver) => {
      const start = performance.now()
      const results: readonly Result[] = await tryResolver(daemons[resolver].address, cases)
      t.comment(`${resolver}: ${Math.round(performance.now() - start)} ms`)
      return results
    })
    const matrix = matrixOf(catalogue, results)
    const versions: Versions = await eachResolver(versionOf)
    const document = matrixDocument(matrix, versions)
    t.same(matrix.unexplained, [], 'each difference is explained')
    if (process.env[writing] !== undefined) writeFileSync(file, document)
    const present = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const known = versionsIn(present)
    if (resolvers.every((resolver) => known[resolver] === versions[resolver])) {
      t.same(matrix.stale, [], 'each difference is still met')
      t.equal(document, present, 'docs/lab-matrix.md is what they say; see npm run docs:matrix')
    } else {
      t.comment('docs/lab-matrix.md is of other versions', { document: known, here: versions })
    }
  })
})

import t from 'tap'
import { catalogue } from '../../src/lab/index.ts'
import { casesOf } from '../../src/trial/index.ts'
import { matrixDocument, type Versions, versionsIn } from '../support/lab-matrix/document.ts'
import { keepDocument } from '../support/lab-matrix/kept.ts'
import { startLab } from '../support/lab-matrix/lab.ts'
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

/*
 * Must be shown: what BIND, Unbound, Knot Resolver and PowerDNS Recursor make of every DNSSEC case
 * of the lab. Where it is not what is expected, the table of differences says who is right; and
 * docs/lab-matrix.md is what they said. `npm run docs:matrix` writes it.
 */

t.setTimeout(280_000)

async function eachResolver<T>(work: (resolver: Resolver) => Promise<T>) {
  const entries = resolvers.map(async (resolver) => [resolver, await work(resolver)] as const)
  return Object.fromEntries(await Promise.all(entries)) as Record<Resolver, T>
}

await inOwnNetwork(t, import.meta.filename, resolverPrograms, () => {
  t.test('resolvers of Debian are asked about every case', async (t) => {
    prepareNetwork(t)
    const { world, root } = await startLab(t, catalogue)
    const cases = casesOf(world)
    const ids = cases.map(({ fault }) => fault.id)
    t.same(
      ids,
      catalogue.map(({ id }) => id),
      'every case has a zone',
    )
    const daemons = await startResolvers(t, root)
    const results: Results = await eachResolver(async (resolver) => {
      const start = performance.now()
      const results = await tryResolver(daemons[resolver].address, cases)
      t.comment(`${resolver}: ${Math.round(performance.now() - start)} ms`)
      return results
    })
    const matrix = matrixOf(catalogue, results)
    t.same(matrix.unexplained, [], 'each difference is explained')
    const versions: Versions = await eachResolver(versionOf)
    const document = matrixDocument(matrix, versions)
    const isOfThese = keepDocument(t, 'lab-matrix.md', document, versionsIn)
    if (isOfThese) t.same(matrix.stale, [], 'each difference is still met')
  })
})

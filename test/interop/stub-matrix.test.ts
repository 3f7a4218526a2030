import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { breakageQuestions, breakages } from '../support/matrix/breakages.ts'
import { type Dissent, matrixDifferences, type Other } from '../support/matrix/differences.ts'
import { type Asked, addresses, leaves, questionsOf } from '../support/matrix/leaves.ts'
import {
  delvJudge,
  forwardJudge,
  iterateJudge,
  type Judge,
  type Judgement,
  resolverJudge,
} from '../support/matrix/opinions.ts'
import { startMatrix } from '../support/matrix/world.ts'
import { mapLimited } from '../support/peers/client.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { inOwnNetwork, prepareNetwork } from '../support/peers/own-network.ts'
import type { Peer } from '../support/peers/programs.ts'

/*
 * Must be shown: of zones served by danelaw, BIND, NSD, Knot and PowerDNS, in every way of denial
 * that they know, and of zones with a fault each, our stub says what is expected, and the same
 * whether it iterates or forwards to unbound, BIND, Knot Resolver or PowerDNS Recursor; and these
 * and delv, who validate too, say so as well. Where not, the table of differences says who is
 * right.
 */

t.setTimeout(280_000)

const peers: readonly Peer[] = [
  ...(['delv', 'dnssec-signzone', 'knotd', 'kresd', 'named', 'nsd'] as const),
  ...(['pdns_recursor', 'pdns_server', 'sqlite3', 'unbound'] as const),
]

interface Question extends Asked {
  readonly zone: string
  readonly name: string
}

function ask(zone: string, asked: readonly Asked[]): Question[] {
  return asked.map((one) => ({
    ...one,
    zone,
    name: one.owner === '' ? zone : `${one.owner}.${zone}`,
  }))
}

const all: readonly Question[] = [
  ...leaves.flatMap((leaf) => ask(leaf.name, questionsOf(leaf))),
  ...breakages.flatMap((one) => ask(one.name, breakageQuestions(one))),
]

async function askAll(judge: Judge): Promise<Judgement[]> {
  const judgements = await mapLimited(all, 8, ({ name, type }) => judge.ask(name, type))
  await judge.close()
  return judgements
}

function told({ name, type, what }: Question, other: string, ours: Judgement, theirs: Judgement) {
  const of = ({ opinion, why }: Judgement) => `${opinion} (${why.trim()})`
  return `${name} ${type} (${what}): we say ${of(ours)}; ${other} ${of(theirs)}`
}

/** What iterating found otherwise than expected: other opinions, or other codes for faults. */
function surprises(judgements: readonly Judgement[]): string[] {
  return all.flatMap(({ name, type, what, zone, expected }, at) => {
    const { opinion, why, ede } = judgements[at] as Judgement
    const fault = breakages.find((one) => one.name === zone)
    const code = fault && !opinion.startsWith('secure ') ? fault.ede : ede
    if (opinion === expected && ede === code) return []
    return [`${name} ${type} (${what}): ${opinion}, EDE ${ede} (${why}); not ${expected}, ${code}`]
  })
}

await inOwnNetwork(t, import.meta.filename, peers, () => {
  t.test('the stub, iterating and forwarding, agrees with those who validate too', async (t) => {
    prepareNetwork(t)
    const { rootDs } = await startMatrix(t)
    const anchors = join(temporaryDirectory(t), 'anchors')
    const [tag, algorithm, digestType, ...digest] = rootDs.split(' ')
    const ds = `${tag} ${algorithm} ${digestType} "${digest.join('')}"`
    writeFileSync(anchors, `trust-anchors { . static-ds ${ds}; };\n`)
    const others: readonly (readonly [Other, Judge])[] = [
      ['unbound', resolverJudge(addresses.unbound)],
      ['BIND', resolverJudge(addresses.bind)],
      ['Knot Resolver', resolverJudge(addresses.kresd)],
      ['PowerDNS Recursor', resolverJudge(addresses.recursor)],
      ['delv', delvJudge(addresses.bind, anchors)],
      ['through unbound', forwardJudge(addresses.unbound, rootDs)],
      ['through BIND', forwardJudge(addresses.bind, rootDs)],
      ['through Knot Resolver', forwardJudge(addresses.kresd, rootDs)],
      ['through PowerDNS Recursor', forwardJudge(addresses.recursor, rootDs)],
    ]
    const ours = await askAll(iterateJudge(rootDs))
    t.same(surprises(ours), [], 'iterating: as expected')
    const met = new Set<string>()
    for (const [other, judge] of others) {
      const start = performance.now()
      const theirs = await askAll(judge)
      const unexplained = all.flatMap((question, at) => {
        const [mine, their] = [ours[at] as Judgement, theirs[at] as Judgement]
        if (mine.opinion === their.opinion) return []
        const dissent: Dissent = {
          other,
          zone: question.zone,
          what: question.what,
          ours: mine.opinion,
          theirs: their.opinion,
        }
        const row = matrixDifferences.find((one) => one.applies(dissent))
        if (row) met.add(row.id)
        return row ? [] : [told(question, other, mine, their)]
      })
      t.same(unexplained, [], other)
      t.comment(`${other}: ${Math.round(performance.now() - start)} ms`)
    }
    const stale = matrixDifferences.filter(({ id, isFickle }) => !isFickle && !met.has(id))
    t.same(
      stale.map(({ id }) => id),
      [],
      'each difference is still met',
    )
    t.comment(`${all.length} questions, each asked ${others.length + 1} times`)
  })
})

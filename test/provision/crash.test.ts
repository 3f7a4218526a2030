import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Domain } from '../../src/provision/index.ts'
import { formatRdata, parseType, RR, type Ttl } from '../../src/rr/index.ts'
import { formatHost, formatName, type Name, parseName } from '../../src/wire/index.ts'
import {
  frontends,
  legacySeconds,
  legacyZone,
  partitionZone,
  someone,
} from '../support/provisioning.ts'
import { record } from '../support/recording.ts'
import { testTime } from '../support/served-zone.ts'
import { type CrashNode, openCrashNode } from './crash-node.ts'
import { domains, doUseCase, type Said, type UseCase, useCases } from './crash-work.ts'

/** How often a child is killed in the middle of each use case. */
const killsOfEach = 2
/** How soon after it began, in milliseconds: most take a few. */
const killMsMax = 5
const child = fileURLToPath(new URL('crash-child.js', import.meta.url))

t.setTimeout(300_000)

t.test('kill -9 in the middle of each use case: it is done or not begun', async (t) => {
  const directory = t.testdir()
  let time = await begin(directory)
  let underWay = 0
  for (const target of [...Array(killsOfEach).keys()].flatMap(() => useCases)) {
    const said = await workUntilKilled(directory, time, target)
    time = Math.max(time, ...said.map((line) => line.time))
    const node = await openCrashNode(directory, time)
    const problems = [...lost(await documentsOf(node), said), ...(await halves(node))]
    const open = begun(said)
    underWay += open.length
    for (const { useCase, domain } of open) problems.push(...(await repeat(node, useCase, domain)))
    problems.push(...(await halves(node)))
    node.clock.advance(legacySeconds)
    while ((await node.provision.runDue(100)) > 0);
    problems.push(...(await halves(node)), ...unfinished(await documentsOf(node)))
    t.same(node.faults, [])
    for (const problem of problems) t.fail(`killed at ${target}: ${problem}`)
    time = node.clock.now()
    await node.close()
  }
  t.comment(`${underWay} use cases were under way`)
  t.ok(underWay >= useCases.length * killsOfEach, 'each was killed in its middle')
})

/** The partition that children begin with, and its TLSA records. */
async function begin(directory: string): Promise<number> {
  const node = await openCrashNode(directory, testTime)
  await node.provision.createPartition({ name: 'o-v1', frontends }, someone)
  const apex = parseName(partitionZone)
  const owner = parseName('_25._tcp._dane', apex)
  const tlsa = record('TLSA', `3 1 1 ${'ab'.repeat(32)}`)
  const edit = { kind: 'replace', owner, type: RR.TLSA, ttl: 300 as Ttl, records: [tlsa] } as const
  const wish = { kind: 'edit', edits: [{ ...edit, comments: undefined }] } as const
  const how = { actor: someone, note: '', force: false, dryRun: false }
  await node.records.submit({ apex, wish, ...how })
  await node.close()
  return testTime
}

/** Lets a child work until it has begun such a use case, and ends it a moment later. */
async function workUntilKilled(
  directory: string,
  time: number,
  target: UseCase,
): Promise<readonly Said[]> {
  const process_ = spawn(process.execPath, [child, directory, `${time}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(process_, 'close')
  let [text, errors, isAimed] = ['', '', false]
  process_.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (isAimed || !text.includes(`"begin","useCase":"${target}"`)) return
    isAimed = true
    setTimeout(() => process_.kill('SIGKILL'), Math.random() * killMsMax)
  })
  process_.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const [, signal] = await closed
  if (signal !== 'SIGKILL') throw new Error(`The child ended by itself: ${errors}`)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return whole.filter((line) => line !== '').map((line): Said => JSON.parse(line))
}

/** What was begun and not ended. */
function begun(said: readonly Said[]): Said[] {
  return domains.flatMap((_, domain) => {
    const last = said.findLast((line) => line.domain === domain)
    return last?.what === 'begin' ? [last] : []
  })
}

function documentsOf({ provision }: CrashNode): Promise<(Domain | undefined)[]> {
  return Promise.all(
    domains.map(async (ref) => {
      const { items } = await provision.history(ref, { limit: 1 })
      return items[0]?.domain
    }),
  )
}

/** What the child was told and is not there. */
function lost(documents: readonly (Domain | undefined)[], said: readonly Said[]): string[] {
  return documents.flatMap((document, index) => {
    const versions = said.map((line) => (line.domain === index ? (line.version ?? 0) : 0))
    const least = Math.max(0, ...versions)
    const version = document?.version ?? 0
    return version < least ? [`version ${version} of domain ${index}, not ${least}`] : []
  })
}

/** Where zones are not what the documents of domains say. */
async function halves(node: CrashNode): Promise<string[]> {
  const documents = await documentsOf(node)
  const problems: string[] = []
  const compare = (what: string, found: readonly string[], expected: readonly string[]) => {
    const [a, b] = [found.toSorted().join(), expected.toSorted().join()]
    if (a !== b) problems.push(`${what} are [${a}], not [${b}]`)
  }
  const present = documents.filter((domain) => domain !== undefined)
  const hosts = present.flatMap(({ host, dane }) =>
    host ? [`${formatName(host)} ${dane.kind === 'on' ? '_dane' : '_plain'}`] : [],
  )
  const zones = (await node.provision.partitions()).map(({ zone }) => zone)
  compare('hosts', (await Promise.all(zones.map((zone) => instancesOf(node, zone)))).flat(), hosts)
  const before = present.flatMap(({ token, legacy }) =>
    legacy.kind === 'off' || legacy.kind === 'returning' ? [] : [`${token}.${legacyZone} _legacy`],
  )
  compare('hosts of before', await instancesOf(node, parseName(legacyZone)), before)
  for (const { domain, verifiedAt, host, dnssec } of present) {
    const text = formatHost(domain)
    const held = (await node.store.document('name', text))?.value as { isHeld: boolean } | undefined
    if ((held?.isHeld ?? false) !== (verifiedAt !== undefined)) problems.push(`${text} is not held`)
    if ((host !== undefined) !== (dnssec.kind !== 'off')) problems.push(`${text}: ${dnssec.kind}`)
  }
  return problems
}

/** Such as `a-test.o-v1.mx.test. _plain`. */
async function instancesOf({ records }: CrashNode, zone: Name): Promise<string[]> {
  const found: string[] = []
  for await (const { owner, type, records: all } of records.rrsets(zone)) {
    const template = all[0] && formatRdata(type, all[0].rdata).split('.')[0]
    if (type === parseType('LIKE')) found.push(`${formatName(owner)} ${template}`)
  }
  return found
}

/** Does again what was under way: that has to succeed. */
async function repeat(node: CrashNode, useCase: UseCase, index: number): Promise<string[]> {
  const domain = domains[index]
  if (!domain) return [`no domain ${index}`]
  try {
    await doUseCase(node, useCase, domain)
    return []
  } catch (error) {
    return [`${useCase} again: ${error}`]
  }
}

/** What should have come to its end by now. */
function unfinished(documents: readonly (Domain | undefined)[]): string[] {
  return documents.flatMap((domain, index) =>
    domain &&
    [domain.dnssec, domain.legacy].some(({ kind }) => kind === 'ending' || kind === 'returning')
      ? [`domain ${index} is not at its end`]
      : [],
  )
}

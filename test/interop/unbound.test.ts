import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { Flag, formatRcode, type Message, readMessage } from '../../src/message/index.ts'
import { formatType, parseType, RR, type RRType } from '../../src/rr/index.ts'
import { install, startDanelaw, type TestZone } from '../support/danelaw.ts'
import { type DnsClient, dnsClient, encodeQuery, mapLimited } from '../support/peers/client.ts'
import { fixture } from '../support/peers/paths.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { seededRandom } from '../support/peers/random.ts'
import { startUnbound } from '../support/peers/servers.ts'
import { recordLine } from '../support/peers/view.ts'

// Must be shown: unbound, hardened and with an aggressive cache, validates a tree of three levels
// that one danelaw serves, and never comes to deny what exists.

const modes = ['nsec', 'nsec3', 'optout', 'minimal', 'compact'] as const
type Mode = (typeof modes)[number]
const policies: Readonly<Record<Mode, string>> = {
  nsec: '{ denial: nsec }',
  nsec3: '{ denial: nsec3, algorithm: 15 }',
  optout: '{ denial: nsec3, optOut: true }',
  minimal: '{ denial: minimal, algorithm: 14 }',
  compact: '{ denial: compact, keys: ksk+zsk }',
}
const rich = readFileSync(fixture('rich.zone'), 'utf8')
const child = `$TTL 60
@ SOA ns hostmaster 1 7200 900 1209600 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.99
*.wild TXT "below an insecure delegation"
`
const walkLength = 1200
const walkTypes = ['A', 'AAAA', 'MX', 'TXT', 'TLSA', 'SRV', 'CAA'].map(parseType)

/** The three levels: root, `test.`, and under it a zone for each mode with a child or two. */
async function buildTree(t: Test) {
  const leaves = modes.flatMap((mode): TestZone[] => [
    { name: `${mode}.test.`, text: rich, policy: policies[mode] },
    { name: `insecure.${mode}.test.`, text: child, policy: '{ dnssec: off }' },
    { name: `kid.${mode}.test.`, text: child, policy: policies[mode] },
  ])
  const root = { name: '.', text: readFileSync(fixture('root.zone'), 'utf8') }
  const tld = { name: 'test.', text: readFileSync(fixture('tld.zone'), 'utf8') }
  const danelaw = install(t, [root, tld, ...leaves])
  const dsOf = async (zone: string): Promise<string> => {
    t.equal((await danelaw.run('key', 'generate', zone)).status, 0)
    return (await danelaw.run('key', 'ds', zone)).stdout
  }
  let delegations = tld.text
  for (const mode of modes) {
    const name = `${mode}.test.`
    delegations += `${mode} NS ns.${name}\nns.${name} A 127.0.0.1\n${await dsOf(name)}`
    const kid = `kid NS ns.kid\nns.kid A 127.0.0.1\n${await dsOf(`kid.${name}`)}`
    danelaw.writeZone({ name, text: `${rich}\n${kid}` })
  }
  danelaw.writeZone({ name: 'test.', text: delegations })
  danelaw.writeZone({ name: '.', text: `${root.text}\n${await dsOf('test.')}` })
  const anchor = await dsOf('.')
  const names = ['.', 'test.', ...leaves.map(({ name }) => name)]
  return { server: await startDanelaw(t, danelaw), anchor: anchor.trim(), names }
}

/** What a resolver must say: rcode, whether with AD, and a pattern that the answer matches. */
interface Case {
  readonly what: string
  readonly owner: string
  readonly type: string
  readonly rcode?: string
  readonly answer?: RegExp
  /** Modes in which AD must not be set. Everywhere else it must. */
  readonly insecureIn?: readonly Mode[]
}

const cases: readonly Case[] = [
  { what: 'positive', owner: '', type: 'MX', answer: /MX 10 mail/ },
  { what: 'TLSA', owner: '_25._tcp.mail.', type: 'TLSA', answer: /TLSA 3 1 1/ },
  { what: 'NODATA', owner: 'mail.', type: 'TXT' },
  // Under opt-out what is covered may be an unsigned delegation (RFC 5155 §9.2).
  { what: 'NXDOMAIN', owner: 'nope.', type: 'A', rcode: 'NXDOMAIN', insecureIn: ['optout'] },
  { what: 'wildcard', owner: 'a.b.wild.', type: 'MX', answer: /MX 10/, insecureIn: ['optout'] },
  { what: 'wildcard NODATA', owner: 'a.b.wild.', type: 'AAAA', insecureIn: ['optout'] },
  { what: 'empty non-terminal', owner: 'b.ent.', type: 'A' },
  { what: 'CNAME', owner: 'alias3.', type: 'A', answer: /192\.0\.2\.2/ },
  { what: 'DNAME', owner: 'web.dname.', type: 'A', answer: /192\.0\.2\.80/ },
  {
    what: 'insecure delegation',
    owner: 'www.insecure.',
    type: 'A',
    answer: /99/,
    insecureIn: modes,
  },
  {
    what: 'insecure wildcard',
    owner: 'x.wild.insecure.',
    type: 'TXT',
    answer: /below/,
    insecureIn: modes,
  },
  { what: 'no DS', owner: 'insecure.', type: 'DS', insecureIn: ['optout'] },
  { what: 'DS', owner: 'kid.', type: 'DS', answer: / DS \d+ \d+ 2 / },
  { what: 'secure delegation', owner: 'www.kid.', type: 'A', answer: /99/ },
  { what: 'DNSKEY', owner: '', type: 'DNSKEY', answer: /DNSKEY 257/ },
]

async function ask(client: DnsClient, name: string, type: RRType, dnssecOk: boolean) {
  const query = encodeQuery({ name, type, dnssecOk, flags: Flag.RD | Flag.AD, udpOctets: 1232 })
  const answer = readMessage(await client.udp(query))
  return (answer.flags & Flag.TC) === 0 ? answer : readMessage(await client.tcp(query))
}

/** The answer without signatures and TTLs, which count down in a cache. */
function data({ answer }: Message): string[] {
  return answer
    .filter(({ type }) => type !== RR.RRSIG)
    .map((record) => recordLine(record).replace(/^(\S+) \d+ /, '$1 '))
    .sort()
}

function isReferral(message: Message): boolean {
  return (message.flags & Flag.AA) === 0 || message.authority.some(({ type }) => type === RR.NS)
}

function ownersOf(mode: Mode): string[] {
  const owners = [...rich.matchAll(/^([^\s;$@]\S*)\s/gm)].map(([, owner]) => owner ?? '')
  return [...new Set(owners)].filter((o) => !o.endsWith('.')).map((o) => `${o}.${mode}.test.`)
}

/**
 * Names below an alias that leads to nothing: a minimised query meets the alias on its way down,
 * and unbound 1.17 takes the NXDOMAIN, which is the target's (RFC 6604 §3), for that of the name
 * and adds the alias to its answer.
 */
const belowDeadAlias = /\.(?:\*\.cname-nx|alias-nx)\./

/** A walk over names that exist, that do not, and that nearly do, the same at every run. */
function walkOf(mode: Mode): { name: string; type: RRType }[] {
  const random = seededRandom(modes.indexOf(mode) + 1)
  const owners = ownersOf(mode)
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789']
  const label = () =>
    Array.from({ length: 1 + random.below(8) }, () => random.pick(letters)).join('')
  return Array.from({ length: walkLength }, () => {
    const owner = random.pick(owners)
    const above = owner.slice(owner.indexOf('.') + 1)
    const name = random.pick([owner, owner, `${label()}.${owner}`, `${label()}.${above}`, above])
    return { name, type: random.pick(walkTypes) }
  }).filter(
    ({ name }) => !/alias-loop|alias-self|cname-self/.test(name) && !belowDeadAlias.test(name),
  )
}

/** Asks unbound what danelaw has just been asked; tells how the two differ. */
async function step(
  authority: DnsClient,
  resolver: DnsClient,
  mode: Mode,
  { name, type }: { name: string; type: RRType },
): Promise<string | undefined> {
  const truth = await ask(authority, name, type, false)
  // No server stands behind most delegations of the fixture, and an overlong DNAME has no target.
  if (isReferral(truth) || formatRcode(truth.rcode) === 'YXDOMAIN') return undefined
  const said = await ask(resolver, name, type, true)
  const question = `${name} ${formatType(type)}`
  const isSecure = (said.flags & Flag.AD) !== 0
  // unbound 1.17 does not know NXNAME: a name that does not exist is NODATA to it (RFC 9824 §3.1).
  const allowed = [truth.rcode, ...(mode === 'compact' && truth.rcode === 3 ? [0] : [])]
  if (!allowed.includes(said.rcode)) return `${question}: ${formatRcode(said.rcode)}`
  if (String(data(said)) !== String(data(truth)))
    return `${question}: ${data(said)}, and not ${data(truth)}`
  // Aliases into an insecure delegation end insecure, as names in it do.
  if (!isSecure && mode !== 'optout' && !/insecure|-deleg\./.test(name)) return `${question}: no AD`
  return undefined
}

type Tree = Awaited<ReturnType<typeof buildTree>>

async function walkTree(
  t: Test,
  { server, anchor, names }: Tree,
  qnameMinimisation: boolean,
): Promise<void> {
  const resolver = await startUnbound(t, {
    port: server.port,
    zones: names,
    anchors: [anchor],
    qnameMinimisation,
  })
  const authority = dnsClient(server.port)
  const client = dnsClient(resolver.port)
  t.teardown(() => {
    authority.close()
    client.close()
  })
  for (const mode of modes) {
    const title = `${mode}: every kind of answer, then a walk`
    await t.test(title, { timeout: 120_000 }, async (t) => {
      for (const { what, owner, type, rcode, answer, insecureIn } of cases) {
        const said = await ask(client, `${owner}${mode}.test.`, parseType(type), true)
        const wanted = mode === 'compact' && rcode === 'NXDOMAIN' ? 'NOERROR' : rcode
        t.equal(formatRcode(said.rcode), wanted ?? 'NOERROR', what)
        t.equal((said.flags & Flag.AD) !== 0, !insecureIn?.includes(mode), `${what}: AD`)
        if (answer) t.match(data(said).join('\n'), answer, what)
        else t.same(data(said), [], what)
      }
      const walk = walkOf(mode)
      const wrong = await mapLimited(walk, 8, (one) => step(authority, client, mode, one))
      t.same(wrong.filter((text) => text !== undefined).slice(0, 10), [], 'the walk')
      t.comment(`${walk.length} names walked`)
    })
  }
}

t.test('unbound validates the tree', { timeout: 280_000 }, async (t) => {
  if (skipWithoutPeers(t, ['unbound'])) return
  // One tree for both: it takes longer to make than to walk.
  const tree = await buildTree(t)
  for (const qnameMinimisation of [true, false]) {
    const title = `qname-minimisation ${qnameMinimisation ? 'on' : 'off'}`
    await t.test(title, { timeout: 240_000 }, (t) => walkTree(t, tree, qnameMinimisation))
  }
})

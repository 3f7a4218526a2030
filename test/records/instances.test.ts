import t, { type Test } from 'tap'
import type { RRsetEdit } from '../../src/records/index.ts'
import { nameKey } from '../../src/wire/index.ts'
import {
  basics,
  contents,
  creation,
  drop,
  nameOf,
  put,
  type Recording,
  recording,
  told,
} from '../support/recording.ts'
import { lines } from '../support/served-zone.ts'

const tlsa = (digits: string) => `3 1 1 ${digits.repeat(32)}`

/** Two templates: hosts without DANE, and with it. */
const templates: readonly RRsetEdit[] = [
  put('_plain', 'A', '192.0.2.10'),
  put('_plain', 'AAAA', '2001:db8::10'),
  put('_dane', 'A', '192.0.2.10'),
  put('_dane', 'AAAA', '2001:db8::10'),
  put('_25._tcp._dane', 'TLSA', tlsa('ab'), tlsa('cd')),
]

async function partition(t: Test, denial: 'minimal' | 'compact' = 'minimal'): Promise<Recording> {
  const node = await recording(t, { empty: true })
  const wish = creation([...basics, ...templates], { denial })
  t.equal(told(await node.submit({ wish })), 'done 1')
  return node
}

function ask({ server }: Recording, name: string, type: string): string[] {
  const { answer } = server.ask(`${name}.a.test.`, type, { dnssec: true })
  return lines(answer).map((line) => line.replace(/^\S+ 3600 /, ''))
}

const [a, aaaa] = [
  ['A 192.0.2.10', 'RRSIG A 13 3'],
  ['AAAA 2001:db8::10', 'RRSIG AAAA 13 3'],
]

for (const denial of ['minimal', 'compact'] as const) {
  t.test(`${denial}: a host comes as one record, asked for before it is live`, async (t) => {
    const node = await partition(t, denial)
    const result = await node.edit([put('acme-com', 'LIKE', '_dane')])
    if (result.kind !== 'done') throw result
    const asked = result.checks.map(({ what, name, type, security }) => {
      t.equal(security, 'secure')
      return `${what} ${type} ${name.length - nameOf('acme-com').length}`
    })
    t.same(asked.sort(), [
      // A, AAAA and TLSA; MX or the like; a name below; and a name beside.
      ...['nodata 16 0', 'nxdomain 1 10', 'nxdomain 1 19'],
      ...['positive 1 0', 'positive 28 0', 'positive 52 9'],
    ])
    t.same(ask(node, 'acme-com', 'A'), a)
    t.same(ask(node, 'acme-com', 'AAAA'), aaaa)
    t.equal(ask(node, '_25._tcp.acme-com', 'TLSA').length, 3)
    t.same(ask(node, 'acme-com', 'LIKE'), [])
    t.same(ask(node, 'other-com', 'A'), [])
    t.ok((await contents(node.records)).includes('acme-com.a.test. 3600 65380 _dane'))
    t.equal(result.changeSet.changes.length, 2, 'LIKE and SOA')
  })
}

t.test('an instance changes its template, goes, and comes back by a revert', async (t) => {
  const node = await partition(t)
  const made = await node.edit([put('acme-com', 'LIKE', '_plain')])
  t.same(ask(node, '_25._tcp.acme-com', 'TLSA'), [])
  t.match(await node.edit([put('acme-com', 'LIKE', '_dane')]), { kind: 'done' })
  t.equal(ask(node, '_25._tcp.acme-com', 'TLSA').length, 3)
  t.match(await node.edit([drop('acme-com', 'LIKE')]), { kind: 'done' })
  t.same(ask(node, 'acme-com', 'A'), [])
  const { sequence } = made.kind === 'done' ? made.changeSet : { sequence: 0 }
  t.match(await node.submit({ wish: { kind: 'revert', sequence } }), { kind: 'done' })
  t.same(ask(node, 'acme-com', 'A'), a)
  t.same(ask(node, '_25._tcp.acme-com', 'TLSA'), [], 'as it was after it was made')
})

t.test('a change of a template is one change set, for all its instances at once', async (t) => {
  const node = await partition(t)
  const hosts = Array.from({ length: 100 }, (_, n) => `host${n}`)
  await node.edit(hosts.map((host, n) => put(host, 'LIKE', n % 2 ? '_dane' : '_plain')))
  for (const host of hosts) t.same(ask(node, host, 'A'), a)
  const result = await node.edit([put('_dane', 'A', '192.0.2.20'), drop('_dane', 'AAAA')])
  if (result.kind !== 'done') throw result
  t.equal(result.changeSet.changes.length, 3)
  const asked = result.checks.filter(({ name }) => nameKey(name) === nameKey(nameOf('host1')))
  t.ok(asked.length > 0, 'an instance of it was asked for')
  for (const [n, host] of hosts.entries()) {
    const isChanged = n % 2 === 1
    t.same(ask(node, host, 'A'), isChanged ? ['A 192.0.2.20', 'RRSIG A 13 3'] : a)
    t.same(ask(node, host, 'AAAA'), isChanged ? [] : aaaa)
  }
})

interface Case {
  readonly title: string
  readonly edits: readonly RRsetEdit[]
  readonly told: string
  readonly edit?: number
}

const below = Array.from({ length: 17 }, (_, n) => put(`x${n}.big`, 'TXT', '"x"'))
const cases: readonly Case[] = [
  {
    title: 'LIKE two labels below the apex',
    edits: [put('x.y', 'LIKE', '_dane')],
    told: 'invalid like-misplaced',
    edit: 0,
  },
  { title: 'LIKE at the apex', edits: [put('@', 'LIKE', '_dane')], told: 'invalid like-misplaced' },
  { title: 'a wildcard', edits: [put('*', 'LIKE', '_dane')], told: 'invalid like-misplaced' },
  {
    title: 'a label that is no host',
    edits: [put('a\\255', 'LIKE', '_dane')],
    told: 'invalid like-misplaced',
  },
  {
    title: 'LIKE beside other data',
    edits: [put('ns', 'TXT', '"x"'), put('ns', 'LIKE', '_dane')],
    told: 'invalid like-misplaced',
  },
  {
    title: 'other data beside LIKE',
    edits: [put('host', 'A', '192.0.2.1')],
    told: 'invalid like-misplaced',
    edit: 0,
  },
  {
    title: 'a name below an instance',
    edits: [put('_25._tcp.host', 'TLSA', tlsa('00'))],
    told: 'invalid like-misplaced',
    edit: 0,
  },
  {
    title: 'an instance above a name',
    edits: [put('er', 'LIKE', '_dane')],
    told: 'invalid like-misplaced',
  },
  {
    title: 'two LIKEs',
    edits: [put('two', 'LIKE', '_dane', '_plain')],
    told: 'invalid like-misplaced',
  },
  { title: 'no such template', edits: [put('x', 'LIKE', 'no')], told: 'invalid like-template' },
  { title: 'like itself', edits: [put('x', 'LIKE', 'x')], told: 'invalid like-template' },
  { title: 'like an instance', edits: [put('x', 'LIKE', 'host')], told: 'invalid like-template' },
  { title: 'like the apex', edits: [put('x', 'LIKE', '@')], told: 'invalid like-template' },
  {
    title: 'like a name elsewhere',
    edits: [put('x', 'LIKE', 'elsewhere.test.')],
    told: 'invalid like-template',
  },
  {
    title: 'like a name below a cut',
    edits: [put('x', 'LIKE', 'ns.sub')],
    told: 'invalid like-template',
  },
  { title: 'like a cut', edits: [put('x', 'LIKE', 'sub')], told: 'invalid like-template' },
  {
    title: 'like a wildcard',
    edits: [put('*.w', 'A', '192.0.2.1'), put('x', 'LIKE', '*.w')],
    told: 'invalid like-template',
  },
  {
    title: 'a template of very many names',
    edits: [put('big', 'A', '192.0.2.1'), ...below, put('x', 'LIKE', 'big')],
    told: 'invalid like-template',
  },
  {
    title: 'a template that is in use goes',
    edits: [put('x', 'A', '192.0.2.1'), drop('_only', 'A')],
    told: 'invalid like-template',
    edit: 1,
  },
  {
    title: 'a template that is in use becomes an instance',
    edits: [drop('_only', 'A'), put('_only', 'LIKE', '_dane')],
    told: 'invalid like-template',
  },
  {
    title: 'a cut in a template',
    edits: [put('x._only', 'NS', 'ns.elsewhere.')],
    told: 'invalid like-template',
    edit: 0,
  },
  {
    title: 'a wildcard in a template',
    edits: [put('*._only', 'TXT', '"x"')],
    told: 'invalid like-template',
    edit: 0,
  },
  {
    title: 'a cut above a template',
    edits: [put('deep', 'NS', 'ns.elsewhere.')],
    told: 'invalid like-template',
  },
  {
    title: 'a DNAME at the apex',
    edits: [put('@', 'DNAME', 'elsewhere.')],
    told: 'invalid record-occluded',
  },
  {
    title: 'a template goes with its only instance',
    edits: [drop('only', 'LIKE'), drop('_only', 'A')],
    told: 'done 2026010102',
  },
  {
    title: 'an instance becomes a name of its own',
    edits: [drop('host', 'LIKE'), put('host', 'A', '192.0.2.1')],
    told: 'done 2026010102',
  },
  {
    title: 'a name of its own becomes an instance',
    edits: [drop('d.er', 'A'), put('er', 'LIKE', '_dane')],
    told: 'done 2026010102',
  },
]

t.test('each rule, for one draft at a time', async (t) => {
  for (const { title, edits, told: expected, edit: at } of cases) {
    await t.test(title, async (t) => {
      const node = await partition(t)
      const begun = await node.edit([
        ...[put('host', 'LIKE', '_dane'), put('d.er', 'A', '192.0.2.8')],
        ...[put('_only', 'A', '192.0.2.9'), put('only', 'LIKE', '_only')],
        ...[put('t.deep', 'A', '192.0.2.9'), put('hidden', 'LIKE', 't.deep')],
        ...[put('sub', 'NS', 'ns.sub'), put('ns.sub', 'A', '192.0.2.7')],
      ])
      t.equal(told(begun), 'done 2026010101')
      const { zone } = node.served()
      const { nodeCount } = zone
      const before = [...(zone.instances?.keys() ?? [])]
      const result = await node.edit(edits, { force: true })
      t.equal(told(result), expected)
      if (result.kind !== 'refused') return
      if (at !== undefined) t.equal(result.edit, at, 'the edit at fault is named')
      t.equal(zone.nodeCount, nodeCount)
      t.same([...(zone.instances?.keys() ?? [])].sort(), before.sort(), 'nothing is left of it')
      t.same(ask(node, 'host', 'A'), a)
      t.equal(ask(node, 'only', 'A')[0], 'A 192.0.2.9')
    })
  }
})

t.test('a zone with instances denies by minimal or compact, or not at all', async (t) => {
  const node = await partition(t)
  await node.edit([put('host', 'LIKE', '_dane')])
  for (const denial of ['nsec', 'nsec3'] as const) {
    const result = await node.submit({ wish: { kind: 'settings', settings: { denial } } })
    t.equal(told(result), 'invalid like-denial')
  }
  t.same(ask(node, 'host', 'A'), a)
  const compact = { kind: 'settings', settings: { denial: 'compact' } } as const
  t.match(await node.submit({ wish: compact }), { kind: 'done' })
  const off = { kind: 'settings', settings: { dnssec: false } } as const
  t.match(await node.submit({ wish: off }), { kind: 'done' })
  const nsec = { kind: 'settings', settings: { denial: 'nsec' } } as const
  t.match(await node.submit({ wish: nsec }), { kind: 'done' })
  const on = { kind: 'settings', settings: { dnssec: true } } as const
  t.equal(told(await node.submit({ wish: on })), 'invalid like-denial')

  const other = await recording(t, { empty: true, directory: t.testdir({}) })
  const rrsets = [...basics, ...templates, put('host', 'LIKE', '_dane')]
  const made = await other.submit({ wish: creation(rrsets, { denial: 'nsec' }) })
  t.equal(told(made), 'invalid like-denial')
  t.match(await other.submit({ wish: creation([...basics, ...templates], { denial: 'nsec' }) }), {
    kind: 'done',
  })
  t.equal(told(await other.edit([put('host', 'LIKE', '_dane')])), 'invalid like-denial')
})

t.test('instances are there again after a restart, and follow what other nodes do', async (t) => {
  const node = await partition(t)
  await node.edit([put('host', 'LIKE', '_dane')])
  await node.records.close()
  const { store, directory, clock } = node
  const common = { store, directory, clock, empty: true }
  const first = await recording(t, { ...common, node: 'a' })
  const second = await recording(t, { ...common, node: 'b' })
  t.same(ask(second, 'host', 'A'), a)
  await first.edit([put('new', 'LIKE', '_plain'), put('_dane', 'A', '192.0.2.30')])
  await first.records.whenLive(await store.sequence(), 5000)
  t.same(ask(second, 'new', 'A'), a)
  t.equal(ask(second, 'host', 'A')[0], 'A 192.0.2.30')
})

t.test('very many instances at once are built aside', async (t) => {
  const node = await partition(t)
  const hosts = Array.from({ length: 2500 }, (_, n) => put(`host${n}`, 'LIKE', '_dane'))
  const result = await node.edit(hosts)
  t.match(result, { kind: 'done' })
  t.equal(node.served().zone.instances?.count, 2500)
  const names = result.kind === 'done' ? result.checks.map(({ name }) => nameKey(name)) : []
  t.ok(
    hosts.some(({ owner }) => names.includes(nameKey(owner))),
    'an instance was asked for',
  )
  t.same(ask(node, 'host2499', 'A'), a)
  const bad = await node.edit([...hosts, put('x', 'LIKE', 'no')])
  t.equal(told(bad), 'invalid like-template')
})

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'

/** What this test reads of `.dependency-cruiser.mjs`. */
interface Rules {
  readonly rooms: Readonly<Record<string, { readonly may: readonly string[] }>>
  readonly default: { readonly forbidden: readonly { readonly name: string }[] }
}

const { rooms, default: config } = (await import(
  pathToFileURL(resolve('.dependency-cruiser.mjs')).href
)) as Rules

/** Each rule by name, and one import that breaks it: the file, and what it imports. */
const breaches: Record<string, readonly [from: string, to: string]> = {
  'room-without-a-row': ['src/cupboard/broom.ts', '../base/index.ts'],
  'rooms-by-the-door': ['src/zone/burglar.ts', '../wire/shelf.ts'],
  'outsiders-by-the-door': ['bench/peeper.ts', '../src/wire/shelf.ts'],
  'tests-reach-into-their-own-room': ['test/zone/neighbour.ts', '../../src/wire/shelf.ts'],
  'nobody-imports-cli': ['src/publish/caller.ts', '../cli/index.ts'],
  'lab-is-loaded-when-asked': ['src/cli/hasty.ts', '../lab/index.ts'],
  'nobody-imports-main': ['src/cli/restarter.ts', '../main.ts'],
  'nobody-imports-library': ['src/policy/customer.ts', '../library.ts'],
  'library-is-the-stub': ['src/library.ts', './publish/index.ts'],
  'library-provision-listens-nowhere': ['src/library-provision.ts', './api/index.ts'],
  'src-stands-alone': ['src/cli/tinkerer.ts', '../../tools/hammer.ts'],
  'data-plane-is-still': ['src/query/sleeper.ts', 'node:timers'],
  'floors-are-still': ['src/wire/reader.ts', 'node:fs'],
  'sockets-have-homes': ['src/publish/talker.ts', 'node:dgram'],
  'net-for-address-text': ['src/keystore/dialler.ts', 'node:net'],
  'disks-have-homes': ['src/server/scribe.ts', 'node:fs/promises'],
  'processes-have-no-home': ['src/server/forker.ts', 'node:child_process'],
  'cryptography-has-one-home': ['src/config/hasher.ts', 'node:crypto'],
  'noble-stays-in-crypto': ['src/keystore/noble.ts', '@noble/curves/nist.js'],
  'home-of-lru-cache': ['src/zone/hoarder.ts', 'lru-cache'],
  'home-of-yaml': ['src/publish/yaml.ts', 'yaml'],
  'home-of-commander': ['src/config/orders.ts', 'commander'],
  'home-of-lmdb': ['src/records/miner.ts', 'lmdb'],
  'home-of-pg': ['src/records/clerk.ts', 'pg'],
  'home-of-fastify': ['src/policy/waiter.ts', 'fastify'],
  'home-of-typebox': ['src/config/typist.ts', 'typebox'],
  'home-of-pino': ['src/server/chatter.ts', 'pino'],
  'home-of-prom-client': ['src/server/meter.ts', 'prom-client'],
  'home-of-smtp-server': ['src/smtp/postman.ts', 'smtp-server'],
  'home-of-tr46': ['src/config/idn.ts', 'tr46'],
  'no-dev-dependency-in-src': ['src/config/tapper.ts', 'tap'],
  'no-undeclared-dependency': ['src/config/borrower.ts', 'glob'],
  'no-cycles': ['src/zone/egg.ts', './hen.ts'],
  'no-orphans': ['src/zone/orphan.ts', ''],
}
for (const [room, { may }] of Object.entries(rooms)) {
  const shut = [...Object.keys(rooms), 'attic'].find(
    (other) => other !== room && !may.includes(other),
  )
  breaches[`room-${room}`] = [`src/${room}/trespasser.ts`, `../${shut}/index.ts`]
}

/** Files that the breaches above import, and that break no rule themselves. */
const innocent: Record<string, string> = {
  'src/main.ts': "import './base/index.ts'\n",
  'src/wire/shelf.ts': "import '../base/index.ts'\n",
  'src/zone/hen.ts': "import './egg.ts'\n",
  'tools/hammer.ts': "import '../src/base/index.ts'\n",
  'src/attic/index.ts': '',
}

function buildFixture(root: string): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const room of Object.keys(rooms)) write(`src/${room}/index.ts`, '')
  for (const [path, text] of Object.entries(innocent)) write(path, text)
  for (const [from, to] of Object.values(breaches)) {
    write(from, to === '' ? '' : `import '${to}'\n`)
  }
  cpSync('tsconfig.json', join(root, 'tsconfig.json'))
  cpSync('package.json', join(root, 'package.json'))
}

/** Runs dependency-cruiser over the fixture; returns `rule: file` for each violation. */
function cruise(root: string): Set<string> {
  const program = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const rules = resolve('.dependency-cruiser.mjs')
  const args = [program, '--config', rules, '-T', 'json', 'src', 'tools', 'bench', 'test']
  const output = execFileSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const { summary } = JSON.parse(output) as {
    summary: { violations: { from: string; rule: { name: string } }[] }
  }
  return new Set(summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`))
}

t.test('.dependency-cruiser.mjs: each rule is broken by a file that breaks it', async (t) => {
  const root = t.testdir({ node_modules: t.fixture('symlink', resolve('node_modules')) })
  buildFixture(root)
  const found = cruise(root)
  for (const { name } of config.forbidden) {
    const breach = breaches[name]
    if (breach === undefined) t.fail(`${name}: no breach is tried`)
    else t.ok(found.has(`${name}: ${breach[0]}`), `${name} forbids ${breach[0]} → ${breach[1]}`)
  }
  t.notOk(
    [...found].find((line) => line.endsWith(': src/main.ts')),
    'main may enter by a door',
  )
  t.same(
    [...found].filter((line) => line.endsWith(': tools/hammer.ts')),
    [],
    'tools may enter by a door',
  )
})

t.test('ARCHITECTURE.md: its table of rooms says what the rules say', async (t) => {
  const floors = ['base', 'wire', 'rr', 'message', 'crypto', 'zonefile']
  const text = readFileSync('ARCHITECTURE.md', 'utf8')
  const table = [...text.matchAll(/^\|[^|]*\| `(\w+)` \|[^|]*\| ([^|]*) \|$/gm)]
  const told = table.map(([, room = '', may = '']) => {
    const named = may.split(', ').flatMap((word) => (word === 'floors' ? floors : word))
    return [room, named.filter((word) => word !== '–').toSorted()]
  })
  const held = Object.entries(rooms)
    .filter(([room]) => existsSync(`src/${room}`))
    .map(([room, { may }]) => [room, may.filter((other) => other !== room).toSorted()])
  t.same(Object.fromEntries(told), Object.fromEntries(held))
})

import { spawn } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'

const dist = resolve(import.meta.dirname, '../..')
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { readonly dev?: boolean; readonly optional?: boolean }>
}
/** What `npm prune --omit=dev` leaves, the dependencies of dependencies too. */
const kept = Object.keys(packages).filter(isKept)

/** Of the packages for other systems (`optional`) npm installs none. */
function isKept(path: string): boolean {
  const { dev, optional } = packages[path] ?? {}
  return path !== '' && dev !== true && (optional !== true || existsSync(path))
}

/** Root can become nobody in particular, as the container does; others stay who they are. */
const isRoot = process.getuid?.() === 0
const identity = isRoot ? { uid: 65534, gid: 65534 } : {}
/** Starts Node.js with an empty environment, which tap would otherwise put its hooks into. */
const node = ['-i', process.execPath]

/** Lays out what the runtime stage of the Dockerfile copies, and the volumes beside it. */
function layOut(root: string): { readonly tree: string; readonly volumes: string } {
  const tree = join(root, 'tree')
  const volumes = join(root, 'volumes')
  for (const folder of ['src', 'docker']) {
    cpSync(join(dist, folder), join(tree, 'dist', folder), { recursive: true })
  }
  cpSync('package.json', join(tree, 'package.json'))
  for (const path of kept) cpSync(path, join(tree, path), { recursive: true })
  cpSync('zones', join(volumes, 'zones'), { recursive: true })
  for (const folder of ['keys', 'state']) {
    const path = join(volumes, folder)
    mkdirSync(path, { mode: 0o700 })
    if (isRoot) chownSync(path, 65534, 65534)
  }
  for (const name of readdirSync(tree, { recursive: true, encoding: 'utf8' })) {
    chmodSync(join(tree, name), 0o555)
  }
  chmodSync(tree, 0o555)
  chmodSync(root, 0o755)
  return { tree, volumes }
}

/** The container's configuration, with its volumes elsewhere and another port. */
function configure(root: string, volumes: string, port: number): string {
  const text = readFileSync('docker/danelaw.yaml', 'utf8')
    .replaceAll('/var/lib/danelaw', volumes)
    .replace('0.0.0.0:5300', `127.0.0.1:${port}`)
    // With the API, so that the native code of the store has to work there too.
    .concat(`api: { socket: ${volumes}/state/api.sock }\n`)
  const path = join(root, `danelaw-${port}.yaml`)
  writeFileSync(path, text)
  return path
}

interface Ready {
  readonly event: string
  readonly listen: readonly { readonly via: string; readonly port: number }[]
  readonly zones: readonly unknown[]
}

/** Runs one program of the tree to its end; its status and all that it said. */
async function run(tree: string, args: readonly string[]): Promise<[number | null, string]> {
  const child = spawn('/usr/bin/env', [...node, ...args], { cwd: tree, ...identity })
  let said = ''
  child.stdout.on('data', (text) => {
    said += String(text)
  })
  child.stderr.on('data', (text) => {
    said += String(text)
  })
  return new Promise((give) => {
    child.on('close', (status) => give([status, said]))
  })
}

t.test(
  'Dockerfile: its runtime tree serves without privileges from a read-only place',
  async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'danelaw-runtime-'))
    const { tree, volumes } = layOut(root)
    const args = ['dist/src/main.js', 'serve', '--json', '--config', configure(root, volumes, 0)]
    const server = spawn('/usr/bin/env', [...node, ...args], {
      cwd: tree,
      stdio: ['ignore', 'pipe', 'inherit'],
      ...identity,
    })
    const ended = new Promise<number | null>((give) => server.on('close', give))
    t.teardown(async () => {
      server.kill()
      await ended
      rmSync(root, { recursive: true, force: true })
    })
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
    const ready = JSON.parse((await lines.next()).value ?? '{}') as Ready
    t.equal(ready.event, 'ready')
    t.equal(ready.zones.length, readdirSync('zones').length)

    const port = ready.listen.find(({ via }) => via === 'udp')?.port ?? 0
    const config = configure(root, volumes, port)
    const healthcheck = ['dist/docker/healthcheck.js', config]
    t.strictSame(await run(tree, healthcheck), [0, 'example.test. SOA: NOERROR AA\n'])
    const [status] = await run(tree, ['dist/src/main.js', 'reload', '--config', config])
    t.equal(status, 0, 'the control socket is in its volume')
    const asked = await run(tree, ['dist/src/main.js', 'status', '--json', '--config', config])
    t.match(JSON.parse(asked[1]), { store: { driver: 'lmdb' } })
    t.ok(readdirSync(join(volumes, 'state/store')).length > 0, 'and the store')
    if (!isRoot) t.throws(() => accessSync(tree, constants.W_OK), 'the tree cannot be written to')
    t.ok(readdirSync(join(volumes, 'keys')).length > 0, 'keys were made in their volume')

    server.kill('SIGTERM')
    t.equal(await ended, 0, 'and it stops when told to')
    const [after] = await run(tree, healthcheck)
    t.equal(after, 1, 'after which it is not healthy')
  },
)

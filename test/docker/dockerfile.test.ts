import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parseConfig } from '../../src/config/index.ts'

interface Instruction {
  readonly verb: string
  readonly rest: string
}

/** The instructions of the Dockerfile, continuation lines joined, in order. */
function readDockerfile(): Instruction[] {
  const text = readFileSync('Dockerfile', 'utf8').replaceAll(/^#.*$/gm, '').replaceAll(/\\\n/g, ' ')
  return text.split('\n').flatMap((line) => {
    const [, verb = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? []
    return verb === '' ? [] : [{ verb, rest: rest.replaceAll(/\s+/g, ' ') }]
  })
}

const instructions = readDockerfile()
const second = instructions.findLastIndex(({ verb }) => verb === 'FROM')
const build = instructions.slice(0, second)
const runtime = instructions.slice(second)

/** What follows the last such instruction of the runtime stage; '' when there is none. */
function last(verb: string): string {
  return runtime.findLast((instruction) => instruction.verb === verb)?.rest ?? ''
}

t.test('Dockerfile: two stages from one exact tag, which the engines allow', async (t) => {
  const from = instructions.filter(({ verb }) => verb === 'FROM').map(({ rest }) => rest)
  t.same(from, ['node:20.20-bookworm-slim AS build', 'node:20.20-bookworm-slim'])
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    engines: { node: string }
  }
  t.match(engines.node, /\^20\.(?:1\d|20)\./)
})

t.test(
  'Dockerfile: the build stage installs from the lock file and drops what only builds',
  async (t) => {
    const runs = build.filter(({ verb }) => verb === 'RUN').map(({ rest }) => rest)
    t.same(runs, [
      'npm ci --ignore-scripts',
      'npm run build && npm prune --omit=dev --ignore-scripts',
    ])
  },
)

t.test('Dockerfile: what is copied exists, and .dockerignore lets it in', async (t) => {
  const allowed = readFileSync('.dockerignore', 'utf8').trim().split('\n')
  t.equal(allowed[0], '*', 'everything else stays outside')
  for (const { verb, rest } of instructions) {
    if (verb !== 'COPY' || rest.startsWith('--from')) continue
    for (const source of rest.split(' ').slice(0, -1)) {
      t.ok(existsSync(source), `${source} exists`)
      t.ok(allowed.includes(`!${source.split('/')[0]}`), `${source} reaches the build`)
    }
  }
})

t.test('Dockerfile: the runtime stage takes no source, no tests and no tools', async (t) => {
  const copied = runtime.filter(({ verb }) => verb === 'COPY').map(({ rest }) => rest)
  t.same(copied, [
    '--from=build /build/package.json ./',
    '--from=build /build/node_modules node_modules',
    '--from=build /build/dist/src dist/src',
    '--from=build /build/dist/docker dist/docker',
    'docker/danelaw.yaml /etc/danelaw/danelaw.yaml',
  ])
})

t.test('Dockerfile: an unprivileged user, set after the last step that needs root', async (t) => {
  t.equal(last('USER'), 'node')
  const verbs = runtime.map(({ verb }) => verb)
  t.ok(verbs.lastIndexOf('RUN') < verbs.indexOf('USER'))
  t.ok(verbs.lastIndexOf('COPY') < verbs.indexOf('USER'))
})

t.test('Dockerfile: all that is written, and the zones, lie in volumes', async (t) => {
  const text = readFileSync('docker/danelaw.yaml', 'utf8')
  const { config, findings } = parseConfig(text, { file: 'danelaw.yaml', directory: '/nowhere' })
  t.same(findings, [])
  const volumes = JSON.parse(last('VOLUME')) as string[]
  for (const path of [config?.zones.directory, config?.keys.directory, config?.control.socket]) {
    t.ok(
      volumes.some((volume) => path === volume || path?.startsWith(`${volume}/`)),
      `${path} is in a volume`,
    )
  }
  const ports = config?.listen.flatMap(({ port }) => [`${port}/udp`, `${port}/tcp`])
  t.same(last('EXPOSE').split(' '), ports, 'and the ports that it listens on are exposed')
})

t.test('Dockerfile: HEALTHCHECK and ENTRYPOINT name files of the runtime tree', async (t) => {
  const healthcheck = JSON.parse(last('HEALTHCHECK').split(' CMD ')[1] ?? '[]') as string[]
  t.same(healthcheck, ['node', 'dist/docker/healthcheck.js', '/etc/danelaw/danelaw.yaml'])
  t.ok(existsSync('docker/healthcheck.ts'))
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    bin: { danelaw: string }
  }
  t.same(JSON.parse(last('ENTRYPOINT')), ['node', bin.danelaw])
  t.same(JSON.parse(last('CMD')), ['serve', '--config', '/etc/danelaw/danelaw.yaml'])
})
